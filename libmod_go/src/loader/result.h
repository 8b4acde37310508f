/* result.h - the result of a call on its way from the module to the caller. The result belongs to the calling
 * thread. */
#ifndef MOD_GO_RESULT_H
#define MOD_GO_RESULT_H

#include <stdbool.h>

#include "common/public.h"

/* Replaces the result's value by a message (printf's format) and returns `status`. The message goes into the
 * result's buffer if it fits, else into new memory (freed by mod_go_result_clear), else, cut, into the buffer. */
int mod_go_result_refuse(aerospike_udf_go_result *result, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Checks what the module left in `result`, which it borrowed with `buffer` of `capacity` bytes, and the status
 * that it returned. Returns the status for the caller: the same, or AEROSPIKE_UDF_GO_INTERNAL with a message. */
int mod_go_result_accept(aerospike_udf_go_result *result, uint8_t *buffer, size_t capacity, int status,
                         const char *path, const char *name);

/* Clears the result and checks what needs no module: that it is set up, that the name can be one, that the pointers
 * are there. On any status but AEROSPIKE_UDF_GO_OK the result holds the message. `path` is for messages. */
int mod_go_apply_precheck(const char *path, bool ready, const char *name, const aerospike_udf_go_call *call,
                          const aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result);

#endif
