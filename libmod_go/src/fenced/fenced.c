/* fenced.c - opens, sets up, replaces and closes a fenced module. apply_fenced.c applies its functions. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "fenced/pool.h"
#include "fenced/wants.h"

#define START_TIMEOUT 10000 /* milliseconds */
#define GRACE         20

static unsigned count_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count > 0 ? (unsigned)count : 1;
}

/* Copies the caller's options, whose struct may be shorter, and sets the defaults. */
static void take_options(mod_go_fenced *pool, const mod_go_fenced_options *given)
{
	mod_go_fenced_options *options = &pool->options;

	pool->processors = count_processors();
	if (given != NULL)
		memcpy(options, given, given->size < sizeof(*options) ? given->size : sizeof(*options));
	if (options->limit == 0)
		options->limit = pool->processors > 2 ? 2 * pool->processors : 4;
	if (options->grace == 0)
		options->grace = GRACE;
	if (options->start_timeout == 0)
		options->start_timeout = START_TIMEOUT;
	if (options->output <= 0)
		options->output = -1;
	if (options->stop <= 0)
		options->stop = -1;
	/* A function that is applied once more would also use the network once more. */
	if (options->grants != NULL && strstr(options->grants, "network") != NULL)
		options->deferred_stores = 0;
}

static mod_go_fenced *new_pool(const char *path, const mod_go_fenced_options *options)
{
	mod_go_fenced *pool = calloc(1, sizeof(*pool));

	if (pool == NULL || (pool->path = strdup(path != NULL ? path : "")) == NULL) {
		free(pool);
		return NULL;
	}
	pool->wake_event = -1;
	take_options(pool, options);
	if (pool->options.grants != NULL && (pool->options.grants = strdup(pool->options.grants)) == NULL) {
		free(pool->path);
		free(pool);
		return NULL;
	}
	pool->last_waiter = &pool->waiters;
	pthread_mutex_init(&pool->setup_lock, NULL);
	pthread_mutex_init(&pool->lock, NULL);
	mod_go_condition_init(&pool->start_needed);
	return pool;
}

static void free_pool(mod_go_fenced *pool)
{
	if (pool->current != NULL)
		mod_go_version_free(pool->current);
	pthread_cond_destroy(&pool->start_needed);
	pthread_mutex_destroy(&pool->lock);
	pthread_mutex_destroy(&pool->setup_lock);
	free((char *)(uintptr_t)pool->options.grants);
	free(pool->path);
	free(pool);
}

mod_go_status mod_go_fenced_open(const char *path, const mod_go_fenced_options *options,
                                 mod_go_fenced **opened, mod_go_error *error)
{
	mod_go_fenced *pool = new_pool(path, options);
	mod_go_status status;

	mod_go_outcome_begin();
	if (pool == NULL)
		return mod_go_no_memory(error, path, sizeof(*pool));
	status = mod_go_version_make(path, &pool->current, error);
	if (status == MOD_GO_OK)
		status = mod_go_wants_check(pool->current->wants, pool->options.grants, path, error);
	if (status == MOD_GO_OK)
		status = mod_go_find_worker(pool->options.worker, pool->program, sizeof(pool->program), error);
	if (status == MOD_GO_OK)
		status = mod_go_supervisor_start(pool, error);
	if (status != MOD_GO_OK) {
		free_pool(pool);
		return status;
	}
	pool->options.worker = NULL; /* the caller's memory */
	status = mod_go_supervisor_start_worker(pool, pool->current, false, &pool->first, error);
	if (status == MOD_GO_OK)
		*opened = pool;
	else
		mod_go_fenced_close(pool);
	return status;
}

static uint64_t start_deadline(const mod_go_fenced *pool)
{
	return mod_go_deadline_after(pool->options.start_timeout);
}

/* Reads the manifest, which saves time; a module without one works as well. */
static void read_manifest(mod_go_fenced *pool, mod_go_worker *worker)
{
	char *functions = mod_go_worker_property(worker, "functions", start_deadline(pool));

	if (functions != NULL)
		mod_go_manifest_read(&worker->version->manifest, functions);
	free(functions);
}

static void run_setup(mod_go_fenced *pool)
{
	if (mod_go_worker_setup(pool->first, start_deadline(pool), &pool->setup_error) != MOD_GO_OK)
		return;
	read_manifest(pool, pool->first);
	pthread_mutex_lock(&pool->lock);
	atomic_store(&pool->ready, true);
	mod_go_pool_make_idle(pool, pool->first);
	pool->first = NULL;
	pthread_cond_signal(&pool->start_needed);
	pthread_mutex_unlock(&pool->lock);
}

