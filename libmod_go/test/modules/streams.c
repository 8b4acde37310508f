/* streams.c - a module of stream functions, correct and incorrect ones. */
#define NO_APPLY_STREAM
#include "module.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* One call of a stream function. */
typedef struct flow {
	const char *name;
	aerospike_udf_go_call *call;
	aerospike_udf_go_host *host;
	int scope;
	aerospike_udf_go_stream *in;
	aerospike_udf_go_stream *out;
	int64_t argument; /* the first, where it is an integer */
	aerospike_udf_go_result *result;
} flow;

static const char *property(const char *name)
{
	if (strcmp(name, "functions") == 0 && getenv("GOOD_MANIFEST") != NULL)
		return getenv("GOOD_MANIFEST");
	return "";
}

static int apply(application *a)
{
	if (strcmp(a->name, "pid") == 0)
		return give_integer(a->result, getpid());
	return give_text(a->result, AEROSPIKE_UDF_GO_NOT_FOUND, "the module has streams only");
}

static int pass_on(flow *f, int status, const aerospike_udf_go_value *why)
{
	return give(f->result, status, AEROSPIKE_UDF_GO_STRING, why->data, why->length);
}

static int put(flow *f, const aerospike_udf_go_value *v, aerospike_udf_go_value *why)
{
	return f->host->stream_write(f->call, f->out, v->type, v->integer, v->data, v->length, why);
}

static int put_integer(flow *f, int64_t integer)
{
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_INTEGER, .integer = integer}, why = {0};
	int status = put(f, &value, &why);

	return status == AEROSPIKE_UDF_GO_OK ? status : pass_on(f, status, &why);
}

/* The next element: 1, 0 at the end, -1 with the failure in the result. Of a record `value` is the bin n. */
static int next(flow *f, aerospike_udf_go_value *value, int *status)
{
	aerospike_udf_go_record *record = NULL;

	*status = f->host->stream_read(f->call, f->in, &record, value);
	if (*status != AEROSPIKE_UDF_GO_OK) {
		pass_on(f, *status, value);
		return -1;
	}
	if (record == NULL)
		return value->type != AEROSPIKE_UDF_GO_NIL;
	*status = f->host->record_get(f->call, record, "n", 1, value);
	return 1;
}

/* Reads `limit` elements or all (-1) and writes them. Returns how many, or -1. */
static int64_t copy(flow *f, int64_t limit, bool write, int *status)
{
	aerospike_udf_go_value value, why = {0};
	int64_t count = 0;

	for (; limit < 0 || count < limit; count++) {
		int more = next(f, &value, status);

		if (more <= 0)
			return more < 0 ? -1 : count;
		if (!write)
			continue;
		*status = put(f, &value, &why);
		if (*status != AEROSPIKE_UDF_GO_OK) {
			pass_on(f, *status, &why);
			return -1;
		}
	}
	return count;
}

/* Copies lists of as many elements as the argument says. */
static int copy_lists(flow *f)
{
	aerospike_udf_go_value list, why = {0};
	int status;

	for (;;) {
		status = f->host->stream_read_many(f->call, f->in, (uint32_t)f->argument, &list);
		if (status != AEROSPIKE_UDF_GO_OK)
			return pass_on(f, status, &list);
		if (list.length == 1 && list.data[0] == 0x90)
			return AEROSPIKE_UDF_GO_OK;
		status = f->host->stream_write_many(f->call, f->out, list.data, list.length, &why);
		if (status != AEROSPIKE_UDF_GO_OK)
			return pass_on(f, status, &why);
	}
}

