/* symbols.c - a module with symbols for some UDFs; the environment variable SYMBOLS_MANIFEST is its manifest. */
#include "module.h"

#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

int EXPORT symbols_data[16] = {1};

static const char *property(const char *name)
{
	return strcmp(name, "functions") == 0 ? getenv("SYMBOLS_MANIFEST") : "";
}

static int apply(application *a)
{
	char text[200];

	snprintf(text, sizeof(text), "%s by its name", a->name);
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, text);
}

EXPORT int symbols_record(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                          aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	char text[200];

	(void)arguments;
	snprintf(text, sizeof(text), "by its symbol, %s record, %zu arguments%s", record != NULL ? "a" : "no",
	         count, call->size == sizeof(*call) ? "" : ", a call of another size");
	return give_text(result, AEROSPIKE_UDF_GO_OK, text);
}

EXPORT int symbols_stream(aerospike_udf_go_call *call, int scope, aerospike_udf_go_stream *input,
                          aerospike_udf_go_stream *output, aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result)
{
	char text[200];

	(void)call, (void)input, (void)output, (void)arguments;
	snprintf(text, sizeof(text), "stream by its symbol, scope %d, %zu arguments", scope, count);
	return give_text(result, AEROSPIKE_UDF_GO_OK, text);
}

EXPORT int symbols_lies(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                        aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	(void)call, (void)record, (void)arguments, (void)count;
	result->value.type = 99;
	return AEROSPIKE_UDF_GO_OK;
}
