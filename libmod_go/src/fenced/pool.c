/*
 * pool.c - the states of workers, and how they are handed to calls.
 *
 * A worker is in one state at a time, and one owner uses it in each:
 *
 *   STARTING  the thread that starts it: the starter; for `first` and a new version the one that opens the pool or
 *             holds setup_lock
 *   IDLE      nobody; it is in the list `idle`
 *   BUSY      the thread whose call it serves
 *   DYING     the watcher, which kills the process, collects it and frees the worker
 *
 *   STARTING -> IDLE    it is set up, and of the current version
 *   IDLE -> BUSY        pop
 *   BUSY -> IDLE        released, healthy, and still of the current version
 *   any -> DYING        retired: failed, ended, of an old version, or the pool closes. There is no way back
 *
 * Every change is made with `lock` held, together with the counts: live = starting + idle_count + busy[0] + busy[1],
 * and DYING workers are not live. The owner uses a worker without the lock. What others may do to it meanwhile is
 * little: the watcher closes its lifeline, collects the process, sets `gone` and hangs up its channel when the
 * process has ended, and drains its output; stop_workers kills its process. Only the watcher frees workers, so a
 * pointer in its list stays valid through its poll.
 *
 * A process may end at any time. The watcher sees the lifeline close. If the worker is IDLE, the watcher retires it.
 * If it has an owner, the watcher sets `hung_up_at`, collects the process, so that the owner finds its exit status,
 * and sets `gone`: the owner notices in its channel (MOD_GO_GONE) and releases it as not healthy, or, if it has just
 * finished with it, mod_go_pool_make_idle sees `hung_up_at` and retires it. Without that last check a dead worker
 * would stay in `idle` forever, because the watcher reports each end once.
 *
 * Who gets a worker. A call takes an idle one, else it waits in a queue. A released worker goes to `idle`, and the
 * first waiter is signalled, but a call that comes in between may take it: that saves the time to wake a thread,
 * which is longer than most calls. So that a waiter is not passed over forever, one that has waited longer than
 * PATIENCE is handed the worker itself. `notified` keeps a waiter from being signalled again before it has run; it
 * clears the flag, and signals the next waiter when it leaves with a worker, since further ones may have become
 * idle without a signal.
 *
 * How many. `limit` workers may be BUSY with calls of record UDFs and as many with calls of stream UDFs, so that
 * streams, which take long, do not keep records waiting. One more is ready as a spare unless `no_spare`. A worker is
 * started for each waiter that may have one and for the spare, up to MOD_GO_STARTERS at a time. After a failed start
 * the next waits: 10 ms, 20 ms, … 10 s, and until it is due, calls fail at once where no worker is live. A worker
 * that ends once it is ready delays nothing, since it may have been killed from outside. But where it ended before
 * its first call, a spare is started with the next call only, or a module that crashes soon after its setup would be
 * restarted as fast as processes can start.
 *
 * When they end. Of the workers that are idle for longer than options.idle all but one are retired, beginning with
 * the one that is idle for longest. A call takes the one that became idle last, so that the others can end.
 *
 * How a call is handed over. Both sides spin where that pays (spinning.c). Otherwise the worker's serving thread is
 * moved to the processor of its caller (placement.h), and a call prefers the worker that is there already.
 *
 * Locks: setup_lock before lock, lock before a worker's output_lock and a process's own. With `lock` held nothing
 * waits for a process or a message.
 */
#include "fenced/pool.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

/* Nanoseconds. A caller that has waited longer is handed the next worker. */
#define PATIENCE 1000000u

/* After a failed start, in nanoseconds: 10 ms, doubled with each further one up to 10 s. */
#define BACK_OFF_FIRST 10000000u
#define BACK_OFF_STEPS 10

/* Nanoseconds. A failure so long after next_start counts as the first one. */
#define CALM 2000000000u

