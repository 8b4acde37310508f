/* test_fenced_stream_faults.c - whatever else a stream function does costs one call. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow.h"

TEST(a_stream_that_fails_in_the_middle_costs_one_call)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	aerospike_udf_go_value argument = integer_value(50);
	struct flow flow = flow_of_integers(1000);
	struct answer answer = flow_run_with(pool, "fail", &flow, 50);

	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_FAILED);
	CHECK_TEXT(answer.text, "no more of this");
	answer = flow_run_with(pool, "exit", &flow, 50);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_PANICKED);
	CHECK_NUMBER(answer.outcome.exit_code, 6);
	answer = flow_run(pool, "spin", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 200, &argument, 1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_NUMBER(answer.outcome.timed_out, 1);
	CHECK(answer.seconds > 0.19);
	flow_clear(&flow);
	flow = flow_of_integers(10);
	CHECK_NUMBER(flow_run_with(pool, "copy", &flow, -1).status, AEROSPIKE_UDF_GO_OK);
	CHECK(flow_is_in_order(&flow.out, 10));
	flow_clear(&flow);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(what_the_host_says_of_a_failure_reaches_the_caller)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	struct flow flow = flow_of_integers(100);
	struct answer answer;

	flow_host.fails_at = 5;
	flow_host.single = true;
	answer = flow_run_with(pool, "copy", &flow, -1);
	CHECK(answer.status != AEROSPIKE_UDF_GO_OK);
	CHECK_CONTAINS(answer.text, "the disk is gone");
	CHECK_NUMBER(flow.out.count, 4);
	flow_host.fails_at = 0;
	flow_host.single = false;
	flow_clear(&flow);
	for (int fault = 1; fault <= 2; fault++) {
		flow = flow_of_integers(100);
		flow_host.lists_fail = fault;
		answer = flow_run_with(pool, "copy", &flow, -1);
		CHECK(answer.status != AEROSPIKE_UDF_GO_OK);
		CHECK_CONTAINS(answer.text,
		               fault == 1 ? "the lists are gone" : "a value that is not a list of elements");
		CHECK_NUMBER(flow.out.count, 0);
		flow_clear(&flow);
	}
	flow_host.lists_fail = 0;
	flow = flow_of_integers(100);
	flow_host.refuses_from = 3;
	flow_host.single = true;
	CHECK_CONTAINS(flow_run_with(pool, "copy", &flow, -1).text, "the stream is full");
	CHECK_NUMBER(flow.out.count, 2);
	flow_clear(&flow);
	flow = flow_of_integers(100);
	flow_host.silent = true;
	CHECK_CONTAINS(flow_run_with(pool, "copy", &flow, -1).text, "the host refused an element of the stream");
	flow_clear(&flow);
	flow_host = (struct flow_host){0};
	mod_go_fenced_close(pool);
}

TEST(a_worker_killed_in_mid_stream_costs_one_call)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	struct flow flow = flow_of_integers(100000);
	struct answer answer;

	flow_host.single = true;
	flow_host.kills_at = 20000;
	flow_host.victim = (long)fenced_ask(pool, "pid").integer;
	answer = flow_run_with(pool, "copy", &flow, -1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_PANICKED);
	CHECK_NUMBER(answer.outcome.signal, 9);
	CHECK(flow.out.count < 20000);
	flow_clear(&flow);
	flow_host.kills_at = 0;
	flow = flow_of_integers(1000);
	CHECK_NUMBER(flow_run_with(pool, "copy", &flow, -1).status, AEROSPIKE_UDF_GO_OK);
	CHECK(flow_is_in_order(&flow.out, 1000));
	flow_clear(&flow);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(a_slow_source_is_held_to_the_deadline)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	aerospike_udf_go_value argument = integer_value(-1);
	struct flow flow = flow_of_integers(100000);
	struct answer answer;

	flow_host.slow = 2000;
	flow_host.single = true;
	answer = flow_run(pool, "count", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 300, &argument, 1);
	flow_host.slow = 0;
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	flow_clear(&flow);
	mod_go_fenced_close(pool);
}

TEST(an_element_that_is_too_long_for_a_message_is_refused_on_either_way)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	size_t length = (size_t)128 << 20;
	aerospike_udf_go_value value = {AEROSPIKE_UDF_GO_BYTES, 0, 0, calloc(1, length), length};
	struct flow flow = {0};
	struct answer answer;

	CHECK(stream_add(&flow.in, &value));
	answer = flow_run_with(pool, "copy", &flow, -1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_CONTAINS(answer.text, "128 MiB");
	flow_clear(&flow);
	answer = flow_run_with(pool, "write_long", &flow, (long long)length);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_CONTAINS(answer.text, "127 MiB");
	CHECK_NUMBER(fenced_counters(pool).crashes, 0);
	free(value.data);
	flow_clear(&flow);
	mod_go_fenced_close(pool);
}

/* A thread that streams without end: its results must be right, whichever version of the module returns them. */
struct caller {
	mod_go_fenced *pool;
	atomic_bool *stop;
	pthread_t thread;
	unsigned long calls, wrong;
};

