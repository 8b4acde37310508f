/*
 * fenced.c - what a fenced call costs, beside the floor of any such call: two processes that take turns over shared
 * memory, spinning for a bounded time, then sleeping on a futex. Prints "NAME NANOSECONDS" a line; the best of some
 * rounds for one caller, and the time a call at the rate of all callers together for more.
 *
 * Use: fenced FLOOR.so
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../test/app/host.h"
#include "../test/app/record.h"
#include "mod_go_fenced.h"
#include "round_trip.h"

enum { ROUNDS = 15, TRIPS = 20000 };

/* How long the callers run, in nanoseconds. */
#define TOGETHER 500000000.0

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void show(const char *name, double nanoseconds)
{
	printf("%s %.1f\n", name, nanoseconds);
	fflush(stdout);
}

static void time_floor(void)
{
	round_trip *trip = round_trip_start();
	double best = 1e18;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns(), each;

		for (int i = 0; i < TRIPS; i++)
			round_trip_make(trip);
		each = (now_ns() - start) / TRIPS;
		best = each < best ? each : best;
	}
	round_trip_end(trip);
	show("futex_floor", best);
}

/* ---- fenced calls -------------------------------------------------------------------------------- */

struct caller {
	mod_go_fenced *pool;
	const char *name;
	double until;
	unsigned long calls;
	int failed;
	aerospike_udf_go_record record;
};

static int call_once(struct caller *caller)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_WARN);
	aerospike_udf_go_result result;
	uint8_t buffer[256];
	int status;

	mod_go_result_init(&result, buffer, sizeof(buffer));
	status = mod_go_fenced_apply_single(caller->pool, caller->name, &call, &caller->record, NULL, 0, &result);
	if (status != AEROSPIKE_UDF_GO_OK)
		fprintf(stderr, "%s: %.*s\n", caller->name, (int)result.value.length, (char *)result.value.data);
	mod_go_result_clear(&result);
	return status;
}

static void *call_on(void *argument)
{
	struct caller *caller = argument;

	while (now_ns() < caller->until && caller->failed == 0) {
		caller->failed = call_once(caller);
		caller->calls++;
	}
	return NULL;
}

static int prepare(struct caller *caller, mod_go_fenced *pool, const char *name)
{
	aerospike_udf_go_value one = {AEROSPIKE_UDF_GO_INTEGER, 0, 1, NULL, 0};

	memset(caller, 0, sizeof(*caller));
	caller->pool = pool;
	caller->name = name;
	return record_set(&caller->record, "a", 1, &one) != NULL || record_store(&caller->record) != NULL;
}

static int time_alone(mod_go_fenced *pool, const char *name)
{
	struct caller caller;
	double best = 1e18;
	char label[64];
	int failed = prepare(&caller, pool, name);

	for (int round = 0; round < ROUNDS && !failed; round++) {
		double start = now_ns(), each;

		for (int i = 0; i < TRIPS && !failed; i++)
			failed = call_once(&caller);
		each = (now_ns() - start) / TRIPS;
		best = each < best ? each : best;
	}
	record_clear(&caller.record);
	snprintf(label, sizeof(label), "fenced_%s", name);
	show(label, best);
	return failed;
}

static int time_together(mod_go_fenced *pool, const char *name, int count)
{
	struct caller *callers = calloc((size_t)count, sizeof(*callers));
	pthread_t *threads = calloc((size_t)count, sizeof(*threads));
	unsigned long calls = 0;
	double start = now_ns();
	char label[64];
	int failed = 0;

	for (int i = 0; i < count; i++) {
		prepare(&callers[i], pool, name);
		callers[i].until = start + TOGETHER;
		pthread_create(&threads[i], NULL, call_on, &callers[i]);
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		calls += callers[i].calls;
		failed |= callers[i].failed;
		record_clear(&callers[i].record);
	}
	snprintf(label, sizeof(label), "fenced_%s_%d", name, count);
	show(label, (now_ns() - start) / (double)calls);
	free(callers);
	free(threads);
	return failed;
}

int main(int argc, char **argv)
{
	static const char *const NAMES[] = {"empty", "get_bin", "set_bin"};
	static const int CALLERS[] = {2, 8, 64};
	mod_go_fenced *pool;
	mod_go_error error;
	int failed = 0;

	if (argc != 2) {
		fprintf(stderr, "Use: fenced FLOOR.so\n");
		return 2;
	}
	time_floor();
	if (mod_go_fenced_open(argv[1], NULL, &pool, &error) != MOD_GO_OK ||
	    mod_go_fenced_setup(pool, &error) != MOD_GO_OK) {
		fprintf(stderr, "%s\n", error.message);
		return 2;
	}
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
		failed |= time_alone(pool, NAMES[i]);
	for (size_t i = 0; i < sizeof(CALLERS) / sizeof(*CALLERS); i++) {
		failed |= time_together(pool, "get_bin", CALLERS[i]);
		failed |= time_together(pool, "set_bin", CALLERS[i]);
	}
	mod_go_fenced_close(pool);
	return failed;
}
