/* module.h - what the C modules of these tests share: the six exports but for apply_single and setup. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aerospike_udf_go.h"

#ifndef FUNCTIONS
#define FUNCTIONS ""
#endif
#ifndef MAJOR
#define MAJOR 1
#endif

int aerospike_udf_go_get_api_version_major(void) { return MAJOR; }

int aerospike_udf_go_get_api_version_minor(void) { return 0; }

char *aerospike_udf_go_get_property(char *name)
{
	if (strcmp(name, "conn-name") == 0)
		return strdup("modgo's tests");
	if (strcmp(name, "functions") == 0)
		return strdup(FUNCTIONS);
	return strdup("");
}

int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                  aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result)
{
	(void)name, (void)call, (void)scope, (void)input, (void)output, (void)arguments, (void)count;
	(void)result;
	return AEROSPIKE_UDF_GO_REFUSED;
}

static inline int answer_text(aerospike_udf_go_result *result, int status, const char *text)
{
	result->value.type = AEROSPIKE_UDF_GO_STRING;
	result->value.length = strlen(text);
	result->value.data = memcpy(malloc(strlen(text) + 1), text, strlen(text));
	return status;
}
