/* module_time.h - the time of day that the module reads. */
#ifndef MOD_GO_MODULE_TIME_H
#define MOD_GO_MODULE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the time settable. `after_environment` is what follows main's environment in memory. Before the module is
 * loaded; false where this machine has no vDSO in the expected form. */
bool module_time_make_settable(char **after_environment);

/* Sets the time to nanoseconds since 1970; 0 is the real time. */
void module_time_set(int64_t nanoseconds);

#endif