/* How many idle workers are looked at for the one on the caller's processor. */
#define LOOKED_AT 8

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
	if (worker->hung_up_at != 0) {
		mod_go_pool_worker_ended(pool, worker);
		return;
	}
	if (worker->state == MOD_GO_WORKER_STARTING)
		pool->starting--;
	else if (worker->state == MOD_GO_WORKER_BUSY)
		pool->busy[worker->stream]--;
	worker->state = MOD_GO_WORKER_IDLE;
	worker->idle_since = pool->options.idle > 0 ? mod_go_now_coarse() : 0;
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
		pool->busy[worker->stream]--;
	} else {
		return;
	}
	pool->live--;
	worker->state = MOD_GO_WORKER_DYING;
	mod_go_supervisor_wake(pool);
}

uint64_t mod_go_pool_end_idle(mod_go_fenced *pool, uint64_t now)
{
	uint64_t time = (uint64_t)pool->options.idle * 1000000u, oldest = UINT64_MAX;

	while (pool->options.idle > 0 && pool->idle_count > 1) {
		mod_go_worker *last = pool->idle;

		while (last->below != NULL)
			last = last->below;
		oldest = last->idle_since;
		if (oldest + time > now)
			return oldest + time;
		mod_go_pool_retire(pool, last);
	}
	return 0;
}

/* Whether one more worker may be busy with such a call. */
static bool may_be_busy(const mod_go_fenced *pool, bool stream)
{
	return pool->busy[stream] < pool->options.limit;
}

bool mod_go_pool_needs_worker(const mod_go_fenced *pool)
{
	bool spare = !pool->options.no_spare && !pool->no_spare;
	unsigned needed[2] = {0, 0};

	if (!pool->ready || pool->closing)
		return false;
	for (const mod_go_waiter *waiter = pool->waiters; waiter != NULL; waiter = waiter->next)
		needed[waiter->stream] += pool->busy[waiter->stream] + needed[waiter->stream] < pool->options.limit;
	return pool->idle_count + pool->planned < needed[0] + needed[1] + spare &&
	       pool->busy[0] + pool->busy[1] + pool->idle_count + pool->planned < 2 * pool->options.limit + spare;
}

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
	if (!pool->stopped) /* then start_error has that reason */
		pool->start_error = *error;
	if (pool->live == 0)
		mod_go_pool_fail_waiters(pool);
}

void mod_go_pool_worker_ended(mod_go_fenced *pool, mod_go_worker *worker)
{
	pool->to_replace++;
	pool->no_spare = pool->no_spare || !worker->served;
	worker->died_idle = true;
	mod_go_pool_retire(pool, worker);
	if (mod_go_pool_needs_worker(pool))
		pthread_cond_signal(&pool->start_needed);
}

/* The place in the list of the idle worker that is on the processor of the calling thread already; else of the last one
 * released. */
static mod_go_worker **choose(mod_go_fenced *pool)
{
	mod_go_worker **place = &pool->idle;
	int processor = sched_getcpu();

	for (unsigned i = 0; i < LOOKED_AT && *place != NULL; i++, place = &(*place)->below) {
		if (atomic_load_explicit(&(*place)->placement.processor, memory_order_relaxed) == processor)
			return place;
	}
	return &pool->idle;
}

