/*
 * test_fenced_kills.c - workers are killed from outside, twenty a second, while 64 callers use the module, and while
 * calls of it hang, flood their output and take all memory: what that costs the others. `make kills SECONDS=600` runs
 * it for longer. It prints a table.
 *
 * A call takes a millisecond, and the callers pause between calls, so that two of the eight workers are busy with them:
 * the times of the two runs, without and with the kills, can be compared. Callers without a pause would wait mostly for
 * each other.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fenced.h"
#include "fenced/pool.h"
#include "flow.h"

#ifdef __SANITIZE_ADDRESS__ /* which does not start under a limit of memory */
#define MEMORY      0
#define TAKE_MEMORY "abort"
#else
#define MEMORY      (96u << 20)
#define TAKE_MEMORY "exhaust"
#endif

enum { CALLERS = 64, PAUSE = 60000 /* microseconds, at most */, KILL_EVERY = 50000, BUCKETS = 64 * 16 };

/* Calls that were made, and how long they took: bucket[i] has those of a sixteenth of a power of two of nanoseconds. */
struct calls {
	unsigned long made, failed, unexplained;
	unsigned long bucket[BUCKETS];
	char unexpected[300];
};

struct caller {
	pthread_t thread;
	mod_go_fenced *pool;
	const atomic_bool *stop;
	const char *function;
	unsigned timeout;
	unsigned pause; /* microseconds at most between two calls */
	bool stream;
	struct calls calls;
};

static unsigned bucket_of(double seconds)
{
	unsigned long long nanoseconds = (unsigned long long)(seconds * 1e9) | 16;
	unsigned power = 63 - (unsigned)__builtin_clzll(nanoseconds);

	return power * 16 + (unsigned)(nanoseconds >> (power - 4) & 15);
}

/* The time in milliseconds that so many thousandths of the calls took at most. */
static double quantile(const struct calls *calls, unsigned long thousandths)
{
	unsigned long seen = 0;

	for (unsigned i = 0; i < BUCKETS; i++) {
		seen += calls->bucket[i];
		if (seen * 1000 >= calls->made * thousandths)
			return (double)(1ull << i / 16) * (1 + (i % 16 + 1) / 16.0) / 1e6;
	}
	return 0;
}

static void *call_on(void *argument)
{
	struct caller *caller = argument;
	unsigned seed = (unsigned)(uintptr_t)caller;

	do {
		struct answer answer =
			caller->stream ? flow_run_with(caller->pool, caller->function, NULL, 0)
						   : fenced_call(caller->pool, caller->function, caller->timeout, NULL, NULL, 0);

		caller->calls.made++;
		caller->calls.bucket[bucket_of(answer.seconds)]++;
		if (answer.status != AEROSPIKE_UDF_GO_OK) {
			caller->calls.failed++;
			if (strstr(answer.text, "ended by signal 9") == NULL) {
				caller->calls.unexplained++;
				snprintf(caller->calls.unexpected, sizeof(caller->calls.unexpected), "%.290s", answer.text);
			}
		}
		usleep((unsigned)rand_r(&seed) % caller->pause + 1);
	} while (!atomic_load(caller->stop));
	return NULL;
}

static void add_calls(struct calls *sum, const struct calls *calls)
{
	sum->made += calls->made;
	sum->failed += calls->failed;
	sum->unexplained += calls->unexplained;
	for (unsigned i = 0; i < BUCKETS; i++)
		sum->bucket[i] += calls->bucket[i];
	if (calls->unexpected[0] != '\0')
		memcpy(sum->unexpected, calls->unexpected, sizeof(sum->unexpected));
}

/* What this process has open, and how many processes it has started. */
struct resources {
	size_t descriptors, threads, workers;
	double memory; /* MiB, of this process */
};

static double resident_mib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return (double)(pages * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

static struct resources resources_now(mod_go_fenced *pool)
{
	struct resources now = {.descriptors = check_entries("/proc/self/fd") - 1, /* of this look */
	                        .threads = check_entries("/proc/self/task"),
	                        .memory = resident_mib()};

	pthread_mutex_lock(&pool->lock);
	for (const mod_go_worker *worker = pool->workers; worker != NULL; worker = worker->next)
		now.workers++;
	pthread_mutex_unlock(&pool->lock);
	return now;
}

/* Kills a worker that is ready, idle or busy, as something outside would. False where there is none. */
static bool kill_one(mod_go_fenced *pool, unsigned *seed)
{
	mod_go_worker *chosen = NULL;
	unsigned ready = 0;

	pthread_mutex_lock(&pool->lock);
	for (mod_go_worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		if ((worker->state == MOD_GO_WORKER_IDLE || worker->state == MOD_GO_WORKER_BUSY) &&
		    (unsigned)rand_r(seed) % ++ready == 0)
			chosen = worker;
	}
	if (chosen != NULL)
		mod_go_process_kill(&chosen->process);
	pthread_mutex_unlock(&pool->lock);
	return chosen != NULL;
}

struct run {
	mod_go_fenced *pool;
	bool with_kills;
	double seconds; /* so far, as all that follow */
	struct calls sum;
	unsigned long kills;
	unsigned long bad[4]; /* with the kills: calls that misbehave */
	struct resources early, late;
};

static void start(const struct run *run, struct caller *caller, const atomic_bool *stop)
{
	caller->pool = run->pool;
	caller->stop = stop;
	CHECK_NUMBER(pthread_create(&caller->thread, NULL, call_on, caller), 0);
}

static void run_round(struct run *run, double seconds)
{
	static const struct caller BAD[4] = {
		{.function = "deadlock", .timeout = 500, .pause = 1000},
		{.function = "deadlock", .stream = true, .pause = 1000},
		{.function = "flood", .timeout = 10000, .pause = 200000},
		{.function = TAKE_MEMORY, .timeout = 10000, .pause = 200000},
	};
	struct caller *callers = calloc(CALLERS, sizeof(*callers)), *bad = calloc(4, sizeof(*bad));
	double began, next;
	unsigned seed = (unsigned)run->kills + 1;
	atomic_bool stop = false;

	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){.function = "nap", .timeout = 10000, .pause = PAUSE};
		start(run, &callers[i], &stop);
	}
	for (int i = 0; i < 4 && run->with_kills; i++) {
		bad[i] = BAD[i];
		start(run, &bad[i], &stop);
	}
	began = next = check_now(); /* on a busy machine threads start slowly */
	while (check_now() < began + seconds || run->early.threads == 0 || run->kills < run->with_kills) {
		if (run->with_kills)
			run->kills += kill_one(run->pool, &seed);
		if (run->early.threads == 0 && check_now() > began + seconds / 2)
			run->early = resources_now(run->pool);
		next += KILL_EVERY / 1e6;
		while (check_now() < next)
			usleep(1000);
	}
	run->late = resources_now(run->pool);
	atomic_store(&stop, true);
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
		add_calls(&run->sum, &callers[i].calls);
	}
	for (int i = 0; i < 4 && run->with_kills; i++) {
		pthread_join(bad[i].thread, NULL);
		run->bad[i] += bad[i].calls.made;
	}
	run->seconds += seconds;
	free(callers);
	free(bad);
}

