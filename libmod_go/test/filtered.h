/* filtered.h - for the tests of the filter of system calls, each in a process of its own: a filter stays. */
#ifndef TEST_FILTERED_H
#define TEST_FILTERED_H

#include <errno.h>

#include "check.h"

/* A test that installs a filter. */
#define FILTERED_TEST(name)                                                                                  \
	static void name##_filtered(void);                                                                       \
	TEST(name)                                                                                               \
	{                                                                                                        \
		check_in_child(name##_filtered);                                                                     \
	}                                                                                                        \
	static void name##_filtered(void)

/* The errno of a call, 0 where it does not fail. */
#define REASON_OF(call) (errno = 0, (call) == -1 ? errno : 0)

/* Installs the filter of a worker without grants, where Landlock has that version (landlock_version.h); a failed check
 * where it cannot be installed. */
void set_filter(int landlock);

#endif
