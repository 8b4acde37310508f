/* fault_call.h - makes the call of a fault in the list, in a worker or in the calling process. */
#ifndef TEST_FAULT_CALL_H
#define TEST_FAULT_CALL_H

#include "fault_list.h"
#include "mod_go_fenced.h"

/* The call's deadline, for faults that concern it. */
enum { FAULT_DEADLINE_MS = 200 };

/* Makes the call, in the pool or, where that is NULL, of the module. Its host stores nothing: the device is full.
 * Returns the status, with the message. */
int fault_apply(const struct fault *fault, mod_go_fenced *pool, mod_go_module *module, char *text,
                size_t capacity);

#endif
