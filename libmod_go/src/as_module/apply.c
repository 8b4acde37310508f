/*
 * apply.c - a call from Aerospike to a module and back, and the hook apply_record.
 *
 * The contract with the server: 0 means that the call was made and that one reference of the record was dropped;
 * the result or failure is in the as_result. Any other code means that the call could not be made, and the record
 * is untouched.
 */
#include "as_module/apply.h"

#include <aerospike/as_types.h>
#include <stdatomic.h>

#include "as_module/readers.h"
#include "as_module/val_conversion.h"
#include "common/clock.h"

/* A result of up to this many bytes needs no allocation. */
enum { INLINE_RESULT_BYTES = 1024 };

static _Atomic uint32_t timeout_ms, record_ms, stream_ms;
static _Atomic uint32_t log_level = AEROSPIKE_UDF_GO_LOG_TRACE;
static _Atomic uint32_t scope = AEROSPIKE_UDF_GO_SCOPE_SERVER;

void mod_go_apply_configure(const mod_go_config *config)
{
	bool has_scope = config->size >= offsetof(mod_go_config, scope) + sizeof(config->scope);

	timeout_ms = config->timeout;
	/* A program of an older version has a shorter struct. */
	record_ms = config->size >= offsetof(mod_go_config, old_calls) ? config->record_time : 0;
	stream_ms = config->size >= offsetof(mod_go_config, old_calls) ? config->stream_time : 0;
	log_level = config->log_level;
	scope = has_scope && config->scope != 0 ? config->scope : AEROSPIKE_UDF_GO_SCOPE_SERVER;
}

int mod_go_apply_scope(void)
{
	return (int)atomic_load_explicit(&scope, memory_order_relaxed);
}

/* Milliseconds that the program allows for the call, 0 for no limit: a twentieth less than its own limit, so that
 * its client gets the reason before it stops waiting. */
static uint64_t time_allowed(const as_timer *timer)
{
	uint64_t slice;

	if (timer == NULL || timer->hooks == NULL || timer->hooks->timeslice == NULL)
		return 0;
	slice = timer->hooks->timeslice(timer);
	return slice > 0 ? slice - slice / 20 : 1;
}

/* The deadline in so many milliseconds (0: no limit), or by the program's time, whichever is less; without both
 * `otherwise`. */
static uint64_t deadline(const as_timer *timer, uint64_t milliseconds, uint64_t otherwise)
{
	uint64_t allowed = time_allowed(timer);

	if (allowed > 0 && allowed <= UINT32_MAX && (milliseconds == 0 || allowed < milliseconds))
		milliseconds = allowed;
	if (milliseconds == 0)
		milliseconds = otherwise;
	return milliseconds > 0 ? mod_go_deadline_after(milliseconds) : 0;
}

uint64_t mod_go_apply_deadline(const as_timer *timer)
{
	return deadline(timer, atomic_load_explicit(&timeout_ms, memory_order_relaxed),
	                atomic_load_explicit(&record_ms, memory_order_relaxed));
}

uint64_t mod_go_apply_stream_deadline(const as_timer *timer)
{
	return deadline(timer, atomic_load_explicit(&stream_ms, memory_order_relaxed), 0);
}

void mod_go_host_call_begin(mod_go_host_call *host_call, const as_udf_context *context,
                            aerospike_udf_go_host *host)
{
	host_call->aerospike = context != NULL ? context->as : NULL;
	host_call->timer = context != NULL ? context->timer : NULL;
	host_call->call =
		(aerospike_udf_go_call){.size = sizeof(host_call->call),
	                            .log_level = atomic_load_explicit(&log_level, memory_order_relaxed),
	                            .host = host,
	                            .context = host_call,
	                            .bins = host_call->bins,
	                            .writes = host_call->writes,
	                            .write_data = host_call->write_data};
	host_call->key = NULL;
	host_call->digest = NULL;
	host_call->refused = false;
	host_call->changed_count = 0;
	mod_go_scratch_init(&host_call->borrowed);
}

static int apply_with_list(const mod_go_loaded_module *version, const mod_go_as_call *call,
                           mod_go_apply_version *apply, int bad_arguments)
{
	int code = bad_arguments;
	mod_go_arguments arguments;
	const char *fault;
	uint32_t position;

	fault = mod_go_arguments_take(&arguments, call->list, &position);
	if (fault != NULL)
		mod_go_result_fail(call->result, "%s.%s: argument %u: %s", version->name, call->function, position,
		                   fault);
	else
		code = apply(version, call, &arguments);
	mod_go_scratch_clear(&arguments.scratch);
	return code;
}

