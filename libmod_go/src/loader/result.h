/* result.h - the answer of an apply function, on its way from the module to the caller. */
#ifndef MOD_GO_RESULT_H
#define MOD_GO_RESULT_H

#include <stdbool.h>

#include "common/public.h"

/* Replaces what is in the result by a message (printf's format) and returns `status`. The message goes where it
 * fits: into the buffer, else into new memory, else cut into the buffer. */
int mod_go_result_refuse(aerospike_udf_go_result *result, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Checks what the module left in `result`, whose buffer was `buffer` with `capacity`, and the status that it
 * returned. Gives the status for the caller: the same, or AEROSPIKE_UDF_GO_INTERNAL with a message. */
int mod_go_result_accept(aerospike_udf_go_result *result, uint8_t *buffer, size_t capacity, int status,
                         const char *path, const char *name);

/* What can be said of a call without the module: that it is not set up, or that something is missing. Clears the
 * result. On any but AEROSPIKE_UDF_GO_OK it holds the message. */
int mod_go_apply_precheck(const char *path, bool ready, const char *name, const aerospike_udf_go_call *call,
                          const aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result);

#endif
