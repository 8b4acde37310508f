/* fault_call.c - makes the call of a fault in the list. */
#include "fault_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fenced.h"
#include "flow.h"
#include "host.h"

enum { ELEMENTS = 10 };

static const char FULL[] = "the device is full";

static int refuse_store(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                        aerospike_udf_go_value *why)
{
	(void)call, (void)record;
	*why = text_value(FULL);
	return AEROSPIKE_UDF_GO_REFUSED;
}

static int refuse_write(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
                        int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	(void)call, (void)stream, (void)type, (void)integer, (void)data, (void)length;
	*why = text_value(FULL);
	return AEROSPIKE_UDF_GO_REFUSED;
}

static int apply_record(const char *function, mod_go_fenced *pool, mod_go_module *module,
                        aerospike_udf_go_call *call, aerospike_udf_go_result *result)
{
	aerospike_udf_go_value arguments[] = {text_value("bin"), integer_value(1)};
	size_t count = strcmp(function, "set") == 0 ? 2 : 0;
	aerospike_udf_go_record record = {0};
	int status = pool != NULL
	                 ? mod_go_fenced_apply_single(pool, function, call, &record, arguments, count, result)
	                 : mod_go_apply_single(module, function, call, &record, arguments, count, result);

	record_clear(&record);
	return status;
}

/* `function` is a name, a space, and the function's argument. */
static int apply_stream(const char *function, mod_go_fenced *pool, mod_go_module *module,
                        aerospike_udf_go_call *call, aerospike_udf_go_result *result)
{
	aerospike_udf_go_value argument = integer_value(atoi(strchr(function, ' ') + 1));
	struct flow flow = flow_of_integers(ELEMENTS);
	char name[32];
	int status;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(function, " "), function);
	host_streams(call->host);
	if (strcmp(name, "copy") == 0) {
		call->host->stream_write = refuse_write;
		call->host->stream_write_many = NULL;
	}
	status = pool != NULL ? mod_go_fenced_apply_stream(pool, name, call, AEROSPIKE_UDF_GO_SCOPE_BOTH,
	                                                   &flow.in, &flow.out, &argument, 1, result)
	                      : mod_go_apply_stream(module, name, call, AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow.in,
	                                            &flow.out, &argument, 1, result);
	flow_clear(&flow);
	return status;
}

int fault_apply(const struct fault *fault, mod_go_fenced *pool, mod_go_module *module, char *text,
                size_t capacity)
{
	bool stream = strchr(fault->function, ' ') != NULL;
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_host host = *call.host;
	aerospike_udf_go_result result;
	int status;

	host.record_create = host.record_update = refuse_store;
	call.host = &host;
	/* Any other fault shows itself on a busy machine, too, and an unfenced one has no time limit. */
	call.deadline = (uint64_t)(check_now() * 1e9);
	if (pool != NULL && fault->fenced == AEROSPIKE_UDF_GO_DEADLINE)
		call.deadline += FAULT_DEADLINE_MS * 1000000ull;
	else
		call.deadline += 60000000000ull;
	mod_go_result_init(&result, NULL, 0);
	status = (stream ? apply_stream : apply_record)(fault->function, pool, module, &call, &result);
	snprintf(text, capacity, "%.*s", (int)result.value.length,
	         result.value.data != NULL ? (char *)result.value.data : "");
	mod_go_result_clear(&result);
	return status;
}
