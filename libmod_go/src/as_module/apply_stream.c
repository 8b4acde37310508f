/*
 * apply_stream.c - the hook apply_stream.
 *
 * The contract is mod_lua's: 0 for a stream that succeeded, whose result is what was written, followed by NULL;
 * else another code, with the reason in the as_result where there is one. An output that accepts no more has what
 * it needs: this is not a failure, even though the UDF's write fails.
 */
#include "as_module/apply.h"
#include "as_module/host_streams.h"

/* Whether the stream succeeded. A UDF that fails because the output stopped counts as a success. */
static bool succeeded(const mod_go_stream_call *stream_call, int status)
{
	return status == AEROSPIKE_UDF_GO_OK ||
	       (stream_call->output.stopped &&
	        (status == AEROSPIKE_UDF_GO_FAILED || status == AEROSPIKE_UDF_GO_REFUSED));
}

static int apply_to_stream(const mod_go_loaded_module *version, const mod_go_as_call *call,
                           const mod_go_arguments *arguments)
{
	int scope = mod_go_apply_scope();
	aerospike_udf_go_stream *in = NULL, *out = NULL;
	aerospike_udf_go_result returned;
	mod_go_stream_call stream_call;
	mod_go_host_call *host_call = &stream_call.host_call;
	uint8_t buffer[512];
	bool success;
	int status;

	mod_go_host_call_begin(host_call, call->context, mod_go_stream_host());
	host_call->call.deadline = mod_go_apply_stream_deadline(host_call->timer);
	mod_go_stream_call_begin(&stream_call, call->input, call->output, scope != AEROSPIKE_UDF_GO_SCOPE_SERVER);
	if (as_stream_readable(call->input))
		in = (aerospike_udf_go_stream *)&stream_call.input;
	if (as_stream_writable(call->output))
		out = (aerospike_udf_go_stream *)&stream_call.output;
	mod_go_result_init(&returned, buffer, sizeof(buffer));
	status = version->module != NULL
	             ? mod_go_apply_stream(version->module, call->function, &host_call->call, scope, in, out,
	                                   arguments->values, arguments->count, &returned)
	             : mod_go_fenced_apply_stream(version->pool, call->function, &host_call->call, scope, in, out,
	                                          arguments->values, arguments->count, &returned);
	success = succeeded(&stream_call, status);
	if (success)
		as_stream_write(call->output, NULL); /* which does nothing where there is no output */
	else
		mod_go_result_fail(call->result, "%.*s", (int)returned.value.length,
		                   returned.value.data != NULL ? (char *)returned.value.data : "");
	mod_go_result_clear(&returned);
	mod_go_stream_call_end(&stream_call);
	return success ? 0 : MOD_GO_STREAM_FAILED;
}

int mod_go_apply_to_stream(as_module *module, as_udf_context *context, const char *filename,
                           const char *function, as_stream *input, as_list *list, as_stream *output,
                           as_result *result)
{
	const mod_go_as_call call = {.context = context,
	                             .function = function,
	                             .list = list,
	                             .result = result,
	                             .input = input,
	                             .output = output};

	(void)module;
	return mod_go_apply_call(filename, &call, apply_to_stream, MOD_GO_STREAM_FAILED);
}
