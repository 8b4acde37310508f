/* test_fenced_load.c - many concurrent callers: counters add up, no caller starves, and the module is replaced
 * meanwhile. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fenced.h"
#include "fenced/pool.h"

enum { THREADS = 16, CALLS = 200 };

struct caller {
	mod_go_fenced *pool;
	const atomic_bool *stop; /* NULL: after CALLS calls */
	const char *function;
	unsigned timeout;
	unsigned long by_status[8];
	unsigned long calls;
	pthread_t thread;
	struct answer last_failure;
};

static void *call_on(void *argument)
{
	struct caller *caller = argument;

	while (caller->stop != NULL ? !atomic_load(caller->stop) : caller->calls < CALLS) {
		struct answer answer = fenced_call(caller->pool, caller->function, caller->timeout, NULL, NULL, 0);

		caller->calls++;
		caller->by_status[answer.status & 7]++;
		if (answer.status != AEROSPIKE_UDF_GO_OK)
			caller->last_failure = answer;
	}
	return NULL;
}

static struct caller *start(mod_go_fenced *pool, int count, const char *function, const atomic_bool *stop)
{
	struct caller *callers = calloc((size_t)count, sizeof(*callers));

	for (int i = 0; i < count; i++) {
		callers[i].pool = pool;
		callers[i].stop = stop;
		callers[i].function = function;
		callers[i].timeout = 60000;
		CHECK_NUMBER(pthread_create(&callers[i].thread, NULL, call_on, &callers[i]), 0);
	}
	return callers;
}

/* Returns the number of calls, and adds up their outcomes. */
static unsigned long join(struct caller *callers, int count, unsigned long by_status[8])
{
	unsigned long calls = 0;

	for (int i = 0; i < count; i++) {
		pthread_join(callers[i].thread, NULL);
		calls += callers[i].calls;
		for (int status = 0; status < 8; status++)
			by_status[status] += callers[i].by_status[status];
		if (callers[i].last_failure.text[0] != '\0')
			printf("    %.300s\n", callers[i].last_failure.text);
	}
	free(callers);
	return calls;
}

TEST(the_counters_of_many_callers_add_up)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 4};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	unsigned long by_status[8] = {0}, calls;
	mod_go_fenced_counters counters;
	uint64_t latencies = 0;
	struct caller *callers = start(pool, THREADS, "pid", NULL);

	for (int i = 0; i < 20; i++) {
		by_status[fenced_call(pool, i % 2 ? "exit" : "descriptors", 60000, NULL, NULL, 0).status]++;
	}
	calls = join(callers, THREADS, by_status) + 20;
	counters = fenced_counters(pool);
	CHECK_NUMBER(counters.calls, calls);
	for (int status = 0; status < 8; status++)
		CHECK_NUMBER(counters.by_status[status], by_status[status]);
	for (int i = 0; i < 64; i++)
		latencies += counters.latency[i];
	CHECK_NUMBER(latencies, calls);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_OK], THREADS * CALLS + 10);
	CHECK_NUMBER(counters.crashes, 10);
	CHECK_NUMBER(counters.busy, 0);
	CHECK(counters.live <= 5);
	for (int i = 0; i < 5000 && fenced_counters(pool).live == 0; i++) /* the last one may just have ended */
		usleep(1000);
	CHECK(fenced_counters(pool).live >= 1);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* Waits until a call runs. */
static void wait_for_busy(mod_go_fenced *pool)
{
	while (fenced_counters(pool).busy == 0)
		usleep(1000);
}

TEST(callers_of_a_full_pool_wait_until_their_deadline)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	struct caller busy = {.pool = pool, .function = "spin", .timeout = 2000, .calls = CALLS - 1};
	struct answer late, good;

	pthread_create(&busy.thread, NULL, call_on, &busy);
	wait_for_busy(pool);
	late = fenced_call(pool, "pid", 100, NULL, NULL, 0);
	CHECK_NUMBER(late.status, AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_CONTAINS(late.text, "all 1 workers were busy until the deadline");
	CHECK(late.seconds >= 0.1);
	good = fenced_call(pool, "pid", 5000, NULL, NULL, 0);
	CHECK_NUMBER(good.status, AEROSPIKE_UDF_GO_OK);
	pthread_join(busy.thread, NULL);
	mod_go_fenced_close(pool);
}