static void *stream_on(void *argument)
{
	struct caller *caller = argument;

	for (; !atomic_load(caller->stop); caller->calls++) {
		struct flow flow = flow_of_integers(2000);
		struct answer answer = flow_run_with(caller->pool, "copy", &flow, -1);

		caller->wrong += answer.status != AEROSPIKE_UDF_GO_OK || !flow_is_in_order(&flow.out, 2000);
		flow_clear(&flow);
	}
	return NULL;
}

TEST(many_stream_while_the_module_is_replaced)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 3};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	struct caller callers[8] = {0};
	atomic_bool stop = false;
	unsigned long calls = 0;
	mod_go_error error;

	for (int i = 0; i < 8; i++) {
		callers[i] = (struct caller){.pool = pool, .stop = &stop};
		CHECK_NUMBER(pthread_create(&callers[i].thread, NULL, stream_on, &callers[i]), 0);
	}
	for (int i = 0; i < 10; i++) {
		usleep(100000);
		CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("streams"), &error), MOD_GO_OK);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 8; i++) {
		pthread_join(callers[i].thread, NULL);
		CHECK_NUMBER(callers[i].wrong, 0);
		calls += callers[i].calls;
	}
	printf("%lu streams of 2000 elements, 10 replacements\n", calls);
	CHECK(calls > 8);
	CHECK_NUMBER(fenced_counters(pool).calls, calls);
	CHECK_NUMBER(fenced_counters(pool).crashes, 0);
	mod_go_fenced_close(pool);
}

TEST(messages_of_a_stream_may_be_forged)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	double until = check_now() + 3 * check_fuzz_seconds();
	unsigned long long state = check_fuzz_seed();
	size_t counts[8] = {0}, elements = 0, reads = 0, ends = 0;

	while (check_now() < until || ((reads == 0 || ends == 0 || elements == 0) && check_now() < until + 60)) {
		aerospike_udf_go_value argument = integer_value((long long)(check_random(&state) >> 1));
		struct flow flow = flow_of_integers(100);
		struct answer answer;

		flow_add_record(&flow, 1, "key", 100);
		answer = flow_run(pool, (state & 3) == 0 ? "forge" : "forge_stream", AEROSPIKE_UDF_GO_SCOPE_BOTH,
		                  &flow, 200, &argument, 1);
		counts[answer.status & 7]++;
		elements += flow.out.count;
		reads += flow_host.reads;
		ends += flow_host.ends;
		CHECK(flow_host.ends <= 1); /* a stream is not read after its end: that could block */
		for (size_t i = 0; i < flow.out.count; i++)
			CHECK(flow.out.items[i].value.type != AEROSPIKE_UDF_GO_NIL);
		flow_clear(&flow);
		for (int tries = 0; tries < 100 && answer.outcome.crashed == 0 && answer.outcome.timed_out == 0;
		     tries++)
			if (fenced_ask(pool, "exit_now").outcome.crashed != 0)
				break;
		CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	}
	printf("%zu elements read, %zu written; %zu ok, %zu ended, %zu late, %zu mangled\n", reads, elements,
	       counts[0], counts[AEROSPIKE_UDF_GO_PANICKED], counts[AEROSPIKE_UDF_GO_DEADLINE],
	       counts[AEROSPIKE_UDF_GO_INTERNAL]);
	CHECK(counts[AEROSPIKE_UDF_GO_INTERNAL] > 0 && reads > 0 && ends > 0 && elements > 0);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}
