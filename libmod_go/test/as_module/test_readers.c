/* test_readers.c - the slots of reading threads, and the thread that releases. */
#include "as_module/readers.h"
#include "call.h"
#include "failing_allocations.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int releases;

static void count_release(void *object)
{
	(void)object;
	atomic_fetch_add(&releases, 1);
}

static void wait_for_releases(int count)
{
	for (int i = 0; i < 6000 && atomic_load(&releases) < count; i++)
		usleep(10000);
	CHECK_NUMBER(atomic_load(&releases), count);
}

/* Reads, without memory for a slot. */
static void *read_without_memory(void *succeeded)
{
	fail_allocation(1);
	*(bool *)succeeded = mod_go_readers_enter();
	allocations_work_again();
	if (*(bool *)succeeded)
		mod_go_readers_leave();
	return NULL;
}

static bool reads_without_memory(void)
{
	bool succeeded = false;
	pthread_t thread;

	CHECK_NUMBER(pthread_create(&thread, NULL, read_without_memory, &succeeded), 0);
	pthread_join(thread, NULL);
	return succeeded;
}

static void *read_once(void *unused)
{
	CHECK(mod_go_readers_enter());
	mod_go_readers_leave();
	return unused;
}

/* There are as many slots as threads that read at a time, however many come and go. */
TEST(a_thread_that_ends_leaves_its_slot_to_the_next)
{
	pthread_t thread;

	CHECK(!reads_without_memory());
	for (int i = 0; i < 3; i++) {
		CHECK_NUMBER(pthread_create(&thread, NULL, read_once, NULL), 0);
		pthread_join(thread, NULL);
		CHECK(reads_without_memory());
	}
	CHECK(mod_go_readers_enter()); /* takes that slot */
	CHECK(!reads_without_memory());
	mod_go_readers_leave();
	CHECK(!reads_without_memory()); /* it is this thread's until that ends */
}

/* A process has a limited number of keys for the data of threads. */
TEST(without_a_key_for_its_threads_calls_fail)
{
	struct outcome outcome;
	pthread_key_t key;
	bool failed;

	use_c("good");
	while (pthread_key_create(&key, NULL) == 0)
		;
	for (int i = 0; i < 3; i++) {
		outcome = call(&mod_go, "good", "who", NULL, NULL);
		CHECK_NUMBER(outcome.rc, 2);
		CHECK_TEXT(outcome.text, "good: the host has no memory");
	}
	fail_allocation(1); /* the slot of the first is taken again */
	CHECK(!mod_go_readers_enter());
	failed = allocations_work_again();
	CHECK(!failed);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 3); /* a scan reads, too */
}

/* Processor time of the process, in seconds, during 100 ms. */
static double time_used(void)
{
	double before = check_processor_time();

	usleep(100000);
	return check_processor_time() - before;
}

TEST(the_releasing_thread_sleeps_while_it_cannot_release)
{
	mod_go_retired objects[2];

	CHECK(mod_go_readers_enter());
	mod_go_readers_retire(&objects[0], count_release);
	CHECK(time_used() < 0.03); /* it looks each 10 ms */
	CHECK_NUMBER(releases, 0);
	mod_go_readers_leave();
	wait_for_releases(1);
	CHECK(time_used() < 0.03); /* nothing is left to look for */
	CHECK(mod_go_readers_enter());
	mod_go_readers_retire(&objects[1], count_release);
	mod_go_readers_leave();
	wait_for_releases(2); /* it wakes again */
}

TEST(signals_are_for_the_hosts_own_threads)
{
	mod_go_retired object;
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	CHECK_NUMBER(pthread_sigmask(SIG_SETMASK, &mask, NULL), 0);
	CHECK(mod_go_readers_enter());
	mod_go_readers_retire(&object, count_release);
	for (int i = 0; i < 6000 && check_blocked_signals("mod-go-release") == 0; i++)
		usleep(10000);
	CHECK((check_blocked_signals("mod-go-release") & (1ull << (SIGTERM - 1))) != 0);
	CHECK((check_blocked_signals("mod-go-release") & (1ull << (SIGHUP - 1))) != 0);
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	CHECK(!sigismember(&mask, SIGTERM) && sigismember(&mask, SIGUSR2)); /* as it was */
	mod_go_readers_leave();
	wait_for_releases(1);
}

static void free_and_count(void *object)
{
	free(object);
	atomic_fetch_add(&releases, 1);
}

static void *retire_many(void *unused)
{
	for (int i = 0; i < 1000; i++) {
		CHECK(mod_go_readers_enter());
		mod_go_readers_retire(malloc(sizeof(mod_go_retired)), free_and_count);
		mod_go_readers_leave();
	}
	return unused;
}

TEST(each_of_many_retired_objects_is_released_once)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CHECK_NUMBER(pthread_create(&threads[i], NULL, retire_many, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	wait_for_releases(4000);
}
