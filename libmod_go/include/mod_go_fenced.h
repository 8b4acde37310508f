/*
 * mod_go_fenced.h - UDF modules in processes of their own: what mod_go.h does, with a fence around the module.
 *
 * A module is opened as a *pool* of workers (the program mod-go-worker), each of which applies one function at
 * a time. Whatever a UDF does - exit, a fatal error, a loop without end, memory without bound - costs one call:
 * that call fails, its worker is replaced, nobody else notices. Versions of a module can be replaced and
 * unloaded.
 *
 * A worker runs without the rights that no UDF needs: docs/faults.md lists what the fence holds. Its
 * environment has the variables TZ, TZDIR, ZONEINFO, LANG, LC_*, GODEBUG, GOMAXPROCS, GOGC, GOMEMLIMIT,
 * GOTRACEBACK, and those that MODGO_ENV names, with commas between them. MODGO_FENCE is standard (the default),
 * strict or off.
 *
 * Package variables of a module are therefore a worker's own: fine as caches, wrong as state.
 *
 * All functions may be called from any number of threads at once; of one pool, close comes last.
 */
#ifndef MOD_GO_FENCED_H
#define MOD_GO_FENCED_H

#include "mod_go.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mod_go_fenced mod_go_fenced;

/* What a pool may do. Set `size` and leave 0 where the default will do. */
typedef struct mod_go_fenced_options {
	uint32_t size;
	uint32_t limit;     /* calls at once, a worker each; default: twice the processors, at least 4 */
	const char *worker; /* the program mod-go-worker; default: $MODGO_WORKER, else beside the library, in bin
	                         * beside the library's folder, in $PATH */
	uint64_t memory;  /* bytes of data that a worker may have (RLIMIT_DATA; Go is told 80 %); default: any */
	uint32_t timeout; /* milliseconds for a call that has no deadline; default: none */
	uint32_t grace;   /* milliseconds after its deadline that a call may take to say so itself; default: 20 */
	uint32_t start_timeout; /* milliseconds for a worker's start, setup included; default: 10,000 */
	uint32_t no_spare; /* 1: no worker is kept ready beside those in use, which may be `limit` + 1 then */
	int32_t output; /* a descriptor that what the module prints is copied to, by the end of the call that it
	                    * was printed in; a pipe must be read meanwhile, or gets no more; default: kept for errors */
	int32_t stop; /* a descriptor: once it can be read, all workers are ended, what waits for one comes back,
	                    * and none is started any more; default: none. mod_go_fenced_close is still needed */
	uint32_t
		timed; /* one call of a thread in so many is timed, for reading the clock is a good part of a short
	                 * call; default: each */
} mod_go_fenced_options;

/* What a pool has done so far. Every call is counted once in `calls`, once in `by_status`, and, where it
 * is timed, once in `latency`. */
typedef struct mod_go_fenced_counters {
	uint32_t size; /* set by the caller */
	uint32_t live; /* workers now: idle, busy or starting */
	uint32_t idle;
	uint32_t busy;
	uint64_t calls;         /* that came back, in whatever way */
	uint64_t by_status[8];  /* indexed by aerospike_udf_go_status; panics are [AEROSPIKE_UDF_GO_PANICKED] */
	uint64_t crashes;       /* calls that ended their worker */
	uint64_t timeouts;      /* calls that were ended with their worker after their deadline */
	uint64_t restarts;      /* workers started in place of one that had ended */
	uint64_t failed_starts; /* those of workers that ended before their first call among them */
	uint64_t replacements;  /* of the module */
	uint64_t
		latency[64]; /* [i]: calls of at least 2^i nanoseconds and less than twice that, waiting included */
} mod_go_fenced_counters;

