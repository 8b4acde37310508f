/* test_counters.c - the counters of a module's calls, and of versions that stay mapped. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "host.h"
#include "mod_go.h"

static mod_go_module *ready(const char *name)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	if (!CHECK(mod_go_open(check_module(name), &module, &error) == MOD_GO_OK &&
	           mod_go_setup(module, &error) == MOD_GO_OK))
		printf("    %s\n", error.message);
	return module;
}

static int apply(mod_go_module *module, const char *function)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_result result;
	int status;

	mod_go_result_init(&result, NULL, 0);
	status = mod_go_apply_single(module, function, &call, NULL, NULL, 0, &result);
	mod_go_result_clear(&result);
	return status;
}

static mod_go_counters counters_of(const mod_go_module *module)
{
	mod_go_counters counters = {.size = sizeof(counters)};

	mod_go_read_counters(module, &counters);
	return counters;
}

static uint64_t timed(const mod_go_counters *counters)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < 64; i++)
		sum += counters->latency[i];
	return sum;
}

TEST(each_call_is_counted_once_by_its_status)
{
	mod_go_module *module = NULL;
	aerospike_udf_go_result result;
	mod_go_counters counters;
	mod_go_error error;

	CHECK_NUMBER(mod_go_open(check_module("good"), &module, &error), MOD_GO_OK);
	CHECK_NUMBER(apply(module, "who"), AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(mod_go_setup(module, &error), MOD_GO_OK);
	for (int i = 0; i < 3; i++)
		CHECK_NUMBER(apply(module, "who"), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(apply(module, "fail"), AEROSPIKE_UDF_GO_FAILED);
	CHECK_NUMBER(apply(module, "nothing"), AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK_NUMBER(apply(module, ""), AEROSPIKE_UDF_GO_NOT_FOUND);
	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_apply_stream(module, "who", NULL, 3, NULL, NULL, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	mod_go_result_clear(&result);
	counters = counters_of(module);
	CHECK_NUMBER(counters.calls, 8);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_OK], 3);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_FAILED], 1);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_NOT_FOUND], 2);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_BAD_ARGUMENTS], 1);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_REFUSED], 1);
	CHECK_NUMBER(timed(&counters), 1);
	mod_go_close(module);
}

TEST(a_reader_of_an_older_size_gets_what_it_knows)
{
	mod_go_module *module = ready("good");
	mod_go_counters counters;

	memset(&counters, 0xA5, sizeof(counters));
	counters.size = offsetof(mod_go_counters, by_status);
	apply(module, "who");
	mod_go_read_counters(module, &counters);
	CHECK_NUMBER(counters.size, offsetof(mod_go_counters, by_status));
	CHECK_NUMBER(counters.calls, 1);
	CHECK_NUMBER(counters.by_status[0], 0xA5A5A5A5A5A5A5A5);
	mod_go_close(module);
}

/* Threads that count: some at once, then others, because a thread that has ended leaves its slot to the next. */
enum { CALLS = 200 };

struct crowd {
	mod_go_module *module;
	pthread_barrier_t all_there;
};

static void *call_on(void *argument)
{
	struct crowd *crowd = argument;

	apply(crowd->module, "who");
	pthread_barrier_wait(&crowd->all_there);
	for (int i = 1; i < CALLS; i++)
		apply(crowd->module, i % 4 == 0 ? "fail" : "who");
	return NULL;
}

static void call_with(mod_go_module *module, unsigned count)
{
	static pthread_t threads[600];
	struct crowd crowd = {.module = module};
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 << 10);
	pthread_barrier_init(&crowd.all_there, NULL, count);
	for (unsigned i = 0; i < count; i++)
		CHECK_NUMBER(pthread_create(&threads[i], &small, call_on, &crowd), 0);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&crowd.all_there);
	pthread_attr_destroy(&small);
}

TEST(the_counts_of_many_threads_add_up)
{
	static const unsigned counts[] = {8, 64, 600, 8}; /* more than there are slots, too */
	mod_go_module *module = ready("good");
	unsigned long long calls = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		mod_go_counters counters;

		call_with(module, counts[i]);
		calls += (unsigned long long)counts[i] * CALLS;
		counters = counters_of(module);
		CHECK_NUMBER(counters.calls, calls);
		CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_FAILED], calls / CALLS * ((CALLS - 1) / 4));
		CHECK_NUMBER(timed(&counters), calls / CALLS * ((CALLS + 63) / 64));
	}
	mod_go_close(module);
}

TEST(versions_that_stay_are_counted_and_refused_past_a_limit)
{
	uint32_t before = mod_go_staying_versions();
	mod_go_module *module = NULL, *other = NULL;
	mod_go_error error;

	mod_go_limit_staying_versions(before + 3);
	for (int i = 0; i < 5; i++) { /* can be unloaded */
		CHECK_NUMBER(mod_go_open(check_module("twin"), &module, &error), MOD_GO_OK);
		mod_go_close(module);
	}
	CHECK_NUMBER(mod_go_staying_versions(), before);
	CHECK_NUMBER(mod_go_open(check_module("good"), &module, &error), MOD_GO_OK);
	mod_go_close(module);
	/* A module that the linker has mapped stays, even an unusable one. Others do not. */
	CHECK_NUMBER(mod_go_open(check_module("major2"), &module, &error), MOD_GO_ABI_MISMATCH);
	CHECK_NUMBER(mod_go_open(check_module("unresolved"), &module, &error), MOD_GO_LOAD_FAILED);
	CHECK_NUMBER(mod_go_open(check_module("library"), &module, &error), MOD_GO_MISSING_SYMBOL);
	CHECK_NUMBER(mod_go_staying_versions(), before + 2);
	CHECK_NUMBER(mod_go_open(check_module("good"), &module, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_open(check_module("good"), &other, &error), MOD_GO_LOAD_FAILED);
	CHECK_CONTAINS(error.message, "versions of modules are loaded that cannot be unloaded");
	CHECK_NUMBER(apply(module, "nothing"), AEROSPIKE_UDF_GO_REFUSED); /* still there */
	mod_go_limit_staying_versions(0);
	CHECK_NUMBER(mod_go_open(check_module("good"), &other, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_staying_versions(), before + 4);
	mod_go_close(module);
	mod_go_close(other);
	CHECK_NUMBER(mod_go_staying_versions(), before + 4);
}
