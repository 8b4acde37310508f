/* refuse.h - a system that refuses some of its calls, as containers and old kernels do. */
#ifndef TEST_REFUSE_H
#define TEST_REFUSE_H

#include <stdbool.h>

/* From now on that system call fails in this process and in those that it starts, with that reason; where
 * `option` is not negative, only with that in its lowest argument. False with a failed check where that can't
 * be set. */
bool refuse_call(int number, int option, int reason);

#endif
