/*
 * mod_go_fenced.h - UDF modules in processes of their own: what mod_go.h does, with a fence around the module.
 *
 * A module is opened as a *pool* of workers (the program mod-go-worker), each of which applies one function at a
 * time. Whatever a UDF does (exit, a fatal error, an endless loop, unbounded memory) costs one call: that call
 * fails, its worker is replaced, and no other call notices. Versions of a module can be replaced and unloaded.
 *
 * A worker runs without the rights that no UDF needs: docs/security.md lists what the fence holds. Its environment
 * has the variables TZ, TZDIR, ZONEINFO, LANG, LC_*, GODEBUG, GOMAXPROCS, GOGC, GOMEMLIMIT and GOTRACEBACK, and
 * those that MODGO_ENV names, separated by commas. MODGO_FENCE is standard (the default), strict or off.
 * MODGO_USER, a name or UID:GID, is the user that the workers of a program of root's run as.
 *
 * A worker is a child process. For each one that ends the kernel sends SIGCHLD (execve(2) sets that signal, whatever
 * clone(2) asked for), which does nothing in a program that does not handle it, such as Aerospike's server; a program
 * that does must leave processes that it has not started alone.
 *
 * Each worker has its own package variables of the module: use them as caches, not as state.
 *
 * Any thread may call any function at any time; the library takes its own locks. The close of a pool comes last: no
 * other call with that pool may run then.
 */
#ifndef MOD_GO_FENCED_H
#define MOD_GO_FENCED_H

#include "mod_go.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mod_go_fenced mod_go_fenced;

/* The options of a pool. Set `size`; 0 means the default. The library copies them. */
typedef struct mod_go_fenced_options {
	uint32_t size;

	/* calls of record UDFs at once, a worker each, and as many of stream UDFs; default: twice the processors, at
	 * least 4 */
	uint32_t limit;

	/* the program mod-go-worker; default: $MODGO_WORKER, else beside the library, in bin beside the library's folder,
	 * in $PATH */
	const char *worker;

	/* bytes of data that a worker may have (RLIMIT_DATA; GOMEMLIMIT becomes 80 %); default: no limit */
	uint64_t memory;

	/* milliseconds for a call without a deadline; default: no limit */
	uint32_t timeout;

	/* milliseconds after its deadline in which a call may still return that it has passed; default: 20 */
	uint32_t grace;

	/* milliseconds for a worker's start, setup included; default: 10,000 */
	uint32_t start_timeout;

	/* 1: no spare worker; default: one is ready besides the busy ones */
	uint32_t no_spare;

	/* a descriptor to which the module's output is copied, by the end of the call that printed it. A pipe must be
	 * read meanwhile: one that stays full for a second, or has no reader any more, gets no more. Errors quote the
	 * tail. 0 and negative values mean none, the default */
	int32_t output;

	/* a descriptor: once it is readable, all workers are killed, every call and every wait for a worker returns,
	 * and no worker is started any more. mod_go_fenced_close is still needed. 0 and negative values mean none, the
	 * default */
	int32_t stop;

	/* one in so many of each thread's calls is timed, because reading the clock is a good part of a short call;
	 * default: each */
	uint32_t timed;

	/* the time of day that a Go module reads, in nanoseconds since 1970, where the number is not 0; each call reads
	 * it when it begins. For tests: workers start with another clock for it. Default: the real time */
	const int64_t *now;

	/* milliseconds in which a call of a stream UDF must read or write an element of its streams, or it is ended;
	 * default: no limit */
	uint32_t stall;

	/* milliseconds after which an idle worker is ended, but for one; default: never */
	uint32_t idle;

	/* milliseconds after a replacement in which calls of the old version may return, before they are ended;
	 * default: no limit */
	uint32_t old_calls;

	/* what the module may do beyond the fence, in lines: "network"; "read " and the absolute path of a folder or file.
	 * Default: nothing */
	const char *grants;
	/* 1: a create or update is performed with the end of the call, which saves a message, unless the function uses
	 * the record after it. For a host whose create and update undo all that a call has done to the record where
	 * they refuse it, as an Aerospike server's do: the function is then applied once more. Not with the network.
	 * Default: at once */
	uint32_t deferred_stores;
} mod_go_fenced_options;

/* What a pool has done so far. Each call counts once in `calls`, once in `by_status` and, where it is timed, once in
 * `latency`. */
typedef struct mod_go_fenced_counters {
	uint32_t size; /* set by the caller */
	uint32_t live; /* workers now: idle, busy or starting */
	uint32_t idle;
	uint32_t busy;
	uint64_t calls;        /* that have returned, with any status */
	uint64_t by_status[8]; /* indexed by aerospike_udf_go_status; panics are [AEROSPIKE_UDF_GO_PANICKED] */
	uint64_t crashes;      /* calls that ended their worker */
	uint64_t timeouts;     /* calls whose worker was killed after the deadline */
	uint64_t restarts;     /* workers started in place of one that had ended */
	uint64_t failed_starts;
	uint64_t replacements;   /* of the module */
	uint64_t latency[64];    /* [i]: at least 2^i nanoseconds and less than twice that, waiting included */
	uint64_t dropped_output; /* bytes of output beyond what is taken of a worker in a second */
} mod_go_fenced_counters;

