/*
 * apply_stream.c - a call of a stream UDF from Aerospike to a module and back.
 *
 * The contract is mod_lua's: 0 where the stream went well, whose result is what was written and then NULL; else a
 * number, with the reason in the as_result where there is one. An output that takes no more has all it wants: that is
 * no failure, and the UDF, which fails of it, needs not to know better.
 */
#include <stdatomic.h>
#include <string.h>

#include "as_module/apply.h"
#include "as_module/arguments.h"
#include "as_module/readers.h"
#include "as_module/host_streams.h"

static _Atomic uint32_t scope = AEROSPIKE_UDF_GO_SCOPE_SERVER;

void mod_go_apply_stream_configure(const mod_go_config *config)
{
	bool known = config->size >= offsetof(mod_go_config, scope) + sizeof(config->scope);

	scope = known && config->scope != 0 ? config->scope : AEROSPIKE_UDF_GO_SCOPE_SERVER;
}

/* What the module said of a stream that failed; a UDF cannot help an output that stopped. */
static bool went_well(const mod_go_stream_call *streaming, int status)
{
	return status == AEROSPIKE_UDF_GO_OK ||
	       (streaming->output.stopped &&
	        (status == AEROSPIKE_UDF_GO_FAILED || status == AEROSPIKE_UDF_GO_REFUSED));
}

static void begin(mod_go_stream_call *streaming, const as_udf_context *context, as_stream *input,
                  as_stream *output, uint32_t which)
{
	memset(streaming, 0, sizeof(*streaming));
	streaming->application.call = (aerospike_udf_go_call){
		.size = sizeof(streaming->application.call),
		.log_level = mod_go_apply_log_level(),
		.host = mod_go_stream_host(),
		.context = &streaming->application,
		.deadline = mod_go_apply_deadline(context != NULL ? context->timer : NULL),
	};
	streaming->application.aerospike = context != NULL ? context->as : NULL;
	streaming->application.timer = context != NULL ? context->timer : NULL;
	mod_go_scratch_init(&streaming->application.borrowed);
	mod_go_stream_call_begin(streaming, input, output, which != AEROSPIKE_UDF_GO_SCOPE_SERVER);
}

static int apply(const mod_go_loaded_module *version, as_udf_context *context, const char *function,
                 as_stream *input, as_stream *output, const mod_go_arguments *arguments, as_result *result)
{
	int which = (int)atomic_load_explicit(&scope, memory_order_relaxed);
	aerospike_udf_go_stream *in, *out;
	aerospike_udf_go_result given;
	mod_go_stream_call streaming;
	uint8_t buffer[512];
	bool well;
	int status;

	begin(&streaming, context, input, output, (uint32_t)which);
	in = as_stream_readable(input) ? (aerospike_udf_go_stream *)&streaming.input : NULL;
	out = as_stream_writable(output) ? (aerospike_udf_go_stream *)&streaming.output : NULL;
	mod_go_result_init(&given, buffer, sizeof(buffer));
	status = version->module != NULL
	             ? mod_go_apply_stream(version->module, function, &streaming.application.call, which, in, out,
	                                   arguments->values, arguments->count, &given)
	             : mod_go_fenced_apply_stream(version->pool, function, &streaming.application.call, which, in,
	                                          out, arguments->values, arguments->count, &given);
	well = went_well(&streaming, status);
	if (well && out != NULL)
		as_stream_write(output, NULL);
	if (!well)
		mod_go_result_fail(result, "%.*s", (int)given.value.length,
		                   given.value.data != NULL ? (char *)given.value.data : "");
	mod_go_result_clear(&given);
	mod_go_stream_call_end(&streaming);
	return well ? 0 : MOD_GO_STREAM_FAILED;
}

static int apply_version(const mod_go_loaded_module *version, as_udf_context *context, const char *function,
                         as_stream *input, const as_list *list, as_stream *output, as_result *result)
{
	int code = MOD_GO_STREAM_FAILED;
	mod_go_arguments arguments;
	const char *fault;
	uint32_t at;

	fault = mod_go_arguments_take(&arguments, list, &at);
	if (fault != NULL)
		mod_go_result_fail(result, "%s.%s: argument %u: %s", version->name, function, at, fault);
	else
		code = apply(version, context, function, input, output, &arguments, result);
	mod_go_scratch_clear(&arguments.scratch);
	return code;
}

int mod_go_apply_to_stream(as_module *module, as_udf_context *context, const char *filename,
                           const char *function, as_stream *input, as_list *list, as_stream *output,
                           as_result *result)
{
	const mod_go_loaded_module *version;
	int code = MOD_GO_NO_MODULE;

	(void)module;
	if (!mod_go_readers_enter()) {
		mod_go_result_fail(result, "%s: the host has no memory", filename);
		return MOD_GO_MEMORY_LACKS;
	}
	version = mod_go_modules_find(filename);
	if (version != NULL && version->error == NULL)
		code = apply_version(version, context, function, input, list, output, result);
	else if (version != NULL)
		mod_go_result_fail(result, "%s", version->error);
	else
		mod_go_result_fail_missing(result, filename);
	mod_go_readers_leave();
	return code;
}
