/* landlock_rules.h - what a worker may do to files and, by Landlock's scopes, to other processes. */
#ifndef MOD_GO_WORKER_FILES_H
#define MOD_GO_WORKER_FILES_H

#include <stdbool.h>

/*
 * Restricts this thread, and all that it starts, by Landlock of that version (landlock_version.h; not 0): no file is
 * opened for writing but /dev/null, none made, removed, renamed or, from version 3 on, truncated. Processes
 * that are not restricted likewise, such as the host, can't be traced, nor what /proc shows of them be opened
 * that tracing would show: their memory, environment, descriptors. From version 6 on they can't be signalled,
 * nor their abstract sockets be connected to. Files may be read. Needs PR_SET_NO_NEW_PRIVS. Returns false, and
 * errno, where the system refuses.
 */
bool landlock_restrict(int landlock);

#endif
