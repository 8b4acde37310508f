/* clock_and_counters.h - what the linker puts in the place of the clock, of the counters of modules and of files in
 * memory (--wrap). Where a test sets nothing, they are the real ones. */
#ifndef TEST_ASD_CLOCK_AND_COUNTERS_H
#define TEST_ASD_CLOCK_AND_COUNTERS_H

#include "as_module/loaded_module.h"

/* Nanoseconds by which mod_go_now and mod_go_deadline_after are ahead. */
extern _Atomic uint64_t clock_ahead;

/* The counters of all modules, NULL: the real ones. */
extern _Atomic(const mod_go_fenced_counters *) all_counters;

/* The memory of each fenced module. */
extern _Atomic uint64_t all_memory;

/* How many workers have died of a reason, which is taken once. */
extern _Atomic uint32_t deaths;
extern const char *death_reason;

/* What the fence lacks; NULL: the real one. */
extern const char *fence_lacks;

/* Whether there is no memory for a file in memory, and whether files cannot be written whole when they are closed. */
extern bool no_memory_files, files_are_cut;

/* Whether this system forbids memory files that may be executed. */
extern bool only_data_in_memory;

#endif
