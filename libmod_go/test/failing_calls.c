/* failing_calls.c - what the linker puts in the place of system functions (--wrap): they fail when it is their turn. */
#include "failing_calls.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const NAMES[CALL_COUNT] = {
	[CALL_ACCESS] = "access",
	[CALL_DLADDR] = "dladdr",
	[CALL_DLADDR1] = "dladdr1",
	[CALL_DLOPEN] = "dlopen",
	[CALL_EVENTFD] = "eventfd",
	[CALL_FCNTL] = "fcntl",
	[CALL_FGETS] = "fgets",
	[CALL_FOPEN] = "fopen",
	[CALL_FSTAT] = "fstat",
	[CALL_FTRUNCATE] = "ftruncate",
	[CALL_GETRLIMIT] = "getrlimit",
	[CALL_MKDTEMP] = "mkdtemp",
	[CALL_MMAP] = "mmap",
	[CALL_MPROTECT] = "mprotect",
	[CALL_OPENDIR] = "opendir",
	[CALL_OPEN] = "open",
	[CALL_PIPE2] = "pipe2",
	[CALL_POLL] = "poll",
	[CALL_POSIX_SPAWN] = "posix_spawn",
	[CALL_PRCTL] = "prctl",
	[CALL_PREAD] = "pread",
	[CALL_PTHREAD_CREATE] = "pthread_create",
	[CALL_PTHREAD_KEY_CREATE] = "pthread_key_create",
	[CALL_PTHREAD_MUTEX_INIT] = "pthread_mutex_init",
	[CALL_READ] = "read",
	[CALL_SCHED_GETAFFINITY] = "sched_getaffinity",
	[CALL_SCHED_SETAFFINITY] = "sched_setaffinity",
	[CALL_SETGROUPS] = "setgroups",
	[CALL_SETRESGID] = "setresgid",
	[CALL_SETRESUID] = "setresuid",
	[CALL_SETRLIMIT] = "setrlimit",
	[CALL_SIGACTION] = "sigaction",
	[CALL_SOCKETPAIR] = "socketpair",
	[CALL_STAT] = "stat",
	[CALL_SYSCALL] = "syscall",
	[CALL_WRITE] = "write",
};

/* The call that fails, or CALL_COUNT, and how many are left until then; not above 0 when one has failed. */
static atomic_int failing = CALL_COUNT;
static atomic_long left;
static int failing_reason;
static atomic_bool closing; /* standard input, in the place of a failure */
static atomic_bool failed;

static atomic_ulong made[CALL_COUNT];

static atomic_bool interrupting;
static _Thread_local unsigned calls; /* that could have been interrupted */

const char *failing_call_name(enum failing_call call)
{
	return NAMES[call];
}

void fail_call(enum failing_call call, long n, int reason)
{
	failing_reason = reason;
	atomic_store(&failed, false);
	atomic_store(&left, n);
	atomic_store(&failing, (int)call);
}

void close_input_before(enum failing_call call, long n)
{
	atomic_store(&closing, true);
	fail_call(call, n, 0);
}

void interrupt_calls(void)
{
	atomic_store(&failed, false);
	atomic_store(&interrupting, true);
}

unsigned long count_calls(enum failing_call call)
{
	return atomic_load(&made[call]);
}

bool calls_work_again(void)
{
	atomic_store(&failing, CALL_COUNT);
	atomic_store(&interrupting, false);
	atomic_store(&closing, false);
	return atomic_load(&failed);
}

/* Whether this call fails. Sets errno. */
static bool fails(enum failing_call call)
{
	atomic_fetch_add_explicit(&made[call], 1, memory_order_relaxed);
	if (atomic_load(&failing) != (int)call || atomic_fetch_sub(&left, 1) != 1)
		return false;
	atomic_store(&failed, true);
	if (atomic_load(&closing))
		return close(STDIN_FILENO) != 0;
	errno = failing_reason;
	return true;
}

/* Whether a signal interrupts this call. Sets errno. */
static bool is_interrupted(void)
{
	if (!atomic_load(&interrupting))
		return false;
	atomic_store(&failed, true);
	if (calls++ % 3 != 0)
		return false;
	errno = EINTR;
	return true;
}

static size_t length_now(size_t length)
{
	/* An event is read and written whole. */
	return atomic_load(&interrupting) && length > sizeof(uint64_t) ? 1 : length;
}

/* Defines the wrapper of a function with these parameters, and what it returns where it fails. */
#define WRAP(type, name, parameters, arguments, call, failure)                                               \
	type __real_##name parameters;                                                                           \
	type __wrap_##name parameters;                                                                           \
	type __wrap_##name parameters                                                                            \
	{                                                                                                        \
		return fails(call) ? (failure) : __real_##name arguments;                                            \
	}

WRAP(int, access, (const char *path, int mode), (path, mode), CALL_ACCESS, -1)
WRAP(int, dladdr, (const void *address, Dl_info *facts), (address, facts), CALL_DLADDR, 0)
WRAP(int, dladdr1, (const void *address, Dl_info *facts, void **extra, int flags),
     (address, facts, extra, flags), CALL_DLADDR1, 0)
WRAP(void *, dlopen, (const char *path, int flags), (path, flags), CALL_DLOPEN, NULL)
WRAP(int, eventfd, (unsigned count, int flags), (count, flags), CALL_EVENTFD, -1)
WRAP(char *, fgets, (char *text, int size, FILE *file), (text, size, file), CALL_FGETS, NULL)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), CALL_FOPEN, NULL)
WRAP(int, fstat, (int descriptor, struct stat *facts), (descriptor, facts), CALL_FSTAT, -1)
WRAP(int, ftruncate, (int descriptor, off_t length), (descriptor, length), CALL_FTRUNCATE, -1)
WRAP(char *, mkdtemp, (char *template), (template), CALL_MKDTEMP, NULL)
WRAP(void *, mmap, (void *at, size_t length, int protection, int flags, int descriptor, off_t offset),
     (at, length, protection, flags, descriptor, offset), CALL_MMAP, MAP_FAILED)
