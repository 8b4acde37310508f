/*
 * guard.h - drops what a worker must not have before it loads a module: descriptors, memory, rights.
 *
 * Everything here applies to this thread and those started later, so it is called while there is only one. What
 * cannot be dropped is an error: the module must not run then. docs/security.md lists what the fence holds.
 */
#ifndef MOD_GO_WORKER_GUARD_H
#define MOD_GO_WORKER_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/public.h"
#include "fenced/grants.h"

/* Closes all descriptors from `first` on. False where the kernel is older than 5.9 and there is no /proc to list
 * them. */
bool guard_close_from(int first);

/* Limits the data segment to `memory` bytes (0: no limit), within the hard limit; allows no core file; and has the
 * kernel end this process before others where memory is short. These hold without a fence, too. Returns
 * MOD_GO_WORKER_FAILED with the reason where a limit cannot be set. */
mod_go_status guard_limit(uint64_t memory, mod_go_error *error);

/* Drops root's capabilities: to signal, trace, read and reprioritize any process, to raise limits, to open anyone's
 * files. With PR_SET_NO_NEW_PRIVS they cannot come back. A process without them cannot trace a host that has them.
 * Returns false, with errno, where the kernel refuses. */
bool guard_drop_capabilities(void);

/*
 * Drops all capabilities, restricts files, network and signals as far as the kernel's Landlock does, and installs the
 * filter of system calls; `grants` are the exceptions. `level` is MODGO_FENCE: "standard", "" or NULL; "strict", to
 * fail also where mod_go_fenced_lacks is not ""; "off", to do nothing. Returns MOD_GO_WORKER_FAILED with the reason and
 * the remedy where a part fails or the level is unknown.
 */
mod_go_status guard_drop_rights(const char *level, const mod_go_grants *grants, mod_go_error *error);

#endif
