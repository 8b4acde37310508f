/* watchdog.h - ends this process when a module does not come back: it runs in it, so nothing less can help. */
#ifndef TEST_APP_WATCHDOG_H
#define TEST_APP_WATCHDOG_H

#include <stdint.h>

/* The time of CLOCK_MONOTONIC in nanoseconds, `milliseconds` from now. */
uint64_t deadline_in(unsigned milliseconds);

/* From `milliseconds` on, and the half second that a module gets to notice its deadline by itself, this process
 * prints that `what` did not come back, and exits with `code`. Without memory for it nothing is watched. */
void watchdog_start(unsigned milliseconds, const char *what, int code);

#endif
