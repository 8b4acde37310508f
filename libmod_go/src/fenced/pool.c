/* pool.c - hands workers to callers. Whoever is there first gets an idle one, but nobody waits long for that. */
#include "common/error.h"
#include "fenced/pool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A caller that has waited this long is handed the next worker. Before that, one that is awake already may get it:
 * to wake a thread takes longer than most calls. */
#define PATIENCE 1000000u /* nanoseconds */

/* After a start that failed: 10 ms, then twice that, and so on to 10 s. */
#define BACK_OFF_FIRST 10000000u
#define BACK_OFF_STEPS 10

/* A failure so long after the last one is the first again. */
#define CALM 2000000000u

void mod_go_pool_add(mod_go_fenced *pool, mod_go_worker *worker)
{
	worker->state = MOD_GO_WORKER_STARTING;
	worker->version->users++;
	worker->next = pool->workers;
	pool->workers = worker;
	pool->starting++;
	pool->live++;
	mod_go_supervisor_wake(pool);
}

void mod_go_pool_make_idle(mod_go_fenced *pool, mod_go_worker *worker)
{
	if (atomic_load(&worker->gone)) {
		mod_go_pool_worker_ended(pool, worker);
		return;
	}
	if (worker->state == MOD_GO_WORKER_STARTING)
		pool->starting--;
	else if (worker->state == MOD_GO_WORKER_BUSY)
		pool->busy--;
	worker->state = MOD_GO_WORKER_IDLE;
	worker->below = pool->idle;
	pool->idle = worker;
	pool->idle_count++;
}

void mod_go_pool_retire(mod_go_fenced *pool, mod_go_worker *worker)
{
	mod_go_worker **place = &pool->idle;

	if (worker->state == MOD_GO_WORKER_IDLE) {
		while (*place != worker)
			place = &(*place)->below;
		*place = worker->below;
		pool->idle_count--;
	} else if (worker->state == MOD_GO_WORKER_STARTING) {
		pool->starting--;
	} else if (worker->state == MOD_GO_WORKER_BUSY) {
		pool->busy--;
	} else {
		return;
	}
	pool->live--;
	worker->state = MOD_GO_WORKER_DYING;
	mod_go_supervisor_wake(pool);
}

bool mod_go_pool_needs_worker(const mod_go_fenced *pool)
{
	unsigned most = pool->options.limit + !pool->options.no_spare;

	if (!pool->ready || pool->closing || pool->live >= most || pool->idle_count + pool->starting > 0)
		return false;
	return !pool->options.no_spare || pool->waiters != NULL;
}

/* The next start waits, the longer the more of them failed in a row. */
void mod_go_pool_start_failed(mod_go_fenced *pool, const mod_go_error *error)
{
	uint64_t now = mod_go_now();
	unsigned steps;

	if (pool->next_start + CALM < now)
		pool->failures = 0;
	steps = pool->failures < BACK_OFF_STEPS ? pool->failures : BACK_OFF_STEPS;
	pool->failures++;
	pool->counters.failed_starts++;
	pool->next_start = now + ((uint64_t)BACK_OFF_FIRST << steps);
	if (!pool->stopped) /* which is why, then */
		pool->start_error = *error;
	if (pool->live == 0)
		mod_go_pool_fail_waiters(pool);
}

/* If the successors of one that ended before its first call do so too, they shall not follow each other as fast as they
 * can be started. */
static void ended_early(mod_go_fenced *pool, mod_go_worker *worker)
{
	char reason[1024];
	mod_go_error error;

	mod_go_worker_crash_reason(worker, reason, sizeof(reason));
	mod_go_fail(
		&error, MOD_GO_WORKER_FAILED,
		"%s: a worker ended before its first call%s%s; look at what the module does beside its functions",
		worker->version->path, reason[0] != '\0' ? ": " : "", reason);
	mod_go_pool_start_failed(pool, &error);
}

void mod_go_pool_worker_ended(mod_go_fenced *pool, mod_go_worker *worker)
{
	pool->to_replace++;
	mod_go_pool_retire(pool, worker);
	if (!worker->served)
		ended_early(pool, worker);
	if (mod_go_pool_needs_worker(pool))
		pthread_cond_signal(&pool->start_needed);
}

/* An idle worker, where one more may be in use. */
static mod_go_worker *pop(mod_go_fenced *pool)
{
	mod_go_worker *worker = pool->idle;

	if (worker == NULL || pool->busy >= pool->options.limit)
		return NULL;
	pool->idle = worker->below;
	pool->idle_count--;
	worker->state = MOD_GO_WORKER_BUSY;
	pool->busy++;
	return worker;
}

static void remove_waiter(mod_go_fenced *pool, mod_go_waiter *waiter)
{
	mod_go_waiter **place = &pool->waiters;

	while (*place != waiter)
		place = &(*place)->next;
	*place = waiter->next;
	if (*place == NULL)
		pool->last_waiter = place;
}

