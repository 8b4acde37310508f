/*
 * watcher.c - the thread of a pool that watches its workers and ends them. pool.c has the states of workers.
 *
 * The watcher polls, for each worker: the lifeline, whose end of file means that the process ends; its output; and,
 * once the worker is DYING or its lifeline has closed, the process itself. It is the only thread that closes a
 * lifeline, collects a process and frees a worker, so the list that it builds with the lock held stays valid while it
 * polls without the lock.
 *
 * A worker may have an owner when its lifeline closes. The owner waits in its channel until the watcher has collected
 * the process and sets `gone`, so it finds the exit status and the whole output without waiting on its own thread. A
 * process that has closed its lifeline and goes on is killed after KILL_AFTER, and one that does not end then is
 * given up after GIVE_UP_AFTER: its owner learns no exit status.
 *
 * Others change states meanwhile; they wake the watcher by the eventfd, and it builds the list again:
 *
 *   a worker is added         its lifeline must be watched
 *   a worker is retired       its process must be killed and collected
 *   the module is replaced    the calls of the old version must end in time; so where mod_go_fenced_end is called
 *   the pool is closed        it must return
 *
 * It also kills workers that have too many threads, and retires those that are idle for too long. After each poll it
 * does what is due, and finds out when the next thing is.
 *
 * Where the kernel has no process descriptors, and where the list could not grow, it looks again every RECHECK
 * milliseconds.
 *
 * The caller's descriptor `stop` does the first half of closing at any time: the watcher sets `closing`, ends all
 * workers and fails all waiters, so that every call returns; mod_go_fenced_close still does the rest.
 */
#include "fenced/pool.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/error.h"

/* Milliseconds between looks at processes without a descriptor. */
#define RECHECK 2

/* Nanoseconds after its lifeline has closed. */
#define KILL_AFTER    200000000u
#define GIVE_UP_AFTER 2000000000u

/* Nanoseconds between looks at the workers' threads. A module that starts them as fast as it can has up to some 7,000
 * by then. */
#define LOOK_AT_THREADS 100000000u

typedef struct watched {
	mod_go_worker *worker;
	bool dying;
	bool ending; /* dying, or its lifeline has closed */
} watched;

/* The entries are the eventfd, the caller's descriptor, then three for each worker. */
#define FIRST_WORKER 2

typedef struct watch_list {
	struct pollfd *entries;
	watched *workers;
	size_t count;
	size_t capacity;
	bool recheck;
} watch_list;

static bool reserve(watch_list *list, size_t count)
{
	struct pollfd *entries;
	watched *workers;

	if (count <= list->capacity && list->entries != NULL)
		return true;
	entries = realloc(list->entries, (FIRST_WORKER + 3 * count) * sizeof(*entries));
	if (entries == NULL)
		return false;
	list->entries = entries;
	workers = realloc(list->workers, count * sizeof(*workers));
	if (workers == NULL)
		return false;
	list->workers = workers;
	list->capacity = count;
	return true;
}

/* Whether its lifeline has closed and its owner does not know yet. The lock must be held. */
static bool is_hung_up(const mod_go_worker *worker)
{
	return worker->hung_up_at != 0 && !atomic_load(&worker->gone);
}

/* Builds the list, and kills the processes of dying workers. The lock must be held. */
static void list_workers(mod_go_fenced *pool, watch_list *list)
{
	uint64_t now = mod_go_now();
	size_t count = 1; /* or realloc could get the size 0 */

	for (mod_go_worker *worker = pool->workers; worker != NULL; worker = worker->next)
		count++;
	list->recheck = !reserve(list, count);
	list->count = 0;
	for (mod_go_worker *worker = pool->workers; worker != NULL && list->count < list->capacity;
	     worker = worker->next) {
		struct pollfd *entry = &list->entries[FIRST_WORKER + 3 * list->count];
		bool dying = worker->state == MOD_GO_WORKER_DYING;
		bool ending = dying || is_hung_up(worker);

		list->workers[list->count++] = (watched){worker, dying, ending};
		entry[0] = (struct pollfd){.fd = dying ? -1 : worker->lifeline, .events = POLLIN};
		entry[1] = (struct pollfd){.fd = now < worker->output_after ? -1 : worker->output, .events = POLLIN};
		entry[2] = (struct pollfd){.fd = ending ? worker->process.descriptor : -1, .events = POLLIN};
		if (dying)
			mod_go_process_kill(&worker->process);
		list->recheck = list->recheck || (ending && worker->process.descriptor < 0);
	}
}

