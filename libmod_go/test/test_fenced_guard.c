/* test_fenced_guard.c - a fence that cannot be set up is an error, an incomplete one is reported; and a worker's
 * environment. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced.h"
#include "fenced/worker_environment.h"
#include "fenced/landlock_version.h"
#include "refuse.h"
#include "worker/guard.h"

#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_RESTRICT_SELF  446

/* No worker runs the module, and the error has the reason and the remedy. */
static void not_run(const char *part, const char *reason, const char *remedy)
{
	mod_go_fenced *pool = NULL;
	mod_go_error error;

	/* Its setup would end the worker, which would be another error. */
	setenv("HOSTILE_SETUP", "abort", 1);
	CHECK_TEXT(mod_go_status_name(fenced_open(check_module("hostile"), NULL, &pool, &error)),
	           "worker-failed");
	unsetenv("HOSTILE_SETUP");
	CHECK(pool == NULL);
	CHECK_CONTAINS(error.message, check_module("hostile"));
	CHECK_CONTAINS(error.message, part);
	CHECK_CONTAINS(error.message, reason);
	CHECK_CONTAINS(error.message, remedy);
	printf("%s\n", error.message);
	CHECK_NUMBER(children(), 0);
}

/* Whether a module can make a memory file, which only the filter prevents. */
static bool is_fenced(void)
{
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), NULL);
	struct answer answer = fenced_ask(pool, "memory_file");

	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	return answer.integer < 0;
}

TEST(without_a_filter_of_system_calls_no_module_runs)
{
	refuse_call(SYS_prctl, PR_SET_SECCOMP, EINVAL);
	not_run("the filter of system calls could not be set", "Invalid argument", "CONFIG_SECCOMP_FILTER");
	setenv("MODGO_FENCE", "off", 1);
	CHECK(!is_fenced());
}

TEST(without_no_new_privileges_no_module_runs)
{
	refuse_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, EPERM);
	not_run("PR_SET_NO_NEW_PRIVS", "Operation not permitted", "MODGO_FENCE=off");
}

TEST(with_capabilities_that_stay_no_module_runs)
{
	if (geteuid() != 0) {
		printf("not run: only root has capabilities\n");
		return;
	}
	refuse_call(SYS_capset, -1, EPERM);
	not_run("its capabilities could not be dropped", "Operation not permitted", "another user than root");
}

TEST(with_a_limit_that_cannot_be_set_no_module_runs)
{
#ifdef __SANITIZE_ADDRESS__
	printf("not run: the address sanitizer asks for limits before the worker does\n");
#else
	refuse_call(SYS_setrlimit, -1, EPERM);
	refuse_call(SYS_prlimit64, -1, EPERM);
	not_run("core files", "Operation not permitted", "allow setrlimit");
#endif
}

TEST(with_landlock_that_cannot_be_set_no_module_runs)
{
	if (mod_go_landlock_version() == 0) {
		printf("not run: this kernel has no Landlock\n");
		return;
	}
	refuse_call(LANDLOCK_RESTRICT_SELF, -1, EPERM);
	not_run("Landlock's rules could not be set", "Operation not permitted", "landlock_restrict_self");
}

TEST(a_kernel_without_landlock_is_reported)
{
	if (mod_go_landlock_version() >= MOD_GO_LANDLOCK_SCOPES)
		CHECK_TEXT(mod_go_fenced_lacks(), "");
	refuse_call(LANDLOCK_CREATE_RULESET, -1, ENOSYS);
	CHECK_NUMBER(mod_go_landlock_version(), 0);
	CHECK_CONTAINS(mod_go_fenced_lacks(), "has no Landlock");
	CHECK(is_fenced());
	setenv("MODGO_FENCE", "strict", 1);
	not_run("MODGO_FENCE is strict", "has no Landlock", "MODGO_FENCE=standard");
}

TEST(descriptors_are_closed_on_older_kernels_too)
{
	mod_go_fenced *pool;

	CHECK(dup(1) >= 0);
	refuse_call(436 /* close_range */, -1, ENOSYS);
	pool = fenced_ready(check_module("hostile"), NULL);
	CHECK_NUMBER(fenced_ask(pool, "descriptors").integer, 5);
	mod_go_fenced_close(pool);
}

