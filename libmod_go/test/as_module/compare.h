/*
 * compare.h - the same function on equal records in Lua, in Go and in Go fenced, from one process, each through its
 * as_module.
 */
#ifndef TEST_COMPARE_H
#define TEST_COMPARE_H

#include "call.h"

/* Both modules are named `module` and have the same functions; `fill` makes the record of each call. */
void compare(const char *module, void (*fill)(as_rec *rec));

/* Applies the function to equal records in each of them, and checks that results and records are equal. Returns
 * Go's result, "failed" where all fail. */
const char *same(const char *function, as_val *arguments);

#endif
