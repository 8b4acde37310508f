/* test_bench.c - mod-go-bench as a process: what it asks of a module, and what it answers. */
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define SDK "github.com/GeertJohan/aerospike-mod-go/udf"

/* As functions of measured.c are called: `function HEX`. */
#define REPORT         "function 7265706f7274\n"
#define REMEMBER       "function 72656d656d626572\n"
#define READ_FILE      "function 726561645f66696c65\n"
#define FAIL_AT_LENGTH "function 6661696c5f61745f6c656e677468\n"
#define PRINT          "function 7072696e74\n"
#define WAIT           "function 77616974\n"
#define SOMETIMES_WAIT "function 736f6d6574696d65735f77616974\n"
#define NOTHING        "function 6e6f7468696e67\n"

#define TIMEOUT "timeout 1000000\n"
#define RECORD  "record 0 0 0 - - - 0 0 -\n"

static const char *const MODES[] = {"unfenced", "fenced"};

static char answer[16384];
static char grants[256];

/* Runs the program in that mode with these lines as its input. Returns the exit code; what it prints to its standard
 * output, or to both, is in `answer`. */
static int run_module(const char *mode, const char *module, const char *worker, const char *lines)
{
	char path[4200], command[16384];

	if (worker == NULL)
		worker = check_program("mod-go-worker");
	snprintf(path, sizeof(path), "%s/request", check_folder());
	check_write(path, lines, strlen(lines));
	snprintf(command, sizeof(command), "exec '%s' %s '%s' '%s' '%s' <'%s'", check_program("mod-go-bench"),
	         mode, module, worker, grants, path);
	setenv("MODGO_ENV", "GOOD_MANIFEST,MEASURED_ALLOCATIONS,MEASURED_SDK,ASAN_OPTIONS", 1);
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return check_command(command, answer, sizeof(answer));
}

static int run(const char *mode, const char *lines)
{
	return run_module(mode, check_module("measured"), NULL, lines);
}

/* Checks that a call fails with that message, after these answers. */
static bool check_failure(int code, const char *answers, const char *message)
{
	static char expected[16384];
	size_t used = (size_t)sprintf(expected, "%sfailed ", answers);

	for (; *message != '\0'; message++)
		used += (size_t)sprintf(expected + used, "%02x", (unsigned char)*message);
	strcpy(expected + used, "\n");
	return CHECK_NUMBER(code, 1) && CHECK_TEXT(answer, expected);
}

/* ---- what a function is called with --------------------------------------------------------------------- */

TEST(a_measured_function_gets_its_arguments_and_a_deadline)
{
	static const char LINES[] = REPORT TIMEOUT "argument 2 -3 -\nargument 4 0 74776f\n" RECORD "start\n";

	check_failure(run("unfenced", LINES), "", "deadline 10 writes 16 of 512 bytes, arguments -3 two, bins");
	run("fenced", LINES);
	/* "arguments -3 two": what a worker offers its module is the worker's */
	CHECK_CONTAINS(answer, "617267756d656e7473202d332074776f");
	CHECK_CONTAINS(answer, "failed 646561646c696e6520313020"); /* "deadline 10 " */
}

TEST(a_measured_function_gets_the_bins_prefetched_that_its_manifest_names)
{
	/* Not the list, nor what an integer would name, nor a bin twice; the last position is none of an argument. */
	setenv("GOOD_MANIFEST",
	       "[{\"name\": \"report\", \"kind\": \"record\", \"context\": false, \"bins\": [\"a\", \"none\", "
	       "\"list\"],"
	       " \"bin_arguments\": [0, 1, 2, 3, 4]}]",
	       1);
	check_failure(run("unfenced", REPORT TIMEOUT "argument 4 0 6e\nargument 2 7 -\nargument 4 0 61\n"
	                                             "argument 4 0 6e6f6e65\n" RECORD
	                                             "bin 61 2 1 -\nbin 6e 4 0 78\nbin 6c697374 8 0 90\nstart\n"),
	              "", "deadline 0 writes 16 of 512 bytes, arguments n 7 a none, bins a=1 none=nil n=x");
	setenv("GOOD_MANIFEST",
	       "[{\"name\": \"report\", \"kind\": \"record\", \"context\": true, \"bins\": [\"a\", \"b\", \"c\", "
	       "\"d\","
	       " \"e\", \"f\", \"g\", \"h\"], \"bin_arguments\": [0]}]",
	       1);
	check_failure(run("unfenced", REPORT TIMEOUT "argument 4 0 7a\n" RECORD "start\n"), "",
	              "deadline 10 writes 16 of 512 bytes, arguments z, bins"
	              " a=nil b=nil c=nil d=nil e=nil f=nil g=nil h=nil");
}

/* The first call is made with the second record. */
TEST(a_measured_function_gets_the_records_in_turn_as_the_sample_has_them)
{
	setenv("MEASURED_ALLOCATIONS", "", 1);
	for (int i = 0; i < 2; i++)
		check_failure(run(MODES[i], REMEMBER TIMEOUT RECORD "bin 6e 2 1 -\n" RECORD "bin 6e 2 2 -\n" RECORD
		                                                    "bin 6e 2 3 -\nstart\nallocations 4\n"),
		              "ready\n", "23123");
}

