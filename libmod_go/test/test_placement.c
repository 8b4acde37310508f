/* test_placement.c - the serving thread of a worker runs on its caller's processor, and nothing else is bound to it. */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "fenced.h"
#include "fenced/pool.h"

static cpu_set_t allowed;

/* Binds this thread to the n-th processor that it may use, and returns its number; -1 where there is none. */
static int use(int n)
{
	cpu_set_t one;

	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &allowed) || n-- > 0)
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		return sched_setaffinity(0, sizeof(one), &one) == 0 ? i : -1;
	}
	return -1;
}

static void use_all(void)
{
	sched_setaffinity(0, sizeof(allowed), &allowed);
}

static void pause_spinning(mod_go_fenced *pool, uint32_t calls)
{
	pthread_mutex_lock(&pool->lock);
	pool->spinning.paused = calls;
	pthread_mutex_unlock(&pool->lock);
}

/* A pool in which no call spins. */
static mod_go_fenced *pool_without_spinning(void)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	pool = fenced_ready(check_module("processors"), &options);
	pause_spinning(pool, 1000000);
	return pool;
}

static long long ask(mod_go_fenced *pool, const char *function, long long argument)
{
	aerospike_udf_go_value value = integer_value(argument);
	struct answer answer = fenced_call(pool, function, 10000, NULL, &value, 1);

	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	return answer.integer;
}

TEST(a_worker_follows_its_caller_and_its_threads_do_not)
{
	mod_go_fenced *pool = pool_without_spinning();

	for (int i = 0; i < 2 && i < CPU_COUNT(&allowed); i++) {
		int processor = use(i);

		CHECK_NUMBER(ask(pool, "only", 0), processor);
		CHECK_NUMBER(ask(pool, "count in a thread", 0), CPU_COUNT(&allowed));
		CHECK_NUMBER(ask(pool, "only", 0), processor);
	}
	use_all();
	mod_go_fenced_close(pool);
}

TEST(a_call_that_takes_long_may_use_all_processors)
{
	mod_go_fenced *pool = pool_without_spinning();

	CHECK_NUMBER(ask(pool, "count", 0), 1);
	CHECK_NUMBER(ask(pool, "wait", CPU_COUNT(&allowed)), CPU_COUNT(&allowed));
	CHECK_NUMBER(ask(pool, "count", 0), 1);
	mod_go_fenced_close(pool);
}

TEST(a_worker_uses_only_processors_that_it_was_started_on)
{
	mod_go_fenced *pool;
	int first;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	if (CPU_COUNT(&allowed) < 2)
		return;
	first = use(0);
	pool = fenced_ready(check_module("processors"), NULL);
	pause_spinning(pool, 1000000);
	use(1);
	CHECK_NUMBER(ask(pool, "only", 0), first);
	use_all();
	mod_go_fenced_close(pool);
}

TEST(a_worker_avoids_its_caller_while_both_spin)
{
	mod_go_fenced *pool = pool_without_spinning();
	int count = CPU_COUNT(&allowed);

	CHECK_NUMBER(ask(pool, "count", 0), 1);
	pause_spinning(pool, 0);
	if (count > 1) /* no call spins on one */
		CHECK_NUMBER(ask(pool, "count", 0), count - 1);
	for (int i = 0; i < 2 && count == 2; i++) {
		int processor = use(i);

		pause_spinning(pool, 0);
		CHECK(ask(pool, "only", 0) != processor);
		CHECK_NUMBER(ask(pool, "count in a thread", 0), count);
	}
	use_all();
	mod_go_fenced_close(pool);
}

TEST(a_worker_that_may_not_be_moved_serves_nevertheless)
{
	mod_go_placement placement = {.thread = 0};

	/* No process has this number. */
	mod_go_placement_begin(&placement, 0x7FFFFFFF);
	CHECK_NUMBER(placement.thread, 0);
	mod_go_placement_follow(&placement);
	mod_go_placement_avoid(&placement);
	mod_go_placement_release(&placement);
	CHECK_NUMBER(placement.processor, -1);
	CHECK_NUMBER(placement.avoided, -1);
	/* One that ends after that. */
	mod_go_placement_begin(&placement, getpid());
	placement.thread = 0x7FFFFFFF;
	mod_go_placement_follow(&placement);
	CHECK_NUMBER(placement.thread, 0);
	CHECK_NUMBER(placement.processor, -1);
}

