/* test_reporter.c - the lines that the plugin logs by itself. */
#include <aerospike/as_log.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asd/reporter.h"
#include "clock_and_counters.h"
#include "server.h"

static void start_with(mod_go_mode mode, const char *fence, uint32_t ticker)
{
	server_prepare();
	server_settings.config.mode = mode;
	server_settings.fence = fence;
	server_settings.ticker = ticker;
	server_start();
}

TEST(the_greeting_of_unfenced_modules_names_no_fence)
{
	fence_lacks = "this kernel has no Landlock";
	start_with(MOD_GO_UNFENCED, "off", 0);
	server_logs("info mod_go: Go modules (.so) run in this Aerospike 8.1.2.0, unfenced\n");
}

static void wait_for_status(void)
{
	double until = check_now() + 10;

	while (strstr(server_text("modgo-node.status"), "]}\n") == NULL && check_now() < until)
		usleep(5000);
	CHECK_CONTAINS(server_text("modgo-node.status"), "\"modules\": []");
}

/* A self-test is started before the first status is written. */
TEST(without_a_fence_nothing_tests_it)
{
	start_with(MOD_GO_UNFENCED, "standard", 0);
	wait_for_status();
	CHECK(waitpid(-1, NULL, WNOHANG) < 0);
}

TEST(where_the_fence_is_off_nothing_tests_it)
{
	start_with(MOD_GO_FENCED, "off", 0);
	wait_for_status();
	CHECK(waitpid(-1, NULL, WNOHANG) < 0);
}

TEST(the_greeting_says_that_the_fence_is_off)
{
	fence_lacks = "this kernel has no Landlock";
	start_with(MOD_GO_FENCED, "off", 0);
	server_logs("info mod_go: Go modules (.so) run in this Aerospike 8.1.2.0, fenced; MODGO_FENCE is off: "
	            "workers have all "
	            "rights of this user\n");
}

TEST(the_greeting_says_what_the_fence_lacks)
{
	fence_lacks = "this kernel has no Landlock";
	server_prepare();
	snprintf(server_settings.config.worker, sizeof(server_settings.config.worker), "/bin/false");
	server_settings.config.mode = MOD_GO_FENCED;
	server_start();
	server_logs(
		"info mod_go: Go modules (.so) run in this Aerospike 8.1.2.0, fenced; this kernel has no Landlock\n");
	server_logs("warn mod_go: self-test of the fence: the worker ended without a result; mod-go-worker "
	            "--check, run as the "
	            "server's user, shows more\n");
}

TEST(a_complete_fence_is_not_explained)
{
	fence_lacks = "";
	server_prepare();
	snprintf(server_settings.config.worker, sizeof(server_settings.config.worker), "%s",
	         check_script("echo; echo; echo 2 of 2"));
	server_settings.config.mode = MOD_GO_FENCED;
	server_start();
	server_logs("info mod_go: Go modules (.so) run in this Aerospike 8.1.2.0, fenced\n");
	server_logs("info mod_go: self-test of the fence: 2 of 2\n");
}

TEST(each_problem_of_the_settings_is_a_warning)
{
	server_prepare();
	snprintf(server_settings.problems, sizeof(server_settings.problems), "first\nsecond\nthird\n");
	server_start();
	server_logs("unfenced\nwarn mod_go: first\nwarn mod_go: second\nwarn mod_go: third\n");
}

TEST(the_greeting_waits_for_the_servers_log)
{
	as_log_callback log = g_as_log.callback;

	server_prepare();
	log = g_as_log.callback;
	as_log_set_callback(NULL);
	server_start();
	usleep(50000);
	CHECK_TEXT(server_log(), "");
	as_log_set_callback(log);
	server_logs("run in this Aerospike");
}

