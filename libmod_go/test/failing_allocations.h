/* failing_allocations.h - lets an allocation of the library fail. The Makefiles link the tests with a copy of the
 * library that calls the functions here (objcopy); the tests' own allocations, and Aerospike's, do not fail. */
#ifndef TEST_FAILING_ALLOCATIONS_H
#define TEST_FAILING_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the nth allocation of this thread fails, once; n counts from 1. */
void fail_allocation(long n);

/* Allocations succeed again. Returns whether one has failed. */
bool allocations_work_again(void);

/* From now on `run` is called before each allocation of this thread; NULL: nothing is. */
void before_allocations(void (*run)(void));

/* In the place of malloc and the others. */
void *failing_malloc(size_t size);
void *failing_calloc(size_t count, size_t size);
void *failing_realloc(void *memory, size_t size);
void *failing_aligned_alloc(size_t alignment, size_t size);
char *failing_strdup(const char *text);
char *failing_strndup(const char *text, size_t most);

#endif
