/*
 * call_counters.h - what came of a module's calls. Each thread counts in a place of its own, so that threads that call side
 * by side do not slow each other down.
 */
#ifndef MOD_GO_COUNTERS_H
#define MOD_GO_COUNTERS_H

#include "common/public.h"

typedef struct mod_go_counting mod_go_counting;

/* NULL where there is no memory. */
mod_go_counting *mod_go_counting_new(void);

/* No thread may be counting. NULL is fine. */
void mod_go_counting_free(mod_go_counting *counting);

/* When a call began, for the end of it: nanoseconds, 0 where it is not one of those that are timed. */
uint64_t mod_go_counting_begin(void);
void mod_go_counting_end(mod_go_counting *counting, int status, uint64_t began);

void mod_go_counting_read(const mod_go_counting *counting, mod_go_counters *counters);

#endif