/* Writes an invalid element, of the kind in the argument, and returns the host's status. */
static int misfit(flow *f)
{
	static uint8_t truncated[] = {0x93, 1, 2}, with_nil[] = {0x92, 1, 0xc0}, bad_key[] = {0x81, 0xc3, 1};
	static uint8_t longer[] = {0x91, 1, 1}, text[] = {0xff, 'x'}, deep[67], bin[] = {0x91, 0xc4, 1, 1};
	aerospike_udf_go_value values[] = {
		{AEROSPIKE_UDF_GO_NIL, 0, 0, NULL, 0},
		{99, 0, 0, NULL, 0},
		{AEROSPIKE_UDF_GO_BOOLEAN, 0, 7, NULL, 0},
		{AEROSPIKE_UDF_GO_STRING, 0, 0, text, 2},
		{AEROSPIKE_UDF_GO_MAP, 0, 0, bad_key, 3},
		{AEROSPIKE_UDF_GO_LIST, 0, 0, truncated, 3},
		{AEROSPIKE_UDF_GO_LIST, 0, 0, deep, sizeof(deep)},
	};
	struct {
		uint8_t *data;
		size_t length;
	} lists[] = {{truncated, 3},       {with_nil, 3}, {bad_key, 3}, {longer, 3},
	             {deep, sizeof(deep)}, {bin, 4},      {text, 0}};
	size_t count = sizeof(values) / sizeof(*values);
	aerospike_udf_go_value why = {0};
	int status;

	memset(deep, 0x91, sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = 1;
	if ((size_t)f->argument < count)
		status = put(f, &values[f->argument], &why);
	else
		status = f->host->stream_write_many(f->call, f->out, lists[f->argument - (int64_t)count].data,
		                                    lists[f->argument - (int64_t)count].length, &why);
	return status == AEROSPIKE_UDF_GO_OK ? status : pass_on(f, status, &why);
}

/* Uses handles of the wrong kind. */
static int wrong_handles(flow *f)
{
	aerospike_udf_go_stream *nowhere = (aerospike_udf_go_stream *)16;
	aerospike_udf_go_record *record = NULL;
	aerospike_udf_go_value value = {0};
	int refused = 0;

	refused += f->host->stream_read(f->call, f->out, &record, &value) == AEROSPIKE_UDF_GO_REFUSED;
	refused += f->host->stream_read_many(f->call, nowhere, 4, &value) == AEROSPIKE_UDF_GO_REFUSED;
	refused += f->host->stream_write(f->call, f->in, AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0, &value) ==
	           AEROSPIKE_UDF_GO_REFUSED;
	refused += f->host->stream_write(f->call, nowhere, AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0, NULL) ==
	           AEROSPIKE_UDF_GO_REFUSED;
	return put_integer(f, refused);
}

/* Writes as many as the argument says, also after the host has refused one. */
static int write_on(flow *f)
{
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_INTEGER}, why;
	int64_t refused = 0;

	for (; value.integer < f->argument; value.integer++)
		refused += put(f, &value, &why) != AEROSPIKE_UDF_GO_OK;
	return give_integer(f->result, refused);
}

/* Writes until the host refuses an element, and fails for a reason of its own. */
static int write_and_reject(flow *f)
{
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_INTEGER}, why;

	while (put(f, &value, &why) == AEROSPIKE_UDF_GO_OK)
		value.integer++;
	return give_text(f->result, AEROSPIKE_UDF_GO_BAD_ARGUMENTS, "it wants another argument");
}

/* Returns the metadata of the stream's records, and whether they can be written. */
static int records(flow *f)
{
	aerospike_udf_go_record *record = NULL;
	aerospike_udf_go_value value, why = {0};
	char text[200];

	for (;;) {
		aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
		size_t names = 0;
		uint32_t exists = 9;

		if (f->host->stream_read(f->call, f->in, &record, &value) != AEROSPIKE_UDF_GO_OK || record == NULL)
			return AEROSPIKE_UDF_GO_OK;
		f->host->record_metadata(f->call, record, &facts);
		f->host->record_exists(f->call, record, &exists);
		f->host->record_bin_names(f->call, record, &value);
		for (size_t i = 0; i < value.length; i++)
			names += value.data[i] == 0;
		snprintf(text, sizeof(text), "%zu bins, generation %u, exists %u, key %.*s, namespace %s, %s", names,
		         facts.generation, exists, (int)facts.key.length, (char *)facts.key.data,
		         facts.namespace_name,
		         f->host->record_set == NULL && f->host->record_update == NULL ? "read only" : "to write");
		value = (aerospike_udf_go_value){
			.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)text, .length = strlen(text)};
		if (put(f, &value, &why) != AEROSPIKE_UDF_GO_OK)
			return pass_on(f, AEROSPIKE_UDF_GO_FAILED, &why);
	}
}

