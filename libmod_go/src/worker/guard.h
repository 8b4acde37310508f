/*
 * guard.h - what a worker gives up before it loads a module: descriptors, memory, rights. All of it holds for
 * the threads that start later only, so it is called on the one thread that there is. What can't be given up is
 * an error: the module must not be run then. docs/faults.md lists what the fence holds.
 */
#ifndef MOD_GO_WORKER_GUARD_H
#define MOD_GO_WORKER_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/public.h"

/* Closes all descriptors from `first` on. False where an old kernel (before 5.9) has no /proc to find them in. */
bool guard_close_from(int first);

/* At most `memory` bytes of data (0 for any number, and never more than the system allows anyway); no core
 * files. Returns MOD_GO_WORKER_FAILED and the reason where a limit can't be set. */
mod_go_status guard_limit(uint64_t memory, mod_go_error *error);

/* Gives up root's rights beyond those of its user id: to signal, trace, read and reprioritize any process, to
 * raise limits, to open anyone's files. PR_SET_NO_NEW_PRIVS keeps them from coming back. Without them it can't
 * look into a host that has them. Returns false, and errno, where the system refuses. */
bool guard_drop_capabilities(void);

/*
 * Gives up every capability, restricts files and signals (landlock_rules.h) as far as the kernel can, and sets the
 * filter of system calls (syscall_filter.h). `level` is MODGO_FENCE: "standard" or NULL; "strict", to fail also where
 * mod_go_fenced_lacks names something; "off", to do nothing of it. Returns MOD_GO_WORKER_FAILED with the reason
 * and the remedy where a part can't be done, or the level is none of these.
 */
mod_go_status guard_drop_rights(const char *level, mod_go_error *error);

#endif
