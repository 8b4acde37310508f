/* syscall_filter.h - the filter of system calls (seccomp-BPF) that a worker runs a module under. */
#ifndef MOD_GO_WORKER_FILTER_H
#define MOD_GO_WORKER_FILTER_H

#include <stdbool.h>

/*
 * Makes the refused system calls fail with EPERM in this thread, and in all that it starts, for good. syscall_filter.c
 * says which those are. `landlock` is the version of Landlock that this process is restricted by, 0 for none:
 * where it does not control the writing of files, the filter does. Needs PR_SET_NO_NEW_PRIVS. Returns false,
 * and errno, where the system does not take the filter; ENOSYS where this program has none for its machine.
 */
bool syscall_filter_install(int landlock);

#endif
