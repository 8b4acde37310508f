/*
 * test_fault_list.c - runs the list of faults, in a worker and in a process of the test's own. Fenced, the caller
 * gets the error, another caller notices nothing, and the worker is replaced soon.
 */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault_call.h"
#include "fenced.h"

enum { MEMORY = 256 << 20 };
/* docs/faults.md promises it. */
#define BACK_SECONDS 0.1

/* Neither AddressSanitizer nor ThreadSanitizer starts with a memory limit; but the workers are not built with the
 * latter (see tsan in the Makefile). */
#if defined(__SANITIZE_ADDRESS__)
enum { MEMORY_IS_LIMITED = false, OWN_MEMORY_IS_LIMITED = false };
#elif defined(__SANITIZE_THREAD__)
enum { MEMORY_IS_LIMITED = true, OWN_MEMORY_IS_LIMITED = false };
#else
enum { MEMORY_IS_LIMITED = true, OWN_MEMORY_IS_LIMITED = true };
#endif

static void make_file(const char *kind, const char *path)
{
	size_t length;
	unsigned char *bytes;

	if (strcmp(kind, "missing") == 0)
		return;
	bytes = check_read(check_module("good"), &length);
	if (strcmp(kind, "text") == 0)
		memset(bytes, 'a', length);
	else if (strcmp(kind, "machine") == 0)
		bytes[18] ^= 1; /* e_machine */
	else
		length /= 2;
	check_write(path, bytes, length);
	free(bytes);
}

/* The path of the fault's module; NULL for one in Go that was not built. */
static const char *path_of(const struct fault *fault)
{
	static char path[PATH_MAX];
	const char *go = getenv("MODGO_TEST_MODULES");
	const char *setup = strncmp(fault->module, "@setup=", 7) == 0 ? fault->module + 7 : NULL;

	if (setup != NULL)
		setenv("HOSTILE_SETUP", setup, 1);
	else
		unsetenv("HOSTILE_SETUP");
	if (setup != NULL || (fault->module[0] != '@' && strncmp(fault->module, "go/", 3) != 0))
		return check_module(setup != NULL ? "hostile" : fault->module);
	if (fault->module[0] != '@' && go == NULL)
		return NULL;
	if (fault->module[0] == '@') {
		snprintf(path, sizeof(path), "%s/%s.so", check_folder(), fault->module + 1);
		make_file(fault->module + 1, path);
	} else {
		snprintf(path, sizeof(path), "%s/%s.so", go, fault->module + 3);
	}
	return path;
}

/* ---- fenced ------------------------------------------------------------------------------------------ */

/* Another caller of the same module, whose results stay the same. */
typedef struct bystander {
	mod_go_fenced *pool;
	int status; /* of its first call */
	atomic_bool stop;
	atomic_ulong calls;
	unsigned long noticed;
	pthread_t thread;
} bystander;

static int fine(mod_go_fenced *pool)
{
	aerospike_udf_go_value one = integer_value(1);

	return fenced_call(pool, "fine", 20000, NULL, &one, 1).status;
}

static void *stand_by(void *argument)
{
	bystander *other = argument;

	for (; !atomic_load(&other->stop); atomic_fetch_add(&other->calls, 1)) {
		other->noticed += fine(other->pool) != other->status;
		usleep(200);
	}
	return NULL;
}

static mod_go_status open_fenced(const struct fault *fault, const char *path, uint32_t limit,
                                 mod_go_fenced **pool, mod_go_error *error)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = limit, .no_spare = limit == 1};
	mod_go_status status;

	if (MEMORY_IS_LIMITED)
		options.memory = MEMORY;
	if (strcmp(fault->module, "@setup=hang") == 0)
		options.start_timeout = 1500;
	*pool = NULL;
	status = fenced_open(path, &options, pool, error);
	return status == MOD_GO_OK ? mod_go_fenced_setup(*pool, error) : status;
}

/* Makes the faulty call; another caller notices nothing. */
static void call_beside_another(const struct fault *fault, mod_go_fenced *pool)
{
	bystander other = {.pool = pool, .status = fine(pool)};
	double start = check_now();
	char text[512];
	int status;

	pthread_create(&other.thread, NULL, stand_by, &other);
	while (atomic_load(&other.calls) == 0)
		usleep(100);
	status = fault_apply(fault, pool, NULL, text, sizeof(text));
	start = check_now() - start;
	atomic_store(&other.stop, true);
	pthread_join(other.thread, NULL);
	CHECK_NUMBER(status, fault->fenced);
	CHECK_CONTAINS(text, fault->fenced_message);
	CHECK_NUMBER(other.noticed, 0);
	printf("  in %.0f ms: %.100s\n", start * 1e3, text);
}

/* How long it takes to replace the only worker without a spare; the best of some tries, because other work runs on
 * the machine. */