/* The processor time of a process, in clock ticks. */
static unsigned long ticks_of(pid_t process)
{
	unsigned long ticks = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)process);
	file = fopen(path, "r");
	if (file == NULL ||
	    fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu", &ticks) != 1)
		ticks = 0;
	if (file != NULL)
		fclose(file);
	return ticks;
}

TEST(a_worker_killed_in_mid_call_costs_that_call)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	pid_t worker = (pid_t)fenced_ask(pool, "pid").integer;
	atomic_bool stop = false;
	struct caller *victim = start(pool, 1, "spin", &stop);
	double back;

	while (ticks_of(worker) < 5) /* until it has entered its loop */
		usleep(1000);
	atomic_store(&stop, true);
	CHECK_NUMBER(kill(worker, SIGKILL), 0);
	pthread_join(victim->thread, NULL);
	back = check_now();
	CHECK_NUMBER(victim->by_status[AEROSPIKE_UDF_GO_PANICKED], 1);
	CHECK_CONTAINS(victim->last_failure.text, "signal 9");
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	back = check_now() - back;
	printf("back %.1f ms after a kill, without a spare\n", back * 1e3);
	free(victim);
	mod_go_fenced_close(pool);
}

/* ---- replacement --------------------------------------------------------------------------------- */

static long resident_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file != NULL && fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return pages;
}

/* Every process of which this one is the parent. */
static size_t worker_count(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	while (processes != NULL && (entry = readdir(processes)) != NULL) {
		char path[300];
		int parent = 0;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (file == NULL)
			continue;
		if (fscanf(file, "%*d (%*[^)]) %*c %d", &parent) == 1)
			count += parent == getpid();
		fclose(file);
	}
	if (processes != NULL)
		closedir(processes);
	return count;
}

TEST(a_module_is_replaced_under_load_and_nobody_notices)
{
	const char *given = getenv("MODGO_LOAD_SECONDS");
	double seconds = given != NULL ? atof(given) : 2, until;
	size_t descriptors = settled_descriptors(0), threads, workers, open;
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 4};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	unsigned long by_status[8] = {0}, calls;
	atomic_bool stop = false;
	struct caller *callers = start(pool, 64, "who", &stop);
	mod_go_error error;
	int replaced = 0;
	long pages;

	usleep(500000);
	pages = resident_pages();
	for (until = check_now() + seconds; check_now() < until; replaced++) {
		CHECK_NUMBER(mod_go_fenced_replace(pool, check_module(replaced % 2 ? "good" : "twin"), &error),
		             MOD_GO_OK);
		/* A replacement that fails changes nothing. */
		if (replaced == 3)
			CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("setup_fails"), &error),
			             MOD_GO_SETUP_FAILED);
		usleep(100000);
	}
	usleep(100000);
	threads = check_entries("/proc/self/task");
	workers = worker_count();
	open = check_entries("/proc/self/fd") - 1;
	pages = resident_pages() - pages;
	atomic_store(&stop, true);
	calls = join(callers, 64, by_status);
	printf("replaced %d times during %lu calls: %zu threads, %zu workers, %zu descriptors, %ld pages more\n",
	       replaced, calls, threads, workers, open, pages);
	CHECK_NUMBER(by_status[AEROSPIKE_UDF_GO_OK], calls);
	CHECK_NUMBER(fenced_counters(pool).calls, calls);
	CHECK_NUMBER(fenced_counters(pool).replacements, replaced);
#ifndef __SANITIZE_THREAD__ /* which has a thread and memory of its own */
	CHECK(threads <= 64 + 2 + MOD_GO_STARTERS);
	CHECK(pages < 4096);
#endif
	CHECK(workers <= 4 + 1 + 4); /* and ending ones of the last version */
	CHECK(open < 80);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(worker_count(), 0);
	CHECK_NUMBER(settled_descriptors(descriptors), descriptors);
}
