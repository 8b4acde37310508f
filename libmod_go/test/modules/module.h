/*
 * module.h - the frame of the test modules: it exports the six functions of the ABI, and the source that includes
 * it defines what they do. It uses no SDK, so that modules can violate the ABI. A source may define before it
 * includes this: MAJOR, MINOR, SETUP (an expression), NO_APPLY_STREAM; and must define `apply` and `property` after
 * the declarations below.
 */
#ifndef TEST_MODULE_H
#define TEST_MODULE_H

#pragma GCC visibility push(default)
#include "aerospike_udf_go.h"
#pragma GCC visibility pop

#include <stdlib.h>
#include <string.h>

#include "memory_in_use.h"

#ifndef MAJOR
#define MAJOR 1
#endif
#ifndef MINOR
#define MINOR 0
#endif
#ifndef SETUP
#define SETUP AEROSPIKE_UDF_GO_OK
#endif

typedef struct application {
	char *name;
	aerospike_udf_go_call *call;
	aerospike_udf_go_record *record;
	aerospike_udf_go_value *arguments;
	size_t count;
	aerospike_udf_go_result *result;
} application;

static int apply(application *a);
static const char *property(const char *name);

int aerospike_udf_go_get_api_version_major(void)
{
	return MAJOR;
}

int aerospike_udf_go_get_api_version_minor(void)
{
	return MINOR;
}

char *aerospike_udf_go_get_property(char *name)
{
	const char *value = property(name);

	return value != NULL ? strdup(value) : NULL;
}

int aerospike_udf_go_setup(void)
{
	return SETUP;
}

int aerospike_udf_go_apply_single(char *name, aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result)
{
	application a = {name, call, record, arguments, count, result};

	if (strcmp(name, "memory_in_use") == 0) {
		result->value.type = AEROSPIKE_UDF_GO_INTEGER;
		result->value.integer = memory_in_use();
		return AEROSPIKE_UDF_GO_OK;
	}
	return apply(&a);
}

/* Puts `length` bytes into the result: into its buffer if they fit, else into new memory. */
__attribute__((unused)) static int give(aerospike_udf_go_result *result, int status, uint32_t type,
                                        const void *data, size_t length)
{
	uint8_t *out = length <= result->capacity ? result->buffer : malloc(length);

	if (length > 0)
		memcpy(out, data, length);
	result->value.type = type;
	result->value.data = out;
	result->value.length = length;
	return status;
}

__attribute__((unused)) static int give_text(aerospike_udf_go_result *result, int status, const char *text)
{
	return give(result, status, AEROSPIKE_UDF_GO_STRING, text, strlen(text));
}

__attribute__((unused)) static int give_integer(aerospike_udf_go_result *result, int64_t integer)
{
	result->value.type = AEROSPIKE_UDF_GO_INTEGER;
	result->value.integer = integer;
	return AEROSPIKE_UDF_GO_OK;
}

#ifndef NO_APPLY_STREAM
int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                  aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result)
{
	(void)name, (void)call, (void)scope, (void)input, (void)output, (void)arguments, (void)count;
	return give_text(result, AEROSPIKE_UDF_GO_REFUSED,
	                 "streams are not available in this version of the SDK");
}
#endif

#endif
