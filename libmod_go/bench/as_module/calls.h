/* calls.h - what the benchmarks of as_module share: modules that are ready, a record, arguments, and calls of the
 * functions of bench/floor. Nothing is measured here but time and calls. */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include <aerospike/as_list.h>
#include <aerospike/as_module.h>
#include <aerospike/mod_lua.h>
#include <stdbool.h>

#include "mod_go_as_module.h"

/* Loads NAME.so of `folder` in that mode; mod_lua's modules are those of its folder. Say what is wrong and end the
 * program where that does not work. */
void calls_add(const char *folder, const char *name, mod_go_mode mode, const char *worker);
void calls_add_lua(const char *folder);

/* A record with the integer bin a. */
as_rec *calls_record(void);

/* The arguments that a function of bench/floor takes. */
as_list *calls_arguments(const char *function);

double calls_now(void); /* nanoseconds */

/* Nanoseconds for each of `count` calls. Ends the program where one fails. */
double calls_time(as_module *module, const char *name, const char *function, as_rec *rec, as_list *arguments,
                  int count);

/* The integer that one call gives. */
int64_t calls_integer(const char *name, const char *function, as_rec *rec);

#endif
