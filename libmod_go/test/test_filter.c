/* test_filter.c - system calls that are allowed for some uses, and what the filter does where Landlock is missing. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced/landlock_version.h"
#include "filtered.h"

FILTERED_TEST(system_calls_with_good_uses_are_allowed_for_those)
{
	pid_t self = getpid(), other = getppid();
	struct rlimit limit;
	cpu_set_t processors;
	int ends[2], count;

	CHECK_NUMBER(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	CHECK_NUMBER(getrlimit(RLIMIT_NOFILE, &limit), 0);
	set_filter(MOD_GO_LANDLOCK_SCOPES);
	CHECK_NUMBER(REASON_OF(kill(self, 0)), 0);
	CHECK_NUMBER(REASON_OF(syscall(SYS_tgkill, self, self, 0)), 0);
	CHECK_NUMBER(REASON_OF(kill(other, 0)), EPERM);
	CHECK_NUMBER(REASON_OF(kill(0, 0)), EPERM);
	CHECK_NUMBER(REASON_OF(kill(-1, 0)), EPERM);
	CHECK_NUMBER(REASON_OF(syscall(SYS_tgkill, other, other, 0)), EPERM);
	CHECK_NUMBER(REASON_OF(sched_getaffinity(0, sizeof(processors), &processors)), 0);
	CHECK_NUMBER(REASON_OF(sched_setaffinity(0, sizeof(processors), &processors)), 0);
	CHECK_NUMBER(REASON_OF(sched_setaffinity(self, sizeof(processors), &processors)), 0);
	CHECK_NUMBER(REASON_OF(sched_setaffinity(other, sizeof(processors), &processors)), EPERM);
	CHECK_NUMBER(REASON_OF(prctl(PR_SET_NAME, "named", 0, 0, 0)), 0);
	CHECK_NUMBER(REASON_OF(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)), EPERM);
	CHECK_NUMBER(REASON_OF(prctl(0x59616d61 /* PR_SET_PTRACER */, -1, 0, 0, 0)), EPERM);
	CHECK_NUMBER(REASON_OF(prlimit(0, RLIMIT_NOFILE, &limit, NULL)), 0);
	CHECK_NUMBER(REASON_OF(prlimit(self, RLIMIT_NOFILE, &limit, NULL)), 0);
	CHECK_NUMBER(REASON_OF(prlimit(0, RLIMIT_STACK, NULL, &limit)), 0);
	CHECK_NUMBER(REASON_OF(prlimit(0, RLIMIT_STACK, &limit, NULL)), EPERM);
	CHECK_NUMBER(REASON_OF(prlimit(other, RLIMIT_NOFILE, NULL, &limit)), EPERM);
	/* A pointer whose lower half is 0. */
	CHECK_NUMBER(REASON_OF(syscall(SYS_prlimit64, 0, RLIMIT_STACK, (uint64_t)1 << 32, NULL)), EPERM);
	CHECK_NUMBER(REASON_OF(syscall(SYS_setrlimit, RLIMIT_DATA, &limit)), EPERM);
	CHECK_NUMBER(REASON_OF(fcntl(ends[0], F_SETFL, O_NONBLOCK)), 0);
	CHECK_NUMBER(REASON_OF(fcntl(ends[0], F_SETFL, O_NONBLOCK | O_ASYNC)), EPERM);
	CHECK_NUMBER(REASON_OF(fcntl(ends[0], F_DUPFD_CLOEXEC, 10)), 0);
	CHECK_NUMBER(REASON_OF(fcntl(ends[0], F_SETLEASE, F_RDLCK)), EPERM);
	CHECK_NUMBER(REASON_OF(fcntl(ends[0], F_NOTIFY, DN_CREATE)), EPERM);
	CHECK_NUMBER(REASON_OF(ioctl(ends[0], FIONREAD, &count)), 0);
	CHECK_NUMBER(REASON_OF(ioctl(ends[0], TIOCSCTTY, 0)), EPERM);
	CHECK_NUMBER(REASON_OF(open("/dev/null", O_RDWR)), 0);
}

FILTERED_TEST(files_are_not_truncated_where_landlock_does_not_know_of_that)
{
	set_filter(1);
	CHECK_NUMBER(REASON_OF(open("/dev/null", O_RDWR)), 0);
	CHECK_NUMBER(REASON_OF(open("/dev/null", O_RDONLY | O_TRUNC)), EPERM);
	CHECK_NUMBER(REASON_OF(syscall(437 /* openat2 */, AT_FDCWD, "/dev/null", NULL, 0)), ENOSYS);
}

FILTERED_TEST(files_are_opened_for_reading_where_there_is_no_landlock)
{
	set_filter(0);
	CHECK_NUMBER(REASON_OF(open("/dev/null", O_RDONLY)), 0);
	CHECK_NUMBER(REASON_OF(open("/dev/null", O_RDWR)), EPERM);
	CHECK_NUMBER(REASON_OF(open("/dev/null", O_WRONLY)), EPERM);
	CHECK_NUMBER(REASON_OF(open("/dev/null", O_RDONLY | O_CREAT, 0600)), EPERM);
#ifdef SYS_open
	CHECK_NUMBER(REASON_OF(syscall(SYS_open, "/dev/null", O_RDONLY)), 0);
	CHECK_NUMBER(REASON_OF(syscall(SYS_open, "/dev/null", O_WRONLY)), EPERM);
#endif
}

/* What threads of Go and of the C library need. */
FILTERED_TEST(threads_are_started_and_processes_are_not)
{
	pid_t child;

	set_filter(MOD_GO_LANDLOCK_SCOPES);
	child = fork();
	if (child == 0)
		_exit(0);
	CHECK(child < 0);
	CHECK_NUMBER(errno, EPERM);
	child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		_exit(0);
	CHECK(child < 0);
}
