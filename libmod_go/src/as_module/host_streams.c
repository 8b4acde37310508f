/* host_streams.c - the host table's functions about streams, over as_stream. */
#include "as_module/host_streams.h"

#include <aerospike/as_types.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "value/list_elements.h"
#include "value/value_check.h"
#include "as_module/val_conversion.h"

/* A list ends with the element that makes it this long. */
#define LIST_BYTES ((size_t)64 << 10)

static mod_go_stream_call *stream_call_of(aerospike_udf_go_call *call)
{
	return (mod_go_stream_call *)call->context; /* whose first member is the host call */
}

/* The input, NULL where the module passed another handle; so of the output. */
static mod_go_input *input_of(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream)
{
	mod_go_input *input = &stream_call_of(call)->input;

	return (void *)stream == (void *)input ? input : NULL;
}

static mod_go_output *output_of(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream)
{
	mod_go_output *output = &stream_call_of(call)->output;

	return (void *)stream == (void *)output ? output : NULL;
}

#define NOT_TO_READ  "this stream is not one to read from"
#define NOT_TO_WRITE "this stream is not one to write to"

void mod_go_stream_call_begin(mod_go_stream_call *stream_call, as_stream *input, as_stream *output,
                              bool owns_values)
{
	stream_call->input.stream = input;
	stream_call->input.owns_values = owns_values;
	stream_call->input.ended = false;
	stream_call->input.borrowed = stream_call->input.next = NULL;
	stream_call->input.list = NULL;
	stream_call->input.list_capacity = 0;
	mod_go_scratch_init(&stream_call->input.scratch);
	stream_call->output = (mod_go_output){.stream = output};
}

static void drop(const mod_go_input *input, as_val *val)
{
	if (input->owns_values && val != NULL)
		as_val_destroy(val);
}

/* Frees what the module has borrowed of the previous element. */
static void take_back(mod_go_input *input)
{
	drop(input, input->borrowed);
	input->borrowed = NULL;
	mod_go_scratch_clear(&input->scratch);
}

void mod_go_stream_call_end(mod_go_stream_call *stream_call)
{
	take_back(&stream_call->input);
	drop(&stream_call->input, stream_call->input.next);
	free(stream_call->input.list);
	mod_go_host_call_end(&stream_call->host_call);
}

/* ---- reading ------------------------------------------------------------------------------------- */

/* The next element, NULL at the end. A stream is not read again after its end: that could block. */
static as_val *take(mod_go_input *input)
{
	as_val *val = input->next;

	input->next = NULL;
	if (val != NULL || input->ended)
		return val;
	val = as_stream_read(input->stream);
	if (val != NULL && as_val_type(val) != AS_NIL)
		return val;
	input->ended = true; /* also by a nil, which is static */
	return NULL;
}

static int stream_read(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                       aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	mod_go_input *input = input_of(call, stream);
	const char *fault;

	*record = NULL;
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (input == NULL)
		return mod_go_host_refuse(value, NOT_TO_READ);
	mod_go_host_call_end(&stream_call_of(call)->host_call); /* what was borrowed of a record */
	take_back(input);
	input->borrowed = take(input);
	if (as_val_type(input->borrowed) == AS_REC) {
		*record = (aerospike_udf_go_record *)input->borrowed;
		return AEROSPIKE_UDF_GO_OK;
	}
	fault = mod_go_value_from_val(input->borrowed, &input->scratch, value);
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_host_refuse(value, fault);
}

/* Appends an element to the list's `length` bytes. Returns the new length, 0 where the element must be read alone. */
static size_t add(mod_go_input *input, const as_val *val, size_t length)
{
	aerospike_udf_go_value value;
	size_t most, needed;
	uint8_t *grown;

	mod_go_scratch_clear(&input->scratch);
	if (as_val_type(val) == AS_REC || mod_go_value_from_val(val, &input->scratch, &value) != NULL)
		return 0;
	most = mod_go_element_size_max(&value);
	if (most == 0 ||
	    (value.type == AEROSPIKE_UDF_GO_STRING && mod_go_utf8_end(value.data, value.length) != value.length))
		return 0;
	needed = length + most;
	if (needed > input->list_capacity) {
		needed += LIST_BYTES;
		grown = realloc(input->list, needed);
		if (grown == NULL)
			return 0;
		input->list = grown;
		input->list_capacity = needed;
	}
	return length + mod_go_element_put(input->list + length, &value);
}