/* Before the server has a log, and then. */
TEST(a_reporter_with_nothing_to_do_takes_no_processor)
{
	as_log_callback log;
	double before;

	server_prepare();
	log = g_as_log.callback;
	for (int has_log = 0; has_log < 2; has_log++) {
		as_log_set_callback(has_log ? log : NULL);
		if (has_log)
			wait_for_status();
		else
			server_start();
		usleep(20000);
		before = check_processor_time();
		usleep(300000);
		CHECK(check_processor_time() - before < 0.05);
	}
}

/* A handler of the server's must run in one of its own threads. */
TEST(the_reporter_takes_no_signal_of_the_server)
{
	sigset_t before, after;
	unsigned long long blocked;

	sigemptyset(&before);
	sigaddset(&before, SIGUSR1);
	sigprocmask(SIG_SETMASK, &before, NULL);
	start_with(MOD_GO_UNFENCED, "standard", 0);
	server_logs("run in this Aerospike");
	blocked = check_blocked_signals("mod-go-report");
	for (int each = 1; each < 32; each++)
		if (each != SIGKILL && each != SIGSTOP)
			CHECK((blocked >> (each - 1) & 1) == 1);
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (int each = 1; each < 32; each++)
		CHECK_NUMBER(sigismember(&after, each), each == SIGUSR1);
}

TEST(a_reporter_is_started_once)
{
	start_with(MOD_GO_UNFENCED, "standard", 0);
	server_logs("run in this Aerospike");
	mod_go_reporter_start(&server_settings, "/none");
	usleep(50000);
	CHECK(strstr(strstr(server_log(), "run in this") + 1, "run in this") == NULL);
}

/* ---- workers that end --------------------------------------------------------------------------- */

TEST(workers_that_have_ended_are_logged_in_a_line_each)
{
	start_with(MOD_GO_FENCED, "off", 0);
	server_put_module("good.so", "good");
	death_reason = "between calls,\nit was ended\nby signal 9";
	deaths = 1;
	server_logs("warn mod_go: good.so: a worker has ended: between calls, it was ended by signal 9\n");
	death_reason = "again";
	deaths = 2;
	server_logs("warn mod_go: good.so: 2 workers have ended: again\n");
}

TEST(a_module_that_is_not_loaded_has_no_line)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters), .calls = 3};

	start_with(MOD_GO_UNFENCED, "standard", 1);
	server_put_module("broken.so", "setup_fails");
	server_put_module("good.so", "good");
	deaths = 1;
	death_reason = "of an unfenced module";
	all_counters = &counters;
	server_logs("info mod_go: good.so: 3 calls\n");
	CHECK(strstr(server_log(), "broken.so: 3 calls") == NULL);
	CHECK(strstr(server_log(), "a worker has ended") == NULL);
	deaths = 0;
}

/* ---- calls -------------------------------------------------------------------------------------- */

/* Counters that the reporter has not reported yet. */
static mod_go_fenced_counters rounds[16];

/* Waits for the line of a module whose counters have become these. */
static void line_of(const mod_go_fenced_counters *counters, const char *line)
{
	static size_t round;
	mod_go_fenced_counters *next = &rounds[round++];

	*next = *counters;
	server_forget_log();
	all_counters = next;
	server_logs(line);
}

TEST(a_line_has_the_calls_since_the_last_one)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters), .calls = 7};

	start_with(MOD_GO_UNFENCED, "standard", 1);
	server_put_module("good.so", "good");
	line_of(&counters, "info mod_go: good.so: 7 calls\n");
	counters.calls = 8;
	line_of(&counters, "info mod_go: good.so: 1 calls\n");
	counters.calls = 20;
	counters.by_status[0] = 9; /* succeeded */
	counters.by_status[3] = 2;
	line_of(&counters, "good.so: 12 calls, failed: 2x the function returned an error\n");
	counters.calls = 24;
	counters.by_status[1] = 1;
	counters.by_status[3] = 3;
	counters.by_status[7] = 2;
	{
		char line[300];

		snprintf(line, sizeof(line), "good.so: 4 calls, failed: 1x %s, 1x %s, 2x %s\n",
		         mod_go_call_status_text(1), mod_go_call_status_text(3), mod_go_call_status_text(7));
		line_of(&counters, line);
	}
}