void mod_go_pool_serve_waiters(mod_go_fenced *pool)
{
	mod_go_waiter *waiter = pool->waiters;

	if (waiter == NULL || pool->idle == NULL || pool->busy >= pool->options.limit)
		return;
	if (mod_go_now() - waiter->since > PATIENCE) {
		waiter->worker = pop(pool);
		remove_waiter(pool, waiter);
		pthread_cond_signal(&waiter->woken);
	} else if (!waiter->notified) {
		waiter->notified = true;
		pthread_cond_signal(&waiter->woken);
	}
}

void mod_go_pool_fail_waiters(mod_go_fenced *pool)
{
	for (mod_go_waiter *waiter = pool->waiters; waiter != NULL; waiter = waiter->next) {
		waiter->failed = true;
		pthread_cond_signal(&waiter->woken);
	}
}

/* Sleeps until the waiter is woken or the time has come; false then. */
static bool sleep_until(mod_go_fenced *pool, mod_go_waiter *waiter, uint64_t until)
{
	struct timespec time = {.tv_sec = (time_t)(until / 1000000000u), .tv_nsec = (long)(until % 1000000000u)};

	if (until == 0)
		return pthread_cond_wait(&waiter->woken, &pool->lock) == 0;
	return pthread_cond_timedwait(&waiter->woken, &pool->lock, &time) != ETIMEDOUT;
}

/* Whether it makes no sense to wait: no worker is there, and none could be started. */
static bool hopeless(const mod_go_fenced *pool)
{
	return pool->stopped || (pool->live == 0 && pool->failures > 0 && mod_go_now() < pool->next_start);
}

static mod_go_worker *wait_for_worker(mod_go_fenced *pool, uint64_t until, int *status)
{
	mod_go_waiter waiter = {.since = mod_go_now()};
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&waiter.woken, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*pool->last_waiter = &waiter;
	pool->last_waiter = &waiter.next;
	if (mod_go_pool_needs_worker(pool))
		pthread_cond_signal(&pool->start_needed);
	while (waiter.worker == NULL) {
		bool in_time = sleep_until(pool, &waiter, until);
		mod_go_worker *worker = waiter.worker == NULL ? pop(pool) : NULL;

		waiter.notified = false;
		if (waiter.worker != NULL)
			break;
		if (worker == NULL && in_time && !waiter.failed)
			continue;
		*status = waiter.failed ? AEROSPIKE_UDF_GO_INTERNAL : AEROSPIKE_UDF_GO_DEADLINE;
		remove_waiter(pool, &waiter);
		waiter.worker = worker;
		break;
	}
	if (waiter.worker != NULL)
		mod_go_pool_serve_waiters(pool); /* more may have come while this one woke */
	pthread_cond_destroy(&waiter.woken);
	return waiter.worker;
}

mod_go_worker *mod_go_pool_acquire(mod_go_fenced *pool, uint64_t until, int *status, char *why,
                                   size_t capacity)
{
	mod_go_worker *worker;

	pthread_mutex_lock(&pool->lock);
	worker = pop(pool);
	if (worker == NULL) {
		*status = AEROSPIKE_UDF_GO_INTERNAL;
		if (!hopeless(pool))
			worker = wait_for_worker(pool, until, status);
		if (worker == NULL && *status == AEROSPIKE_UDF_GO_DEADLINE)
			snprintf(why, capacity, "all %u workers were busy until the deadline", pool->options.limit);
		else if (worker == NULL)
			snprintf(why, capacity, "there is no worker, for %s", pool->start_error.message);
	}
	if (worker != NULL) {
		/* Spinning is for when nobody else wants the processor. */
		worker->channel.spin = pool->processors > 1 && 2 * pool->busy <= pool->processors ? MOD_GO_SPIN : 0;
		if (mod_go_pool_needs_worker(pool))
			pthread_cond_signal(&pool->start_needed);
	}
	pthread_mutex_unlock(&pool->lock);
	return worker;
}

/* Wants the lock held. */
static void count(mod_go_fenced_counters *counters, const mod_go_finished_call *counted)
{
	counters->calls++;
	counters->by_status[counted->status]++;
	counters->crashes += counted->crashed;
	counters->timeouts += counted->timed_out;
	if (counted->nanoseconds > 0)
		counters->latency[63 - __builtin_clzll(counted->nanoseconds)]++;
}

void mod_go_pool_count(mod_go_fenced *pool, const mod_go_finished_call *counted)
{
	pthread_mutex_lock(&pool->lock);
	count(&pool->counters, counted);
	pthread_mutex_unlock(&pool->lock);
}

void mod_go_pool_release(mod_go_fenced *pool, mod_go_worker *worker, bool healthy,
                         const mod_go_finished_call *counted)
{
	pthread_mutex_lock(&pool->lock);
	if (counted != NULL)
		count(&pool->counters, counted);
	worker->served = true;
	if (healthy && worker->version == pool->current) {
		mod_go_pool_make_idle(pool, worker);
	} else {
		if (worker->version == pool->current)
			pool->to_replace++;
		mod_go_pool_retire(pool, worker);
		if (mod_go_pool_needs_worker(pool))
			pthread_cond_signal(&pool->start_needed);
	}
	mod_go_pool_serve_waiters(pool);
	pthread_mutex_unlock(&pool->lock);
}
