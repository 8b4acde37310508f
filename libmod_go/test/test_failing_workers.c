/* test_failing_workers.c - system functions of a worker fail, one call at a time: the worker says so, or runs its
 * module behind the whole fence. The program is failing_worker/main.c. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "failing_calls.h"
#include "fenced.h"
#include "fenced/landlock_version.h"

/* The functions whose first calls fail. fstat and syscall have tests of their own. A worker that cannot read its
 * lifeline ends. */
static const enum failing_call CALLS[] = {
	CALL_ACCESS,
	CALL_DLADDR,
	CALL_DLADDR1,
	CALL_DLOPEN,
	CALL_GETRLIMIT,
	CALL_MMAP,
	CALL_MPROTECT,
	CALL_OPEN,
	CALL_OPENDIR,
	CALL_PRCTL,
	CALL_PREAD,
	CALL_PTHREAD_CREATE,
	CALL_PTHREAD_KEY_CREATE,
	CALL_PTHREAD_MUTEX_INIT,
	CALL_SCHED_GETAFFINITY,
	CALL_SCHED_SETAFFINITY,
	CALL_SETGROUPS,
	CALL_SETRESGID,
	CALL_SETRESUID,
	CALL_SETRLIMIT,
	CALL_SIGACTION,
	CALL_WRITE,
};

enum {
	FIRST_CALLS = 8,
	ALL_CALLS = 60 /* of fstat and syscall: about one for each file that Landlock allows */
};

/* A pool's options, and how many of the first calls a worker needs, by function. */
typedef struct {
	mod_go_fenced_options options;
	unsigned needed[CALL_COUNT];
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
	char module[PATH_MAX], target[PATH_MAX];

	snprintf(module, sizeof(module), "%s/%s.%ld.so", check_folder(), call, n);
	CHECK(realpath(check_module("hostile"), target) != NULL && symlink(target, module) == 0);
	options.size = sizeof(options);
	options.limit = 1;
	options.no_spare = 1;
	options.worker = check_program("failing-worker");
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

/* The line of a process's status in /proc, without its name; "" where there is none. */
static const char *status_of(long process, const char *name)
{
	static char line[200];
	char path[64];
	size_t length = strlen(name);
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/status", process);
	file = fopen(path, "r");
	while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL)
		found = strncmp(line, name, length) == 0 && line[length] == ':';
	if (file != NULL)
		fclose(file);
	return found ? line + length + 1 : "";
}

static bool is_fenced(mod_go_fenced *pool, bool landlock)
{
	aerospike_udf_go_value folder = text_value("/no/such/folder");
	long worker = (long)fenced_ask(pool, "pid").integer;
	char rights[80];

	snprintf(rights, sizeof(rights), "%d %d %d %d, no new privileges 1", EPERM, EPERM, EPERM, EPERM);
	return CHECK_TEXT(fenced_ask(pool, "rights").text, rights) &&
	       CHECK(fenced_ask(pool, "memory_file").integer < 0) &&
	       CHECK_NUMBER(fenced_ask(pool, "descriptors").integer,
	                    5) && /* three, the lifeline and the module */
	       CHECK_TEXT(status_of(worker, "CapEff"), "\t0000000000000000\n") &&
	       CHECK_TEXT(status_of(worker, "Seccomp"), "\t2\n") &&
	       CHECK_CONTAINS(fenced_call(pool, "reach", 10000, NULL, &folder, 1).text,
	                      landlock ? "no socket, reads nothing" : "no socket");
}

/* Whether the worker ran where that call failed. */
static bool runs_with(const situation *now, enum failing_call call, long n)
{
	/* A kernel without Landlock is used as it is: the second of the system calls asks for its version. */
	bool landlock = mod_go_landlock_version() > 0 && !(call == CALL_SYSCALL && n == 2);
	mod_go_fenced *pool = NULL;
	mod_go_error error;
	bool runs = open_with(now, failing_call_name(call), n, &pool, &error);

	if (runs ? !is_fenced(pool, landlock) : !CHECK_CONTAINS(error.message, reason_of(call, n)))
		printf("    %s, call %ld\n", failing_call_name(call), n);
	if (pool != NULL)
		mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
	return runs;
}

static void fail_first_calls(const situation *now)
{
	for (size_t i = 0; i < sizeof(CALLS) / sizeof(*CALLS); i++) {
		unsigned refused = 0;

		for (long n = 1; n <= FIRST_CALLS; n++)
			refused += !runs_with(now, CALLS[i], n);
		if (!CHECK_NUMBER(refused, now->needed[CALLS[i]]))
			printf("    %s\n", failing_call_name(CALLS[i]));
	}
}

TEST(a_worker_runs_its_module_behind_the_whole_fence_or_not_at_all)
{
	const situation now = {.needed = {ALWAYS, [CALL_MMAP] = 1}};

	fail_first_calls(&now);
}

TEST(a_worker_becomes_another_user_or_runs_nothing)
{
	const situation now = {
		.needed = {
			ALWAYS, [CALL_MMAP] = 1, [CALL_SETGROUPS] = 1, [CALL_SETRESGID] = 1, [CALL_SETRESUID] = 1}};

	if (geteuid() != 0) {
		printf("not run: only root may become another user\n");
		return;
	}
	setenv("MODGO_USER", "65534:65534", 1);
	chmod(check_folder(), 0755);
	fail_first_calls(&now);
}

TEST(a_worker_has_the_time_that_is_set_or_runs_nothing)
{
	const int64_t time = 1;
	const situation now = {.options = {.now = &time},
	                       .needed = {ALWAYS, [CALL_MMAP] = 2, [CALL_MPROTECT] = 1}};

	fail_first_calls(&now);
}

/* The first system call closes descriptors, which are closed one by one where it fails, and the second asks for
 * Landlock's version. All that follow are needed: the rules, and those that drop capabilities. Then there are none. */
TEST(a_worker_has_every_rule_or_runs_nothing)
{
	const situation now = {.needed = {0}};
	long needed = 0, last = 0;

	for (long n = 1; n <= ALL_CALLS; n++) {
		if (!runs_with(&now, CALL_SYSCALL, n)) {
			needed++;
			last = n;
		}
	}
	CHECK(last < ALL_CALLS);
	CHECK_NUMBER(needed, last - 2);
	CHECK(needed >= (mod_go_landlock_version() > 0 ? 4 : 0) + (geteuid() == 0 ? 2 : 1));
}

TEST(a_worker_whose_files_cannot_be_examined_has_their_rules_or_runs_nothing)
{
	const situation now = {.needed = {0}};

	for (long n = 1; n <= ALL_CALLS; n++)
		runs_with(&now, CALL_FSTAT, n);
}

static mod_go_fenced *open_with_signals(void)
{
	const situation now = {.needed = {0}};
	mod_go_fenced *pool = NULL;
	mod_go_error error;

	return open_with(&now, "signals", 0, &pool, &error) && is_fenced(pool, mod_go_landlock_version() > 0)
	           ? pool
	           : NULL;
}

TEST(a_worker_that_signals_interrupt_runs_and_ends_with_its_host)
{
	check_folder(); /* this process removes it */
	CHECK(worker_ends_with_host(open_with_signals));
}