static void print_runs(const struct run *quiet, const struct run *kills)
{
	printf("%-34s %12s %12s\n", "64 callers", "quiet", "with kills");
	printf("%-34s %12.0f %12.0f\n", "seconds", quiet->seconds, kills->seconds);
	printf("%-34s %12lu %12lu\n", "workers killed", quiet->kills, kills->kills);
	printf("%-34s %12lu %12lu\n", "calls", quiet->sum.made, kills->sum.made);
	printf("%-34s %12lu %12lu\n", "  failed, on a killed worker", quiet->sum.failed,
	       kills->sum.failed - kills->sum.unexplained);
	printf("%-34s %12lu %12lu\n", "  failed otherwise", quiet->sum.unexplained, kills->sum.unexplained);
	printf("%-34s %12.2f %12.2f\n", "  p50, ms", quantile(&quiet->sum, 500), quantile(&kills->sum, 500));
	printf("%-34s %12.2f %12.2f\n", "  p99, ms", quantile(&quiet->sum, 990), quantile(&kills->sum, 990));
	printf("%-34s %12s %12lu\n", "record calls that hung", "", kills->bad[0]);
	printf("%-34s %12s %12lu\n", "streams that hung", "", kills->bad[1]);
	printf("%-34s %12s %12lu\n", "floods of 2 MiB", "", kills->bad[2]);
	printf("%-34s %12s %12lu\n", "calls that took all memory", "", kills->bad[3]);
	printf("%-34s %12s %12s\n", "this process, with kills", "early", "at the end");
	printf("%-34s %12zu %12zu\n", "descriptors", kills->early.descriptors, kills->late.descriptors);
	printf("%-34s %12zu %12zu\n", "threads", kills->early.threads, kills->late.threads);
	printf("%-34s %12zu %12zu\n", "workers", kills->early.workers, kills->late.workers);
	printf("%-34s %12.1f %12.1f\n", "memory, MiB", kills->early.memory, kills->late.memory);
}

TEST(kills_of_workers_cost_the_calls_that_they_served)
{
	const char *given = getenv("MODGO_KILLS_SECONDS");
	double seconds = given != NULL ? atof(given) : 3;
	int rounds = seconds < 60 ? 1 : 20;
	size_t descriptors = settled_descriptors(0);
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 8, .stall = 500, .memory = MEMORY};
	mod_go_fenced *pool;
	struct run *quiet = calloc(1, sizeof(*quiet)), *kills = calloc(1, sizeof(*kills));

	if (given != NULL)
		alarm(0); /* longer than a test may take */
	pool = fenced_ready(check_module("hostile"), &options);
	quiet->pool = kills->pool = pool;
	kills->with_kills = true;
	for (int i = 0; i < rounds; i++) { /* in turn, because the machine may have other work */
		run_round(quiet, seconds / rounds / 6);
		run_round(kills, seconds / rounds);
	}
	print_runs(quiet, kills);
	CHECK_NUMBER(quiet->sum.failed, 0);
	CHECK_NUMBER(kills->sum.unexplained, 0);
	if (kills->sum.unexplained > 0)
		printf("    %s\n", kills->sum.unexpected);
	CHECK(kills->kills > 0);
	CHECK(kills->sum.failed <= kills->kills);
	CHECK(kills->sum.made > 0);
	for (int i = 0; i < 4; i++)
		CHECK(kills->bad[i] > 0);
	/* Workers that start or end come and go, with three descriptors each. */
	CHECK(kills->late.descriptors < kills->early.descriptors + 4 * 20);
	CHECK(kills->late.workers <= 2 * options.limit + MOD_GO_STARTERS + 10);
#ifndef __SANITIZE_THREAD__ /* which has a thread and memory of its own */
	CHECK(kills->late.threads <= CALLERS + 4 + 2 + MOD_GO_STARTERS);
	CHECK(kills->late.memory < kills->early.memory + 16);
#endif
	mod_go_fenced_close(pool);
	free(quiet);
	free(kills);
	CHECK_NUMBER(children(), 0);
	CHECK_NUMBER(settled_descriptors(descriptors), descriptors);
}
