/* test_fenced_ends.c - how the end of a worker is noticed, counted and made up for, where it comes at a bad moment:
 * while it is given a call, just after one, or not at all; and starts that hang. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "failing_calls.h"
#include "fenced/pool.h"
#include "fenced/wire.h"
#include "flow.h"
#include "host.h"

/* Waits until so many workers of the pool exist, dying ones included. */
static void wait_for_workers(mod_go_fenced *pool, unsigned expected)
{
	unsigned count = expected + 1;

	for (int i = 0; i < 10000 && count != expected; i++) {
		usleep(i > 0 ? 1000 : 0);
		count = 0;
		pthread_mutex_lock(&pool->lock);
		for (const mod_go_worker *worker = pool->workers; worker != NULL; worker = worker->next)
			count++;
		pthread_mutex_unlock(&pool->lock);
	}
	CHECK_NUMBER(count, expected);
}

/* The call is made again by the next worker. It is one call, and its first worker has not crashed. */
TEST(a_worker_that_ends_before_it_has_begun_its_call_is_replaced)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	mod_go_fenced_counters counters;
	char reason[512];

	for (unsigned round = 1; round <= 3; round++) {
		struct flow flow = flow_of_integers(10);

		flow_host = (struct flow_host){.single = true, .kills_at = 3, .victim = pool->workers->process.id};
		CHECK_NUMBER(flow_run_with(pool, "copy", &flow, -1).status, AEROSPIKE_UDF_GO_OK);
		CHECK(flow_is_in_order(&flow.out, 10));
		CHECK_NUMBER(flow_host.reads, 11); /* with the end: the next worker gets the same elements */
		flow_clear(&flow);
		wait_for_workers(pool, 1);
		counters = fenced_counters(pool);
		CHECK_NUMBER(counters.calls, round);
		CHECK_NUMBER(counters.restarts, round);
		CHECK_NUMBER(counters.crashes, 0);
		CHECK_NUMBER(counters.busy, 0);
		CHECK_NUMBER(counters.idle, 1);
		CHECK_NUMBER(mod_go_fenced_take_death(pool, reason, sizeof(reason)), 0);
	}
	mod_go_fenced_close(pool);
}

static mod_go_fenced *asked; /* by ask_meanwhile */

/* A host's function that needs another worker of the pool. */
static int ask_meanwhile(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                         aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	(void)call, (void)stream;
	*record = NULL;
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	CHECK_NUMBER(fenced_ask(asked, "pid").status, AEROSPIKE_UDF_GO_OK);
	return AEROSPIKE_UDF_GO_OK;
}

TEST(only_workers_in_the_place_of_others_count_as_restarts)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2, .no_spare = 1};
	aerospike_udf_go_host host = {.size = sizeof(host), .stream_read = ask_meanwhile};
	aerospike_udf_go_call call = {.size = sizeof(call), .host = &host};
	aerospike_udf_go_value none = integer_value(-1);
	struct flow flow = flow_of_integers(0);
	aerospike_udf_go_result result;

	asked = fenced_ready(check_module("streams"), &options);
	for (unsigned round = 1; round <= 2; round++) {
		CHECK_NUMBER(flow_run_with(asked, "exit", &flow, 0).outcome.exit_code, 6);
		CHECK_NUMBER(fenced_ask(asked, "pid").status, AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(fenced_counters(asked).restarts, round);
	}
	mod_go_result_init(&result, NULL, 0);
	mod_go_fenced_apply_stream(asked, "fail", &call, AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow.in, &flow.out, &none,
	                           1, &result);
	mod_go_result_clear(&result);
	CHECK_NUMBER(fenced_counters(asked).idle, 2);
	CHECK_NUMBER(fenced_counters(asked).restarts, 2);
	flow_clear(&flow);
	mod_go_fenced_close(asked);
}

/* Its lifeline has closed while it served a call that went well. */
TEST(a_worker_that_has_ended_by_the_time_it_is_released_is_not_idle)
{
	mod_go_fenced *pool = calloc(1, sizeof(*pool));
	mod_go_worker worker = {.state = MOD_GO_WORKER_BUSY, .served = true, .hung_up_at = 1};

	pool->wake_event = -1;
	pool->busy[0] = pool->live = 1;
	mod_go_pool_make_idle(pool, &worker);
	CHECK(pool->idle == NULL && pool->idle_count == 0 && pool->busy[0] == 0 && pool->live == 0);
	CHECK_NUMBER(worker.state, MOD_GO_WORKER_DYING);
	CHECK_NUMBER(pool->to_replace, 1);
	free(pool);
}

/* A call whose worker hangs up. */
struct hung_up {
	mod_go_fenced *pool;
	struct answer answer;
};

