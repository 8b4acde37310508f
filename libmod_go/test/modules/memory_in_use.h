/* memory_in_use.h - how much memory of a process is allocated, exactly. For the tests and the test modules. */
#ifndef TEST_MEMORY_IN_USE_H
#define TEST_MEMORY_IN_USE_H

#include <features.h>
#include <malloc.h>
#include <stddef.h>

/* There with a sanitizer, whose allocator replaces the C library's. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* In bytes; 0 where the C library does not say. */
static inline long long memory_in_use(void)
{
	if (__sanitizer_get_current_allocated_bytes != NULL)
		return (long long)__sanitizer_get_current_allocated_bytes();
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
	struct mallinfo2 facts = mallinfo2();

	return (long long)(facts.uordblks + facts.hblkhd);
#else
	return 0;
#endif
}

#endif
