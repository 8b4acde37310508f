/*
 * worker.h - one worker, seen from the host: its start, its requests outside calls, its output and its end. pool.h
 * has which worker serves which call.
 */
#ifndef MOD_GO_WORKER_H
#define MOD_GO_WORKER_H

#include <pthread.h>

#include "common/public.h"
#include "fenced/crash_output.h"
#include "fenced/process.h"
#include "loader/manifest.h"

/* One version of a pool's module. Its workers share one private copy of the file. */
typedef struct mod_go_version {
	char *path;
	int descriptor;           /* of the copy */
	char *wants;              /* grants.h; NULL for none */
	mod_go_manifest manifest; /* set before the version becomes current, and not changed after that */

	/* Under the pool's lock. */
	unsigned users;  /* references */
	uint64_t end_at; /* when its calls are ended; 0: not yet known */
	int major;
	int minor;
} mod_go_version;

/* Checks and copies the file. With MOD_GO_OK `*version` has one user, the caller. Any thread, no lock. */
mod_go_status mod_go_version_make(const char *path, mod_go_version **version, mod_go_error *error);

/* Frees a version without users. */
void mod_go_version_free(mod_go_version *version);

typedef enum mod_go_worker_state {
	MOD_GO_WORKER_STARTING,
	MOD_GO_WORKER_IDLE,
	MOD_GO_WORKER_BUSY,
	MOD_GO_WORKER_DYING /* the supervisor kills the process and frees the worker */
} mod_go_worker_state;

typedef struct mod_go_worker {
	mod_go_version *version; /* not changed */

	/* Under the pool's lock. Times are nanoseconds of CLOCK_MONOTONIC. */
	struct mod_go_worker *next;  /* in the list of all workers */
	struct mod_go_worker *below; /* in the list of idle ones */
	mod_go_worker_state state;
	bool served;    /* it has had a call */
	bool died_idle; /* it ended by itself while it had no call */
	bool stream;    /* BUSY: with a call of a stream UDF */
	uint64_t idle_since;
	uint64_t hung_up_at; /* when its lifeline closed, or it was ended, while it had an owner; else 0 */

	/* The owner's, without a lock: pool.c says who that is. The process has a lock of its own. */
	int major; /* what the module reported when it was loaded */
	int minor;
	mod_go_process process;
	mod_go_shared *shared;
	mod_go_channel channel;
	mod_go_placement placement;
	mod_go_buffer message;
	mod_go_buffer logs;

	/* Set by the watcher, and `gone` by the thread that closes the pool, too; read by the owner. */
	atomic_bool gone;                    /* the process was collected, or is ended for the reason below */
	_Atomic(const char *) ended_because; /* a static text, set before `gone`; else NULL */
	atomic_uint too_many_threads;        /* how many it had when it was killed because of them; else 0 */

	int lifeline; /* the watcher's; -1 once it was closed */

	/* Under output_lock. The watcher reads atomic ones without it. */
	pthread_mutex_t output_lock;
	atomic_int output; /* -1 once the worker has closed it */
	int copy_to;       /* where its output is copied to, -1 for nowhere */
	mod_go_crash_output crash_output;
	uint64_t output_second;        /* when the current second of output began */
	size_t output_taken;           /* bytes in it */
	atomic_ullong output_dropped;  /* bytes beyond MOD_GO_OUTPUT_RATE that nobody has counted yet */
	_Atomic uint64_t output_after; /* the watcher does not read before this time */
} mod_go_worker;

/* Starts a process that has done nothing yet. The caller frees `*worker` where it succeeds, and keeps a reference
 * to the version as long. */
mod_go_status mod_go_worker_start(const char *program, const mod_go_fenced_options *options,
                                  mod_go_version *version, mod_go_worker **worker, mod_go_error *error);

/* The owner has the worker load the module, or run its setup, by `until`. Where this fails the worker cannot be
 * used again. */
mod_go_status mod_go_worker_open(mod_go_worker *worker, uint64_t until, mod_go_error *error);
mod_go_status mod_go_worker_setup(mod_go_worker *worker, uint64_t until, mod_go_error *error);

/* The owner asks for a property, which the caller frees. NULL where the worker does not answer by `until`: it was
 * killed. */
char *mod_go_worker_property(mod_go_worker *worker, const char *name, uint64_t until);

/* Bytes of output of a worker in a second that count as taken. The rest counts as dropped: only its tail is stored, for
 * the reason of a crash. No limit where the host wants a copy. */
#define MOD_GO_OUTPUT_RATE ((size_t)64 << 10)

/* Threads that a worker may have, besides one for each processor. The watcher counts them: the kernel's limit
 * (RLIMIT_NPROC) is for all processes of a user together, and does not bind root. */
#define MOD_GO_WORKER_THREADS 1000u

/* Reads what it has printed, without waiting for more. Any thread. Takes output_lock; waits for a full pipe that
 * the output is copied to, but only once. */
void mod_go_worker_drain(mod_go_worker *worker);

/* Describes the end of a process that was collected: "its worker ended with exit code 2". */
void mod_go_worker_describe_end(const mod_go_worker *worker, char *text, size_t capacity);

/* Drains its output and finds the reason of its crash in it, or its last line; "" for nothing. Any thread. */
void mod_go_worker_crash_reason(mod_go_worker *worker, char *text, size_t capacity);

/* Describes how it ended and why, as the rest of a sentence: "its worker ended with exit code 2: panic: ...". Kills it
 * where it has not ended, and waits for nothing. The owner calls this. `capacity` is at least 256. */
void mod_go_worker_explain(mod_go_worker *worker, mod_go_arrival arrival, char *text, size_t capacity);

/* apply_fenced.c: the outcome that mod_go_fenced_last_outcome returns to this thread: resets it; records a worker's
 * end. */
void mod_go_outcome_begin(void);
void mod_go_outcome_note(const mod_go_worker *worker, mod_go_arrival arrival);

/* Whether it got no memory since its last request, because of its limit. It says so itself, perhaps falsely. */
bool mod_go_worker_reached_memory_limit(const mod_go_worker *worker);

/* Frees a worker whose process has ended. The watcher alone, once the worker is in a pool. */
void mod_go_worker_free(mod_go_worker *worker);

#endif