static void *sleep_on(void *argument)
{
	struct hung_up *now = argument;

	now->answer = fenced_call(now->pool, "sleep", 0, NULL, NULL, 0);
	CHECK_NUMBER(now->answer.status, AEROSPIKE_UDF_GO_PANICKED);
	return NULL;
}

/* Whether the worker has its call. It sets a flag in shared memory, where the caller's thread may be writing. */
__attribute__((no_sanitize("thread"))) static bool has_call(const mod_go_worker *worker)
{
	const volatile mod_go_message_head *head = &worker->shared->to_worker.head;

	return head->taken != 0 && head->kind == MOD_GO_MESSAGE_CALL;
}

/* As if its lifeline had closed that many nanoseconds ago, although it goes on with its call. Whether the caller gets
 * the expected message. */
static bool hang_up(uint64_t time, const char *expected)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	struct hung_up now = {.pool = pool};
	pthread_t caller;

	CHECK_NUMBER(pthread_create(&caller, NULL, sleep_on, &now), 0);
	for (int i = 0; i < 10000 && fenced_counters(pool).busy == 0; i++)
		usleep(1000);
	pthread_mutex_lock(&pool->lock);
	while (!has_call(pool->workers))
		usleep(100);
	pool->workers->hung_up_at = mod_go_now() - time;
	mod_go_supervisor_wake(pool);
	pthread_mutex_unlock(&pool->lock);
	pthread_join(caller, NULL);
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
	return strstr(now.answer.text, expected) != NULL;
}

/* A machine that takes two seconds to end a process has it given up. */
TEST(a_worker_that_hangs_up_and_goes_on_is_killed)
{
	bool killed = false;

	for (int i = 0; i < 5 && !killed; i++)
		killed = hang_up(200000000, "its worker was ended by signal 9 (Killed)");
	CHECK(killed);
}

/* It may be in a system call that cannot be interrupted. Two seconds after it has hung up its caller has an answer. */
TEST(a_worker_that_does_not_end_is_given_up)
{
	CHECK(hang_up(2000000000, "its worker does not end"));
}

/* Lets a pool wait for a while. It may look at its workers' threads ten times a second, and once at anything else. */
static void wait_idly(void)
{
	unsigned long before = count_calls(CALL_POLL);
	double start = check_now();

	usleep(120000);
	CHECK(count_calls(CALL_POLL) - before < 10 + 10 * (check_now() - start));
}

TEST(a_pool_sleeps_until_there_is_something_to_do)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .idle = 60000, .old_calls = 60000};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	mod_go_error error;
	unsigned long before;
	double start;

	wait_idly();
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	for (int i = 0; i < 10000 && fenced_counters(pool).idle < 2; i++)
		usleep(1000);
	wait_idly();
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("good"), &error), MOD_GO_OK);
	mod_go_fenced_end(pool, 60000);
	wait_for_workers(pool, 1);
	wait_idly();
	mod_go_fenced_close(pool);
	before = count_calls(CALL_POLL);
	start = check_now();
	hang_up(0, ""); /* it is killed after 200 ms */
	CHECK(count_calls(CALL_POLL) - before < 50 + 10 * (check_now() - start));
}

static int kill_worker(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                       aerospike_udf_go_value *names)
{
	(void)call, (void)record;
	*names = text_value("");
	for (const mod_go_worker *worker = asked->workers; worker != NULL; worker = worker->next) {
		if (worker->state == MOD_GO_WORKER_BUSY)
			kill(worker->process.id, SIGKILL);
	}
	return AEROSPIKE_UDF_GO_OK;
}

/* Something kills each worker before it has its call. */
TEST(a_call_is_not_tried_again_without_end)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	aerospike_udf_go_host host = {.size = sizeof(host), .record_bin_names = kill_worker};
	aerospike_udf_go_call call = {.size = sizeof(call), .host = &host};
	aerospike_udf_go_record record = {0};
	aerospike_udf_go_result result;

	asked = fenced_ready(check_module("good"), &options);
	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_fenced_apply_single(asked, "who", &call, &record, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_INTERNAL);
	CHECK_CONTAINS((char *)result.value.data, "function who: its workers end before they serve it");
	mod_go_result_clear(&result);
	CHECK_NUMBER(fenced_counters(asked).calls, 1);
	CHECK_NUMBER(fenced_counters(asked).by_status[AEROSPIKE_UDF_GO_INTERNAL], 1);
	CHECK_NUMBER(fenced_counters(asked).busy, 0);
	CHECK_TEXT(fenced_ask(asked, "who").text, "good");
	mod_go_fenced_close(asked);
}
