/*
 * test_failing_calls.c - system functions that libmod_go calls fail, each of their calls once: the operation succeeds
 * or reports the reason, no descriptor or process remains, and the next operation succeeds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "failing_calls.h"
#include "fenced.h"
#include "host.h"
#include "mod_go.h"

enum {
	MOST = 400,       /* calls of one function */
	REASON = ENOBUFS, /* which nothing else gives */
};

/* Loads a module into this process, sets it up and unloads it. */
static mod_go_status use_module(mod_go_error *error)
{
	mod_go_module *module = NULL;
	mod_go_status status = mod_go_open(check_module("twin"), &module, error);

	if (status == MOD_GO_OK)
		status = mod_go_setup(module, error);
	if (module != NULL)
		mod_go_close(module);
	return status;
}

/* Opens a pool, has it make a call, replaces its module, makes another one, and closes it. */
static mod_go_status use_pool(mod_go_error *error)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2, .no_spare = 1};
	mod_go_fenced *pool = NULL;
	mod_go_status status = fenced_open(check_module("good"), &options, &pool, error);

	if (status == MOD_GO_OK)
		status = mod_go_fenced_setup(pool, error);
	if (status == MOD_GO_OK) {
		fenced_ask(pool, "who");
		status = mod_go_fenced_replace(pool, check_module("good"), error);
		fenced_ask(pool, "who");
	}
	if (pool != NULL)
		mod_go_fenced_close(pool);
	return status;
}

/* What an error says where that function has failed. */
static const char *reason_of(enum failing_call call)
{
	switch (call) {
	case CALL_ACCESS:
		return "is not a program that this user may run";
	case CALL_DLOPEN:
		return "it gives no reason";
	case CALL_PTHREAD_MUTEX_INIT:
		return "no memory";
	default:
		return strerror(REASON);
	}
}

/* Lets each call fail, and counts by function those that the operation needs. A function that it does not call through
 * the linker (fstat of an old C library) has no count. */
static void fail_each_call(mod_go_status (*use)(mod_go_error *error), const unsigned needed[CALL_COUNT])
{
	mod_go_error error;
	size_t descriptors;

	CHECK_NUMBER(use(&error), MOD_GO_OK);
	descriptors = settled_descriptors(0);
	for (int call = 0; call < CALL_COUNT; call++) {
		const char *name = failing_call_name((enum failing_call)call);
		unsigned refused = 0;
		bool failed = true;
		long n = 0;

		while (failed && ++n < MOST) {
			mod_go_status status;

			fail_call((enum failing_call)call, n, REASON);
			status = use(&error);
			failed = calls_work_again();
			if (status != MOD_GO_OK) {
				refused++;
				if (!CHECK(failed) || !CHECK_CONTAINS(error.message, reason_of((enum failing_call)call)))
					printf("    %s, call %ld: %d %s\n", name, n, status, error.message);
			}
			if (!CHECK_NUMBER(settled_descriptors(descriptors), descriptors) ||
			    !CHECK_NUMBER(children(), 0)) {
				printf("    after %s, call %ld\n", name, n);
				return;
			}
		}
		CHECK(n < MOST);
		if (n > 1 && !CHECK_NUMBER(refused, needed[call]))
			printf("    %s\n", name);
	}
	CHECK_NUMBER(use(&error), MOD_GO_OK);
}

TEST(a_module_loads_or_says_which_call_failed)
{
	const unsigned needed[CALL_COUNT] = {
		[CALL_DLOPEN] = 1, [CALL_FSTAT] = 1, [CALL_OPEN] = 1, [CALL_PTHREAD_MUTEX_INIT] = 1, [CALL_READ] = 2,
	};

	fail_each_call(use_module, needed);
}

TEST(a_pool_works_or_says_which_call_failed)
{
	const unsigned needed[CALL_COUNT] = {
		[CALL_ACCESS] = 1,      [CALL_EVENTFD] = 1,        [CALL_FCNTL] = 12, [CALL_FSTAT] = 2,
		[CALL_FTRUNCATE] = 2,   [CALL_MMAP] = 2,           [CALL_OPEN] = 2,   [CALL_PIPE2] = 2,
		[CALL_POSIX_SPAWN] = 2, [CALL_PTHREAD_CREATE] = 2, [CALL_READ] = 4,   [CALL_SOCKETPAIR] = 2,
		[CALL_SYSCALL] = 2,
	};

	fail_each_call(use_pool, needed);
}

/* Each descriptor has the number 0 once, as where a host closes its standard input at that moment. */
TEST(a_descriptor_may_have_any_number)
{
	static const enum failing_call CALLS[] = {CALL_EVENTFD, CALL_OPEN, CALL_PIPE2, CALL_SOCKETPAIR,
	                                          CALL_SYSCALL};
	size_t descriptors = settled_descriptors(0);
	mod_go_error error;

	for (size_t i = 0; i < sizeof(CALLS) / sizeof(*CALLS); i++) {
		bool closed = true;

		for (long n = 1; closed && n < MOST; n++) {
			close_input_before(CALLS[i], n);
			if (!CHECK_NUMBER(use_pool(&error), MOD_GO_OK))
				printf("    %s\n", error.message);
			closed = calls_work_again();
			if (!CHECK_NUMBER(settled_descriptors(descriptors - closed), descriptors - closed))
				printf("    after %s, call %ld\n", failing_call_name(CALLS[i]), n);
			CHECK_NUMBER(children(), 0);
			if (closed)
				CHECK_NUMBER(open("/dev/null", O_RDONLY), 0);
		}
	}
}

TEST(signals_and_short_reads_change_nothing)
{
	mod_go_error error;

	interrupt_calls();
	CHECK_NUMBER(use_module(&error), MOD_GO_OK);
	if (!CHECK_NUMBER(use_pool(&error), MOD_GO_OK))
		printf("    %s\n", error.message);
	CHECK(calls_work_again());
}