/* How the last open, setup or call of this thread went, beyond its status. */
typedef struct mod_go_fenced_outcome {
	uint32_t size;        /* set by the caller */
	uint32_t crashed;     /* 1: the call ended its worker */
	int32_t exit_code;    /* the worker's where it crashed by exiting, else -1 */
	int32_t signal;       /* the one that ended it, else 0 */
	uint32_t timed_out;   /* 1: the worker was ended, for the deadline had passed */
	uint32_t trips;       /* of a call: messages that the worker sent, the answer among them */
	uint64_t nanoseconds; /* of a call */
} mod_go_fenced_outcome;

/* mod_go_check, then a private copy of the file, and a worker that loads it and compares versions. `options`
 * may be NULL. `*pool` is set only where MOD_GO_OK is returned. */
mod_go_status mod_go_fenced_open(const char *path, const mod_go_fenced_options *options, mod_go_fenced **pool,
                                 mod_go_error *error);

/* Runs the module's setup in the first worker; a further call gives the first one's answer. Needed before any
 * apply. Later workers run it before they serve. */
mod_go_status mod_go_fenced_setup(mod_go_fenced *pool, mod_go_error *error);

/* As mod_go_api_version and mod_go_property, answered by a worker. NULL also where none answers in time. */
void mod_go_fenced_api_version(mod_go_fenced *pool, int *major, int *minor);
char *mod_go_fenced_property(mod_go_fenced *pool, const char *name);

/*
 * As mod_go_apply_single. The functions of call->host are called in this thread, before this returns; sets and
 * unsets reach the host with the next create, update or remove, and at the end of the call. The statuses say also:
 *   PANICKED  the function brought its worker down; the message says how, with the worker's last words
 *   DEADLINE  it did not come back and was ended with its worker; or all workers were busy until the deadline
 *   REFUSED   the pool was not set up
 *   INTERNAL  no worker could be started, or it broke the protocol
 */
int mod_go_fenced_apply_single(mod_go_fenced *pool, const char *name, aerospike_udf_go_call *call,
                               aerospike_udf_go_record *record, aerospike_udf_go_value *arguments,
                               size_t count, aerospike_udf_go_result *result);

/*
 * As mod_go_apply_stream, and as mod_go_fenced_apply_single as to threads, logs, deadlines and statuses. `input` and
 * `output` are the host's own, for the stream functions of call->host.
 *   reading   runs ahead of the function, in batches that begin with some 8 elements and grow: up to 1,024 of them,
 *             256 KiB, 10 ms. Where the host has stream_read_many it is asked for the rest of a batch as one list
 *             behind a first value. It gives fewer elements where they are long, for all must fit into 128 MiB, and
 *             REFUSED where the next one can stand in no list
 *   records   bring their facts and bins and can only be read: the set, store and remove functions are not offered.
 *             A bin of more than 1 KiB that the manifest does not name comes when it is asked for
 *   writing   gathers up to 48 KiB. Each element is checked before the host sees it, as a result is, and none is nil.
 *             A refused one is told of at a later write, and fails a call that ends without having been told
 */
int mod_go_fenced_apply_stream(mod_go_fenced *pool, const char *name, aerospike_udf_go_call *call, int scope,
                               aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                               aerospike_udf_go_value *arguments, size_t count,
                               aerospike_udf_go_result *result);

/* Puts another version of the module in place, while calls run: those under way finish on the old one, new ones
 * go to the new one once it is checked, loaded and set up in a fresh worker. Where that fails the old one
 * stays. */
mod_go_status mod_go_fenced_replace(mod_go_fenced *pool, const char *path, mod_go_error *error);

/* What the fence lacks on this kernel, as the end of a sentence, "" where it is whole; never NULL, and never
 * freed. Workers run all the same, unless MODGO_FENCE is strict. What workers can't do without is an error when
 * they are started. */
const char *mod_go_fenced_lacks(void);

void mod_go_fenced_read_counters(mod_go_fenced *pool, mod_go_fenced_counters *counters);
void mod_go_fenced_last_outcome(mod_go_fenced_outcome *outcome);

/* Ends all workers. No call may be under way. NULL is fine. */
void mod_go_fenced_close(mod_go_fenced *pool);

#ifdef __cplusplus
}
#endif

#endif
