/* landlock_rules.h - restricts what a worker may do to files and, by Landlock's scopes, to other processes. */
#ifndef MOD_GO_WORKER_LANDLOCK_RULES_H
#define MOD_GO_WORKER_LANDLOCK_RULES_H

#include <stdbool.h>

#include "fenced/grants.h"

/*
 * Restricts this thread, and all that it starts later, by Landlock of the given version (landlock_version.h; not 0):
 *   files      none can be opened for writing but /dev/null, made, removed, renamed or, from version 3 on, truncated.
 *              Readable are libraries, time zones and what Go reads of the system (landlock_rules.c), with the grant of
 *              the network also what names and certificates need, and the files and folders that are granted
 *   network    from version 4 on no TCP without the grant
 *   processes  without the same restrictions, such as the host: they cannot be traced, nor can the files in /proc be
 *              opened that tracing would allow (memory, environment, descriptors). From version 6 on they cannot be
 *              signalled, nor can their abstract sockets be connected to
 * Needs PR_SET_NO_NEW_PRIVS. Returns false, with errno, where the kernel refuses, or where a granted path is not
 * there; `*missing` is that path then, else NULL.
 */
bool landlock_restrict(int landlock, const mod_go_grants *grants, const char **missing);

#endif
