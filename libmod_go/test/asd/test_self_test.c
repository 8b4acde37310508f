/* test_self_test.c - what is logged of the self-test of the fence, for workers that do all kinds of things. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asd/self_test.h"
#include "check.h"
#include "failing_calls.h"
#include "clock_and_counters.h"

static char text[2200];

static mod_go_self_test_result taken(size_t capacity)
{
	double until = check_now() + 10;
	mod_go_self_test_result result;

	while ((result = mod_go_self_test_take(text, capacity)) == MOD_GO_SELF_TEST_NONE && check_now() < until)
		usleep(2000);
	return result;
}

static mod_go_self_test_result result_of(const char *script)
{
	mod_go_self_test_start(check_script(script));
	return taken(sizeof(text));
}

TEST(the_last_paragraph_of_the_output_is_the_result)
{
	size_t before = check_entries("/proc/self/fd");

	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_NONE);
	CHECK_NUMBER(result_of("echo read: held; echo; echo 3 of 3; echo attacks are held; echo; echo"),
	             MOD_GO_SELF_TEST_HELD);
	CHECK_TEXT(text, "3 of 3 attacks are held");
	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_NONE);
	CHECK_NUMBER(result_of("echo 1 of 1 >&2; exit 1"), MOD_GO_SELF_TEST_FAILED);
	CHECK_TEXT(text, "1 of 1");
	CHECK_NUMBER(result_of("printf 'all held'; kill -9 $$"), MOD_GO_SELF_TEST_FAILED);
	CHECK_TEXT(text, "all held");
	CHECK_NUMBER(result_of("printf '%s' \"$*\""), MOD_GO_SELF_TEST_HELD);
	CHECK_TEXT(text, "--check");
	CHECK_NUMBER(result_of("cat; echo the end"), MOD_GO_SELF_TEST_HELD); /* of an empty input */
	CHECK_TEXT(text, "the end");
	CHECK_NUMBER(check_entries("/proc/self/fd"), before);
}

/* Its descriptors are empty, and there are no others. */
TEST(the_worker_gets_nothing_of_the_server)
{
	for (int each = 3; each < 1024; each++)
		fcntl(each, F_SETFD, FD_CLOEXEC); /* what this process got itself */
	CHECK_NUMBER(result_of("for i in 3 4 5; do echo x >&$i && readlink /proc/$$/fd/$i; done; ls -l "
	                       "/proc/$$/fd | grep -c null"),
	             MOD_GO_SELF_TEST_HELD);
	CHECK_TEXT(text, "/dev/null /dev/null /dev/null 4"); /* with its standard input */
}

TEST(no_memory_that_may_be_executed_is_needed)
{
	only_data_in_memory = true;
	CHECK_NUMBER(result_of("echo held"), MOD_GO_SELF_TEST_HELD);
}

TEST(a_result_that_cannot_be_read_is_none)
{
	mod_go_self_test_start(check_script("sleep 0.1; echo held"));
	fail_call(CALL_PREAD, 1, EIO);
	memset(text, '#', sizeof(text) - 1);
	CHECK_NUMBER(taken(sizeof(text)), MOD_GO_SELF_TEST_FAILED);
	CHECK(calls_work_again());
	CHECK_TEXT(text, "the worker ended without a result");
}

TEST(a_worker_that_says_nothing_has_not_held)
{
	static const char *const SCRIPTS[] = {"exit 0", "exit 1", "echo", "echo; echo; echo"};

	for (size_t i = 0; i < sizeof(SCRIPTS) / sizeof(*SCRIPTS); i++) {
		CHECK_NUMBER(result_of(SCRIPTS[i]), MOD_GO_SELF_TEST_FAILED);
		CHECK_TEXT(text, "the worker ended without a result");
	}
}

TEST(of_a_long_output_the_end_is_read)
{
	for (size_t capacity = 9; capacity <= 12; capacity++) {
		mod_go_self_test_start(check_script("printf 0123456789"));
		memset(text, '#', sizeof(text));
		CHECK_NUMBER(taken(capacity), MOD_GO_SELF_TEST_HELD);
		CHECK_TEXT(text, &"0123456789"[capacity < 11 ? 11 - capacity : 0]);
		CHECK_NUMBER(text[capacity], capacity < 12 ? '#' : text[capacity]);
	}
	mod_go_self_test_start(
		check_script("i=0; while [ $i -lt 400 ]; do echo attack $i; i=$((i + 1)); done; echo; echo held"));
	CHECK_NUMBER(taken(sizeof(text)), MOD_GO_SELF_TEST_HELD);
	CHECK_TEXT(text, "held");
}

TEST(a_worker_that_cannot_be_started_is_a_failure_with_the_reason)
{
	size_t before = check_entries("/proc/self/fd");
	char path[300];

	snprintf(path, sizeof(path), "%s/none", check_folder());
	mod_go_self_test_start(path);
	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_FAILED);
	CHECK_CONTAINS(text, path);
	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_NONE);
	fail_call(CALL_POSIX_SPAWN, 1, EAGAIN);
	mod_go_self_test_start(check_script("exit 0"));
	CHECK(calls_work_again());
	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_FAILED);
	CHECK_CONTAINS(text, "/script");
	CHECK_NUMBER(check_entries("/proc/self/fd"), before);
	CHECK_NUMBER(result_of("echo held"), MOD_GO_SELF_TEST_HELD);
}

TEST(a_self_test_without_a_file_for_its_output_fails)
{
	size_t before = check_entries("/proc/self/fd");

	fail_call(CALL_SYSCALL, 1, ENFILE);
	CHECK_NUMBER(result_of("echo held"), MOD_GO_SELF_TEST_FAILED);
	CHECK(calls_work_again());
	CHECK(text[0] != '\0');
	CHECK_NUMBER(check_entries("/proc/self/fd"), before);
}

TEST(a_worker_that_takes_longer_than_a_minute_is_ended)
{
	size_t before = check_entries("/proc/self/fd");

	mod_go_self_test_start(check_script("echo $$ >$0.id; exec sleep 1000"));
	clock_ahead = 30ull * 1000 * 1000 * 1000;
	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_NONE);
	clock_ahead = 60ull * 1000 * 1000 * 1000;
	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_FAILED);
	CHECK_TEXT(text, "the self-test of the fence took longer than 60 s, and was ended");
	CHECK(waitpid(-1, NULL, WNOHANG) < 0); /* killed and collected */
	CHECK_NUMBER(check_entries("/proc/self/fd"), before);
	CHECK_NUMBER(mod_go_self_test_take(text, sizeof(text)), MOD_GO_SELF_TEST_NONE);
}
