/*
 * pool.h - the workers of one module: who has which, who waits for one, and the two threads that keep them. What a
 * call says to its worker is session.h's business.
 */
#ifndef MOD_GO_POOL_H
#define MOD_GO_POOL_H

#include <limits.h>

#include "fenced/worker.h"

/* A caller that waits for a worker; on its own stack. */
typedef struct mod_go_waiter {
	struct mod_go_waiter *next;
	pthread_cond_t woken;
	uint64_t since;
	bool notified;         /* it was woken, and has not looked yet */
	bool failed;           /* there will be no worker: the pool's start error says why */
	mod_go_worker *worker; /* was handed to it */
} mod_go_waiter;

struct mod_go_fenced {
	char program[PATH_MAX]; /* mod-go-worker */
	char *path;             /* of the module as it was opened: for messages */
	mod_go_fenced_options options;
	unsigned processors;

	pthread_mutex_t setup_lock; /* one setup, replacement or early property at a time; taken before `lock` */
	bool setup_done;
	mod_go_error setup_error;
	mod_go_worker *first; /* opened, and not set up yet */

	pthread_mutex_t lock; /* guards what follows */
	atomic_bool ready;
	bool stopped; /* by the caller's descriptor */
	bool closing; /* no worker is started any more */
	bool closed;  /* none is starting any more */
	mod_go_version *current;
	mod_go_worker *workers;
	mod_go_worker *idle;
	mod_go_waiter *waiters; /* the longest first */
	mod_go_waiter **last_waiter;
	unsigned live; /* all but the DYING; the next three are of these */
	unsigned starting;
	unsigned busy;
	unsigned idle_count;
	unsigned to_replace; /* workers that ended and have no successor yet */
	unsigned failures;   /* starts that failed, one soon after the other */
	uint64_t next_start; /* not before */
	mod_go_error start_error;
	mod_go_fenced_counters counters;

	pthread_cond_t start_needed;
	pthread_t starter; /* supervisor.c */
	pthread_t watcher;
	int wake_event; /* an event that the watcher looks up at */
};

/* Gives an idle worker, or waits for one until `until` (0 for ever). NULL with the status and its reason. */
mod_go_worker *mod_go_pool_acquire(mod_go_fenced *pool, uint64_t until, int *status, char *why,
                                   size_t capacity);

/* A call that is over, to be counted. */
typedef struct mod_go_finished_call {
	int status;
	bool crashed;
	bool timed_out;
	uint64_t nanoseconds; /* 0 where it was not timed */
} mod_go_finished_call;

/* Gives it back; `healthy` says whether it may serve again. Counts the call at once, NULL for none. */
void mod_go_pool_release(mod_go_fenced *pool, mod_go_worker *worker, bool healthy,
                         const mod_go_finished_call *counted);
void mod_go_pool_count(mod_go_fenced *pool, const mod_go_finished_call *counted);

/* The following want the lock held. */

/* Whether another worker should be started. */
bool mod_go_pool_needs_worker(const mod_go_fenced *pool);

/* A new worker joins, STARTING; becomes IDLE, or DYING where it has ended meanwhile; becomes DYING, from whatever it is. */
void mod_go_pool_add(mod_go_fenced *pool, mod_go_worker *worker);
void mod_go_pool_make_idle(mod_go_fenced *pool, mod_go_worker *worker);
void mod_go_pool_retire(mod_go_fenced *pool, mod_go_worker *worker);

/* An idle worker has ended; a start has failed. The next starts wait ever longer where that goes on. */
void mod_go_pool_worker_ended(mod_go_fenced *pool, mod_go_worker *worker);
void mod_go_pool_start_failed(mod_go_fenced *pool, const mod_go_error *error);

/* Has an idle worker handed out, or a waiter told. */
void mod_go_pool_serve_waiters(mod_go_fenced *pool);

/* Tells all waiters that there will be no worker. */
void mod_go_pool_fail_waiters(mod_go_fenced *pool);

/* supervisor.c: starts the two threads, and ends them with all workers. */
mod_go_status mod_go_supervisor_start(mod_go_fenced *pool, mod_go_error *error);
void mod_go_supervisor_stop(mod_go_fenced *pool);

/* Has the watcher look at the workers. */
void mod_go_supervisor_wake(mod_go_fenced *pool);

/* Starts a worker of `version`, enlists it and loads the module; sets it up as well where `up`. Wants the lock not
 * held. */
mod_go_status mod_go_supervisor_start_worker(mod_go_fenced *pool, mod_go_version *version, bool up,
                                             mod_go_worker **worker, mod_go_error *error);

#endif
