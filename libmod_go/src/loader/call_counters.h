/*
 * call_counters.h - what came of a module's calls. Each thread counts in a place of its own, so that threads that call side
 * by side do not slow each other down.
 */
#ifndef MOD_GO_COUNTERS_H
#define MOD_GO_COUNTERS_H

#include "common/public.h"

typedef struct mod_go_call_counters mod_go_call_counters;

/* NULL where there is no memory. */
mod_go_call_counters *mod_go_call_counters_new(void);

/* No thread may be counting. NULL is fine. */
void mod_go_call_counters_free(mod_go_call_counters *counting);

/* When a call began, for the end of it: nanoseconds, 0 where it is not one of those that are timed. */
uint64_t mod_go_call_counters_begin(void);
void mod_go_call_counters_end(mod_go_call_counters *counting, int status, uint64_t began);

void mod_go_call_counters_read(const mod_go_call_counters *counting, mod_go_counters *counters);

#endif
