/* processors.c - says which processors its thread may use, and how many a thread that it starts. */
#include "module.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

static const char *property(const char *name)
{
	(void)name;
	return "";
}

static int count(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : -1;
}

static int only(void)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&set) == 1; i++) {
		if (CPU_ISSET(i, &set))
			return i;
	}
	return -1;
}

static void *count_in_thread(void *counted)
{
	*(int *)counted = count();
	return NULL;
}

static int apply(application *a)
{
	pthread_t thread;
	int counted = -1;

	if (strcmp(a->name, "only") == 0) /* the one that this thread may use, -1 for several */
		return give_integer(a->result, only());
	if (strcmp(a->name, "count") == 0)
		return give_integer(a->result, count());
	if (strcmp(a->name, "count in a thread") == 0) {
		if (pthread_create(&thread, NULL, count_in_thread, &counted) == 0)
			pthread_join(thread, NULL);
		return give_integer(a->result, counted);
	}
	/* Until this thread may use that many, or for five seconds. */
	for (int i = 0; i < 5000 && count() < a->arguments[0].integer; i++)
		usleep(1000);
	return give_integer(a->result, count());
}
