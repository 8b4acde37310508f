/*
 * main.c - the test app: finds, opens and sets up a module, applies one function, prints what came of it.
 * It is no server: one call, one record or stream, no storage.
 */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "mod_go_fenced.h"
#include "options.h"
#include "text.h"
#include "watchdog.h"

/* Writes ../lib beside this program. False where the system does not say where that is. */
static bool library_folder(char *folder, size_t capacity)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	int written;

	if (length < 0)
		return false;
	program[length] = '\0';
	written = snprintf(folder, capacity, "%s/../lib", dirname(program));
	return written > 0 && (size_t)written < capacity;
}

static mod_go_status find(const char *name, char *path, size_t capacity, mod_go_error *error)
{
	char folder[PATH_MAX];
	int written;

	if (strchr(name, '/') == NULL)
		return mod_go_find(name, library_folder(folder, sizeof(folder)) ? folder : NULL, path, capacity,
		                   error);
	written = snprintf(path, capacity, "%s.so", name);
	error->status = written > 0 && (size_t)written < capacity ? MOD_GO_OK : MOD_GO_NO_FILE;
	snprintf(error->message, sizeof(error->message), "the module's path is too long");
	return error->status;
}

/* An open module, in this process or fenced. */
struct opened {
	mod_go_module *module;
	mod_go_fenced *pool;
};

static mod_go_status load_fenced(const char *path, const struct options *options, mod_go_fenced **pool,
                                 mod_go_error *error)
{
	/* One call needs one worker. The module's output goes where it would go unfenced. */
	mod_go_fenced_options fence = {.size = sizeof(fence),
	                               .limit = 1,
	                               .no_spare = 1,
	                               .start_timeout = options->timeout,
	                               .output = STDERR_FILENO};
	mod_go_status status = mod_go_fenced_open(path, &fence, pool, error);

	return status == MOD_GO_OK ? mod_go_fenced_setup(*pool, error) : status;
}

static mod_go_status load_here(const char *path, mod_go_module **module, mod_go_error *error)
{
	mod_go_status status = mod_go_open(path, module, error);

	return status == MOD_GO_OK ? mod_go_setup(*module, error) : status;
}

static int load(const char *name, const struct options *options, struct opened *opened)
{
	char path[PATH_MAX];
	mod_go_error error;
	mod_go_status status = find(name, path, sizeof(path), &error);

	if (status == MOD_GO_OK)
		status = options->fenced ? load_fenced(path, options, &opened->pool, &error)
		                         : load_here(path, &opened->module, &error);
	if (status == MOD_GO_OK)
		return -1;
	fprintf(stderr, "test: %s: %s\n", mod_go_status_name(error.status), error.message);
	return EXIT_USAGE;
}

static void print_record(const aerospike_udf_go_record *record)
{
	for (size_t i = 0; i < record->stored.count; i++) {
		printf("%s = ", record->stored.items[i].name);
		value_print(stdout, &record->stored.items[i].value);
		putchar('\n');
	}
	if (record_has_unstored(record)) {
		fflush(stdout);
		fputs(
			"test: the function changed bins and stored none of that: it lacks a create or an update after\n",
			stderr);
	}
}

static int apply_stream(const struct opened *opened, const char *function, struct options *options,
                        aerospike_udf_go_call *call, aerospike_udf_go_stream *output,
                        aerospike_udf_go_result *result)
{
	aerospike_udf_go_value *arguments = options->arguments;
	size_t count = options->argument_count;

	return options->fenced
	           ? mod_go_fenced_apply_stream(opened->pool, function, call, AEROSPIKE_UDF_GO_SCOPE_BOTH,
	                                        &options->input, output, arguments, count, result)
	           : mod_go_apply_stream(opened->module, function, call, AEROSPIKE_UDF_GO_SCOPE_BOTH,
	                                 &options->input, output, arguments, count, result);
}

static int apply_record(const struct opened *opened, const char *function, struct options *options,
                        aerospike_udf_go_call *call, aerospike_udf_go_result *result)
{
	aerospike_udf_go_value *arguments = options->arguments;
	size_t count = options->argument_count;

	return options->fenced ? mod_go_fenced_apply_single(opened->pool, function, call, &options->record,
	                                                    arguments, count, result)
	                       : mod_go_apply_single(opened->module, function, call, &options->record, arguments,
	                                             count, result);
}

static void print_stream(const aerospike_udf_go_stream *stream)
{
	for (size_t i = 0; i < stream->count; i++) {
		value_print(stdout, &stream->items[i].value);
		putchar('\n');
	}
}

/* Of a stream, what was written before a failure, too. */
static int print_outcome(int status, const char *function, const struct options *options,
                         const aerospike_udf_go_stream *output, const aerospike_udf_go_value *answer)
{
	if (options->stream) {
		print_stream(output);
	} else if (status == AEROSPIKE_UDF_GO_OK) {
		value_print(stdout, answer);
		putchar('\n');
		print_record(&options->record);
	}
	if (status == AEROSPIKE_UDF_GO_OK)
		return EXIT_FINE;
	fflush(stdout);
	fprintf(stderr, "test: %s: %s: %.*s\n", function, mod_go_call_status_text(status), (int)answer->length,
	        answer->data != NULL ? (char *)answer->data : "");
	return EXIT_CALL_FAILED;
}

static int apply(const struct opened *opened, const char *function, struct options *options)
{
	aerospike_udf_go_call call = host_call(options->log_level);
	aerospike_udf_go_host streams = host_table;
	aerospike_udf_go_stream output = {0};
	aerospike_udf_go_result result;
	uint8_t buffer[256];
	int status;

	if (options->timeout > 0)
		call.deadline = deadline_in(options->timeout);
	mod_go_result_init(&result, buffer, sizeof(buffer));
	if (options->stream) {
		host_streams(&streams);
		call.host = &streams;
		status = apply_stream(opened, function, options, &call, &output, &result);
	} else {
		status = apply_record(opened, function, options, &call, &result);
	}
	status = print_outcome(status, function, options, &output, &result.value);
	mod_go_result_clear(&result);
	stream_clear(&output);
	return status;
}

static int run(struct options *options)
{
	struct opened opened = {NULL, NULL};
	char *dot = strrchr(options->target, '.');
	int code;

	if (dot == NULL || dot == options->target || dot[1] == '\0' || strchr(dot, '/') != NULL) {
		fprintf(stderr, "test: %s is not MODULE.FUNCTION; see test --help\n", options->target);
		return EXIT_USAGE;
	}
	*dot = '\0';
	if (options->timeout > 0)
		watchdog_start(options->timeout, dot + 1, EXIT_CALL_FAILED);
	code = load(options->target, options, &opened);
	if (code < 0)
		code = apply(&opened, dot + 1, options);
	mod_go_fenced_close(opened.pool);
	mod_go_close(opened.module);
	return code;
}

int main(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &options);

	if (code < 0)
		code = run(&options);
	options_clear(&options);
	if (fflush(stdout) != 0)
		return EXIT_CALL_FAILED;
	return code;
}
