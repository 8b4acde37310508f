/* refuse.h - simulates a system that refuses some system calls, as containers and old kernels do. */
#ifndef TEST_REFUSE_H
#define TEST_REFUSE_H

#include <stdbool.h>

/* From now on that system call fails with that error in this process and its children; where `option` is not
 * negative, only with that in its lowest argument. False with a failed check where the filter cannot be set. */
bool refuse_call(int number, int option, int reason);

#endif
