/* arguments.h - what calls of records and of streams share: arguments on their way in, a failure on its way out. */
#ifndef MOD_GO_ARGUMENTS_H
#define MOD_GO_ARGUMENTS_H

#include <aerospike/as_module.h>

#include "common/public.h"
#include "as_module/scratch.h"

enum { INLINE_ARGUMENTS = 8 };

/* The arguments as values. */
typedef struct mod_go_arguments {
	aerospike_udf_go_value *values;
	uint32_t count;
	mod_go_scratch scratch; /* what they point into, where that is not the as_val */
	aerospike_udf_go_value inline_values[INLINE_ARGUMENTS];
} mod_go_arguments;

/* Takes them out of the list, which may be NULL. Gives what is wrong, with which argument (from 1) in `at`; NULL where
 * nothing is. The scratch is to be cleared in any case. */
const char *mod_go_arguments_take(mod_go_arguments *arguments, const as_list *list, uint32_t *at);

/* Leaves a message (printf's format) as the failure, where there is a result. */
void mod_go_result_fail(as_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says so that there is no such module. */
void mod_go_result_fail_missing(as_result *result, const char *filename);

#endif
