/* test_fenced_start.c - workers that do not start: modules that cannot be opened or set up, and the delays of
 * further tries. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fenced.h"

/* Milliseconds, more than a test may take. */
enum { FOREVER = 3600000 };

static void refused(const char *path, const mod_go_fenced_options *options, mod_go_status expected,
                    const char *part)
{
	size_t descriptors = settled_descriptors(0);
	mod_go_fenced *pool = NULL;
	mod_go_error error;
	mod_go_status status = fenced_open(path, options, &pool, &error);

	if (status == MOD_GO_OK)
		status = mod_go_fenced_setup(pool, &error);
	CHECK_TEXT(mod_go_status_name(status), mod_go_status_name(expected));
	CHECK_CONTAINS(error.message, part);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
	CHECK_NUMBER(settled_descriptors(descriptors), descriptors);
}

TEST(what_cannot_be_opened_fenced_says_why)
{
	mod_go_fenced_options options = {.size = sizeof(options), .start_timeout = 1500};

	refused("/no/such/module.so", NULL, MOD_GO_NO_FILE, "/no/such/module.so");
	refused(check_module("library"), NULL, MOD_GO_MISSING_SYMBOL, "aerospike_udf_go_setup");
	refused(check_module("major2"), NULL, MOD_GO_ABI_MISMATCH, "speaks version 2.3");
	refused(check_module("unresolved"), NULL, MOD_GO_LOAD_FAILED, "unresolved.so");
	refused(check_module("setup_fails"), NULL, MOD_GO_SETUP_FAILED, "two functions are named add");
	options.worker = "/no/such/worker";
	refused(check_module("good"), &options, MOD_GO_WORKER_FAILED, "/no/such/worker");
	options.worker = "/bin/true";
	refused(check_module("good"), &options, MOD_GO_LOAD_FAILED, "exit code 0");
	options.worker = NULL;
	setenv("HOSTILE_SETUP", "abort", 1);
	refused(check_module("hostile"), &options, MOD_GO_SETUP_FAILED, "signal 6");
	setenv("HOSTILE_SETUP", "hang", 1);
	refused(check_module("hostile"), &options, MOD_GO_SETUP_FAILED, "did not return in time");
	unsetenv("HOSTILE_SETUP");
}

TEST(workers_that_crash_at_their_start_are_tried_again_ever_later)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	mod_go_fenced_counters counters;
	double start;
	struct answer answer = fenced_ask(pool, "pid");
	int failed = 0;

	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	for (int i = 0; i < 200 && fenced_counters(pool).idle < 2; i++)
		usleep(5000);
	setenv("HOSTILE_SETUP", "abort", 1);
	for (int i = 0; i < 4; i++)
		fenced_ask(pool, "exit_now");
	start = check_now();
	while (check_now() - start < 1) {
		answer = fenced_ask(pool, "pid");
		CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_INTERNAL);
		CHECK_CONTAINS(answer.text, "while the module was set up, its worker was ended by signal 6");
		failed++;
		usleep(10000);
	}
	counters = fenced_counters(pool);
	printf("%llu starts for %d calls in a second\n", (unsigned long long)counters.failed_starts, failed);
	CHECK(counters.failed_starts >= 2 && counters.failed_starts < 12);
	unsetenv("HOSTILE_SETUP");
	for (int i = 0; i < 300 && fenced_ask(pool, "pid").status != AEROSPIKE_UDF_GO_OK; i++)
		usleep(10000);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* The module ends each worker soon after its setup. Without the rule processes would be started without end. */
TEST(workers_that_crash_before_their_first_call_have_successors_with_the_next_call)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	mod_go_fenced_counters counters, now;
	double start;

	for (int i = 0; i < 2000 && fenced_counters(pool).idle < 2; i++)
		usleep(5000);
	setenv("HOSTILE_SETUP", "abort_soon", 1);
	for (int i = 0; i < 2; i++)
		fenced_ask(pool, "exit_now");
	/* For a moment none may live while a successor is about to start, so the starts must have stopped, too. */
	start = check_now();
	do {
		counters = fenced_counters(pool);
		usleep(300000);
		now = fenced_counters(pool);
	} while ((now.live > 0 || now.restarts != counters.restarts) && check_now() - start < 20);
	CHECK_NUMBER(now.live, 0);
	CHECK_NUMBER(now.restarts, counters.restarts);
	CHECK(now.restarts <= 4);
	/* Only what ends before it is ready delays later starts. */
	CHECK_NUMBER(counters.failed_starts, 0);
	unsetenv("HOSTILE_SETUP");
	for (int i = 0; i < 10; i++)
		CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* A worker may end at any moment, also between its setup and its first call. */
TEST(workers_that_have_ended_are_not_counted)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	mod_go_fenced_counters counters;
	mod_go_error error;

	setenv("HOSTILE_SETUP", "exit_later", 1);
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("hostile"), &error), MOD_GO_OK);
	for (int wait = 0; wait < 200 && fenced_counters(pool).live > 0; wait++)
		usleep(5000);
	counters = fenced_counters(pool);
	CHECK_NUMBER(counters.live, 0);
	CHECK_NUMBER(counters.idle, 0);
	unsetenv("HOSTILE_SETUP");
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("hostile"), &error), MOD_GO_OK);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