TEST(a_measured_stream_function_gets_all_records_each_time)
{
	static const char LINES[] = "stream\n" REPORT TIMEOUT "argument 2 7 -\n" RECORD "bin 6e 2 1 -\n" RECORD
								"bin 6e 2 2 -\nstart\nallocations 2\n";

	setenv("MEASURED_ALLOCATIONS", "", 1);
	for (int i = 0; i < 2; i++)
		check_failure(run(MODES[i], LINES), "ready\n",
		              "report: 3 in 2 records, scope 1, 1 arguments, the first 7");
}

/* ---- starting and failing ------------------------------------------------------------------------------- */

TEST(what_a_measured_module_prints_is_dropped)
{
	CHECK_NUMBER(run("unfenced", PRINT TIMEOUT RECORD "start\n"), 0);
	CHECK_TEXT(answer, "ready\n");
}

TEST(the_message_of_a_measured_function_that_fails_is_answered_whole)
{
	static char text[5001];

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 2; i++)
		check_failure(run(MODES[i], FAIL_AT_LENGTH TIMEOUT RECORD "start\n"), "", text);
}

/* Whether the answer is a failure whose message has that part. */
static bool message_contains(const char *part)
{
	char digits[512] = "";

	for (size_t i = 0; part[i] != '\0'; i++)
		sprintf(digits + 2 * i, "%02x", (unsigned char)part[i]);
	return CHECK(strncmp(answer, "failed ", 7) == 0) && CHECK_CONTAINS(answer, digits);
}

TEST(a_module_that_cannot_be_measured_is_answered_with_the_reason)
{
	static const char LINES[] = NOTHING TIMEOUT RECORD "start\nround 0\n";

	for (int i = 0; i < 2; i++) {
		CHECK_NUMBER(run_module(MODES[i], "/no/such/module.so", NULL, LINES), 1);
		message_contains("/no/such/module.so");
		CHECK_NUMBER(run_module(MODES[i], check_module("setup_fails"), NULL, LINES), 1);
		message_contains("setup_fails.so");
	}
	CHECK_NUMBER(run_module("fenced", check_module("measured"), "/no/such/worker", LINES), 1);
	message_contains("/no/such/worker");
	CHECK_NUMBER(run_module("unfenced", check_module("measured"), "/no/such/worker", LINES), 0);
}

TEST(a_fenced_function_is_measured_with_its_grants)
{
	char lines[1024], name[600] = "", path[128];

	snprintf(path, sizeof(path), "%s/granted", check_folder());
	check_write(path, "granted", 7);
	for (size_t i = 0; path[i] != '\0'; i++)
		sprintf(name + 2 * i, "%02x", (unsigned char)path[i]);
	snprintf(lines, sizeof(lines), READ_FILE TIMEOUT "argument 4 0 %s\n" RECORD "start\n", name);
	snprintf(grants, sizeof(grants), "read %s", path);
	check_failure(run("fenced", lines), "", "granted");
}

TEST(the_benchmark_is_not_for_use_by_hand)
{
	char command[8400];

	CHECK_NUMBER(run("unfenced 2>&1", RECORD "start\n"), 2); /* no function */
	for (int i = 0; i < 3; i++) {
		snprintf(command, sizeof(command), "echo 'function 66' | '%s' unfenced '%s' %s 2>&1",
		         check_program("mod-go-bench"), check_module("measured"),
		         i == 0   ? ""
		         : i == 1 ? "worker grants more"
		                  : "worker grants");
		CHECK_NUMBER(check_command(command, answer, sizeof(answer)), 2);
		CHECK_TEXT(answer, "modgo starts mod-go-bench; it is not for use by hand\n");
	}
}

/* ---- rounds --------------------------------------------------------------------------------------------- */

typedef struct round_facts {
	unsigned long long calls, median, most, floor;
	double mean;
} round_facts;

/* The last line of the answer, which is a round's. */
static round_facts last_round(void)
{
	round_facts facts = {0};
	const char *line = strstr(answer, "round ");

	for (const char *next = line; next != NULL; next = strstr(next + 1, "round "))
		line = next;
	if (line == NULL || sscanf(line, "round %llu %lf %llu %llu %llu\n", &facts.calls, &facts.mean,
	                           &facts.median, &facts.most, &facts.floor) != 5)
		CHECK_TEXT(answer, "round");
	return facts;
}

