/* failing_calls.h - lets one call of a system function fail, as a full table of files or a signal makes it fail. */
#ifndef TEST_FAILING_CALLS_H
#define TEST_FAILING_CALLS_H

#include <stdbool.h>

#include "check.h"

/* The functions that libmod_go and its workers call, and that the Makefile wraps (FAILING). */
enum failing_call {
	CALL_ACCESS,
	CALL_DLADDR,
	CALL_DLADDR1,
	CALL_DLOPEN,
	CALL_EVENTFD,
	CALL_FCNTL,
	CALL_FGETS,
	CALL_FOPEN,
	CALL_FSTAT,
	CALL_FTRUNCATE,
	CALL_GETRLIMIT,
	CALL_MKDTEMP,
	CALL_MMAP,
	CALL_MPROTECT,
	CALL_OPENDIR,
	CALL_OPEN,
	CALL_PIPE2,
	CALL_POLL,
	CALL_POSIX_SPAWN,
	CALL_PRCTL,
	CALL_PREAD,
	CALL_PTHREAD_CREATE,
	CALL_PTHREAD_KEY_CREATE,
	CALL_PTHREAD_MUTEX_INIT,
	CALL_READ,
	CALL_SCHED_GETAFFINITY,
	CALL_SCHED_SETAFFINITY,
	CALL_SETGROUPS,
	CALL_SETRESGID,
	CALL_SETRESUID,
	CALL_SETRLIMIT,
	CALL_SIGACTION,
	CALL_SOCKETPAIR,
	CALL_STAT,
	CALL_SYSCALL, /* but for futex, which does not fail, and mmap, which Go calls as well */
	CALL_WRITE,
	CALL_COUNT,
};

/* Its name in C. */
const char *failing_call_name(enum failing_call call);

/* From now on, in all threads, the nth of these calls fails with this errno; n counts from 1. */
void fail_call(enum failing_call call, long n, int reason);

/* Standard input is closed just before the nth of these calls, of any thread, which gets its number where it opens a
 * descriptor. */
void close_input_before(enum failing_call call, long n);

/* From now on, in all threads, every third read, write, poll and futex is interrupted by a signal, and reads and writes
 * take one byte. */
void interrupt_calls(void);

/* How many of these calls all threads have made. */
unsigned long count_calls(enum failing_call call);

/* Calls succeed again. Returns whether one has failed, or came after standard input was closed. */
bool calls_work_again(void);

#endif