/* The lengths of the bins "large" and "none" of each record, and what "n" is. */
static int large_bins(flow *f)
{
	aerospike_udf_go_record *record = NULL;
	aerospike_udf_go_value value, why = {0};

	for (;;) {
		int64_t sum;

		if (f->host->stream_read(f->call, f->in, &record, &value) != AEROSPIKE_UDF_GO_OK || record == NULL)
			return AEROSPIKE_UDF_GO_OK;
		f->host->record_get(f->call, record, "n", 1, &value);
		sum = value.integer;
		f->host->record_get(f->call, record, "none", 4, &value);
		sum += 1000 * (value.type != AEROSPIKE_UDF_GO_NIL);
		if (f->argument != 0) {
			int status = f->host->record_get(f->call, record, "large", 5, &value);

			if (status != AEROSPIKE_UDF_GO_OK)
				return pass_on(f, AEROSPIKE_UDF_GO_FAILED, &value);
			sum += (int64_t)value.length;
			f->host->log(f->call, AEROSPIKE_UDF_GO_LOG_INFO, "large", 5, NULL, 0);
		}
		value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_INTEGER, .integer = sum};
		if (put(f, &value, &why) != AEROSPIKE_UDF_GO_OK)
			return pass_on(f, AEROSPIKE_UDF_GO_FAILED, &why);
	}
}

/* Writes as many zero bytes as the argument says. */
static int write_long(flow *f)
{
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_BYTES, .length = (size_t)f->argument}, why = {0};
	int status;

	value.data = calloc(1, value.length);
	status = put(f, &value, &why);
	free(value.data);
	return status == AEROSPIKE_UDF_GO_OK ? status : pass_on(f, status, &why);
}

/* Writes as many elements of 10,000 bytes as the argument says, and reads nothing. */
static int write_only(flow *f)
{
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_BYTES, .length = 10000}, why = {0};
	int status = AEROSPIKE_UDF_GO_OK;

	value.data = calloc(1, value.length);
	for (int64_t i = 0; i < f->argument && status == AEROSPIKE_UDF_GO_OK; i++)
		status = put(f, &value, &why);
	free(value.data);
	return status == AEROSPIKE_UDF_GO_OK ? status : pass_on(f, status, &why);
}

static int run(flow *f)
{
	int64_t count;
	int status = AEROSPIKE_UDF_GO_OK;

#define IS(text) if (strcmp(f->name, text) == 0)
	IS("copy") return copy(f, -1, true, &status) < 0 ? status : AEROSPIKE_UDF_GO_OK;
	IS("copy_lists") return copy_lists(f);
	IS("misfit") return misfit(f);
	IS("wrong_handles") return wrong_handles(f);
	IS("write_on") return write_on(f);
	IS("write_and_reject") return write_and_reject(f);
	IS("write_long") return write_long(f);
	IS("write_only") return write_only(f);
	IS("records") return records(f);
	IS("large_bins") return large_bins(f);
	IS("slow")
	{
		while (copy(f, 1, false, &status) == 1)
			usleep(4000);
		return status;
	}
	IS("scope") return put_integer(f, f->scope);
	IS("missing") return give_integer(f->result, (f->in == NULL) + 2 * (f->out == NULL));
	IS("write_first")
	{
		for (int i = 0; i < 3 && status == AEROSPIKE_UDF_GO_OK; i++)
			status = put_integer(f, -i);
		return status != AEROSPIKE_UDF_GO_OK || copy(f, -1, true, &status) < 0 ? status : AEROSPIKE_UDF_GO_OK;
	}
	/* The rest reads as many elements as the argument says first. */
	count = copy(f, f->argument, false, &status);
	if (count < 0)
		return status;
	IS("count") return put_integer(f, count);
	IS("past_end") return put_integer(f, count + 100 * copy(f, 3, false, &status));
	IS("log")
	{
		char line[1000] = "";

		memset(line, 'x', sizeof(line));
		for (int i = 0; i < 100; i++) /* more than the log area holds */
			f->host->log(f->call, AEROSPIKE_UDF_GO_LOG_INFO, line, sizeof(line), NULL, 0);
		return put_integer(f, copy(f, -1, false, &status));
	}
	IS("fail") return give_text(f->result, AEROSPIKE_UDF_GO_FAILED, "no more of this");
	IS("exit") _exit(6);
	IS("spin") for (;;);
	return give_text(f->result, AEROSPIKE_UDF_GO_NOT_FOUND, "the module has no such stream");
}

__attribute__((visibility("default"))) int
aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                              aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                              aerospike_udf_go_value *arguments, size_t count,
                              aerospike_udf_go_result *result)
{
	flow f = {name, call, call->host, scope, input, output, count > 0 ? arguments[0].integer : -1, result};

	return run(&f);
}
