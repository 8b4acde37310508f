/* test_failing_workers.c - a worker whose system functions fail, each call once, says so, or runs its module behind the
 * whole fence. The program is failing_worker/main.c. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "failing_calls.h"
#include "fenced.h"
#include "fenced/landlock_version.h"

/* Calls of one function that are tried: the worker's, and a few that the kernel makes no difference to. */
enum { MOST = 12 };

/* A pool's options, and the numbers of calls by function that a worker cannot do without. */
typedef struct {
	mod_go_fenced_options options;
	unsigned refused[CALL_COUNT];
} situation;

/* What a worker needs for every module. */
#define ALWAYS                                                                                               \
	[CALL_DLOPEN] = 1, [CALL_GETRLIMIT] = 4, [CALL_PRCTL] = 2, [CALL_PTHREAD_CREATE] = 1,                    \
	[CALL_PTHREAD_MUTEX_INIT] = 1, [CALL_SETRLIMIT] = 4, [CALL_SIGACTION] = 1

/* Opens a pool of the hostile module whose worker's nth call fails. False with the error where it doesn't run. */
static bool open_with(const situation *now, const char *call, long n, mod_go_fenced **pool,
                      mod_go_error *error)
{
	mod_go_fenced_options options = now->options;
	char app[PATH_MAX], worker[PATH_MAX + 32], module[PATH_MAX], target[PATH_MAX];

	snprintf(app, sizeof(app), "%s", check_app);
	snprintf(worker, sizeof(worker), "%s/failing-worker", dirname(app));
	snprintf(module, sizeof(module), "%s/%s.%ld.so", check_folder(), call, n);
	CHECK(realpath(check_module("hostile"), target) != NULL && symlink(target, module) == 0);
	options.size = sizeof(options);
	options.limit = 1;
	options.no_spare = 1;
	options.worker = worker;
	return fenced_open(module, &options, pool, error) == MOD_GO_OK &&
	       mod_go_fenced_setup(*pool, error) == MOD_GO_OK;
}

/* What the error says where that call has failed. */
static const char *reason_of(enum failing_call call, long n)
{
	switch (call) {
	case CALL_DLOPEN:
		return "it gives no reason";
	case CALL_FSTAT: /* so that a rule for a file names what only folders have */
		return strerror(EINVAL);
	case CALL_MMAP:
		return n == 1 ? "memory to share with its host" : "the time of the module";
	case CALL_MPROTECT:
		return "the time of the module can't be set on this machine";
	case CALL_PTHREAD_CREATE:
		return "could not start a thread";
	case CALL_PTHREAD_MUTEX_INIT:
		return "no memory";
	default:
		return strerror(ENOBUFS);
	}
}

static void check_fence(mod_go_fenced *pool)
{
	char expected[80];

	snprintf(expected, sizeof(expected), "%d %d %d %d, no new privileges 1", EPERM, EPERM, EPERM, EPERM);
	CHECK_TEXT(fenced_ask(pool, "rights").text, expected);
	CHECK(fenced_ask(pool, "memory_file").integer < 0);
	CHECK_NUMBER(fenced_ask(pool, "descriptors").integer, 5); /* three, the lifeline and the module */
}

/* Whether the worker ran where that call failed. */
static bool runs_with(const situation *now, enum failing_call call, long n)
{
	mod_go_fenced *pool = NULL;
	mod_go_error error;
	bool runs = open_with(now, failing_call_name(call), n, &pool, &error);

	if (runs)
		check_fence(pool);
	else if (!CHECK_CONTAINS(error.message, reason_of(call, n)))
		printf("    %s, call %ld\n", failing_call_name(call), n);
	if (pool != NULL)
		mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
	return runs;
}

static void fail_each_call(const situation *now)
{
	for (int i = 0; i < CALL_COUNT; i++) {
		enum failing_call call = (enum failing_call)i;
		unsigned refused = 0;

		/* How many files Landlock has rules for depends on the system. A worker that cannot read its lifeline ends. */
		if (call == CALL_FSTAT || call == CALL_SYSCALL || call == CALL_READ)
			continue;
		for (long n = 1; n <= MOST; n++)
			refused += !runs_with(now, call, n);
		if (!CHECK_NUMBER(refused, now->refused[call]))
			printf("    %s\n", failing_call_name(call));
	}
}

TEST(a_worker_runs_its_module_behind_the_whole_fence_or_not_at_all)
{
	situation now = {.refused = {ALWAYS, [CALL_MMAP] = 1}};

	fail_each_call(&now);
}

TEST(a_worker_becomes_another_user_or_runs_nothing)
{
	situation now = {
		.refused = {
			ALWAYS, [CALL_MMAP] = 1, [CALL_SETGROUPS] = 1, [CALL_SETRESGID] = 1, [CALL_SETRESUID] = 1}};

	if (geteuid() != 0) {
		printf("not run: only root may become another user\n");
		return;
	}
	setenv("MODGO_USER", "65534:65534", 1);
	chmod(check_folder(), 0755);
	fail_each_call(&now);
}

TEST(a_worker_has_the_time_that_is_set_or_runs_nothing)
{
	const int64_t time = 1;
	situation now = {.options = {.now = &time}, .refused = {ALWAYS, [CALL_MMAP] = 2, [CALL_MPROTECT] = 1}};

	fail_each_call(&now);
}

/* Each rule of Landlock, and the two calls that drop capabilities. A kernel without Landlock is used as it is; where
 * the call for its version fails, so does the next one, and the other descriptors are closed one by one. */
TEST(a_worker_has_every_rule_or_runs_nothing)
{
	const situation now = {.refused = {0}};
	int refused = 0, runs = 0;

	for (long n = 1; n <= 60; n++)
		*(runs_with(&now, CALL_SYSCALL, n) ? &runs : &refused) += 1;
	printf("%d refused\n", refused);
	CHECK(refused >= (mod_go_landlock_version() > 0 ? 10 : 0) + (geteuid() == 0 ? 2 : 1));
	CHECK(runs >= 2);
}

/* The host of a worker ends by a signal, so it cannot end the worker: that must notice by itself. */
TEST(a_worker_that_signals_interrupt_runs_and_ends_with_its_host)
{
	const situation now = {.refused = {0}};
	int line[2];
	pid_t host, worker = 0;
	double until;

	CHECK_NUMBER(pipe(line), 0);
	host = fork();
	if (host == 0) {
		mod_go_fenced *pool = NULL;
		mod_go_error error;

		if (CHECK(open_with(&now, "signals", 0, &pool, &error))) {
			check_fence(pool);
			worker = (pid_t)fenced_ask(pool, "pid").integer;
		}
		if (write(line[1], &worker, sizeof(worker)) == sizeof(worker))
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	CHECK_NUMBER(read(line[0], &worker, sizeof(worker)), sizeof(worker));
	CHECK_NUMBER(waitpid(host, NULL, 0), host);
	for (until = check_now() + 20; kill(worker, 0) == 0 && check_now() < until;)
		usleep(1000);
	if (CHECK(worker > 0) && !CHECK(kill(worker, 0) != 0))
		kill(worker, SIGKILL);
	close(line[0]);
	close(line[1]);
}