/* The worker's end of the lifeline is closed (or it wrote to it, which none does). */
static void lifeline_closed(mod_go_fenced *pool, mod_go_worker *worker)
{
	pthread_mutex_lock(&pool->lock);
	close(worker->lifeline);
	worker->lifeline = -1;
	if (worker->state == MOD_GO_WORKER_IDLE)
		mod_go_pool_worker_ended(pool, worker);
	else if (worker->state != MOD_GO_WORKER_DYING)
		worker->hung_up_at = mod_go_now();
	pthread_mutex_unlock(&pool->lock);
}

/* Wakes the owner of a worker that is gone. The lock must be held. */
static void hang_up(mod_go_worker *worker)
{
	atomic_store(&worker->gone, true);
	mod_go_channel_hang_up(&worker->channel);
}

/* Collects the process of a worker with an owner, if it has ended. */
static void collect_for_owner(mod_go_fenced *pool, mod_go_worker *worker)
{
	pthread_mutex_lock(&pool->lock);
	if (worker->state != MOD_GO_WORKER_DYING && is_hung_up(worker) &&
	    mod_go_process_ended(&worker->process, 0))
		hang_up(worker);
	pthread_mutex_unlock(&pool->lock);
}

/* Records the end of an idle worker whose process was collected. Calls record theirs themselves. */
static void note_idle_death(mod_go_fenced *pool, mod_go_worker *worker)
{
	char end[256], crash[1024], reason[MOD_GO_DEATH_REASON];

	mod_go_worker_describe_end(worker, end, sizeof(end));
	mod_go_worker_crash_reason(worker, crash, sizeof(crash));
	snprintf(reason, sizeof(reason), "between calls, %s%s%.200s", end, crash[0] != '\0' ? ": " : "", crash);
	mod_go_pool_note_death(pool, reason);
}

/* Frees a worker whose process was collected. The lock must be held. */
static void remove_worker(mod_go_fenced *pool, mod_go_worker *worker)
{
	mod_go_worker **place = &pool->workers;

	while (*place != worker)
		place = &(*place)->next;
	*place = worker->next;
	pool->counters.dropped_output += worker->output_dropped;
	if (--worker->version->users == 0)
		mod_go_version_free(worker->version);
	mod_go_worker_free(worker);
}

static void handle_events(mod_go_fenced *pool, watch_list *list)
{
	uint64_t woken;

	if (list->entries[0].revents != 0 && read(pool->wake_event, &woken, sizeof(woken)) < 0)
		return;
	for (size_t i = 0; i < list->count; i++) {
		const struct pollfd *entry = &list->entries[FIRST_WORKER + 3 * i];
		mod_go_worker *worker = list->workers[i].worker;

		if (entry[1].revents != 0)
			mod_go_worker_drain(worker);
		if (list->workers[i].dying) {
			if (!mod_go_process_ended(&worker->process, 0))
				continue;
			mod_go_worker_drain(worker); /* its last output */
			if (worker->died_idle)
				note_idle_death(pool, worker);
			pthread_mutex_lock(&pool->lock);
			remove_worker(pool, worker);
			pthread_mutex_unlock(&pool->lock);
			continue;
		}
		if (entry[0].revents != 0)
			lifeline_closed(pool, worker);
		if (entry[0].revents != 0 || list->workers[i].ending)
			collect_for_owner(pool, worker);
	}
}

/* Ends a worker of any state; where it has an owner, that notices: at once where there is a reason for its call to
 * report (not NULL), else once the process was collected. The lock must be held. */
static void end_worker(mod_go_fenced *pool, mod_go_worker *worker, const char *call_reason)
{
	if (worker->state == MOD_GO_WORKER_IDLE) {
		mod_go_pool_retire(pool, worker);
	} else if (worker->state != MOD_GO_WORKER_DYING) {
		mod_go_process_kill(&worker->process);
		if (worker->hung_up_at == 0)
			worker->hung_up_at = mod_go_now();
		if (call_reason == NULL)
			return;
		atomic_store(&worker->ended_because, call_reason);
		hang_up(worker);
	}
}

/* Kills or gives up a worker whose lifeline has closed and whose process does not end. Returns when to look again, 0
 * for never. The lock must be held. */
static uint64_t end_hung_up(mod_go_worker *worker, uint64_t now)
{
	if (worker->state == MOD_GO_WORKER_DYING || !is_hung_up(worker))
		return 0;
	if (now < worker->hung_up_at + KILL_AFTER)
		return worker->hung_up_at + KILL_AFTER;
	mod_go_process_kill(&worker->process);
	if (now < worker->hung_up_at + GIVE_UP_AFTER)
		return worker->hung_up_at + GIVE_UP_AFTER;
	hang_up(worker);
	return 0;
}

/* Ends all workers, so that every call and every waiter returns. `start_reason` is why no worker can be started any
 * more; `call_reason` is what the calls that run report, and may be NULL. */
