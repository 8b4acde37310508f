/*
 * pool.h - the workers of one module: which are free, which calls wait for one, and the threads that start and
 * watch workers. session.h runs a call in a worker. pool.c has the design.
 */
#ifndef MOD_GO_POOL_H
#define MOD_GO_POOL_H

#include <limits.h>

#include "fenced/spinning.h"
#include "fenced/worker.h"

/* How many workers of a pool may start at a time. */
enum { MOD_GO_STARTERS = 4 };

/* Bytes of a reason, with its NUL. */
enum { MOD_GO_DEATH_REASON = 512 };

/* Why workers have ended, and how many for each reason. */
typedef struct mod_go_deaths {
	uint32_t counts[4]; /* 0: free, as are all that follow */
	char reasons[4][MOD_GO_DEATH_REASON];
} mod_go_deaths;

/* A thread that waits for a worker; on its own stack. Guarded by the pool's lock. */
typedef struct mod_go_waiter {
	struct mod_go_waiter *next;
	pthread_cond_t woken;
	bool stream;           /* it waits for a call of a stream UDF */
	uint64_t since;        /* nanoseconds of CLOCK_MONOTONIC */
	bool notified;         /* it was signalled and has not run yet */
	bool failed;           /* there will be no worker: the pool's start_error has the reason */
	mod_go_worker *worker; /* handed to it */
} mod_go_waiter;

struct mod_go_fenced {
	/* Set by mod_go_fenced_open. */
	char program[PATH_MAX]; /* mod-go-worker */
	char *path;             /* of the module as it was opened: for messages */
	mod_go_fenced_options options;
	unsigned processors;

	/* Held for a setup, a replacement or a property before setup, so these exclude each other. Taken before `lock`. */
	pthread_mutex_t setup_lock;
	bool setup_done;
	mod_go_error setup_error;
	mod_go_worker *first; /* opened and not set up yet; changed with both locks */

	pthread_mutex_t lock; /* guards the rest, down to `spinning` */
	atomic_bool ready;    /* a version is set up; read without the lock before a call */
	bool stopped;         /* by the caller's descriptor */
	bool closing;         /* no worker is started any more */
	bool closed;          /* no start is under way any more */
	mod_go_version *current;
	mod_go_worker *workers;
	mod_go_worker *idle;    /* the last one released first */
	mod_go_waiter *waiters; /* the longest waiting first */
	mod_go_waiter **last_waiter;
	unsigned live; /* all workers but those DYING; the next three count them by state */
	unsigned starting;
	unsigned busy[2]; /* with calls of record UDFs, and of stream UDFs */
	unsigned idle_count;
	unsigned planned;    /* starts that the starters have begun */
	bool no_spare;       /* until the next call: a worker has ended before its first one */
	unsigned to_replace; /* workers that ended and have no successor yet */
	uint64_t end_at;     /* when all workers are ended; 0: not yet known */
	unsigned failures;   /* starts that failed in a row */
	uint64_t next_start; /* not before this time */
	mod_go_error start_error;
	mod_go_fenced_counters counters;
	mod_go_deaths deaths;
	pthread_cond_t start_needed; /* for the starters */
	pthread_t starters[MOD_GO_STARTERS];
	unsigned starter_count;
	unsigned resting_starters; /* they wait for something to do */
	mod_go_spinning spinning;

	/* Set by mod_go_supervisor_start. */
	pthread_t watcher;
	int wake_event; /* an eventfd that wakes the watcher */
};

/* ---- for calls, without the lock ------------------------------------------------------------------ */

/* Takes an idle worker for a call of a record or stream UDF, or waits for one until `until` (0: no limit). The caller
 * releases it. NULL where there is none, with `*status` and the reason as text. */
mod_go_worker *mod_go_pool_acquire(mod_go_fenced *pool, bool stream, uint64_t until, int *status, char *why,
                                   size_t capacity);

/* A call that is over. */
typedef struct mod_go_finished_call {
	int status;
	bool crashed;
	bool timed_out;
	uint64_t nanoseconds; /* 0 where it was not timed */
} mod_go_finished_call;

/* Returns a worker to the pool; the caller must not use it any more. `healthy`: it may serve again. Counts `call`
 * in the same step; NULL for none. */
void mod_go_pool_release(mod_go_fenced *pool, mod_go_worker *worker, bool healthy,
                         const mod_go_finished_call *call);
void mod_go_pool_count(mod_go_fenced *pool, const mod_go_finished_call *call);

/* Records that a worker has ended. */
void mod_go_pool_note_death(mod_go_fenced *pool, const char *reason);

/* ---- with the lock held -------------------------------------------------------------------------- */

/* Whether a worker should be started. */
bool mod_go_pool_needs_worker(const mod_go_fenced *pool);

/* Adds a new worker, STARTING. */
void mod_go_pool_add(mod_go_fenced *pool, mod_go_worker *worker);

/* Makes a worker IDLE, or DYING if its process has ended meanwhile. */
void mod_go_pool_make_idle(mod_go_fenced *pool, mod_go_worker *worker);

/* Makes a worker of any state DYING; the watcher kills its process and frees it. */
void mod_go_pool_retire(mod_go_fenced *pool, mod_go_worker *worker);

/* Retires a worker that has ended while it had no call, and asks for another. One that ended before its first call has
 * no successor until the next call. */
void mod_go_pool_worker_ended(mod_go_fenced *pool, mod_go_worker *worker);

/* Records that a start has failed: the next ones are delayed, longer with each failure in a row. */
void mod_go_pool_start_failed(mod_go_fenced *pool, const mod_go_error *error);

/* Hands an idle worker to the first waiter, or signals it that there is one. */
void mod_go_pool_serve_waiters(mod_go_fenced *pool);

/* Fails all waiters: there will be no worker for them. */
void mod_go_pool_fail_waiters(mod_go_fenced *pool);

/* Retires idle workers whose time is over, but for one. Returns when the next one is due, 0 for never. */
uint64_t mod_go_pool_end_idle(mod_go_fenced *pool, uint64_t now);

/* ---- supervisor.c -------------------------------------------------------------------------------- */

/* Starts the threads; stops them, with all workers. The lock must not be held, and no call may run while they
 * stop. */
mod_go_status mod_go_supervisor_start(mod_go_fenced *pool, mod_go_error *error);
void mod_go_supervisor_stop(mod_go_fenced *pool);

/* watcher.c: the thread that watches the workers; it gets the pool, and returns when that is closed. */
void *mod_go_watcher_run(void *pool);

/* Has the watcher look at the workers again. With or without the lock. */
void mod_go_supervisor_wake(mod_go_fenced *pool);

/* Starts a worker of `version`, adds it to the pool and loads the module; with `up` sets it up, too. It stays
 * STARTING, and the caller makes it idle or retires it; where this fails it was retired. The lock must not be held. */
mod_go_status mod_go_supervisor_start_worker(mod_go_fenced *pool, mod_go_version *version, bool up,
                                             mod_go_worker **worker, mod_go_error *error);

#endif
