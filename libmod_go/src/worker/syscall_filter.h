/* syscall_filter.h - the filter of system calls (seccomp-BPF) that a worker runs its module under. */
#ifndef MOD_GO_WORKER_SYSCALL_FILTER_H
#define MOD_GO_WORKER_SYSCALL_FILTER_H

#include <stdbool.h>

/*
 * Makes all system calls but those of syscall_lists.c fail with EPERM, for good, in this thread and all that it starts
 * later. `landlock` is the version of Landlock that restricts this process, 0 for none: the filter refuses to open
 * files for writing where Landlock does not. `network`: sockets may be made. Needs PR_SET_NO_NEW_PRIVS, and takes the
 * signal SIGSYS (refused_call.h). Returns false, with errno, where the kernel refuses the filter; ENOSYS on a machine
 * without one.
 */
bool syscall_filter_install(int landlock, bool network);

#endif
