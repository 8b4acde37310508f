/* watchdog.c - a thread that sleeps until the time-out. */
#include "watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define GRACE 500 /* milliseconds */

static struct {
	uint64_t deadline;
	unsigned milliseconds;
	const char *what;
	int code;
} watched;

uint64_t deadline_in(unsigned milliseconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + (uint64_t)milliseconds * 1000000u;
}

static void *watch(void *unused)
{
	struct timespec until = {.tv_sec = (time_t)(watched.deadline / 1000000000u),
	                         .tv_nsec = (long)(watched.deadline % 1000000000u)};

	(void)unused;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		continue;
	fprintf(stderr,
	        "test: %s did not return within %u ms, so this process ends; look for a loop or a lock in"
	        " it, or give it longer with --timeout\n",
	        watched.what, watched.milliseconds);
	_exit(watched.code);
}

void watchdog_start(unsigned milliseconds, const char *what, int code)
{
	pthread_t thread;

	watched.deadline = deadline_in(milliseconds + GRACE);
	watched.milliseconds = milliseconds;
	watched.what = what;
	watched.code = code;
	if (pthread_create(&thread, NULL, watch, NULL) == 0)
		pthread_detach(thread);
}
