/* host_part.h - Aerospike's own part in a function of bench/floor: what any host must have its library do for that
 * answer, whatever language the function is in. The least of it: nothing is checked, nothing is looked up, and what
 * the function does is left out. */
#ifndef BENCH_HOST_PART_H
#define BENCH_HOST_PART_H

#include <aerospike/as_module.h>

/* A module that does this function's part for any call. */
as_module *host_part(const char *function);

#endif
