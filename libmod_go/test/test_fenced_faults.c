/* test_fenced_faults.c - whatever a module does to its process costs one call. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "fenced.h"
#include "fenced/worker.h"

/* Another caller, besides the one with the fault. */
typedef struct bystander {
	mod_go_fenced *pool;
	atomic_bool stop;
	pthread_t thread;
	atomic_ulong calls;
	unsigned long failed;
} bystander;

static void *stand_by(void *argument)
{
	bystander *other = argument;

	while (!atomic_load(&other->stop)) {
		other->failed += fenced_ask(other->pool, "pid").status != AEROSPIKE_UDF_GO_OK;
		other->calls++;
		usleep(200);
	}
	return NULL;
}

static void begin(bystander *other, mod_go_fenced *pool)
{
	*other = (bystander){.pool = pool};
	CHECK_NUMBER(pthread_create(&other->thread, NULL, stand_by, other), 0);
	while (atomic_load(&other->calls) == 0)
		usleep(100);
}

static void end(bystander *other)
{
	atomic_store(&other->stop, true);
	pthread_join(other->thread, NULL);
	CHECK_NUMBER(other->failed, 0);
}

/* Makes the call, which must fail as given, then one that must succeed. Other callers notice nothing. */
static struct answer fault(mod_go_fenced *pool, const char *function, unsigned timeout_ms, int status,
                           const char *part)
{
	bystander other;
	struct answer bad, good;
	double back;

	begin(&other, pool);
	bad = fenced_call(pool, function, timeout_ms, NULL, NULL, 0);
	back = check_now();
	good = fenced_ask(pool, "pid");
	back = check_now() - back;
	end(&other);
	printf("%s: failed after %.1f ms, back after %.1f ms: %.160s\n", function, bad.seconds * 1e3, back * 1e3,
	       bad.text);
	CHECK_NUMBER(bad.status, status);
	CHECK_CONTAINS(bad.text, function);
	CHECK_CONTAINS(bad.text, part);
	CHECK_NUMBER(good.status, AEROSPIKE_UDF_GO_OK);
	return bad;
}

TEST(a_worker_that_ends_costs_one_call)
{
	size_t descriptors = settled_descriptors(0);
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	mod_go_fenced_counters counters;
	struct answer bad;

	bad = fault(pool, "exit", 10000, AEROSPIKE_UDF_GO_PANICKED, "exit code 3");
	CHECK_NUMBER(bad.outcome.exit_code, 3);
	CHECK_NUMBER(bad.outcome.crashed, 1);
	fault(pool, "exit_now", 0, AEROSPIKE_UDF_GO_PANICKED, "exit code 4");
	fault(pool, "exit_well", 0, AEROSPIKE_UDF_GO_PANICKED, "exit code 0");
	bad = fault(pool, "abort", 10000, AEROSPIKE_UDF_GO_PANICKED, "signal 6");
	CHECK_NUMBER(bad.outcome.signal, SIGABRT);
	fault(pool, "segfault", 10000, AEROSPIKE_UDF_GO_PANICKED, "signal 11");
	fault(pool, "overflow", 10000, AEROSPIKE_UDF_GO_PANICKED, "signal 11");
	fault(pool, "kill", 10000, AEROSPIKE_UDF_GO_PANICKED, "signal 9");
	fault(pool, "print", 10000, AEROSPIKE_UDF_GO_PANICKED, "exit code 9: crash output");
	fault(pool, "go_end", 10000, AEROSPIKE_UDF_GO_PANICKED,
	      "exit code 2: fatal error: all is lost\n/src/udfs.go:42 udfs.(*T).Hit");
	counters = fenced_counters(pool);
	CHECK_NUMBER(counters.crashes, 9);
	CHECK(counters.restarts >= 7);
	CHECK_NUMBER(counters.failed_starts, 0);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
	CHECK_NUMBER(settled_descriptors(descriptors), descriptors);
}

TEST(an_outcome_is_of_the_last_call_open_or_setup)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options), *other = NULL;
	mod_go_fenced_outcome outcome = {.size = sizeof(outcome)};
	mod_go_error error;

	CHECK_NUMBER(fault(pool, "exit", 10000, AEROSPIKE_UDF_GO_PANICKED, "exit code 3").outcome.exit_code, 3);
	CHECK(fenced_open(check_module("hostile"), &options, &other, &error) == MOD_GO_OK);
	mod_go_fenced_last_outcome(&outcome);
	CHECK_NUMBER(outcome.crashed, 0);
	CHECK_NUMBER(outcome.exit_code, -1);
	CHECK_NUMBER(fault(pool, "exit", 10000, AEROSPIKE_UDF_GO_PANICKED, "exit code 3").outcome.exit_code, 3);
	CHECK(mod_go_fenced_setup(other, &error) == MOD_GO_OK);
	mod_go_fenced_last_outcome(&outcome);
	CHECK_NUMBER(outcome.crashed, 0);
	CHECK_NUMBER(outcome.exit_code, -1);
	mod_go_fenced_close(other);
	mod_go_fenced_close(pool);
}

