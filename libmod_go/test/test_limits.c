/* test_limits.c - the limits of a pool: calls that make no progress, idle workers, old versions, output, and records
 * beside streams. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fenced/worker.h"
#include "flow.h"

/* Waits until a condition on the counters `now` holds. Most of a second is enough; a busy machine takes longer. */
#define WAIT_FOR(pool, condition)                                                                            \
	do {                                                                                                     \
		mod_go_fenced_counters now = fenced_counters(pool);                                                  \
		for (int i = 0; i < 6000 && !(condition); i++, now = fenced_counters(pool))                          \
			usleep(10000);                                                                                   \
		CHECK(condition);                                                                                    \
	} while (0)

/* A call in a thread of its own. */
struct background {
	mod_go_fenced *pool;
	const char *function;
	bool stream;
	struct answer answer;
	pthread_t thread;
};

static void *run(void *argument)
{
	struct background *call = argument;
	aerospike_udf_go_value none = integer_value(0);
	struct flow flow = flow_of_integers(10);

	call->answer = call->stream
	                   ? flow_run(call->pool, call->function, AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 0, &none, 1)
	                   : fenced_call(call->pool, call->function, 0, NULL, NULL, 0);
	flow_clear(&flow);
	return NULL;
}

static void begin(struct background *call)
{
	CHECK_NUMBER(pthread_create(&call->thread, NULL, run, call), 0);
}

/* ---- streams ------------------------------------------------------------------------------------- */

TEST(a_stream_function_that_makes_no_progress_is_ended)
{
	mod_go_fenced_options options = {.size = sizeof(options), .stall = 200};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	struct background call = {.pool = pool, .function = "spin", .stream = true};

	run(&call);
	CHECK_NUMBER(call.answer.status, AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_CONTAINS(call.answer.text, "neither read nor written an element of its streams for 200 ms");
	CHECK_NUMBER(call.answer.outcome.timed_out, 1);
	mod_go_fenced_close(pool);
}

TEST(a_stream_function_that_makes_progress_may_take_longer)
{
	mod_go_fenced_options options = {.size = sizeof(options), .stall = 2000};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	aerospike_udf_go_value argument = integer_value(-1);
	struct flow flow = flow_of_integers(1500);

	flow_host.slow = 2000; /* a slow source: three seconds in all */
	flow_host.single = true;
	CHECK_NUMBER(flow_run(pool, "count", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 0, &argument, 1).status,
	             AEROSPIKE_UDF_GO_OK);
	flow_host.slow = 0;
	flow_host.single = false;
	flow_clear(&flow);
	/* A slow function: a batch of a thousand would take it four seconds. */
	flow = flow_of_integers(1000);
	CHECK_NUMBER(flow_run(pool, "slow", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 0, &argument, 1).status,
	             AEROSPIKE_UDF_GO_OK);
	flow_clear(&flow);
	mod_go_fenced_close(pool);
}

TEST(streams_do_not_keep_records_waiting)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	struct background streams[4];

	for (int i = 0; i < 4; i++) {
		streams[i] = (struct background){.pool = pool, .function = "spin", .stream = true};
		begin(&streams[i]);
	}
	WAIT_FOR(pool, now.busy == 2 && now.idle >= 1);
	CHECK_NUMBER(fenced_call(pool, "pid", 60000, NULL, NULL, 0).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(fenced_counters(pool).busy, 2); /* the other streams wait */
	mod_go_fenced_end(pool, 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(streams[i].thread, NULL);
		CHECK_NUMBER(streams[i].answer.status, AEROSPIKE_UDF_GO_INTERNAL);
		CHECK_CONTAINS(streams[i].answer.text, "its module has been removed");
	}
	CHECK_CONTAINS(fenced_ask(pool, "pid").text, "its module has been removed");
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* ---- workers ------------------------------------------------------------------------------------- */

TEST(idle_workers_end_but_for_one)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 3, .idle = 3000};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);

	WAIT_FOR(pool, now.idle >= 1);
	/* The spare one starts during a call; a call may be over before that. */
	for (int i = 0; i < 6000 && fenced_counters(pool).live < 2; i++)
		fenced_ask(pool, "nap");
	WAIT_FOR(pool, now.idle == 2);
	WAIT_FOR(pool, now.idle == 1 && now.live == 1);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(workers_start_side_by_side)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 3, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	struct background calls[3];
	unsigned most = 0;

	setenv("HOSTILE_SETUP", "slow", 1);
	for (int i = 0; i < 3; i++) {
		calls[i] = (struct background){.pool = pool, .function = "deadlock"};
		begin(&calls[i]);
	}
	for (int i = 0; i < 60000 && fenced_counters(pool).busy < 3; i++, usleep(1000)) {
		mod_go_fenced_counters now = fenced_counters(pool);

		most = now.live - now.idle - now.busy > most ? now.live - now.idle - now.busy : most;
	}
	unsetenv("HOSTILE_SETUP");
	CHECK_NUMBER(most, 2); /* the first worker was there */
	mod_go_fenced_end(pool, 0);
	for (int i = 0; i < 3; i++)
		pthread_join(calls[i].thread, NULL);
	mod_go_fenced_close(pool);
}

