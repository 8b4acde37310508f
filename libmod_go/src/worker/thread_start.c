/*
 * thread_start.c - see thread_start.h.
 *
 * A module finds this pthread_create before the C library's, because the program comes first in the search for
 * symbols. Go creates its threads by it as well, and would also take the processors of the thread for those of the
 * machine.
 */
#include "worker/thread_start.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

typedef int create_function(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                            void *argument);

static cpu_set_t processors;
static bool noted;

struct start {
	void *(*function)(void *);
	void *argument;
};

void thread_start_note_processors(void)
{
	noted = sched_getaffinity(0, sizeof(processors), &processors) == 0;
}

static void *run(void *argument)
{
	struct start start = *(struct start *)argument;

	free(argument);
	if (noted)
		sched_setaffinity(0, sizeof(processors), &processors);
	return start.function(start.argument);
}

__attribute__((visibility("default"))) int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                                                          void *(*start)(void *), void *argument)
{
	static _Atomic(create_function *) found;
	create_function *create = found;
	struct start *copy = malloc(sizeof(*copy));
	int reason;

	if (copy == NULL)
		return EAGAIN;
	if (create == NULL) {
		*(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
		found = create;
	}
	*copy = (struct start){start, argument};
	reason = create != NULL ? create(thread, attributes, run, copy) : ENOSYS;
	if (reason != 0)
		free(copy);
	return reason;
}
