/* clock.h - CLOCK_MONOTONIC in nanoseconds, the unit of every deadline here. 0 is no time: a deadline of 0 never
 * passes. */
#ifndef MOD_GO_CLOCK_H
#define MOD_GO_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Now. */
uint64_t mod_go_now(void);

/* Up to some milliseconds before now; reading this clock takes a fifth of the time. */
uint64_t mod_go_now_coarse(void);

/* `milliseconds` from now. A long time may be some milliseconds short, by the coarse clock. */
uint64_t mod_go_deadline_after(uint64_t milliseconds);

/* The same time for pthread_cond_timedwait on a condition of mod_go_condition_init. */
struct timespec mod_go_timespec(uint64_t time);

/* Initialises a condition that is waited for by CLOCK_MONOTONIC. The caller destroys it. */
void mod_go_condition_init(pthread_cond_t *condition);

#endif
