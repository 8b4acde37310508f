/* failing_allocations.c - malloc and the others, which fail when it is their turn. */
#include "failing_allocations.h"

#include <stdlib.h>
#include <string.h>

/* The allocation of this thread that fails, counted from 1; 0: none. It is less than 0 when one has failed. */
static _Thread_local long failing;

static _Thread_local void (*before)(void);

void before_allocations(void (*run)(void))
{
	before = run;
}

void fail_allocation(long n)
{
	failing = n;
}

bool allocations_work_again(void)
{
	bool failed = failing < 0;

	failing = 0;
	return failed;
}

static bool fails_now(void)
{
	if (before != NULL)
		before();
	if (failing <= 0 || --failing > 0)
		return false;
	failing = -1;
	return true;
}

void *failing_malloc(size_t size)
{
	return fails_now() ? NULL : malloc(size);
}

void *failing_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : calloc(count, size);
}

void *failing_realloc(void *memory, size_t size)
{
	return fails_now() ? NULL : realloc(memory, size);
}

void *failing_aligned_alloc(size_t alignment, size_t size)
{
	return fails_now() ? NULL : aligned_alloc(alignment, size);
}

char *failing_strdup(const char *text)
{
	return fails_now() ? NULL : strdup(text);
}

char *failing_strndup(const char *text, size_t most)
{
	return fails_now() ? NULL : strndup(text, most);
}
