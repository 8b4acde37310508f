/*
 * apply.c - a call from Aerospike to a module and back: finds the version, translates arguments and answer.
 *
 * The contract with the server: a return of 0 says that the call was made, and that one reference of the record was
 * dropped; how it went is in the as_result. Anything else says that it could not be made, and the record is untouched.
 */
#include "apply.h"

#include <aerospike/as_types.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "host.h"
#include "readers.h"
#include "values.h"

enum { NO_MODULE = 1, NO_MEMORY = 2 };

/* An answer up to this many bytes needs no memory of the heap on its way. */
enum { ANSWER_ROOM = 1024, ARGUMENTS_ROOM = 8 };

static _Atomic uint32_t timeout_ms;
static _Atomic uint32_t log_level = AEROSPIKE_UDF_GO_LOG_TRACE;

void mod_go_apply_configure(const mod_go_config *config)
{
	timeout_ms = config->timeout;
	log_level = config->log_level;
}

/* Leaves a message (printf's format) as the failure. */
__attribute__((format(printf, 2, 3))) static void fail(as_result *result, const char *format, ...)
{
	char text[sizeof(((mod_go_error *)NULL)->message) + 512];
	va_list arguments;

	if (result == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	mod_go_trim_cut_text(text);
	as_result_setfailure(result, (as_val *)as_string_new_strdup(text));
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
		fail(result, "%s.%s: its answer cannot be given back: %s", filename, function, fault);
	else if (status == AEROSPIKE_UDF_GO_OK)
		as_result_setsuccess(result, val);
	else
		as_result_setfailure(result, val);
}

/* The arguments as values. */
typedef struct arguments {
	aerospike_udf_go_value *values;
	uint32_t count;
	mod_go_scratch scratch; /* what they point into, where that is not the as_val */
	aerospike_udf_go_value room[ARGUMENTS_ROOM];
} arguments;

/* Gives what is wrong, with which argument (from 1) in `at`; NULL where nothing is. */
static const char *take_arguments(arguments *arguments, const as_list *list, uint32_t *at)
{
	uint32_t count = list != NULL ? as_list_size(list) : 0;

	*at = 0;
	arguments->count = count;
	arguments->values = arguments->room;
	if (count > ARGUMENTS_ROOM)
		arguments->values = mod_go_scratch_take(&arguments->scratch, count * sizeof(arguments->room[0]));
	if (arguments->values == NULL)
		return "the host has no memory";
	while (*at < count) {
		const char *fault =
			mod_go_value_from_val(as_list_get(list, *at), &arguments->scratch, &arguments->values[*at]);

		++*at;
		if (fault != NULL)
			return fault;
	}
	return NULL;
}

/* How long the program itself gives the call: milliseconds, 0 for ever. */
static uint64_t time_given(const as_timer *timer)
{
	uint64_t slice;

	if (timer == NULL || timer->hooks == NULL || timer->hooks->timeslice == NULL)
		return 0;
	slice = timer->hooks->timeslice(timer);
	return slice > 0 ? slice : 1;
}

/* Nanoseconds of CLOCK_MONOTONIC; 0 for none. The sooner of the configured time and the program's. */
static uint64_t deadline(const as_timer *timer)
{
	uint64_t milliseconds = atomic_load_explicit(&timeout_ms, memory_order_relaxed);
	uint64_t given = time_given(timer);
	struct timespec now;

	if (given > 0 && given <= UINT32_MAX && (milliseconds == 0 || given < milliseconds))
		milliseconds = given;

	if (milliseconds == 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + milliseconds * 1000000;
}

static void begin(mod_go_application *application, const as_udf_context *context)
{
	application->aerospike = context != NULL ? context->as : NULL;
	application->timer = context != NULL ? context->timer : NULL;
	application->call =
		(aerospike_udf_go_call){.size = sizeof(application->call),
	                            .log_level = atomic_load_explicit(&log_level, memory_order_relaxed),
	                            .host = &mod_go_host,
	                            .context = application,
	                            .deadline = deadline(application->timer),
	                            .bins = application->bins,
	                            .writes = application->writes,
	                            .write_data = application->write_data};
	application->key = NULL;
	application->digest = NULL;
	application->refused = false;
	mod_go_scratch_init(&application->lent);
}

/* A call in this process. */
static int apply_here(const mod_go_module *module, const char *name, mod_go_application *application,
                      aerospike_udf_go_record *record, const arguments *arguments,
                      aerospike_udf_go_result *given)
{
	const mod_go_function *function = mod_go_find_function(module, name);
	int status;

	if (record != NULL) {
		application->call.write_limit = MOD_GO_WRITES;
		application->call.write_capacity = MOD_GO_WRITE_BYTES;
		if (function != NULL)
			mod_go_host_read_ahead(application, function, record);
	}
	if (function != NULL)
		status = mod_go_apply_function(function, &application->call, record, arguments->values,
		                               arguments->count, given);
	else
		status = mod_go_apply_single((mod_go_module *)(uintptr_t)module, name, &application->call, record,
		                             arguments->values, arguments->count, given);
	if (application->call.write_count > 0)
		mod_go_application_write(application, record);
	return status;
}

static void apply(const mod_go_loaded *version, as_udf_context *context, const char *function, as_rec *record,
                  const arguments *arguments, as_result *result)
{
	mod_go_application application;
	aerospike_udf_go_record *handle = (aerospike_udf_go_record *)record;
	aerospike_udf_go_result given;
	uint8_t room[ANSWER_ROOM];
	int status;

	begin(&application, context);
	mod_go_result_init(&given, room, sizeof(room));
	if (version->module != NULL)
		status = apply_here(version->module, function, &application, handle, arguments, &given);
	else
		status = mod_go_fenced_apply_single(version->pool, function, &application.call, handle,
		                                    arguments->values, arguments->count, &given);
	answer(result, version->name, function, status, &given.value);
	mod_go_result_clear(&given);
	mod_go_application_end(&application);
}

/* The call once its module is there. */
static void apply_version(const mod_go_loaded *version, as_udf_context *context, const char *function,
                          as_rec *record, const as_list *list, as_result *result)
{
	arguments arguments;
	const char *fault;
	uint32_t at;

	mod_go_scratch_init(&arguments.scratch);
	fault = take_arguments(&arguments, list, &at);
	if (fault != NULL)
		fail(result, "%s.%s: argument %u: %s", version->name, function, at, fault);
	else
		apply(version, context, function, record, &arguments, result);
	mod_go_scratch_clear(&arguments.scratch);
}

int mod_go_apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *list, as_result *result)
{
	const mod_go_loaded *version;
	bool ready;

	(void)module;
	if (!mod_go_readers_enter()) {
		fail(result, "%s: the host has no memory", filename);
		return NO_MEMORY;
	}
	version = mod_go_modules_find(filename);
	ready = version != NULL && version->error == NULL;
	if (ready)
		apply_version(version, context, function, record, list, result);
	else if (version != NULL)
		fail(result, "%s", version->error);
	else
		fail(result, "there is no module \"%.*s\"; put %.*s.so", (int)mod_go_name_length(filename), filename,
		     (int)mod_go_name_length(filename), filename);
	mod_go_readers_leave();
	if (!ready)
		return NO_MODULE;
	/* A record of the heap only, as mod_lua does: one of a stack is its caller's in any case. */
	if (record != NULL && record->_.free)
		as_rec_destroy(record);
	return 0;
}

int mod_go_apply_no_stream(as_module *module, as_udf_context *context, const char *filename,
                           const char *function, as_stream *input, as_list *list, as_stream *output,
                           as_result *result)
{
	(void)module, (void)context, (void)input, (void)list, (void)output;
	fail(result, "%s.%s: stream functions are not available in this version of libmod_go", filename,
	     function);
	return NO_MODULE;
}
