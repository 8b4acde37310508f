/*
 * apply.c - a call from Aerospike to a module and back: finds the version, translates arguments and answer.
 *
 * The contract with the server: a return of 0 says that the call was made, and that one reference of the record was
 * dropped; how it went is in the as_result. Anything else says that it could not be made, and the record is untouched.
 */
#include "as_module/apply.h"

#include <aerospike/as_types.h>
#include <stdatomic.h>
#include <time.h>

#include "as_module/arguments.h"
#include "as_module/host_table.h"
#include "as_module/readers.h"
#include "as_module/val_conversion.h"

/* An answer up to this many bytes needs no memory of the heap on its way. */
enum { INLINE_RESULT_BYTES = 1024 };

/* Of such a time, in milliseconds, a few do not matter. */
enum { LONG_TIMEOUT = 500 };

static _Atomic uint32_t timeout_ms;
static _Atomic uint32_t log_level = AEROSPIKE_UDF_GO_LOG_TRACE;

void mod_go_apply_configure(const mod_go_config *config)
{
	timeout_ms = config->timeout;
	log_level = config->log_level;
}

uint32_t mod_go_apply_log_level(void)
{
	return atomic_load_explicit(&log_level, memory_order_relaxed);
}

/* What the module left, as the answer of the call. */
static void answer(as_result *result, const char *filename, const char *function, int status,
                   const aerospike_udf_go_value *value)
{
	as_val *val = NULL;
	const char *fault;

	if (result == NULL)
		return;
	fault = mod_go_value_to_val(value, &val);
	if (fault != NULL)
		mod_go_result_fail(result, "%s.%s: its answer cannot be given back: %s", filename, function, fault);
	else if (status == AEROSPIKE_UDF_GO_OK)
		as_result_setsuccess(result, val);
	else
		as_result_setfailure(result, val);
}

/* How long the program itself gives the call, less a little, so that its caller hears why it failed before it stops
 * listening: milliseconds, 0 for ever. */
static uint64_t time_given(const as_timer *timer)
{
	uint64_t slice;

	if (timer == NULL || timer->hooks == NULL || timer->hooks->timeslice == NULL)
		return 0;
	slice = timer->hooks->timeslice(timer);
	return slice > 0 ? slice - slice / 20 : 1;
}

/* Nanoseconds of CLOCK_MONOTONIC; 0 for none. The sooner of the configured time and the program's. A long one may be
 * some milliseconds short: its clock is read in a fifth of the time. */
uint64_t mod_go_apply_deadline(const as_timer *timer)
{
	uint64_t milliseconds = atomic_load_explicit(&timeout_ms, memory_order_relaxed);
	uint64_t given = time_given(timer);
	struct timespec now;

	if (given > 0 && given <= UINT32_MAX && (milliseconds == 0 || given < milliseconds))
		milliseconds = given;

	if (milliseconds == 0)
		return 0;
	clock_gettime(milliseconds >= LONG_TIMEOUT ? CLOCK_MONOTONIC_COARSE : CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + milliseconds * 1000000;
}

static void begin(mod_go_host_call *application, const as_udf_context *context)
{
	application->aerospike = context != NULL ? context->as : NULL;
	application->timer = context != NULL ? context->timer : NULL;
	application->call = (aerospike_udf_go_call){.size = sizeof(application->call),
	                                            .log_level = mod_go_apply_log_level(),
	                                            .host = &mod_go_host,
	                                            .context = application,
	                                            .bins = application->bins,
	                                            .writes = application->writes,
	                                            .write_data = application->write_data};
	application->key = NULL;
	application->digest = NULL;
	application->refused = false;
	mod_go_scratch_init(&application->borrowed);
}

/* A call in this process. */
static int apply_here(const mod_go_module *module, const char *name, mod_go_host_call *application,
                      aerospike_udf_go_record *record, const mod_go_arguments *arguments,
                      aerospike_udf_go_result *given)
{
	const mod_go_function *function = mod_go_find_function(module, name);
	int status;

	if (function == NULL || mod_go_function_has_deadline(function))
		application->call.deadline = mod_go_apply_deadline(application->timer);
	if (record != NULL) {
		application->call.write_limit = MOD_GO_WRITES;
		application->call.write_capacity = MOD_GO_WRITE_BYTES;
		if (function != NULL)
			mod_go_host_prefetch_bins(application, function, record, arguments);
	}
	if (function != NULL)
		status = mod_go_apply_function(function, &application->call, record, arguments->values,
		                               arguments->count, given);
	else
		status = mod_go_apply_single((mod_go_module *)(uintptr_t)module, name, &application->call, record,
		                             arguments->values, arguments->count, given);
	if (application->call.write_count > 0)
		mod_go_host_call_apply_writes(application, record);
	return status;
}

static void apply(const mod_go_loaded_module *version, as_udf_context *context, const char *function,
                  as_rec *record, const mod_go_arguments *arguments, as_result *result)
{
	mod_go_host_call application;
	aerospike_udf_go_record *handle = (aerospike_udf_go_record *)record;
	aerospike_udf_go_result given;
	uint8_t buffer[INLINE_RESULT_BYTES];
	int status;

	begin(&application, context);
	mod_go_result_init(&given, buffer, sizeof(buffer));
	if (version->module != NULL) {
		status = apply_here(version->module, function, &application, handle, arguments, &given);
	} else {
		application.call.deadline = mod_go_apply_deadline(application.timer);
		status = mod_go_fenced_apply_single(version->pool, function, &application.call, handle,
		                                    arguments->values, arguments->count, &given);
	}
	answer(result, version->name, function, status, &given.value);
	mod_go_result_clear(&given);
	mod_go_host_call_end(&application);
}

/* The call once its module is there. */
static void apply_version(const mod_go_loaded_module *version, as_udf_context *context, const char *function,
                          as_rec *record, const as_list *list, as_result *result)
{
	mod_go_arguments arguments;
	const char *fault;
	uint32_t at;

	fault = mod_go_arguments_take(&arguments, list, &at);
	if (fault != NULL)
		mod_go_result_fail(result, "%s.%s: argument %u: %s", version->name, function, at, fault);
	else
		apply(version, context, function, record, &arguments, result);
	mod_go_scratch_clear(&arguments.scratch);
}

int mod_go_apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *list, as_result *result)
{
	const mod_go_loaded_module *version;
	bool ready;

	(void)module;
	if (!mod_go_readers_enter()) {
		mod_go_result_fail(result, "%s: the host has no memory", filename);
		return MOD_GO_MEMORY_LACKS;
	}
	version = mod_go_modules_find(filename);
	ready = version != NULL && version->error == NULL;
	if (ready)
		apply_version(version, context, function, record, list, result);
	else if (version != NULL)
		mod_go_result_fail(result, "%s", version->error);
	else
		mod_go_result_fail_missing(result, filename);
	mod_go_readers_leave();
	if (!ready)
		return MOD_GO_NO_MODULE;
	/* A record of the heap only, as mod_lua does: one of a stack is its caller's in any case. */
	if (record != NULL && record->_.free)
		as_rec_destroy(record);
	return 0;
}