/* Takes an idle worker, where one more may be busy. */
static mod_go_worker *pop(mod_go_fenced *pool, bool stream)
{
	mod_go_worker **place, *worker;

	if (pool->idle == NULL || !may_be_busy(pool, stream))
		return NULL;
	place = choose(pool);
	worker = *place;
	*place = worker->below;
	pool->idle_count--;
	worker->state = MOD_GO_WORKER_BUSY;
	worker->stream = stream;
	pool->busy[stream]++;
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

	while (waiter != NULL && !may_be_busy(pool, waiter->stream))
		waiter = waiter->next;
	if (waiter == NULL || pool->idle == NULL)
		return;
	if (mod_go_now() - waiter->since > PATIENCE) {
		waiter->worker = pop(pool, waiter->stream);
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

/* Sleeps until the waiter is signalled. False where `until` came first. */
static bool sleep_until(mod_go_fenced *pool, mod_go_waiter *waiter, uint64_t until)
{
	struct timespec time = mod_go_timespec(until);

	if (until == 0)
		return pthread_cond_wait(&waiter->woken, &pool->lock) == 0;
	return pthread_cond_timedwait(&waiter->woken, &pool->lock, &time) != ETIMEDOUT;
}

/* Whether waiting is pointless: there is no worker, and none can be started now. */
static bool cannot_start(const mod_go_fenced *pool)
{
	return pool->stopped || (pool->live == 0 && pool->failures > 0 && mod_go_now() < pool->next_start);
}

static mod_go_worker *wait_for_worker(mod_go_fenced *pool, bool stream, uint64_t until, int *status)
{
	mod_go_waiter waiter = {.since = mod_go_now(), .stream = stream};

	mod_go_condition_init(&waiter.woken);
	*pool->last_waiter = &waiter;
	pool->last_waiter = &waiter.next;
	if (mod_go_pool_needs_worker(pool))
		pthread_cond_signal(&pool->start_needed);
	while (waiter.worker == NULL) {
		bool in_time = sleep_until(pool, &waiter, until);
		mod_go_worker *worker = waiter.worker == NULL ? pop(pool, stream) : NULL;

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
		mod_go_pool_serve_waiters(pool); /* others may have become idle before this one ran */
	pthread_cond_destroy(&waiter.woken);
	return waiter.worker;
}

mod_go_worker *mod_go_pool_acquire(mod_go_fenced *pool, bool stream, uint64_t until, int *status, char *why,
                                   size_t capacity)
{
	mod_go_worker *worker;

	pthread_mutex_lock(&pool->lock);
	pool->no_spare = false;
	worker = pop(pool, stream);
	if (worker == NULL) {
		*status = AEROSPIKE_UDF_GO_INTERNAL;
		if (!cannot_start(pool))
			worker = wait_for_worker(pool, stream, until, status);
		if (worker == NULL && *status == AEROSPIKE_UDF_GO_DEADLINE)
			snprintf(why, capacity, "all %u workers were busy until the deadline", pool->options.limit);
		else if (worker == NULL)
			snprintf(why, capacity, "there is no worker: %s", pool->start_error.message);
	}
	if (worker != NULL) {
		bool spins = mod_go_spinning_pays(&pool->spinning, pool->processors, pool->busy[0] + pool->busy[1]);

		worker->channel.spin = spins ? MOD_GO_SPIN : 0;
		worker->channel.slept = false;
		worker->channel.placement = &worker->placement; /* it has started, on all processors */
		if (mod_go_pool_needs_worker(pool))
			pthread_cond_signal(&pool->start_needed);
	}
	pthread_mutex_unlock(&pool->lock);
	return worker;
}

/* The lock must be held. */
static void add_call(mod_go_fenced_counters *counters, const mod_go_finished_call *call)
{
	counters->calls++;
	counters->by_status[call->status]++;
	counters->crashes += call->crashed;
	counters->timeouts += call->timed_out;
	if (call->nanoseconds > 0)
		counters->latency[63 - __builtin_clzll(call->nanoseconds)]++;
}

void mod_go_pool_count(mod_go_fenced *pool, const mod_go_finished_call *call)
{
	pthread_mutex_lock(&pool->lock);
	add_call(&pool->counters, call);
	pthread_mutex_unlock(&pool->lock);
}

void mod_go_pool_release(mod_go_fenced *pool, mod_go_worker *worker, bool healthy,
                         const mod_go_finished_call *call)
{
	pthread_mutex_lock(&pool->lock);
	if (call != NULL)
		add_call(&pool->counters, call);
	worker->served = true;
	if (worker->channel.spin > 0)
		mod_go_spinning_note(&pool->spinning, worker->channel.slept);
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