int mod_go_apply_call(const char *filename, const mod_go_as_call *call, mod_go_apply_version *apply,
                      int bad_arguments)
{
	const mod_go_loaded_module *version;
	int code = MOD_GO_NO_MODULE;

	if (!mod_go_readers_enter()) {
		mod_go_result_fail(call->result, "%s: the host has no memory", filename);
		return MOD_GO_MEMORY_LACKS;
	}
	version = mod_go_modules_find(filename);
	if (version == NULL)
		mod_go_result_fail_missing(call->result, filename);
	else if (version->error != NULL)
		mod_go_result_fail(call->result, "%s", version->error);
	else
		code = apply_with_list(version, call, apply, bad_arguments);
	mod_go_readers_leave();
	return code;
}

/* ---- records ------------------------------------------------------------------------------------- */

/* Puts what the module left into the as_result. */
static void set_result(as_result *result, const char *module, const char *function, int status,
                       const aerospike_udf_go_value *value)
{
	as_val *val = NULL;
	const char *fault;

	if (result == NULL)
		return;
	fault = mod_go_value_to_val(value, &val);
	if (fault != NULL)
		mod_go_result_fail(result, "%s.%s: its answer cannot be given back: %s", module, function, fault);
	else if (status == AEROSPIKE_UDF_GO_OK)
		as_result_setsuccess(result, val);
	else
		as_result_setfailure(result, val);
}

static int apply_unfenced(const mod_go_module *module, const char *name, mod_go_host_call *host_call,
                          aerospike_udf_go_record *record, const mod_go_arguments *arguments,
                          aerospike_udf_go_result *returned)
{
	const mod_go_function *function = mod_go_find_function(module, name);
	int status;

	if (function == NULL || mod_go_function_has_deadline(function))
		host_call->call.deadline = mod_go_apply_deadline(host_call->timer);
	if (record != NULL) {
		host_call->call.write_limit = MOD_GO_WRITES;
		host_call->call.write_capacity = MOD_GO_WRITE_BYTES;
		if (function != NULL)
			mod_go_host_prefetch_bins(host_call, function, record, arguments);
	}
	if (function != NULL)
		status = mod_go_apply_function(function, &host_call->call, record, arguments->values,
		                               arguments->count, returned);
	else
		status = mod_go_apply_single(module, name, &host_call->call, record, arguments->values,
		                             arguments->count, returned);
	if (host_call->call.write_count > 0)
		mod_go_host_call_apply_writes(host_call, record);
	return status;
}

static int apply_to_record(const mod_go_loaded_module *version, const mod_go_as_call *call,
                           const mod_go_arguments *arguments)
{
	mod_go_host_call host_call;
	aerospike_udf_go_record *handle = (aerospike_udf_go_record *)call->record;
	aerospike_udf_go_result returned;
	uint8_t buffer[INLINE_RESULT_BYTES];
	int status;

	mod_go_host_call_begin(&host_call, call->context, &mod_go_host);
	mod_go_result_init(&returned, buffer, sizeof(buffer));
	if (version->module != NULL) {
		status = apply_unfenced(version->module, call->function, &host_call, handle, arguments, &returned);
	} else {
		host_call.call.deadline = mod_go_apply_deadline(host_call.timer);
		status = mod_go_fenced_apply_single(version->pool, call->function, &host_call.call, handle,
		                                    arguments->values, arguments->count, &returned);
	}
	set_result(call->result, version->name, call->function, status, &returned.value);
	mod_go_result_clear(&returned);
	mod_go_host_call_end(&host_call);
	return 0;
}

int mod_go_apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *list, as_result *result)
{
	const mod_go_as_call call = {
		.context = context, .function = function, .list = list, .result = result, .record = record};
	int code = mod_go_apply_call(filename, &call, apply_to_record, 0);

	(void)module;
	/* Only a record on the heap, as mod_lua does: one on a stack stays its caller's. */
	if (code == 0 && record != NULL && record->_.free)
		as_rec_destroy(record);
	return code;
}
