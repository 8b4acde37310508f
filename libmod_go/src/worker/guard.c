/* guard.c - closes descriptors, sets limits, and drops rights in the order that the kernel needs. */
#include "worker/guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/error.h"
#include "fenced/landlock_version.h"
#include "common/public.h"
#include "worker/landlock_rules.h"
#include "worker/syscall_filter.h"

/* A system call that older C libraries lack; the same on every machine. */
#define CLOSE_RANGE 436

/* Descriptors that a worker may have; and its part of 1,000 in the kernel's choice of what to end. */
#define DESCRIPTORS 1024
#define OOM_SCORE   500

bool guard_close_from(int first)
{
	DIR *folder;
	struct dirent *entry;

	if (syscall(CLOSE_RANGE, first, ~0u, 0) == 0)
		return true;
	folder = opendir("/proc/self/fd");
	if (folder == NULL)
		return false;
	while ((entry = readdir(folder)) != NULL) {
		int descriptor = (int)strtol(entry->d_name, NULL, 10);

		if (descriptor >= first && descriptor != dirfd(folder))
			close(descriptor);
	}
	closedir(folder);
	return true;
}

/* Sets the soft and hard limit to `most`, or to the current hard limit where that is less. */
static bool limit(int resource, rlim_t most)
{
	struct rlimit limits;

	if (getrlimit((__rlimit_resource_t)resource, &limits) != 0)
		return false;
	if (limits.rlim_max == RLIM_INFINITY || limits.rlim_max > most)
		limits.rlim_max = most;
	limits.rlim_cur = limits.rlim_max;
	return setrlimit((__rlimit_resource_t)resource, &limits) == 0;
}

/* Where memory is short, the kernel ends a worker rather than its host. Any process may raise its own score. A higher
 * one, which the worker has from its host, stays; so does any where /proc is missing. */
static void raise_oom_score(void)
{
	int descriptor = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	char text[16] = "";

	if (descriptor < 0)
		return;
	if (pread(descriptor, text, sizeof(text) - 1, 0) > 0 && strtol(text, NULL, 10) < OOM_SCORE)
		dprintf(descriptor, "%d", OOM_SCORE);
	close(descriptor);
}

mod_go_status guard_limit(uint64_t memory, mod_go_error *error)
{
	if (!limit(RLIMIT_CORE, 0))
		return mod_go_fail(error, MOD_GO_WORKER_FAILED,
		                   "the worker's core files could not be prevented (setrlimit: %s); allow setrlimit"
		                   " where this program runs",
		                   strerror(errno));
	raise_oom_score();
	/* Not RLIMIT_AS: Go reserves far more address space than it uses, and does not start without it. */
	if (memory > 0 && !limit(RLIMIT_DATA, (rlim_t)memory))
		return mod_go_fail(
			error, MOD_GO_WORKER_FAILED,
			"the worker's memory could not be limited to %llu bytes (setrlimit: %s); allow setrlimit"
			" where this program runs, or set no limit",
			(unsigned long long)memory, strerror(errno));
	return MOD_GO_OK;
}

bool guard_drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {{0}};

	if (syscall(SYS_capget, &header, sets) != 0)
		return false;
	if ((sets[0].permitted | sets[1].permitted | sets[0].inheritable | sets[1].inheritable) == 0)
		return true;
	memset(sets, 0, sizeof(sets));
	return syscall(SYS_capset, &header, sets) == 0;
}

static mod_go_status fail(mod_go_error *error, const char *part, const char *remedy)
{
	return mod_go_fail(
		error, MOD_GO_WORKER_FAILED,
		"the module was not run, for its worker could not be fenced: %s (%s). %s; or, for modules that you"
		" trust as you trust this program, set MODGO_FENCE=off",
		part, strerror(errno), remedy);
}

mod_go_status guard_drop_rights(const char *level, const mod_go_grants *grants, mod_go_error *error)
{
	const char *missing = NULL;
	int landlock = mod_go_landlock_version();

	if (level != NULL && strcmp(level, "off") == 0)
		return MOD_GO_OK;
	if (level != NULL && *level != '\0' && strcmp(level, "standard") != 0 && strcmp(level, "strict") != 0)
		return mod_go_fail(error, MOD_GO_WORKER_FAILED,
		                   "MODGO_FENCE is \"%.60s\": expected standard, strict or off", level);
	if (level != NULL && strcmp(level, "strict") == 0 && mod_go_fenced_lacks()[0] != '\0')
		return mod_go_fail(
			error, MOD_GO_WORKER_FAILED,
			"the module was not run, for MODGO_FENCE is strict, and %s; use a newer kernel, or set"
			" MODGO_FENCE=standard",
			mod_go_fenced_lacks());
	if (!limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_MEMLOCK, 0) || !limit(RLIMIT_NOFILE, DESCRIPTORS))
		return fail(error, "its files, locked memory and descriptors could not be limited",
		            "Allow setrlimit where this program runs");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(error, "prctl(PR_SET_NO_NEW_PRIVS) failed",
		            "Allow prctl where this program runs: a container's seccomp profile, a service's "
		            "SystemCallFilter");
	if (landlock > 0 && !landlock_restrict(landlock, grants, &missing))
		return missing != NULL ? mod_go_fail(error, MOD_GO_WORKER_FAILED,
		                                     "the module was not run, for %s, which it may read, could not "
		                                     "be opened (%s); correct"
		                                     " the path in MODGO_ALLOW, --allow-read or"
		                                     " modgo.allow.read",
		                                     missing, strerror(errno))
		                       : fail(error, "Landlock's rules could not be set",
		                              "Allow landlock_add_rule and landlock_restrict_self where this program "
		                              "runs: a container's"
		                              " seccomp profile, a service's SystemCallFilter");
	if (!guard_drop_capabilities())
		return fail(error, "its capabilities could not be dropped",
		            "Allow capget and capset where this program runs, or run it as another user than root");
	if (!syscall_filter_install(landlock, grants->network))
		return fail(error, "the filter of system calls could not be set",
		            "Allow seccomp where this program runs (a container's seccomp profile, a service's"
		            " SystemCallFilter), on a kernel with CONFIG_SECCOMP_FILTER, for x86_64 or aarch64");
	return MOD_GO_OK;
}