TEST(a_line_has_the_time_of_half_and_of_nearly_all_calls)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters), .calls = 1};

	start_with(MOD_GO_UNFENCED, "standard", 1);
	server_put_module("good.so", "good");
	counters.latency[0] = 1;
	line_of(&counters, "good.so: 1 calls; 50% within 0.002 us, 99% within 0.002 us\n");
	/* The earlier call does not count. */
	counters.calls++;
	counters.latency[9] = 50;
	counters.latency[19] = 49;
	counters.latency[29] = 1;
	line_of(&counters, "good.so: 1 calls; 50% within 1.02 us, 99% within 1.05 ms\n");
	counters.calls++;
	counters.latency[9] += 49;
	counters.latency[19] += 49;
	counters.latency[29] += 2;
	line_of(&counters, "good.so: 1 calls; 50% within 1.05 ms, 99% within 1.07 s\n");
	counters.calls++;
	counters.latency[8] += 2;
	line_of(&counters, "good.so: 1 calls; 50% within 0.512 us, 99% within 0.512 us\n");
	counters.calls++;
	line_of(&counters, "good.so: 1 calls\n");
}

TEST(a_fenced_module_has_its_workers_in_its_line)
{
	mod_go_fenced_counters counters = {
		.size = sizeof(counters), .calls = 2, .live = 4, .busy = 3, .restarts = 5};

	all_memory = 3 << 20;
	start_with(MOD_GO_FENCED, "off", 1);
	server_put_module("good.so", "good");
	line_of(&counters, "info mod_go: good.so: 2 calls; 4 workers, 3 of them busy, 5 restarted, 3 MiB\n");
	counters.calls = 3;
	counters.restarts = 6;
	line_of(&counters, "info mod_go: good.so: 1 calls; 4 workers, 3 of them busy, 1 restarted, 3 MiB\n");
}

TEST(without_a_ticker_calls_have_no_lines)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters), .calls = 3};

	start_with(MOD_GO_FENCED, "off", 0);
	server_put_module("good.so", "good");
	all_counters = &counters;
	deaths = 1;
	death_reason = "one";
	server_logs("a worker has ended: one");
	deaths = 1;
	death_reason = "two"; /* after that a ticker would have logged */
	server_logs("a worker has ended: two");
	CHECK(strstr(server_log(), " calls") == NULL);
}

/* Waits until the reporter has looked at all modules again, twice. */
static void wait_for_two_looks(void)
{
	static const char *const REASONS[] = {"first", "second"};

	for (int i = 0; i < 2; i++) {
		server_forget_log();
		death_reason = REASONS[i];
		deaths = 1;
		server_logs(REASONS[i]);
		CHECK(strstr(server_log(), " calls") == NULL);
	}
}

TEST(lines_come_as_often_as_the_ticker_says)
{
	static const mod_go_fenced_counters COUNTERS[] = {{.calls = 3}, {.calls = 4}};
	static const char *const LINES[] = {"good.so: 3 calls", "good.so: 1 calls"};

	start_with(MOD_GO_FENCED, "off", 60000);
	server_put_module("good.so", "good");
	for (uint64_t minute = 0; minute < 2; minute++) {
		all_counters = &COUNTERS[minute];
		wait_for_two_looks();
		clock_ahead = (minute + 1) * 60 * 1000 * 1000 * 1000;
		server_logs(LINES[minute]);
	}
}

/* The file of the node's status is written at once, and a second later. */
TEST(the_status_of_the_node_follows_within_a_second)
{
	double until = check_now() + 10;

	start_with(MOD_GO_UNFENCED, "standard", 0);
	wait_for_status();
	server_put_module("good.so", "good");
	clock_ahead = 1000ull * 1000 * 1000;
	while (strstr(server_text("modgo-node.status"), "\"name\": \"good\"") == NULL && check_now() < until)
		usleep(5000);
	CHECK_CONTAINS(server_text("modgo-node.status"), "\"name\": \"good\"");
}
