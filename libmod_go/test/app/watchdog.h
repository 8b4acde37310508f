/* watchdog.h - ends this process when a module does not return. The module runs in it, so nothing else can stop it. */
#ifndef TEST_APP_WATCHDOG_H
#define TEST_APP_WATCHDOG_H

#include <stdint.h>

/* The time of CLOCK_MONOTONIC in nanoseconds, `milliseconds` from now. */
uint64_t deadline_in(unsigned milliseconds);

/* Exits with `code`, after printing that `what` did not return, `milliseconds` and another half second from now, in
 * which a module can notice its deadline. Does nothing where there is no memory. */
void watchdog_start(unsigned milliseconds, const char *what, int code);

#endif