TEST(a_round_reports_the_times_of_its_calls)
{
	for (int i = 0; i < 2; i++) {
		double began = check_now(), took;
		round_facts facts;

		CHECK_NUMBER(run(MODES[i], WAIT TIMEOUT RECORD "start\nround 0\nround 30000000\nround 0\n"), 0);
		took = (check_now() - began) * 1e9;
		facts = last_round();
		CHECK_NUMBER(facts.calls, 1);
		CHECK(facts.median >= 11900000 && facts.most == facts.median && facts.mean == (double)facts.median);
		*strrchr(strstr(answer, "round "), 'r') = '\0';
		facts = last_round();
		CHECK(facts.calls >= 1 && facts.calls <= 4);
		CHECK(facts.mean * (double)facts.calls <= took && (double)facts.floor <= took / 500);
		CHECK(facts.mean >= 11900000 && facts.most >= facts.median && facts.median >= 11900000);
	}
}

TEST(a_round_ends_after_100000_calls)
{
	round_facts facts;

	CHECK_NUMBER(run("unfenced", SOMETIMES_WAIT TIMEOUT RECORD "start\nround 1000000000000\n"), 0);
	facts = last_round();
	CHECK_NUMBER(facts.calls, 100000);
	/* 1.6 % of the calls take 50 microseconds, and one of them 20 milliseconds */
	CHECK(facts.most < 20000000);
	CHECK(facts.most >= 49000 && facts.median < facts.most && facts.mean >= 49000 / 64.0);
}

/* The least that a call can cost is the median of empty calls, of which more than half take 20 microseconds here. */
TEST(a_round_reports_what_an_empty_call_costs)
{
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			setenv("MEASURED_SDK", SDK, 1); /* its empty calls are calls */
		CHECK_NUMBER(run(MODES[i % 2], NOTHING TIMEOUT RECORD "start\nround 0\n"), 0);
		CHECK(last_round().floor >= 19000);
	}
}

TEST(allocations_are_those_of_the_calls)
{
	static const char *const FIRST[] = {"0", "9"}, *const NONE[] = {"/", ":", "none"};
	static const char LINES[] = NOTHING TIMEOUT RECORD "start\nallocations 3\nallocations 0\n";

	for (int i = 0; i < 4; i++) {
		setenv("MEASURED_ALLOCATIONS", FIRST[i / 2], 1);
		CHECK_NUMBER(run(MODES[i % 2], LINES), 0);
		CHECK_TEXT(answer, "ready\nallocations 21\nallocations 0\n");
	}
	for (int i = 0; i < 3; i++) {
		setenv("MEASURED_ALLOCATIONS", NONE[i], 1);
		CHECK_NUMBER(run("unfenced", LINES), 0);
		CHECK_TEXT(answer, "ready\nallocations -\nallocations -\n");
	}
}

TEST(the_benchmark_serves_until_its_input_ends_or_is_not_understood)
{
	setenv("MEASURED_ALLOCATIONS", "", 1);
	CHECK_NUMBER(
		run("unfenced", NOTHING TIMEOUT RECORD "start\nother 1\nallocations 1\nend\nallocations 2\n"), 0);
	CHECK_TEXT(answer, "ready\nallocations 7\n");
}

/* The answer must not wait for the next request. */
TEST(an_answer_comes_before_the_next_request)
{
	const char *program = check_program("mod-go-bench");
	char line[64] = "";
	int requests[2], answers[2];
	FILE *from;
	pid_t child;

	CHECK(pipe(requests) == 0 && pipe(answers) == 0);
	setenv("MEASURED_ALLOCATIONS", "", 1);
	child = fork();
	if (child == 0) {
		dup2(requests[0], STDIN_FILENO);
		dup2(answers[1], STDOUT_FILENO);
		close(requests[1]);
		execl(program, program, "unfenced", check_module("measured"), "", "", NULL);
		_exit(3);
	}
	close(answers[1]);
	alarm(20);
	from = fdopen(answers[0], "r");
	dprintf(requests[1], NOTHING TIMEOUT RECORD "start\n");
	CHECK(fgets(line, sizeof(line), from) != NULL);
	CHECK_TEXT(line, "ready\n");
	dprintf(requests[1], "allocations 1\n");
	CHECK(fgets(line, sizeof(line), from) != NULL);
	CHECK_TEXT(line, "allocations 7\n");
	close(requests[1]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	fclose(from);
}

/* A round may take minutes, in which it reads no input. */
TEST(the_benchmark_ends_with_the_process_that_started_it)
{
	const char *program = check_program("mod-go-bench");
	char line[64] = "";
	int requests[2], answers[2];
	FILE *from;
	pid_t parent;

	CHECK(pipe(requests) == 0 && pipe(answers) == 0);
	parent = fork();
	if (parent == 0) {
		if (fork() > 0) {
			pause();
			_exit(0);
		}
		dup2(requests[0], STDIN_FILENO);
		dup2(answers[1], STDOUT_FILENO);
		execl(program, program, "unfenced", check_module("measured"), "", "", NULL);
		_exit(3);
	}
	close(answers[1]);
	alarm(20);
	from = fdopen(answers[0], "r");
	dprintf(requests[1], WAIT TIMEOUT RECORD "start\nround 1000000000000\n");
	CHECK(fgets(line, sizeof(line), from) != NULL);
	CHECK_TEXT(line, "ready\n");
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	CHECK(fgets(line, sizeof(line), from) == NULL);
	fclose(from);
}