TEST(a_call_that_does_not_come_back_is_ended_at_its_deadline)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	struct answer bad;

	bad = fault(pool, "deadlock", 500, AEROSPIKE_UDF_GO_DEADLINE, "did not return in time");
	CHECK(bad.seconds >= 0.5);
	CHECK_NUMBER(bad.outcome.timed_out, 1);
	bad = fault(pool, "spin", 500, AEROSPIKE_UDF_GO_DEADLINE, "did not return in time");
	CHECK(bad.seconds >= 0.5);
	CHECK_NUMBER(fenced_counters(pool).timeouts, 2);
	mod_go_fenced_close(pool);
	/* The pool's time limit applies to a call without a deadline. */
	options.timeout = 500;
	pool = fenced_ready(check_module("hostile"), &options);
	bad = fault(pool, "spin", 0, AEROSPIKE_UDF_GO_DEADLINE, "did not return in time");
	mod_go_fenced_close(pool);
}

TEST(memory_without_end_is_an_error_to_one_caller)
{
#ifdef __SANITIZE_ADDRESS__
	printf("not run: the address sanitizer does not start under a limit of memory\n");
#else
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 2, .memory = 64 << 20};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	aerospike_udf_go_value argument = integer_value(1);
	struct answer bad = fault(pool, "exhaust", 10000, AEROSPIKE_UDF_GO_FAILED, "MiB");

	CHECK_NUMBER(bad.outcome.crashed, 0);
	bad = fenced_call(pool, "exhaust", 10000, NULL, &argument, 1);
	CHECK_NUMBER(bad.status, AEROSPIKE_UDF_GO_PANICKED);
	CHECK_CONTAINS(bad.text, "signal 6");
	CHECK_CONTAINS(bad.text, "no memory after");
	mod_go_fenced_close(pool);
#endif
}

/* Whatever it dies of: parts of Go's runtime do not check whether they got memory. */
TEST(a_crash_at_the_memory_limit_names_the_limit)
{
#ifdef __SANITIZE_ADDRESS__
	printf("not run: the address sanitizer does not start under a limit of memory\n");
#else
	mod_go_fenced_options options = {.size = sizeof(options), .memory = 64 << 20};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	aerospike_udf_go_value argument = integer_value(1);
	struct answer bad = fenced_call(pool, "refused_mapping", 10000, NULL, &argument, 1);

	CHECK_CONTAINS(bad.text, "signal 11 (Segmentation fault) at its memory limit");
	CHECK_NUMBER(bad.outcome.memory_limit_reached, 1);
	/* An earlier call that went on without the memory is not the reason of a crash. */
	CHECK_TEXT(fenced_ask(pool, "refused_mapping").text, "survived");
	bad = fenced_ask(pool, "segfault");
	CHECK_NUMBER(bad.outcome.crashed, 1);
	CHECK_NUMBER(bad.outcome.memory_limit_reached, 0);
	mod_go_fenced_close(pool);
#endif
}

TEST(a_worker_may_do_to_its_own_channel_what_it_likes)
{
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), NULL);
	struct answer good = fenced_ask(pool, "close");

	/* It needs none of them, but a worker that cannot see whether its host has ended may exit. */
	CHECK(strcmp(good.text, "survived") == 0 || good.outcome.crashed == 1);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	fenced_ask(pool, "write_line"); /* it may return before its worker is killed */
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	fenced_ask(pool, "hang_up"); /* likewise */
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* Only root can try, and only in a worker that keeps its rights. */
TEST(what_is_shared_cannot_be_made_smaller)
{
	mod_go_fenced *pool;
	struct answer shrunk;

	setenv("MODGO_FENCE", "off", 1);
	pool = fenced_ready(check_module("hostile"), NULL);
	shrunk = fenced_ask(pool, "shrink");
	if (geteuid() != 0)
		printf("not tried: only root has a way\n");
	CHECK_NUMBER(shrunk.integer, geteuid() == 0 ? EPERM : -1);
	mod_go_fenced_close(pool);
}

/* Ends the worker. A thread that a call left running may forge this answer, too: then it is asked again. */
static void send_away(mod_go_fenced *pool)
{
	for (int tries = 0; tries < 100; tries++)
		if (fenced_ask(pool, "exit_now").outcome.crashed != 0)
			return;
	CHECK(!"the worker went at last");
}