/* How this thread's last open, setup or call went, besides its status. */
typedef struct mod_go_fenced_outcome {
	uint32_t size;                 /* set by the caller */
	uint32_t crashed;              /* 1: the call ended its worker */
	int32_t exit_code;             /* of a worker that exited, else -1 */
	int32_t signal;                /* that ended the worker, else 0; also 0 where its host killed it */
	uint32_t timed_out;            /* 1: the worker was killed because the deadline had passed */
	uint32_t trips;                /* of a call: messages that the worker sent, with the result */
	uint64_t nanoseconds;          /* of a call */
	uint32_t memory_limit_reached; /* 1: the worker crashed after it got no more memory */
} mod_go_fenced_outcome;

/* Does mod_go_check, copies the file, and starts a worker that loads it and compares versions. `options` may be
 * NULL. With MOD_GO_OK the caller closes `*pool`; else that is not set. */
mod_go_status mod_go_fenced_open(const char *path, const mod_go_fenced_options *options, mod_go_fenced **pool,
                                 mod_go_error *error);

/* Runs the module's setup in the first worker, which must succeed before any apply. Further calls return the first
 * one's outcome. Later workers run it before they serve. */
mod_go_status mod_go_fenced_setup(mod_go_fenced *pool, mod_go_error *error);

/* As mod_go_api_version and mod_go_property: a worker answers. A property is NULL also where none answers in time. */
void mod_go_fenced_api_version(mod_go_fenced *pool, int *major, int *minor);
char *mod_go_fenced_property(mod_go_fenced *pool, const char *name);

/*
 * As mod_go_apply_single. The functions of call->host are called in this thread, before this returns; the host gets
 * sets and unsets with the next create, update or remove, and at the end of the call. The statuses also mean:
 *   PANICKED  the function ended its worker; the message has the reason from the worker's output
 *   DEADLINE  it did not return and its worker was killed; or all workers were busy until the deadline; or a stream
 *             UDF has made no progress
 *   REFUSED   the pool was not set up
 *   INTERNAL  no worker could be started, or it broke the protocol, or the module was replaced or ended meanwhile
 */
int mod_go_fenced_apply_single(mod_go_fenced *pool, const char *name, aerospike_udf_go_call *call,
                               aerospike_udf_go_record *record, aerospike_udf_go_value *arguments,
                               size_t count, aerospike_udf_go_result *result);

/*
 * As mod_go_apply_stream, with threads, logs, deadlines and statuses as in mod_go_fenced_apply_single. `input` and
 * `output` are the host's own, for the stream functions of call->host.
 *   reading   prefetches, in batches that begin with 8 elements and grow: up to 1,024 elements, 256 KiB, 10 ms. Where
 *             the host has stream_read_many, the rest of a batch is read as one list after a first value. It returns
 *             fewer elements where they are long, since all must fit into 128 MiB, and REFUSED where a list cannot
 *             hold the next one
 *   records   come with metadata and bins and can only be read: the set, store and remove functions are not offered.
 *             If the manifest lists the bins that the function reads, a record comes with these only, and
 *             reading another one is refused
 *   writing   gathers up to 48 KiB. Each element is checked as a result is, before the host gets it, and must not be
 *             nil. A refused one is reported by a later write, or else fails the call
 */
int mod_go_fenced_apply_stream(mod_go_fenced *pool, const char *name, aerospike_udf_go_call *call, int scope,
                               aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                               aerospike_udf_go_value *arguments, size_t count,
                               aerospike_udf_go_result *result);

/* Replaces the module by another version while calls run: those under way finish on the old version, within the
 * option `old_calls`; new ones go to the new version once it is checked, loaded and set up in a new worker. A failure
 * leaves the old version in place. */
mod_go_status mod_go_fenced_replace(mod_go_fenced *pool, const char *path, mod_go_error *error);

/* What the fence lacks on this kernel, as the end of a sentence, "" where it is complete. A static text. Workers
 * run all the same, unless MODGO_FENCE is strict. What workers cannot do without is an error when they start. */
const char *mod_go_fenced_lacks(void);

/* Fill in as much of the struct as its `size` covers. */
void mod_go_fenced_read_counters(mod_go_fenced *pool, mod_go_fenced_counters *counters);
void mod_go_fenced_last_outcome(mod_go_fenced_outcome *outcome);

/* The bytes of memory that the workers have now, each counted whole (its resident set). Reads /proc, so it is not for
 * the path of calls. */
uint64_t mod_go_fenced_memory(mod_go_fenced *pool);

/* Why workers have ended by themselves, or did not return in time. Returns how many have, for the first reason that was
 * not taken yet, and copies that reason, cut to `capacity`; 0 where there is none. Of more than four reasons at a time
 * the last one counts for all further ones. */
uint32_t mod_go_fenced_take_death(mod_go_fenced *pool, char *reason, size_t capacity);

/* Has all workers ended so many milliseconds from now, as the option `stop` does: calls that still run fail, and so do
 * later ones. mod_go_fenced_close is still needed. */
void mod_go_fenced_end(mod_go_fenced *pool, uint32_t milliseconds);

/* Kills all workers and frees the pool. No call may run. NULL is allowed. */
void mod_go_fenced_close(mod_go_fenced *pool);

#ifdef __cplusplus
}
#endif

#endif