WRAP(int, getrlimit, (__rlimit_resource_t resource, struct rlimit *limits), (resource, limits),
     CALL_GETRLIMIT, -1)
WRAP(int, mprotect, (void *at, size_t length, int protection), (at, length, protection), CALL_MPROTECT, -1)
WRAP(DIR *, opendir, (const char *path), (path), CALL_OPENDIR, NULL)
WRAP(ssize_t, pread, (int descriptor, void *bytes, size_t length, off_t offset),
     (descriptor, bytes, length, offset), CALL_PREAD, -1)
WRAP(int, setgroups, (size_t count, const gid_t *groups), (count, groups), CALL_SETGROUPS, -1)
WRAP(int, setresgid, (gid_t real, gid_t effective, gid_t saved), (real, effective, saved), CALL_SETRESGID, -1)
WRAP(int, setresuid, (uid_t real, uid_t effective, uid_t saved), (real, effective, saved), CALL_SETRESUID, -1)
WRAP(int, setrlimit, (__rlimit_resource_t resource, const struct rlimit *limits), (resource, limits),
     CALL_SETRLIMIT, -1)
WRAP(int, sigaction, (int signal, const struct sigaction *action, struct sigaction *old),
     (signal, action, old), CALL_SIGACTION, -1)
WRAP(int, pipe2, (int ends[2], int flags), (ends, flags), CALL_PIPE2, -1)
WRAP(int, posix_spawn,
     (pid_t * id, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]),
     (id, path, actions, attributes, arguments, environment), CALL_POSIX_SPAWN, failing_reason)
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument),
     (thread, attributes, run, argument), CALL_PTHREAD_CREATE, failing_reason)
WRAP(int, pthread_key_create, (pthread_key_t * key, void (*destroy)(void *)), (key, destroy),
     CALL_PTHREAD_KEY_CREATE, failing_reason)
WRAP(int, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes),
     (mutex, attributes), CALL_PTHREAD_MUTEX_INIT, failing_reason)
WRAP(int, sched_getaffinity, (pid_t id, size_t size, cpu_set_t *set), (id, size, set), CALL_SCHED_GETAFFINITY,
     -1)
WRAP(int, sched_setaffinity, (pid_t id, size_t size, const cpu_set_t *set), (id, size, set),
     CALL_SCHED_SETAFFINITY, -1)
WRAP(int, socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends),
     CALL_SOCKETPAIR, -1)
WRAP(int, stat, (const char *path, struct stat *facts), (path, facts), CALL_STAT, -1)

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_fcntl(int descriptor, int command, ...);
int __wrap_fcntl(int descriptor, int command, ...);
int __real_prctl(int option, ...);
int __wrap_prctl(int option, ...);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
ssize_t __real_read(int descriptor, void *bytes, size_t length);
ssize_t __wrap_read(int descriptor, void *bytes, size_t length);
ssize_t __real_write(int descriptor, const void *bytes, size_t length);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t length);
int __real_poll(struct pollfd *watched, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *watched, nfds_t count, int milliseconds);

int __wrap_open(const char *path, int flags, ...)
{
	unsigned mode;
	va_list rest;

	va_start(rest, flags);
	mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, unsigned) : 0;
	va_end(rest);
	return fails(CALL_OPEN) ? -1 : __real_open(path, flags, mode);
}

int __wrap_fcntl(int descriptor, int command, ...)
{
	long argument;
	va_list rest;

	va_start(rest, command);
	argument = va_arg(rest, long);
	va_end(rest);
	return fails(CALL_FCNTL) ? -1 : __real_fcntl(descriptor, command, argument);
}

int __wrap_prctl(int option, ...)
{
	unsigned long words[4];
	va_list rest;

	va_start(rest, option);
	for (size_t i = 0; i < 4; i++)
		words[i] = va_arg(rest, unsigned long);
	va_end(rest);
	return fails(CALL_PRCTL) ? -1 : __real_prctl(option, words[0], words[1], words[2], words[3]);
}

/* Reads six arguments, as the C library does, where there may be fewer. */
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...)
{
	long words[6];
	va_list rest;

	va_start(rest, number);
	for (size_t i = 0; i < 6; i++)
		words[i] = va_arg(rest, long);
	va_end(rest);
	/* A signal interrupts a thread that waits, not the one that wakes it. */
	if (number == SYS_futex ? (words[1] & FUTEX_CMD_MASK) != FUTEX_WAKE && is_interrupted()
	                        : number != SYS_mmap && fails(CALL_SYSCALL))
		return -1;
	return __real_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

ssize_t __wrap_read(int descriptor, void *bytes, size_t length)
{
	if (is_interrupted() || fails(CALL_READ))
		return -1;
	return __real_read(descriptor, bytes, length_now(length));
}

/* The write of an event never waits: no signal interrupts it, and it does not fail. */
ssize_t __wrap_write(int descriptor, const void *bytes, size_t length)
{
	if (length != sizeof(uint64_t) && (is_interrupted() || fails(CALL_WRITE)))
		return -1;
	return __real_write(descriptor, bytes, length_now(length));
}

int __wrap_poll(struct pollfd *watched, nfds_t count, int milliseconds)
{
	if (is_interrupted() || fails(CALL_POLL))
		return -1;
	return __real_poll(watched, count, milliseconds);
}
