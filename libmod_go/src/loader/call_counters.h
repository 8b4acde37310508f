/*
 * call_counters.h - counts the calls of a module. Each thread counts in memory of its own, so that threads that
 * call at the same time do not slow each other down. call_counters.c has the design.
 */
#ifndef MOD_GO_CALL_COUNTERS_H
#define MOD_GO_CALL_COUNTERS_H

#include "common/public.h"

typedef struct mod_go_call_counters mod_go_call_counters;

/* The caller frees them; NULL where there is no memory. */
mod_go_call_counters *mod_go_call_counters_new(void);

/* No thread may be counting. NULL is allowed. */
void mod_go_call_counters_free(mod_go_call_counters *counters);

/* Call at the start of a call and pass the result to mod_go_call_counters_end: the time in nanoseconds, 0 for a
 * call that is not timed. Any thread, no lock. */
uint64_t mod_go_call_counters_begin(void);

/* Counts a call. `status` is an aerospike_udf_go_status; `began` is 0 for a call that is not timed. Any thread, no
 * lock. */
void mod_go_call_counters_end(mod_go_call_counters *counters, int status, uint64_t began);

/* Adds up the counts of all threads into `sum`, as far as `sum->size` goes. Calls that end meanwhile may be
 * missing. */
void mod_go_call_counters_read(const mod_go_call_counters *counters, mod_go_counters *sum);

#endif