/* Any answer is possible, but the host survives, ends the worker where the protocol is broken, and continues. */
static void abuse(const char *function, aerospike_udf_go_record *record)
{
	size_t descriptors = settled_descriptors(0);
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	double until = check_now() + 3 * check_fuzz_seconds();
	unsigned long long state = check_fuzz_seed();
	size_t counts[8] = {0};
	int calls = 0;

	for (; check_now() < until || (counts[AEROSPIKE_UDF_GO_INTERNAL] == 0 && check_now() < until + 60);
	     calls++) {
		aerospike_udf_go_value argument = integer_value((long long)(check_random(&state) >> 1));
		struct answer answer = fenced_call(pool, function, 200, record, &argument, 1);

		counts[answer.status & 7]++;
		if (answer.outcome.crashed == 0 && answer.outcome.timed_out == 0)
			send_away(pool); /* no other call must meet the thread that keeps running */
		CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	}
	printf("%s, %d times: %zu ok, %zu ended, %zu late, %zu mangled\n", function, calls, counts[0],
	       counts[AEROSPIKE_UDF_GO_PANICKED], counts[AEROSPIKE_UDF_GO_DEADLINE],
	       counts[AEROSPIKE_UDF_GO_INTERNAL]);
	CHECK(counts[AEROSPIKE_UDF_GO_INTERNAL] > 0);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
	CHECK_NUMBER(settled_descriptors(descriptors), descriptors);
}

/* Without the log lines that this causes. */
static void abuse_quietly(const char *function)
{
	aerospike_udf_go_record record = {0};
	int log = dup(STDERR_FILENO);

	CHECK(freopen("/dev/null", "w", stderr) != NULL);
	abuse(function, &record);
	record_clear(&record);
	fflush(stderr);
	dup2(log, STDERR_FILENO);
	close(log);
}

TEST(what_is_shared_may_be_written_over)
{
	abuse_quietly("scribble");
}

TEST(messages_may_be_forged)
{
	abuse_quietly("forge");
}

/* Pieces that arrive in time must not go on forever. */
TEST(a_message_without_end_ends_with_its_call)
{
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), NULL);
	aerospike_udf_go_value length = integer_value(0);
	struct answer answer = fenced_call(pool, "pieces", 0, NULL, &length, 1);

	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_INTERNAL);
	CHECK_CONTAINS(answer.text, "wrote over what it shares");
	length.integer = 1;
	answer = fenced_call(pool, "pieces", 200, NULL, &length, 1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_DEADLINE);
	length.integer = 1 << 20;
	CHECK_NUMBER(fenced_call(pool, "pieces", 0, NULL, &length, 1).status, AEROSPIKE_UDF_GO_INTERNAL);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
}

/* How often a process has gone to sleep. */
static long sleeps_of(pid_t process)
{
	char path[64], line[128];
	long count = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "voluntary_ctxt_switches: %ld", &count);
	if (file != NULL)
		fclose(file);
	return count;
}

TEST(an_idle_worker_sleeps_on)
{
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), NULL);
	pid_t worker = (pid_t)fenced_ask(pool, "pid").integer;
	long sleeps;

	usleep(100000);
	sleeps = sleeps_of(worker);
	CHECK(sleeps > 0);
	usleep(500000);
	CHECK(sleeps_of(worker) - sleeps < 2);
	mod_go_fenced_close(pool);
}

TEST(a_worker_killed_from_outside_is_replaced)
{
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), NULL);
	double start = check_now();
	int killed = 0, failed = 0;

	/* An idle worker costs nothing, whether its last call has timed out or not. */
	for (; check_now() - start < 1 || (killed <= 10 && check_now() - start < 60); killed++) {
		struct answer who = fenced_ask(pool, "pid");

		if (who.status == AEROSPIKE_UDF_GO_OK)
			kill((pid_t)who.integer, SIGKILL);
		failed += who.status != AEROSPIKE_UDF_GO_OK;
	}
	printf("killed %d idle workers\n", killed);
	CHECK(killed > 10);
	CHECK_NUMBER(failed, 0);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(what_a_call_leaves_behind_costs_no_later_call)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);

	CHECK_TEXT(fenced_ask(pool, "abort_later").text, "survived");
	usleep(200000);
	for (int i = 0; i < 10; i++)
		CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
}