static double seconds_until_back(const struct fault *fault, const char *path)
{
	double best = 10, since;
	mod_go_fenced *pool;
	mod_go_error error;
	char text[512];
	int expected;

	if (!CHECK_NUMBER(open_fenced(fault, path, 1, &pool, &error), MOD_GO_OK))
		return best;
	expected = fine(pool);
	for (int i = 0; i < 5 && best > BACK_SECONDS; i++) {
		fault_apply(fault, pool, NULL, text, sizeof(text));
		since = check_now();
		CHECK_NUMBER(fine(pool), expected);
		since = check_now() - since;
		best = since < best ? since : best;
	}
	mod_go_fenced_close(pool);
	return best;
}

static void go_through_fenced(const struct fault *fault, const char *path)
{
	mod_go_fenced *pool;
	mod_go_error error;
	mod_go_status status = open_fenced(fault, path, 2, &pool, &error);
	double back;

	if (fault->function == NULL) {
		CHECK_NUMBER(OPENING(status), fault->fenced);
		CHECK_CONTAINS(error.message, fault->fenced_message);
	} else if (CHECK_NUMBER(status, MOD_GO_OK)) {
		call_beside_another(fault, pool);
		back = seconds_until_back(fault, path);
		printf("  back after %.1f ms\n", back * 1e3);
		CHECK(back < BACK_SECONDS);
	}
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(every_fault_costs_one_call_fenced)
{
	size_t descriptors = settled_descriptors(0), left_out = 0;

	for (size_t i = 0; i < fault_count; i++) {
		const struct fault *fault = &fault_list[i];
		const char *path = path_of(fault);

		alarm(120);
		if (path == NULL || (!MEMORY_IS_LIMITED && strstr(fault->name, "memory") != NULL)) {
			left_out++;
			continue;
		}
		printf("%s\n", fault->name);
		fflush(stdout);
		go_through_fenced(fault, path);
	}
	if (left_out > 0)
		printf("%zu of %zu faults not tried: without Go modules (make test has them), or under a sanitizer\n",
		       left_out, fault_count);
	CHECK_NUMBER(settled_descriptors(descriptors), descriptors);
}

/* ---- unfenced ---------------------------------------------------------------------------------------- */

struct report {
	int outcome;
	char text[512];
};

static void open_and_apply(const struct fault *fault, const char *path, struct report *report)
{
	mod_go_module *module;
	mod_go_error error = {0};
	mod_go_status status = mod_go_open(path, &module, &error);

	if (status == MOD_GO_OK)
		status = mod_go_setup(module, &error);
	report->outcome = OPENING(status);
	snprintf(report->text, sizeof(report->text), "%.500s", error.message);
	if (status != MOD_GO_OK || fault->function == NULL)
		return;
	report->outcome = fault_apply(fault, NULL, module, report->text, sizeof(report->text));
}

/* In a process that may end, or is killed when it does not answer. */
static struct report try_unfenced(const struct fault *fault, const char *path)
{
	struct report report = {.outcome = HANGS};
	double until = check_now() + (fault->unfenced == HANGS ? 0.5 : 60);
	int line[2], status = 0;
	pid_t child, ended = 0;

	if (!CHECK_NUMBER(pipe(line), 0))
		return report;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct rlimit limit = {512 << 20, 512 << 20}, no_core = {0, 0};

		alarm(0);
		setrlimit(RLIMIT_CORE, &no_core);
		if (OWN_MEMORY_IS_LIMITED)
			setrlimit(RLIMIT_DATA, &limit);
		if (fault->unfenced == ENDS && freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		open_and_apply(fault, path, &report);
		_exit(write(line[1], &report, sizeof(report)) == sizeof(report) ? 0 : 1);
	}
	close(line[1]);
	while (ended == 0 && check_now() < until) {
		ended = waitpid(child, &status, WNOHANG);
		usleep(500);
	}
	if (ended == 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	} else if (read(line[0], &report, sizeof(report)) != sizeof(report)) {
		report.outcome = ENDS;
		snprintf(report.text, sizeof(report.text), "status %x", (unsigned)status);
	}
	close(line[0]);
	return report;
}

TEST(what_can_be_recovered_unfenced_is_and_what_cannot_is_known)
{
	for (size_t i = 0; i < fault_count; i++) {
		const struct fault *fault = &fault_list[i];
		const char *path = path_of(fault);
		struct report report;

		alarm(120);
		if (path == NULL || (!OWN_MEMORY_IS_LIMITED && strstr(fault->name, "memory") != NULL))
			continue;
		report = try_unfenced(fault, path);
		printf("%s: %d %.100s\n", fault->name, report.outcome, report.text);
		CHECK_NUMBER(report.outcome, fault->unfenced);
		CHECK_CONTAINS(report.text, fault->unfenced_message);
	}
}

TEST(the_faults_of_many_calls_have_their_tests)
{
	for (size_t i = 0; i < fault_of_many_count; i++)
		if (faults_of_many[i].fenced[0] != '\0' && !CHECK(check_has(faults_of_many[i].fenced)))
			printf("    %s\n", faults_of_many[i].fenced);
}