TEST(the_fence_has_three_levels)
{
	setenv("MODGO_FENCE", "standard", 1);
	CHECK(is_fenced());
	setenv("MODGO_FENCE", "", 1);
	CHECK(is_fenced());
	setenv("MODGO_FENCE", "off", 1);
	CHECK(!is_fenced());
	setenv("MODGO_FENCE", "none", 1);
	not_run("MODGO_FENCE is \"none\"", "expected", "standard, strict or off");
}

/* -1 where it can't be read. */
static int oom_score(const char *process)
{
	char path[64];
	FILE *file;
	int score = -1;

	snprintf(path, sizeof(path), "/proc/%s/oom_score_adj", process);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%d", &score) != 1)
		score = -1;
	if (file != NULL)
		fclose(file);
	return score;
}

/* A worker's score is 500, or its host's where that is higher. */
TEST(where_memory_is_short_a_worker_is_ended_before_its_host)
{
	int before = oom_score("self"), hosts[] = {before, 600, before};
	char process[32];

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		FILE *file = fopen("/proc/self/oom_score_adj", "w");
		mod_go_fenced *pool;

		CHECK(file != NULL && fprintf(file, "%d", hosts[i]) > 0 && fclose(file) == 0);
		pool = fenced_ready(check_module("hostile"), NULL);
		snprintf(process, sizeof(process), "%lld", (long long)fenced_ask(pool, "pid").integer);
		CHECK_NUMBER(oom_score(process), hosts[i] > 500 ? hosts[i] : 500);
		mod_go_fenced_close(pool);
	}
}

/* The identity of a worker that runs, as /proc shows it: "UID GROUP GROUPS". */
static void running_as(const char *user, const char *expected)
{
	mod_go_fenced *pool;
	char path[64], line[256], ids[64] = "", groups[128] = "", text[256];
	FILE *file;

	setenv("MODGO_USER", user, 1);
	pool = fenced_ready(check_module("hostile"), NULL);
	snprintf(path, sizeof(path), "/proc/%lld/status", (long long)fenced_ask(pool, "pid").integer);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		unsigned numbers[4];

		if (sscanf(line, "Uid: %u %u %u %u", &numbers[0], &numbers[1], &numbers[2], &numbers[3]) == 4)
			snprintf(ids, sizeof(ids), "%u %u %u %u", numbers[0], numbers[1], numbers[2], numbers[3]);
		if (sscanf(line, "Gid: %u", &numbers[0]) == 1)
			snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), ", %u", numbers[0]);
		if (strncmp(line, "Groups:", 7) == 0)
			snprintf(groups, sizeof(groups), "%.*s", (int)strcspn(line + 7, "\n"), line + 7);
	}
	fclose(file);
	snprintf(text, sizeof(text), "%s,%s", ids, groups + strspn(groups, " \t"));
	CHECK_TEXT(text, expected);
	mod_go_fenced_close(pool);
}

TEST(a_worker_of_root_runs_as_another_user)
{
	if (geteuid() != 0) {
		printf("not run: only root can become another user\n");
		return;
	}
	running_as("nobody", "65534 65534 65534 65534, 65534,");
	running_as("1234:2345", "1234 1234 1234 1234, 2345,");
	CHECK(is_fenced());
	setenv("MODGO_FENCE", "off", 1);
	CHECK(!is_fenced());
}

TEST(a_user_that_a_worker_cannot_become_is_an_error)
{
	static const char *const invalid[] = {
		"no-such-user",           "root", "0:0", "12", "12:", "12:x", "x:12", "4294967295:1", "12:4294967295",
		"99999999999999999999:1", ":1",   "-1:1"};

	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++) {
		setenv("MODGO_USER", invalid[i], 1);
		not_run("MODGO_USER is", invalid[i], "by name or as UID:GID");
	}
	setenv("MODGO_USER", "1234:2345", 1);
	refuse_call(SYS_setgroups, -1, EPERM);
	not_run("could not become the user of MODGO_USER", "Operation not permitted", "unset MODGO_USER");
}

