/* arguments.h - converts the arguments of a call, and reports failures in an as_result. */
#ifndef MOD_GO_ARGUMENTS_H
#define MOD_GO_ARGUMENTS_H

#include <aerospike/as_module.h>

#include "as_module/scratch.h"
#include "common/public.h"

enum { INLINE_ARGUMENTS = 8 };

/* The arguments as values; on the calling thread's stack. */
typedef struct mod_go_arguments {
	aerospike_udf_go_value *values;
	uint32_t count;
	mod_go_scratch scratch; /* what the values point to, where that is not the as_val */
	aerospike_udf_go_value inline_values[INLINE_ARGUMENTS];
} mod_go_arguments;

/* Converts a list, which may be NULL and must outlive the values. Returns what is wrong, a static text, with the
 * position of the argument (from 1) in `*position`; else NULL. The caller clears the scratch in both cases. */
const char *mod_go_arguments_take(mod_go_arguments *arguments, const as_list *list, uint32_t *position);

/* Sets the failure of a result, which may be NULL, to a message (printf's format). */
void mod_go_result_fail(as_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for a module that does not exist. */
void mod_go_result_fail_missing(as_result *result, const char *filename);

#endif