static void *ask_for_version(void *argument)
{
	mod_go_fenced *pool = argument;
	int major, minor, wrong = 0;

	for (int i = 0; i < 2000; i++, usleep(50)) {
		mod_go_fenced_api_version(pool, &major, &minor);
		wrong += major != 1 || minor != 0;
	}
	CHECK_NUMBER(wrong, 0);
	return NULL;
}

static void *stop_soon(void *end)
{
	usleep(20000);
	CHECK_NUMBER(write(*(int *)end, "", 1), 1);
	return NULL;
}

/* For ThreadSanitizer: workers crash while others ask, and while all are stopped. */
TEST(crashes_versions_and_a_stop_may_come_at_once)
{
	for (int round = 0; round < 10; round++) {
		mod_go_fenced_options options = {.size = sizeof(options), .limit = 3};
		pthread_t asking, stopping;
		mod_go_fenced *pool;
		int line[2];

		CHECK_NUMBER(pipe(line), 0);
		options.stop = line[0];
		pool = fenced_ready(check_module("hostile"), &options);
		if (round == 0)
			pthread_create(&asking, NULL, ask_for_version, pool);
		pthread_create(&stopping, NULL, stop_soon, &line[1]);
		while (fenced_ask(pool, "exit_now").outcome.crashed != 0)
			continue;
		pthread_join(stopping, NULL);
		if (round == 0)
			pthread_join(asking, NULL);
		mod_go_fenced_close(pool);
		CHECK_NUMBER(children(), 0);
		close(line[0]);
		close(line[1]);
	}
}

TEST(a_pool_closes_while_a_worker_hangs_at_its_start)
{
	mod_go_fenced_options options = {.size = sizeof(options), .start_timeout = FOREVER};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);

	setenv("HOSTILE_SETUP", "hang", 1);
	fenced_ask(pool, "exit_now");
	fenced_call(pool, "exit_now", 200, NULL, NULL, 0);
	unsetenv("HOSTILE_SETUP");
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* What to stop, and when: once a call runs in the pool; without a pool, after some time. */
struct ringer {
	mod_go_fenced *pool;
	int line;
	pthread_t thread;
};

static void *ring(void *argument)
{
	struct ringer *ringer = argument;

	while (ringer->pool != NULL && fenced_counters(ringer->pool).busy == 0)
		usleep(1000);
	usleep(100000);
	CHECK_NUMBER(write(ringer->line, "", 1), 1);
	return NULL;
}

/* A looping call, one that waits for a worker, and a module whose setup hangs: the descriptor ends all of them. */
TEST(a_descriptor_stops_whatever_is_under_way)
{
	for (int during_setup = 0; during_setup < 2; during_setup++) {
		mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .start_timeout = FOREVER};
		mod_go_fenced *pool = NULL;
		mod_go_error error;
		struct ringer ringer = {.pool = NULL};
		int line[2];

		CHECK_NUMBER(pipe(line), 0);
		options.stop = line[0];
		ringer.line = line[1];
		if (during_setup)
			setenv("HOSTILE_SETUP", "hang", 1);
		CHECK_NUMBER(fenced_open(check_module("hostile"), &options, &pool, &error), MOD_GO_OK);
		if (during_setup)
			pthread_create(&ringer.thread, NULL, ring, &ringer);
		CHECK_NUMBER(mod_go_fenced_setup(pool, &error), during_setup ? MOD_GO_SETUP_FAILED : MOD_GO_OK);
		unsetenv("HOSTILE_SETUP");
		if (!during_setup) {
			ringer.pool = pool;
			pthread_create(&ringer.thread, NULL, ring, &ringer);
			CHECK_NUMBER(fenced_ask(pool, "spin").status, AEROSPIKE_UDF_GO_PANICKED);
			CHECK_CONTAINS(fenced_ask(pool, "pid").text, "its host has stopped it");
		}
		pthread_join(ringer.thread, NULL);
		mod_go_fenced_close(pool);
		CHECK_NUMBER(children(), 0);
		close(line[0]);
		close(line[1]);
	}
}

TEST(the_outcome_of_a_start_is_reported)
{
	mod_go_fenced_outcome outcome = {.size = sizeof(outcome)};
	mod_go_fenced_options options = {.size = sizeof(options), .start_timeout = 1500};

	setenv("HOSTILE_SETUP", "abort", 1);
	refused(check_module("hostile"), NULL, MOD_GO_SETUP_FAILED, "signal 6");
	mod_go_fenced_last_outcome(&outcome);
	CHECK_NUMBER(outcome.crashed, 1);
	CHECK_NUMBER(outcome.signal, 6);
	setenv("HOSTILE_SETUP", "hang", 1);
	refused(check_module("hostile"), &options, MOD_GO_SETUP_FAILED, "did not return in time");
	mod_go_fenced_last_outcome(&outcome);
	CHECK_NUMBER(outcome.crashed, 0);
	CHECK_NUMBER(outcome.timed_out, 1);
	unsetenv("HOSTILE_SETUP");
	refused(check_module("setup_fails"), NULL, MOD_GO_SETUP_FAILED, "two functions are named add");
	mod_go_fenced_last_outcome(&outcome);
	CHECK_NUMBER(outcome.crashed + outcome.timed_out, 0);
}