/* Appends up to `limit` elements, and returns how many. */
static uint32_t add_elements(mod_go_input *input, uint32_t limit, size_t *length)
{
	uint32_t count = 0;

	while (count < limit && *length < LIST_BYTES) {
		as_val *val = take(input);
		size_t after = val != NULL ? add(input, val, *length) : 0;

		if (after == 0) {
			input->next = val;
			return count;
		}
		drop(input, val);
		*length = after;
		count++;
	}
	return count;
}

static int stream_read_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t limit,
                            aerospike_udf_go_value *values)
{
	static uint8_t empty[] = {0x90};
	mod_go_input *input = input_of(call, stream);
	uint8_t head[MOD_GO_LIST_HEAD_MAX];
	size_t length = MOD_GO_LIST_HEAD_MAX, head_length;
	uint32_t count;

	if (input == NULL)
		return mod_go_host_refuse(values, NOT_TO_READ);
	take_back(input);
	count = add_elements(input, limit, &length);
	*values = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_LIST, .data = empty, .length = sizeof(empty)};
	if (count == 0)
		return input->next == NULL ? AEROSPIKE_UDF_GO_OK
		                           : mod_go_host_refuse(values, "the next element must be read alone");
	head_length = mod_go_list_head(head, count);
	values->data = input->list + MOD_GO_LIST_HEAD_MAX - head_length;
	values->length = length - (MOD_GO_LIST_HEAD_MAX - head_length);
	memcpy(values->data, head, head_length);
	return AEROSPIKE_UDF_GO_OK;
}

/* ---- writing ------------------------------------------------------------------------------------- */

/* Writes a value that was checked. */
static int write_value(mod_go_output *output, const aerospike_udf_go_value *value,
                       aerospike_udf_go_value *why)
{
	const char *fault;
	as_val *val;

	if (output->stopped)
		return mod_go_host_refuse(why, "the stream takes no more elements");
	fault = mod_go_value_to_val(value, &val);
	if (fault != NULL)
		return mod_go_host_refuse(why, fault);
	if (as_stream_write(output->stream, val) == AS_STREAM_OK) /* owns the value, also where it fails */
		return AEROSPIKE_UDF_GO_OK;
	output->stopped = true;
	return mod_go_host_refuse(why, "the stream takes no more elements");
}

static int stream_write(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
                        int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = type, .integer = integer, .data = data, .length = length};
	mod_go_output *output = output_of(call, stream);
	const char *fault = output != NULL ? mod_go_stream_value_fault(&value, false) : NOT_TO_WRITE;

	return fault == NULL ? write_value(output, &value, why) : mod_go_host_refuse(why, fault);
}

static int stream_write_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint8_t *data,
                             size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value list = {.type = AEROSPIKE_UDF_GO_LIST, .data = data, .length = length};
	mod_go_output *output = output_of(call, stream);
	const char *fault = output != NULL ? mod_go_stream_value_fault(&list, true) : NOT_TO_WRITE;
	int status = AEROSPIKE_UDF_GO_OK;
	aerospike_udf_go_value value;
	mod_go_elements elements;

	if (fault != NULL)
		return mod_go_host_refuse(why, fault);
	mod_go_elements_begin(&elements, data, length); /* a list, as was checked */
	while (status == AEROSPIKE_UDF_GO_OK && mod_go_elements_next(&elements, &value))
		status = write_value(output, &value, why);
	return status;
}

/* ---- the table ------------------------------------------------------------------------------------ */

static aerospike_udf_go_host table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
	table = mod_go_host;
	table.record_set = NULL;
	table.record_unset = NULL;
	table.record_set_ttl = NULL;
	table.record_create = NULL;
	table.record_update = NULL;
	table.record_remove = NULL;
	table.stream_read = stream_read;
	table.stream_read_many = stream_read_many;
	table.stream_write = stream_write;
	table.stream_write_many = stream_write_many;
}

aerospike_udf_go_host *mod_go_stream_host(void)
{
	pthread_once(&table_once, make_table);
	return &table;
}
