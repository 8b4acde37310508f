/* memory_limit.h - notes for the host that the module got no memory because the worker is at its limit. */
#ifndef MOD_GO_MEMORY_LIMIT_H
#define MOD_GO_MEMORY_LIMIT_H

#include <stdatomic.h>
#include <stdint.h>

/* From now on `*reached` is 1 once a mapping was refused. It must stay valid. Before the module is loaded. */
void memory_limit_note_in(_Atomic uint32_t *reached);

/* Sets it to 0 again: an earlier call may have gone on without the memory. */
void memory_limit_forget(void);

#endif
