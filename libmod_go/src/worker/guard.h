/*
 * guard.h - what a worker gives up before it loads a module: descriptors, rights, memory. Not for the module's own
 * faults: those end the worker, which is what it is there for.
 */
#ifndef MOD_GO_WORKER_GUARD_H
#define MOD_GO_WORKER_GUARD_H

#include <stdint.h>

/* Closes all descriptors from `first` on. */
void guard_close_from(int first);

/* At most `memory` bytes of data (0 for any number); no core files. */
void guard_limit(uint64_t memory);

/* No new privileges, and EPERM for system calls that no UDF needs: starting programs and processes, signalling,
 * tracing and reading other processes, mounting, changing the system. Nothing where the kernel has no seccomp. */
void guard_rights(void);

#endif
