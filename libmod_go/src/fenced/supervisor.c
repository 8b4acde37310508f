/*
 * supervisor.c - the threads that start the workers of a pool. watcher.c watches and ends them; pool.c has their
 * states.
 *
 * A starter starts workers, one after another, because a start takes milliseconds and may hang until start_timeout.
 * It sleeps on `start_needed`, which is signalled whenever mod_go_pool_needs_worker may have become true, and until
 * `next_start` after a failure. It holds a reference to the version that it starts (`users`), since a replacement
 * may release the current one meanwhile; a worker that comes up with an old version is retired. `planned` counts the
 * starts under way. There is one starter at first; one that begins a start while no other rests creates one more,
 * up to MOD_GO_STARTERS.
 *
 * Ending: `closing` stops the starters after their current starts. Those are hung up (`gone`), so they fail at once
 * instead of waiting for the worker. All other workers are retired. When the starters have returned, `closed` is set,
 * and the watcher returns when the last worker is freed. If `closed` were set before that, the watcher could return
 * while a starter still adds a worker, which nobody would free.
 */
#include "fenced/pool.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"

void mod_go_supervisor_wake(mod_go_fenced *pool)
{
	uint64_t one = 1;
	ssize_t ignored;

	/* Fails only where the counter is full, so that the watcher wakes anyway. */
	ignored = write(pool->wake_event, &one, sizeof(one));
	(void)ignored;
}

mod_go_status mod_go_supervisor_start_worker(mod_go_fenced *pool, mod_go_version *version, bool up,
                                             mod_go_worker **made, mod_go_error *error)
{
	uint64_t until = mod_go_deadline_after(pool->options.start_timeout);
	mod_go_worker *worker;
	mod_go_status status = mod_go_worker_start(pool->program, &pool->options, version, &worker, error);

	if (status != MOD_GO_OK)
		return status;
	pthread_mutex_lock(&pool->lock);
	mod_go_pool_add(pool, worker);
	if (pool->closing)
		until = 1; /* in the past */
	pthread_mutex_unlock(&pool->lock);
	status = mod_go_worker_open(worker, until, error);
	if (status == MOD_GO_OK && up)
		status = mod_go_worker_setup(worker, until, error);
	pthread_mutex_lock(&pool->lock);
	if (status == MOD_GO_OK) {
		version->major = worker->major;
		version->minor = worker->minor;
		*made = worker;
	} else {
		mod_go_pool_retire(pool, worker);
	}
	pthread_mutex_unlock(&pool->lock);
	return status;
}

/* The lock must be held: `worker` is set up, or NULL where its start failed. */
static void start_ended(mod_go_fenced *pool, mod_go_worker *worker, const mod_go_version *version,
                        const mod_go_error *error)
{
	if (worker != NULL) {
		if (pool->to_replace > 0) {
			pool->to_replace--;
			pool->counters.restarts++;
		}
		if (worker->version == pool->current && !pool->closing)
			mod_go_pool_make_idle(pool, worker);
		else
			mod_go_pool_retire(pool, worker);
		mod_go_pool_serve_waiters(pool);
	} else if (version == pool->current) { /* a start of an old version may have been ended */
		mod_go_pool_start_failed(pool, error);
	}
}

static void rest(mod_go_fenced *pool, uint64_t until)
{
	struct timespec time = mod_go_timespec(until);

	pool->resting_starters++;
	if (until == 0)
		pthread_cond_wait(&pool->start_needed, &pool->lock);
	else
		pthread_cond_timedwait(&pool->start_needed, &pool->lock, &time);
	pool->resting_starters--;
}

static void *start_workers(void *argument);

/* Starts a thread that blocks all signals: they are for the host's own threads. */
static int start_thread(pthread_t *thread, void *(*run)(void *), mod_go_fenced *pool)
{
	sigset_t all, before;
	int reason;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	reason = pthread_create(thread, NULL, run, pool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return reason;
}

/* Sees to another starter for the next start, which may be needed now or later. Without one that start comes after
 * this one. */
static void share_work(mod_go_fenced *pool)
{
	if (pool->resting_starters == 0 && pool->starter_count < MOD_GO_STARTERS &&
	    start_thread(&pool->starters[pool->starter_count], start_workers, pool) == 0)
		pool->starter_count++;
	else if (mod_go_pool_needs_worker(pool))
		pthread_cond_signal(&pool->start_needed);
}

static void *start_workers(void *argument)
{
	mod_go_fenced *pool = argument;

	prctl(PR_SET_NAME, "mod-go-start");
	pthread_mutex_lock(&pool->lock);
	while (!pool->closing) {
		mod_go_version *version = pool->current;
		mod_go_worker *worker = NULL;
		mod_go_error error;

		if (!mod_go_pool_needs_worker(pool)) {
			rest(pool, 0);
			continue;
		}
		if (mod_go_now() < pool->next_start) {
			rest(pool, pool->next_start);
			continue;
		}
		version->users++;
		pool->planned++;
		share_work(pool);
		pthread_mutex_unlock(&pool->lock);
		mod_go_supervisor_start_worker(pool, version, true, &worker, &error);
		pthread_mutex_lock(&pool->lock);
		pool->planned--;
		start_ended(pool, worker, version, &error);
		if (--version->users == 0)
			mod_go_version_free(version);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

mod_go_status mod_go_supervisor_start(mod_go_fenced *pool, mod_go_error *error)
{
	int reason;

	pool->wake_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	reason = pool->wake_event < 0 ? errno : start_thread(&pool->watcher, mod_go_watcher_run, pool);
	if (reason == 0) {
		pthread_mutex_lock(&pool->lock); /* the starters' counts */
		reason = start_thread(&pool->starters[0], start_workers, pool);
		pool->starter_count = reason == 0;
		pthread_mutex_unlock(&pool->lock);
		if (reason == 0)
			return MOD_GO_OK;
		pthread_mutex_lock(&pool->lock);
		pool->closed = true;
		mod_go_supervisor_wake(pool);
		pthread_mutex_unlock(&pool->lock);
		pthread_join(pool->watcher, NULL);
	}
	if (pool->wake_event >= 0)
		close(pool->wake_event);
	return mod_go_fail(
		error, MOD_GO_WORKER_FAILED,
		"the threads that supervise workers could not be started (%s); raise the limits of threads and"
		" open files",
		strerror(reason));
}

void mod_go_supervisor_stop(mod_go_fenced *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	for (mod_go_worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		/* A worker that is starting is the starter's, which fails now and retires it. */
		if (worker->state == MOD_GO_WORKER_STARTING && worker != pool->first) {
			atomic_store(&worker->gone, true);
			mod_go_channel_hang_up(&worker->channel);
		} else {
			mod_go_pool_retire(pool, worker);
		}
	}
	pthread_cond_broadcast(&pool->start_needed);
	mod_go_supervisor_wake(pool);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->starter_count; i++) /* none is created while the pool closes */
		pthread_join(pool->starters[i], NULL);
	pthread_mutex_lock(&pool->lock);
	pool->closed = true;
	mod_go_supervisor_wake(pool);
	pthread_mutex_unlock(&pool->lock);
	pthread_join(pool->watcher, NULL);
	close(pool->wake_event);
}