TEST(a_replaced_version_ends_its_calls)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2, .old_calls = 100};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	struct background call = {.pool = pool, .function = "sleep"};
	mod_go_error error;

	begin(&call);
	WAIT_FOR(pool, now.busy == 1);
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("twin"), &error), MOD_GO_OK);
	CHECK_TEXT(fenced_ask(pool, "who").text, "twin");
	pthread_join(call.thread, NULL);
	CHECK_NUMBER(call.answer.status, AEROSPIKE_UDF_GO_INTERNAL);
	CHECK_CONTAINS(call.answer.text, "its worker was ended, because its module has been replaced");
	CHECK_NUMBER(fenced_counters(pool).failed_starts, 0);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(the_ends_of_workers_are_counted_by_their_reasons)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	char reason[512];
	uint32_t count = 0;
	pid_t idle;

	CHECK_NUMBER(mod_go_fenced_take_death(pool, reason, sizeof(reason)), 0);
	for (int i = 0; i < 3; i++)
		fenced_ask(pool, "exit_now");
	fenced_ask(pool, "abort");
	CHECK_NUMBER(mod_go_fenced_take_death(pool, reason, sizeof(reason)), 3);
	CHECK_TEXT(reason, "function exit_now: its worker ended with exit code 4");
	CHECK_NUMBER(mod_go_fenced_take_death(pool, reason, sizeof(reason)), 1);
	CHECK_CONTAINS(reason, "function abort: its worker was ended by signal 6");
	idle = (pid_t)fenced_ask(pool, "pid").integer;
	CHECK_NUMBER(kill(idle, SIGKILL), 0);
	for (int i = 0; i < 6000 && count == 0; i++, usleep(10000))
		count = mod_go_fenced_take_death(pool, reason, sizeof(reason));
	CHECK_NUMBER(count, 1);
	CHECK_TEXT(reason, "between calls, its worker was ended by signal 9 (Killed)");
	/* A worker that the host ends has not died. */
	CHECK_NUMBER(mod_go_fenced_take_death(pool, reason, sizeof(reason)), 0);
	mod_go_fenced_close(pool);
}

/* ---- threads ------------------------------------------------------------------------------------- */

TEST(a_worker_with_too_many_threads_is_ended)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	aerospike_udf_go_value count = integer_value(500);
	char reason[512];
	uint32_t ends = 0;
	struct answer answer;

	CHECK_NUMBER(fenced_call(pool, "threads", 10000, NULL, &count, 1).integer, 500);
	usleep(300000);
	CHECK_NUMBER(mod_go_fenced_take_death(pool, reason, sizeof(reason)), 0);
	answer = fenced_ask(pool, "threads_on");
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_PANICKED);
	CHECK_CONTAINS(answer.text, "its worker was ended, because it had ");
	CHECK_CONTAINS(answer.text, " threads, more than a module may have");
	CHECK_NUMBER(answer.outcome.crashed, 1);
	CHECK_NUMBER(answer.outcome.signal, 0);
	CHECK_NUMBER(mod_go_fenced_take_death(pool, reason, sizeof(reason)), 1);
	printf("%s\n", reason);
	CHECK_NUMBER(fenced_ask(pool, "threads_later").status, AEROSPIKE_UDF_GO_OK);
	for (int i = 0; i < 6000 && ends == 0; i++, usleep(10000))
		ends = mod_go_fenced_take_death(pool, reason, sizeof(reason));
	CHECK_CONTAINS(reason, "between calls, its worker was ended, because it had ");
	CHECK_TEXT(fenced_ask(pool, "any").text, "survived");
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* ---- output -------------------------------------------------------------------------------------- */

TEST(output_beyond_the_rate_is_counted_and_dropped)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);

	CHECK_NUMBER(fenced_ask(pool, "flood").integer, 2 << 20);
	WAIT_FOR(pool, now.dropped_output > (1 << 20));
	CHECK_CONTAINS(fenced_ask(pool, "print").text, "crash output"); /* in the same second */
	mod_go_fenced_close(pool);
}

TEST(the_memory_of_workers_is_counted_between_calls)
{
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), NULL);

	for (int i = 0; i < 3; i++) {
		uint64_t bytes = mod_go_fenced_memory(pool);

		CHECK(bytes > 64 << 10);
		CHECK(bytes < 256 << 20);
		CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	}
	mod_go_fenced_close(pool);
}
