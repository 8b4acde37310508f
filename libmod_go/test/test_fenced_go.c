/* test_fenced_go.c - faults of Go, fenced: those that its runtime can recover from, and those that it cannot. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fenced.h"

/* A Go module that `make test` built; NULL where these tests run without Go. */
static const char *go_module(const char *name)
{
	static char path[PATH_MAX];
	const char *folder = getenv("MODGO_TEST_MODULES");

	if (folder == NULL) {
		printf("not run: MODGO_TEST_MODULES names no folder of Go modules (make test sets it)\n");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/%s.so", folder, name);
	return path;
}

static void fault(mod_go_fenced *pool, const char *function, long long argument, int status, const char *part,
                  const char *frame)
{
	aerospike_udf_go_value value = integer_value(argument), one = integer_value(1);
	struct answer bad = fenced_call(pool, function, 20000, NULL, &value, argument >= 0), good;
	double back = check_now();

	good = fenced_call(pool, "fine", 20000, NULL, &one, 1);
	printf("%s: failed after %.1f ms, back after %.1f ms: %.300s\n", function, bad.seconds * 1e3,
	       (check_now() - back) * 1e3, bad.text);
	CHECK_NUMBER(bad.status, status);
	CHECK_CONTAINS(bad.text, part);
	CHECK_CONTAINS(bad.text, frame);
	CHECK_NUMBER(good.integer, 2);
}

TEST(go_panics_and_ends_cost_one_call)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2, .memory = 256 << 20};
	const char *path = go_module("faults");
	mod_go_fenced *pool;

	if (path == NULL)
		return;
	pool = fenced_ready(path, &options);
	fault(pool, "nil_dereference", -1, AEROSPIKE_UDF_GO_PANICKED, "nil pointer dereference",
	      "NilDereference");
	fault(pool, "index", 5, AEROSPIKE_UDF_GO_PANICKED, "index out of range [5]", "Index");
	fault(pool, "custom", -1, AEROSPIKE_UDF_GO_PANICKED, "a panic of our own", "Custom");
	fault(pool, "nested", -1, AEROSPIKE_UDF_GO_PANICKED, "index out of range [7]", "fold");
	CHECK_NUMBER(fenced_counters(pool).crashes, 0);
	fault(pool, "elsewhere", -1, AEROSPIKE_UDF_GO_PANICKED, "panic: in another goroutine",
	      "faults.Elsewhere.func1");
	fault(pool, "exit", 3, AEROSPIKE_UDF_GO_PANICKED, "exit code 3: goodbye", "");
	fault(pool, "recurse", 0, AEROSPIKE_UDF_GO_PANICKED, "fatal error: ", "");
	/* Mostly "out of memory", but Go's runtime may also crash for lack of memory. */
	fault(pool, "allocate", -1, AEROSPIKE_UDF_GO_PANICKED, "its worker was ended by signal", "");
	fault(pool, "concurrent_map", -1, AEROSPIKE_UDF_GO_PANICKED, "concurrent map writes", "faults.go:");
	CHECK_NUMBER(fenced_counters(pool).crashes, 5);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(go_functions_are_held_to_their_deadline)
{
	static const char *const ENDED[] = {"deadlock", "ignore_deadline"};
	mod_go_fenced_options options = {.size = sizeof(options), .grace = 300};
	const char *path = go_module("faults");
	mod_go_fenced *pool;
	struct answer answer;

	if (path == NULL)
		return;
	pool = fenced_ready(path, &options);
	for (size_t i = 0; i < 2; i++) {
		answer = fenced_call(pool, ENDED[i], 1000, NULL, NULL, 0);
		CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_DEADLINE);
		CHECK_NUMBER(answer.outcome.timed_out, 1);
	}
	/* A function that checks its context returns its own error, and its worker stays. */
	fenced_ask(pool, "no_such_function"); /* once there is a worker again */
	answer = fenced_call(pool, "obey_deadline", 1000, NULL, NULL, 0);
	CHECK_CONTAINS(answer.text, "context deadline exceeded");
	CHECK_NUMBER(answer.outcome.timed_out, 0);
	mod_go_fenced_close(pool);
}

TEST(a_go_function_works_on_a_record_across_the_fence)
{
	const char *path = go_module("test1");
	aerospike_udf_go_record record = {0};
	aerospike_udf_go_value argument = text_value("a");
	mod_go_fenced *pool;

	if (path == NULL)
		return;
	pool = fenced_ready(path, NULL);
	for (int i = 1; i <= 100; i++) {
		struct answer answer = fenced_call(pool, "record", 10000, &record, &argument, 1);

		CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(answer.outcome.trips, 2);
		CHECK_NUMBER(bins_find(&record.stored, "calls", 5)->value.integer, i);
	}
	CHECK_NUMBER(record.generation, 100);
	record_clear(&record);
	mod_go_fenced_close(pool);
}

/* What Go and its library need still works, and what is forbidden is an error in Go, not a crash. */
TEST(go_finds_what_it_needs_behind_the_fence)
{
	const char *path = go_module("faults");
	aerospike_udf_go_value folder = text_value(check_folder());
	mod_go_fenced *pool;
	struct answer answer;

	if (path == NULL)
		return;
	pool = fenced_ready(path, NULL);
	answer = fenced_ask(pool, "allowed");
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	CHECK_TEXT(answer.text, "");
	answer = fenced_call(pool, "refused", 10000, NULL, &folder, 1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	CHECK_TEXT(answer.text, "\x90"); /* an empty list */
	CHECK(access(check_folder(), F_OK) == 0);
	mod_go_fenced_close(pool);
}