/* ---- which worker, and whether to spin ------------------------------------------------------------- */

static mod_go_fenced *pool_of(mod_go_worker *workers, int count)
{
	mod_go_fenced *pool = calloc(1, sizeof(*pool));

	pool->wake_event = -1;
	pool->last_waiter = &pool->waiters;
	pool->options = (mod_go_fenced_options){.limit = 16, .no_spare = 1};
	pool->processors = 4;
	pool->current = calloc(1, sizeof(*pool->current));
	for (int i = 0; i < count; i++) {
		workers[i] = (mod_go_worker){.state = MOD_GO_WORKER_BUSY, .version = pool->current};
		pool->busy[0]++;
		pool->live++;
		mod_go_pool_make_idle(pool, &workers[i]);
	}
	return pool;
}

static mod_go_worker *acquire(mod_go_fenced *pool)
{
	char why[1];
	int status;

	return mod_go_pool_acquire(pool, false, 1, &status, why, sizeof(why));
}

TEST(a_call_takes_the_worker_on_its_processor)
{
	mod_go_worker workers[3];
	mod_go_fenced *pool = pool_of(workers, 3);
	int processor;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	processor = use(0);
	workers[0].placement.processor = processor;
	workers[1].placement.processor = processor + 1;
	workers[2].placement.processor = processor + 2;
	CHECK(acquire(pool) == &workers[0]);
	CHECK(acquire(pool) == &workers[2]); /* the last released */
	CHECK(acquire(pool) == &workers[1]);
	CHECK(acquire(pool) == NULL);
	use_all();
	free(pool->current);
	free(pool);
}

struct call {
	mod_go_fenced *pool;
	bool slept;
	bool spun;
};

static void *make_call(void *argument)
{
	struct call *call = argument;
	mod_go_worker *worker = acquire(call->pool);

	call->spun = worker->channel.spin > 0;
	worker->channel.slept = call->slept;
	mod_go_pool_release(call->pool, worker, true, NULL);
	return NULL;
}

static bool spins(mod_go_fenced *pool, bool slept)
{
	struct call call = {.pool = pool, .slept = slept};

	make_call(&call);
	return call.spun;
}

TEST(calls_spin_unless_many_threads_call)
{
	mod_go_worker worker;
	mod_go_fenced *pool = pool_of(&worker, 1);
	struct call call = {.pool = pool};
	pthread_t thread;
	int quiet = 0;

	CHECK(spins(pool, false));
	for (int i = 0; i < 2; i++) { /* with this one, three threads on four processors */
		pthread_create(&thread, NULL, make_call, &call);
		pthread_join(thread, NULL);
		CHECK_NUMBER(call.spun, i == 0);
	}
	while (quiet < 1000 && !spins(pool, false))
		quiet++;
	/* The rest of that period, and one without the other threads. */
	CHECK(quiet > 256 && quiet < 520);
	pool->processors = 1;
	CHECK(!spins(pool, false));
	free(pool->current);
	free(pool);
}

/* Four calls in vain, then that many that do not spin. */
static void expect_pause(mod_go_fenced *pool, unsigned calls)
{
	for (int i = 0; i < 4; i++)
		CHECK(spins(pool, true));
	for (unsigned i = 0; i < calls; i++)
		CHECK(!spins(pool, false));
}

TEST(calls_stop_spinning_where_it_is_in_vain)
{
	mod_go_worker worker;
	mod_go_fenced *pool = pool_of(&worker, 1);

	for (int i = 0; i < 20; i++) {
		CHECK(spins(pool, true));
		CHECK(spins(pool, i % 2 == 0)); /* now and then is not in vain */
		CHECK(spins(pool, false));
	}
	/* The first calls after a pause are in vain, too. */
	for (unsigned pause = 64; pause <= 1024; pause *= 2)
		expect_pause(pool, pause);
	CHECK(spins(pool, false)); /* not in vain: the next pause is not longer */
	expect_pause(pool, 1024);
	for (int i = 0; i < 20; i++)
		CHECK(spins(pool, false));
	expect_pause(pool, 64);
	CHECK(spins(pool, false));
	free(pool->current);
	free(pool);
}
