/* landlock_rules.h - restricts what a worker may do to files and, by Landlock's scopes, to other processes. */
#ifndef MOD_GO_WORKER_LANDLOCK_RULES_H
#define MOD_GO_WORKER_LANDLOCK_RULES_H

#include <stdbool.h>

/*
 * Restricts this thread, and all that it starts later, by Landlock of the given version (landlock_version.h; not 0):
 *   files      none can be opened for writing but /dev/null, made, removed, renamed or, from version 3 on,
 *              truncated. All may be read
 *   processes  without the same restrictions, such as the host: they cannot be traced, nor can the files in /proc be
 *              opened that tracing would allow (memory, environment, descriptors). From version 6 on they cannot be
 *              signalled, nor can their abstract sockets be connected to
 * Needs PR_SET_NO_NEW_PRIVS. Returns false, with errno, where the kernel refuses.
 */
bool landlock_restrict(int landlock);

#endif