TEST(a_worker_has_few_rights_and_descriptors)
{
	mod_go_fenced *pool;
	char expected[80];
	int extra = dup(1);

	setenv("LD_PRELOAD", "/no/such/library.so", 1);
	pool = fenced_ready(check_module("hostile"), NULL);
	unsetenv("LD_PRELOAD");
	snprintf(expected, sizeof(expected), "%d %d %d %d, no new privileges 1", EPERM, EPERM, EPERM, EPERM);
	CHECK_TEXT(fenced_ask(pool, "rights").text, expected);
	CHECK_TEXT(fenced_ask(pool, "preload").text, "none");
	CHECK_NUMBER(fenced_ask(pool, "descriptors").integer,
	             5); /* three standard ones, the lifeline, the module */
	mod_go_fenced_close(pool);
	close(extra);
}

/* The rest is for memory that Go does not count; GOMEMLIMIT in the environment overrides that. */
TEST(go_gets_a_share_of_the_memory_limit)
{
#ifdef __SANITIZE_ADDRESS__
	printf("not run: the address sanitizer does not start under a limit of memory\n");
#else
	mod_go_fenced_options options = {.size = sizeof(options), .memory = 100000000};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);

	CHECK_TEXT(fenced_ask(pool, "go_memory").text, "80000000");
	mod_go_fenced_close(pool);
	setenv("GOMEMLIMIT", "50MiB", 1);
	pool = fenced_ready(check_module("hostile"), &options);
	CHECK_TEXT(fenced_ask(pool, "go_memory").text, "50MiB");
	mod_go_fenced_close(pool);
	unsetenv("GOMEMLIMIT");
	pool = fenced_ready(check_module("hostile"), NULL);
	CHECK_TEXT(fenced_ask(pool, "go_memory").text, "none");
	mod_go_fenced_close(pool);
#endif
}

TEST(an_output_that_nobody_reads_holds_up_nobody)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool;
	int line[2];

	CHECK_NUMBER(pipe(line), 0);
	options.output = line[1];
	pool = fenced_ready(check_module("hostile"), &options);
	for (int i = 0; i < 4; i++) /* a pipe holds what one of them prints */
		CHECK_CONTAINS(fenced_ask(pool, "print").text, "crash output");
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	close(line[0]);
	close(line[1]);
}

/* A write to it would raise SIGPIPE in the host. */
TEST(an_output_whose_reader_is_closed_gets_no_more)
{
	static mod_go_worker worker = {.output_lock = PTHREAD_MUTEX_INITIALIZER};
	int printed[2], copied[2];
	char text[8];

	signal(SIGPIPE, SIG_DFL);
	CHECK(pipe2(printed, O_NONBLOCK) == 0 && pipe2(copied, O_NONBLOCK) == 0);
	worker.output = printed[0];
	worker.copy_to = copied[1];
	CHECK_NUMBER(write(printed[1], "one", 3), 3);
	mod_go_worker_drain(&worker);
	CHECK_NUMBER(read(copied[0], text, sizeof(text)), 3);
	CHECK_NUMBER(worker.copy_to, copied[1]);
	close(copied[0]);
	CHECK_NUMBER(write(printed[1], "two", 3), 3);
	mod_go_worker_drain(&worker);
	CHECK_NUMBER(worker.copy_to, -1);
	CHECK_TEXT(worker.crash_output.text, "onetwo");
	close(printed[0]);
	close(printed[1]);
	close(copied[1]);
}

/* Otherwise a module that prints without end would keep the watcher busy. */
TEST(output_beyond_the_rate_is_dropped_and_reading_pauses)
{
	static mod_go_worker worker = {.output_lock = PTHREAD_MUTEX_INITIALIZER, .copy_to = -1};
	static char text[4096];
	uint64_t before;
	int printed[2];

	CHECK_NUMBER(pipe2(printed, O_NONBLOCK), 0);
	worker.output = printed[0];
	worker.output_second = mod_go_now_coarse();
	worker.output_taken = MOD_GO_OUTPUT_RATE - sizeof(text);
	CHECK_NUMBER(write(printed[1], text, sizeof(text)), sizeof(text));
	mod_go_worker_drain(&worker);
	CHECK_NUMBER(worker.output_dropped, 0);
	CHECK_NUMBER(worker.output_after, 0);
	CHECK_NUMBER(write(printed[1], "more", 4), 4);
	before = mod_go_now_coarse();
	mod_go_worker_drain(&worker);
	CHECK_NUMBER(worker.output_dropped, 4);
	CHECK(worker.output_after > before);
	close(printed[0]);
	close(printed[1]);
}

static mod_go_fenced *open_hostile(void)
{
	return fenced_ready(check_module("hostile"), NULL);
}

TEST(workers_end_with_their_host)
{
	CHECK(worker_ends_with_host(open_hostile));
}
