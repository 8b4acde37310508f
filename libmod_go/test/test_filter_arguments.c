/* test_filter_arguments.c - calls that are allowed by their arguments: every command, option and request. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced/landlock_version.h"
#include "filtered.h"

/* Whether the filter allows it. The kernel refuses these arguments with another error, or they have no effect. */
static bool passes(long number, long first, long second, long third)
{
	errno = 0;
	return syscall(number, first, second, third, -1L, -1L, -1L) != -1 || errno != EPERM;
}

static bool is_in(long number, const long *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

#define COUNT(numbers) (sizeof(numbers) / sizeof(*(numbers)))

/* On an invalid descriptor. Seals are 1033 and 1034 on every machine. */
static void commands_of_fcntl(void)
{
	static const long ALLOWED[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL,
	                               F_SETFL, F_GETLK,         1033,    1034,    F_GETPIPE_SZ};

	set_filter(MOD_GO_LANDLOCK_SCOPES);
	for (long command = 0; command < 1100; command++)
		if (!CHECK_NUMBER(passes(SYS_fcntl, -1, command, 0), is_in(command, ALLOWED, COUNT(ALLOWED))))
			printf("    fcntl command %ld\n", command);
	CHECK(!passes(SYS_fcntl, -1, F_SETFL, O_ASYNC));
	CHECK(!passes(SYS_fcntl, -1, F_SETFL, O_ASYNC | O_NONBLOCK));
	CHECK(passes(SYS_fcntl, -1, F_SETFL, O_ASYNC - 1));
}

TEST(fcntl_is_allowed_for_these_commands_alone)
{
	check_in_child(commands_of_fcntl);
}

static void requests_of_ioctl(void)
{
	static const long ALLOWED[] = {TCGETS, TIOCGWINSZ, TIOCOUTQ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX};

	set_filter(MOD_GO_LANDLOCK_SCOPES);
	for (long request = 0x5400; request < 0x5480; request++)
		if (!CHECK_NUMBER(passes(SYS_ioctl, -1, request, 0), is_in(request, ALLOWED, COUNT(ALLOWED))))
			printf("    ioctl request %lx\n", (unsigned long)request);
	for (long request = 0x8900; request < 0x8920; request++)
		CHECK(!passes(SYS_ioctl, -1, request, 0));
}

TEST(ioctl_is_allowed_for_these_requests_alone)
{
	check_in_child(requests_of_ioctl);
}

static void options_of_prctl(void)
{
	static const long ALLOWED[] = {PR_SET_NAME,     PR_GET_NAME,       PR_GET_NO_NEW_PRIVS,
	                               PR_GET_SECCOMP,  PR_GET_DUMPABLE,   PR_GET_TIMERSLACK,
	                               PR_CAPBSET_READ, PR_SET_TIMERSLACK, PR_GET_PDEATHSIG};

	set_filter(MOD_GO_LANDLOCK_SCOPES);
	for (long option = 0; option < 100; option++)
		if (!CHECK_NUMBER(passes(SYS_prctl, option, 1, 0), is_in(option, ALLOWED, COUNT(ALLOWED))))
			printf("    prctl option %ld\n", option);
	CHECK(passes(SYS_prctl, 0x53564d41 /* the name of memory */, 1, 0));
}

TEST(prctl_is_allowed_for_these_options_alone)
{
	check_in_child(options_of_prctl);
}

static void limits(void)
{
	long self = getpid();

	set_filter(MOD_GO_LANDLOCK_SCOPES);
	for (long resource = 0; resource < 16; resource++) {
		bool settable = resource == RLIMIT_NOFILE;

		CHECK_NUMBER(passes(SYS_prlimit64, 0, resource, 8), settable);
		CHECK_NUMBER(passes(SYS_prlimit64, self, resource, 8), settable);
		CHECK_NUMBER(passes(SYS_setrlimit, resource, 8, 0), settable);
		CHECK(passes(SYS_prlimit64, 0, resource, 0));
		CHECK(passes(SYS_prlimit64, self, resource, 0));
		/* Of other processes, nothing; and a pointer with either half 0 is still a pointer. */
		CHECK(!passes(SYS_prlimit64, self + 1, resource, 0));
		CHECK_NUMBER(passes(SYS_prlimit64, 0, resource, (long)1 << 32), settable);
	}
}

TEST(limits_are_read_and_that_of_open_files_is_set)
{
	check_in_child(limits);
}

/* Numbers that mean other calls, or none. */
static void numbers(void)
{
	set_filter(MOD_GO_LANDLOCK_SCOPES);
#ifdef __x86_64__
	errno = 0;
	CHECK(syscall(0x40000000L + 39) == -1 && errno == EPERM);
	errno = 0;
	CHECK(syscall(0x3fffffffL) == -1 && errno == ENOSYS);
#endif
	errno = 0;
	CHECK(syscall(435L /* clone3 */, -1L, -1L) == -1 && errno == ENOSYS);
	CHECK(passes(436 /* close_range */, 1, 0, 0));
	CHECK(passes(SYS_getppid, 0, 0, 0));
}

TEST(numbers_of_other_machines_are_refused)
{
	check_in_child(numbers);
}