/* ---- the environment --------------------------------------------------------------------------------- */

static bool has(char **environment, const char *entry)
{
	while (*environment != NULL && strcmp(*environment, entry) != 0)
		environment++;
	return *environment != NULL;
}

TEST(a_worker_gets_the_variables_that_are_allowed_or_named)
{
	static const char *const passed[] = {
		"TZ=a",         "TZDIR=b", "ZONEINFO=c",    "LANG=d",        "LC_ALL=e",
		"LC_TIME=f",    "GOGC=g",  "GODEBUG=h",     "GOMAXPROCS=i",  "GOMEMLIMIT=j",
		"FIRST=second", "THIRD=",  "GOTRACEBACK=k", "MODGO_FENCE=l", "MODGO_USER=m"};
	static const char *const withheld[] = {"SECRET=x", "TZ2=x",  "LC=x",        "GOFLAGS=x",
	                                       "FIRST2=x", "FIRS=x", "LD_PRELOAD=x"};
	size_t count = sizeof(passed) / sizeof(*passed);
	char **environment;

	clearenv();
	for (size_t i = 0; i < count; i++)
		putenv((char *)(uintptr_t)passed[i]);
	for (size_t i = 0; i < sizeof(withheld) / sizeof(*withheld); i++)
		putenv((char *)(uintptr_t)withheld[i]);
	setenv("MODGO_ENV", "FIRST, THIRD,LD_PRELOAD,,NOT_SET", 1);
	environment = mod_go_worker_environment("1000");
	for (size_t i = 0; i < count; i++) {
		if (!CHECK(has(environment, passed[i])))
			printf("    %s\n", passed[i]);
	}
	CHECK(environment[count] == NULL);
	free(environment);
	unsetenv("MODGO_ENV");
	unsetenv("GOMEMLIMIT");
	environment = mod_go_worker_environment("1000");
	CHECK(!has(environment, "FIRST=second"));
	CHECK(has(environment, "GOMEMLIMIT=800"));
	free(environment);
	clearenv();
	environment = mod_go_worker_environment("0");
	CHECK(environment[0] == NULL);
	free(environment);
}

/* The descriptors from 10 to 40 are open; those from 20 on are closed by the system call or, on an old kernel, one by
 * one. */
static void close_some(void)
{
	for (int i = 10; i <= 40; i++)
		CHECK_NUMBER(dup2(0, i), i);
	CHECK(guard_close_from(20));
	for (int i = 10; i <= 40; i++)
		CHECK_NUMBER(fcntl(i, F_GETFD) >= 0, i < 20);
}

TEST(descriptors_are_closed_also_where_the_kernel_has_no_call_for_that)
{
	check_in_child(close_some);
	CHECK(refuse_call(436 /* close_range */, -1, ENOSYS));
	check_in_child(close_some);
}

/* Old kernels have neither pidfds nor, in some containers, memory files that can be executed. */
TEST(workers_run_and_end_without_process_descriptors)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool;

	CHECK(refuse_call(434 /* pidfd_open */, -1, ENOSYS));
	pool = fenced_ready(check_module("hostile"), &options);
	CHECK_NUMBER(fenced_ask(pool, "exit_now").outcome.crashed, 1);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(fenced_call(pool, "spin", 100, NULL, NULL, 0).status, AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

TEST(a_module_is_loaded_without_memory_files)
{
	mod_go_module *module = NULL;
	mod_go_fenced *pool = NULL;
	mod_go_error error;

	setenv("TMPDIR", check_folder(), 1);
	CHECK(refuse_call(SYS_memfd_create, -1, ENOSYS));
	CHECK_NUMBER(mod_go_open(check_module("good"), &module, &error), MOD_GO_OK);
	mod_go_close(module);
	CHECK_NUMBER(fenced_open(check_module("good"), NULL, &pool, &error), MOD_GO_WORKER_FAILED);
	CHECK_CONTAINS(error.message, "shared memory could not be made (Function not implemented)");
	CHECK_NUMBER(rmdir(check_folder()), 0); /* the copies are removed */
}