mod_go_status mod_go_fenced_setup(mod_go_fenced *pool, mod_go_error *error)
{
	mod_go_status status;

	pthread_mutex_lock(&pool->setup_lock);
	if (!pool->setup_done)
		run_setup(pool);
	pool->setup_done = true;
	status = pool->setup_error.status;
	if (error != NULL)
		*error = pool->setup_error;
	pthread_mutex_unlock(&pool->setup_lock);
	return status;
}

void mod_go_fenced_api_version(mod_go_fenced *pool, int *major, int *minor)
{
	pthread_mutex_lock(&pool->lock);
	*major = pool->current->major;
	*minor = pool->current->minor;
	pthread_mutex_unlock(&pool->lock);
}

char *mod_go_fenced_property(mod_go_fenced *pool, const char *name)
{
	uint64_t until = start_deadline(pool);
	mod_go_worker *worker;
	char *value = NULL;
	char why[1];
	int status;

	pthread_mutex_lock(&pool->setup_lock);
	if (pool->first != NULL) {
		value = mod_go_worker_property(pool->first, name, until);
		pthread_mutex_unlock(&pool->setup_lock);
		return value;
	}
	pthread_mutex_unlock(&pool->setup_lock);
	worker = mod_go_pool_acquire(pool, false, until, &status, why, sizeof(why));
	if (worker == NULL)
		return NULL;
	value = mod_go_worker_property(worker, name, until);
	mod_go_pool_release(pool, worker, value != NULL, NULL);
	return value;
}

/* Makes `worker`'s version the current one. The lock must be held. */
static void take_over(mod_go_fenced *pool, mod_go_worker *worker)
{
	mod_go_version *old = pool->current;

	if (pool->options.old_calls > 0)
		old->end_at = mod_go_deadline_after(pool->options.old_calls);
	pool->current = worker->version;
	pool->current->users++;
	while (pool->idle != NULL)
		mod_go_pool_retire(pool, pool->idle);
	if (pool->first != NULL) {
		mod_go_pool_retire(pool, pool->first);
		pool->first = NULL;
	}
	if (--old->users == 0)
		mod_go_version_free(old);
	mod_go_supervisor_wake(pool);
	pool->failures = 0;
	pool->next_start = 0;
	pool->counters.replacements++;
	mod_go_pool_make_idle(pool, worker);
	atomic_store(&pool->ready, true);
	mod_go_pool_serve_waiters(pool);
	pthread_cond_signal(&pool->start_needed);
}

mod_go_status mod_go_fenced_replace(mod_go_fenced *pool, const char *path, mod_go_error *error)
{
	mod_go_version *version;
	mod_go_worker *worker;
	mod_go_status status = mod_go_version_make(path, &version, error);

	if (status != MOD_GO_OK)
		return status;
	status = mod_go_wants_check(version->wants, pool->options.grants, path, error);
	if (status != MOD_GO_OK) {
		mod_go_version_free(version);
		return status;
	}
	pthread_mutex_lock(&pool->setup_lock);
	status = mod_go_supervisor_start_worker(pool, version, true, &worker, error);
	if (status == MOD_GO_OK)
		read_manifest(pool, worker);
	pthread_mutex_lock(&pool->lock);
	if (status == MOD_GO_OK) {
		take_over(pool, worker);
		mod_go_succeed(&pool->setup_error);
		pool->setup_done = true;
	}
	if (--version->users == 0)
		mod_go_version_free(version);
	pthread_mutex_unlock(&pool->lock);
	pthread_mutex_unlock(&pool->setup_lock);
	return status;
}

void mod_go_fenced_read_counters(mod_go_fenced *pool, mod_go_fenced_counters *counters)
{
	mod_go_fenced_counters now;
	uint32_t size = counters->size;

	pthread_mutex_lock(&pool->lock);
	now = pool->counters;
	now.live = pool->live;
	now.idle = pool->idle_count;
	now.busy = pool->busy[0] + pool->busy[1];
	pthread_mutex_unlock(&pool->lock);
	memcpy(counters, &now, size < sizeof(now) ? size : sizeof(now));
	counters->size = size;
}

void mod_go_fenced_end(mod_go_fenced *pool, uint32_t milliseconds)
{
	pthread_mutex_lock(&pool->lock);
	pool->end_at = mod_go_now() + (uint64_t)milliseconds * 1000000u;
	mod_go_supervisor_wake(pool);
	pthread_mutex_unlock(&pool->lock);
}

void mod_go_fenced_close(mod_go_fenced *pool)
{
	if (pool == NULL)
		return;
	mod_go_supervisor_stop(pool);
	free_pool(pool);
}
