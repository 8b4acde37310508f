/* calls.h - functions for the benchmarks of as_module: modules that are set up, a record, arguments, and timed
 * calls of their functions. */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include <aerospike/as_list.h>
#include <aerospike/as_module.h>
#include <aerospike/mod_lua.h>
#include <stdbool.h>

#include "mod_go_as_module.h"

/* Load NAME.so of `folder` in that mode; Lua's modules from their folder. Print what fails and end the program. */
void calls_add(const char *folder, const char *name, mod_go_mode mode, const char *worker);
void calls_add_lua(const char *folder);

/* A record with the integer bin a. */
as_rec *calls_record(void);

/* The arguments of a function of bench/floor or bench/load. */
as_list *calls_arguments(const char *function);

double calls_now(void); /* nanoseconds */

/* Nanoseconds for each of `count` calls. Ends the program where one fails. */
double calls_time(as_module *module, const char *name, const char *function, as_rec *rec, as_list *arguments,
                  int count);

/* The integer that one call returns. */
int64_t calls_integer(const char *name, const char *function, as_rec *rec);

#endif
