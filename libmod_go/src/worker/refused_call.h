/* refused_call.h - answers system calls that are not on the filter's list, and names each once on standard error. */
#ifndef MOD_GO_WORKER_REFUSED_CALL_H
#define MOD_GO_WORKER_REFUSED_CALL_H

#include <stdbool.h>

/*
 * Handles SIGSYS, which the filter raises in place of a call that is not on its list: the call fails with EPERM or, if
 * it is newer than this program, with ENOSYS, so that its caller uses an older one. A module that takes the signal
 * away or blocks it ends its worker by such a call. Returns false, with errno, where the handler cannot be set.
 */
bool refused_call_handle(void);

#endif