static void stop_workers(mod_go_fenced *pool, const char *start_reason, const char *call_reason)
{
	pthread_mutex_lock(&pool->lock);
	pool->stopped = true;
	pool->closing = true;
	mod_go_fail(&pool->start_error, MOD_GO_WORKER_FAILED, "%s: %s", pool->path, start_reason);
	for (mod_go_worker *worker = pool->workers; worker != NULL; worker = worker->next)
		end_worker(pool, worker, call_reason);
	mod_go_pool_fail_waiters(pool);
	pthread_cond_broadcast(&pool->start_needed);
	pthread_mutex_unlock(&pool->lock);
}

static void earlier(uint64_t *first, uint64_t time)
{
	if (time != 0 && (*first == 0 || time < *first))
		*first = time;
}

/* Ends the workers whose time is over, and counts their output. Returns when there is something to do, 0 for never. */
static uint64_t end_workers(mod_go_fenced *pool)
{
	uint64_t now = mod_go_now(), next = 0, end_at;

	pthread_mutex_lock(&pool->lock);
	earlier(&next, mod_go_pool_end_idle(pool, now));
	if (pool->options.idle > 0) /* a worker that becomes idle does not wake the watcher */
		earlier(&next, now + (uint64_t)pool->options.idle * 1000000u);
	for (mod_go_worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		end_at = worker->version->end_at;
		if (worker->state != MOD_GO_WORKER_DYING && end_at != 0 && end_at <= now)
			end_worker(pool, worker, "its module has been replaced");
		else if (worker->state != MOD_GO_WORKER_DYING)
			earlier(&next, end_at);
		earlier(&next, end_hung_up(worker, now));
		if (worker->output_after > now)
			earlier(&next, worker->output_after);
		pool->counters.dropped_output += atomic_exchange(&worker->output_dropped, 0);
	}
	end_at = pool->stopped ? 0 : pool->end_at;
	pthread_mutex_unlock(&pool->lock);
	if (end_at != 0 && end_at <= now)
		stop_workers(pool, "its module has been removed", "its module has been removed");
	else
		earlier(&next, end_at);
	return next;
}

/* Kills the workers that have too many threads; what follows is as for a worker that is killed from outside. Without
 * the lock. Returns when to look again, 0 for never. */
static uint64_t look_at_threads(const mod_go_fenced *pool, const watch_list *list, uint64_t due)
{
	unsigned most = MOD_GO_WORKER_THREADS + pool->processors;

	if (list->count == 0)
		return 0;
	if (mod_go_now() < due)
		return due;
	for (size_t i = 0; i < list->count; i++) {
		mod_go_worker *worker = list->workers[i].worker;
		unsigned threads = list->workers[i].ending ? 0 : mod_go_process_threads(&worker->process);

		if (threads > most) {
			atomic_store(&worker->too_many_threads, threads);
			mod_go_process_kill(&worker->process);
		}
	}
	return mod_go_now() + LOOK_AT_THREADS;
}

/* Milliseconds to wait: until `next`, and not long where processes must be looked at. */
static int poll_time(uint64_t next, bool recheck)
{
	uint64_t now = next != 0 ? mod_go_now() : 0;
	uint64_t milliseconds = next > now ? (next - now) / 1000000u + 1 : 0;

	if (recheck)
		return RECHECK;
	return next == 0 ? -1 : milliseconds < INT_MAX ? (int)milliseconds : INT_MAX;
}

void *mod_go_watcher_run(void *argument)
{
	mod_go_fenced *pool = argument;
	int stop = pool->options.stop;
	watch_list list = {.entries = NULL};
	uint64_t look_at = 0;

	prctl(PR_SET_NAME, "mod-go-watch");
	for (;;) {
		uint64_t next = end_workers(pool);
		bool finished;

		pthread_mutex_lock(&pool->lock);
		list_workers(pool, &list);
		finished = pool->closed && pool->workers == NULL;
		pthread_mutex_unlock(&pool->lock);
		if (finished)
			break;
		if (list.entries == NULL) { /* no memory: try again */
			poll(NULL, 0, RECHECK);
			continue;
		}
		look_at = look_at_threads(pool, &list, look_at);
		earlier(&next, look_at);
		list.entries[0] = (struct pollfd){.fd = pool->wake_event, .events = POLLIN};
		list.entries[1] = (struct pollfd){.fd = stop, .events = POLLIN};
		if (poll(list.entries, FIRST_WORKER + 3 * list.count, poll_time(next, list.recheck)) < 0)
			continue;
		if (list.entries[1].revents != 0) {
			stop = -1;
			stop_workers(pool, "its host has stopped it", NULL);
		}
		handle_events(pool, &list);
	}
	free(list.entries);
	free(list.workers);
	return NULL;
}
