/* fault_call.h - the one call that a fault of the list is about, in a worker or in the calling process. */
#ifndef TEST_FAULT_CALL_H
#define TEST_FAULT_CALL_H

#include "fault_list.h"
#include "mod_go_fenced.h"

/* The call's deadline, where that is what the fault is about. */
enum { FAULT_DEADLINE_MS = 200 };

/* Makes the call, of the pool or, where that is NULL, of the module. Its host stores nothing: the device is full.
 * Gives the status, and the message. */
int fault_apply(const struct fault *fault, mod_go_fenced *pool, mod_go_module *module, char *text,
                size_t room);

#endif
