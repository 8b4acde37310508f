/* clock.c - reads CLOCK_MONOTONIC. */
#include "common/clock.h"

/* From this many milliseconds on, the coarse clock's error does not matter. */
#define LONG_TIME 500

#define SECOND 1000000000u

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

uint64_t mod_go_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t mod_go_now_coarse(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE);
}

uint64_t mod_go_deadline_after(uint64_t milliseconds)
{
	return (milliseconds >= LONG_TIME ? mod_go_now_coarse() : mod_go_now()) + milliseconds * 1000000u;
}

struct timespec mod_go_timespec(uint64_t time)
{
	return (struct timespec){.tv_sec = (time_t)(time / SECOND), .tv_nsec = (long)(time % SECOND)};
}

void mod_go_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}
