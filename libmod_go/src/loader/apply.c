/* apply.c - sets up a module, and applies its functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "loader/module.h"
#include "loader/result.h"

/* Calls setup, and copies the module's own reason into the error. setup_lock must be held. */
static void run_setup(mod_go_module *module)
{
	int code = module->functions.setup();
	char *reason;

	if (code == 0) {
		mod_go_functions_list(module);
		mod_go_succeed(&module->setup_error);
		atomic_store_explicit(&module->ready, true, memory_order_release);
		return;
	}
	reason = mod_go_property(module, "setup-error");
	if (reason != NULL && *reason != '\0')
		mod_go_fail(&module->setup_error, MOD_GO_SETUP_FAILED,
		            "%s: its setup failed: %s; correct that in the module's source and build it again",
		            module->path, reason);
	else
		mod_go_fail(&module->setup_error, MOD_GO_SETUP_FAILED,
		            "%s: its setup failed with %d (%s) and gave no reason; look at what its registrations and"
		            " initialisers do",
		            module->path, code, mod_go_call_status_text(code));
	free(reason);
}

mod_go_status mod_go_setup(mod_go_module *module, mod_go_error *error)
{
	mod_go_status status;

	pthread_mutex_lock(&module->setup_lock);
	if (!module->setup_done)
		run_setup(module);
	module->setup_done = true;
	status = module->setup_error.status;
	if (error != NULL)
		*error = module->setup_error;
	pthread_mutex_unlock(&module->setup_lock);
	return status;
}

int mod_go_apply_precheck(const char *path, bool ready, const char *name, const aerospike_udf_go_call *call,
                          const aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result)
{
	mod_go_result_clear(result);
	if (!ready)
		return mod_go_result_refuse(result, AEROSPIKE_UDF_GO_REFUSED,
		                            "%s: was not set up; its setup must succeed before a function is applied",
		                            path);
	if (name == NULL || *name == '\0' ||
	    strnlen(name, AEROSPIKE_UDF_GO_NAME_MAX + 1) > AEROSPIKE_UDF_GO_NAME_MAX)
		return mod_go_result_refuse(result, AEROSPIKE_UDF_GO_NOT_FOUND,
		                            "%s: a function's name has 1 to %d bytes, this one has not", path,
		                            AEROSPIKE_UDF_GO_NAME_MAX);
	if (call == NULL || (arguments == NULL && count > 0))
		return mod_go_result_refuse(result, AEROSPIKE_UDF_GO_BAD_ARGUMENTS,
		                            "%s: function %s was applied without %s; this is a defect of the host",
		                            path, name, call == NULL ? "a call" : "its arguments");
	return AEROSPIKE_UDF_GO_OK;
}

/* What a function is applied to: a record, or streams. */
typedef struct operands {
	aerospike_udf_go_record *record;
	bool streams;
	int scope;
	aerospike_udf_go_stream *input;
	aerospike_udf_go_stream *output;
} operands;

/* Calls the function's own symbol where it has one, else the module's apply function. */
static inline int run(const mod_go_function *function, aerospike_udf_go_call *call, const operands *on,
                      aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	const mod_go_functions *functions = &function->module->functions;
	char *name = (char *)(uintptr_t)function->name;

	if (on->streams)
		return function->stream != NULL
		           ? function->stream(call, on->scope, on->input, on->output, arguments, count, result)
		           : functions->apply_stream(name, call, on->scope, on->input, on->output, arguments, count,
		                                     result);
	return function->record != NULL
	           ? function->record(call, on->record, arguments, count, result)
	           : functions->apply_single(name, call, on->record, arguments, count, result);
}

/* Inlined into the two functions below, which removes the branch on `streams` from each. */
static inline int apply(const mod_go_function *function, aerospike_udf_go_call *call, const operands *on,
                        aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	const mod_go_module *module = function->module;
	uint8_t *buffer = result->buffer;
	size_t capacity = result->capacity;
	uint64_t began = mod_go_call_counters_begin();
	int status = mod_go_apply_precheck(module->path, true, function->name, call, arguments, count, result);

	if (status == AEROSPIKE_UDF_GO_OK) {
		status = run(function, call, on, arguments, count, result);
		status = mod_go_result_accept(result, buffer, capacity, status, module->path, function->name);
	}
	mod_go_call_counters_end(module->call_counters, status, began);
	return status;
}

int mod_go_apply_function(const mod_go_function *function, aerospike_udf_go_call *call,
                          aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result)
{
	return apply(function, call, &(operands){.record = record}, arguments, count, result);
}

int mod_go_apply_stream_function(const mod_go_function *function, aerospike_udf_go_call *call, int scope,
                                 aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                 aerospike_udf_go_value *arguments, size_t count,
                                 aerospike_udf_go_result *result)
{
	const operands on = {.streams = true, .scope = scope, .input = input, .output = output};

	return apply(function, call, &on, arguments, count, result);
}

/* Applies a function that is found by its name. The module may know one that its manifest does not list. */
static inline int apply_named(const mod_go_module *module, const char *name, aerospike_udf_go_call *call,
                              const operands *on, aerospike_udf_go_value *arguments, size_t count,
                              aerospike_udf_go_result *result)
{
	const mod_go_function *listed = mod_go_find_function(module, name);
	mod_go_function unlisted = {.module = module, .name = name};
	int status;

	if (listed != NULL)
		return apply(listed, call, on, arguments, count, result);
	status = mod_go_apply_precheck(module->path, atomic_load_explicit(&module->ready, memory_order_acquire),
	                               name, call, arguments, count, result);
	if (status == AEROSPIKE_UDF_GO_OK)
		return apply(&unlisted, call, on, arguments, count, result);
	mod_go_call_counters_end(module->call_counters, status, 0);
	return status;
}

int mod_go_apply_single(const mod_go_module *module, const char *name, aerospike_udf_go_call *call,
                        aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count,
                        aerospike_udf_go_result *result)
{
	return apply_named(module, name, call, &(operands){.record = record}, arguments, count, result);
}

int mod_go_apply_stream(const mod_go_module *module, const char *name, aerospike_udf_go_call *call, int scope,
                        aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                        aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	const operands on = {.streams = true, .scope = scope, .input = input, .output = output};

	return apply_named(module, name, call, &on, arguments, count, result);
}
