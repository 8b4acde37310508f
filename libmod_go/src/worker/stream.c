/* stream.c - the host table's functions about streams. */
#include "worker/stream.h"

#include <stdio.h>
#include <string.h>

#include "value/list_elements.h"
#include "value/value_check.h"
#include "worker/call.h"
#include "worker/record.h"

/* Written elements are sent when they take this many bytes. */
#define GATHER_BYTES ((size_t)48 << 10)

/* The longest element: a message holds it with those that were written before. */
#define ELEMENT_MAX (MOD_GO_MESSAGE_MAX - ((size_t)1 << 20))

/* The module's handles. */
struct aerospike_udf_go_stream {
	bool present;
};

static struct aerospike_udf_go_stream input, output;

/* The part of the input that came and was not read yet. */
static struct {
	mod_go_buffer buffer;
	mod_go_reader reader;
	mod_go_batch_head head;   /* its count is that of elements to read */
	mod_go_elements elements; /* of the current list */
	mod_go_buffer slice;      /* the part of it that the module reads */
	aerospike_udf_go_record record;
	call_mark memory;
} batch;

/* Written elements that were not sent yet. */
static struct {
	uint8_t bytes[GATHER_BYTES + 256];
	mod_go_writer writer;
	uint32_t count;
	int refused; /* the host's refusal, which the module has not heard of yet */
	char why[512];
} gathered;

static void begin_gathering(void)
{
	gathered.writer = (mod_go_writer){.data = gathered.bytes, .capacity = sizeof(gathered.bytes)};
	gathered.count = 0;
}

void stream_begin(const mod_go_call_head *head, mod_go_reader *reader, aerospike_udf_go_stream **in,
                  aerospike_udf_go_stream **out)
{
	input.present = head->input != 0;
	output.present = head->output != 0;
	batch.head = (mod_go_batch_head){0};
	if (head->batch != 0) {
		mod_go_read_bytes(reader, &batch.head, sizeof(batch.head));
		batch.reader = *reader;
	}
	batch.elements = (mod_go_elements){.left = 0};
	batch.memory = call_mark_now();
	gathered.refused = AEROSPIKE_UDF_GO_OK;
	begin_gathering();
	*in = input.present ? &input : NULL;
	*out = output.present ? &output : NULL;
}

/* ---- writing ------------------------------------------------------------------------------------- */

static void write_gathered(mod_go_writer *writer)
{
	mod_go_write_number(writer, gathered.count);
	mod_go_write_bytes(writer, gathered.writer.data, gathered.writer.length);
	mod_go_buffer_free(&gathered.writer.own);
	begin_gathering();
}

/* Keeps the host's refusal of the elements that were sent. */
static void take_refusal(mod_go_reader *reader)
{
	int status = (int)mod_go_read_number(reader);
	size_t length;
	const char *why = mod_go_read_text(reader, &length);

	if (status == AEROSPIKE_UDF_GO_OK || gathered.refused != AEROSPIKE_UDF_GO_OK)
		return;
	gathered.refused = status;
	snprintf(gathered.why, sizeof(gathered.why), "%.*s", (int)length, why);
}

static void send_gathered(void)
{
	mod_go_writer writer;
	mod_go_reader reader;

	call_request(&writer);
	write_gathered(&writer);
	reader = call_ask(&writer, MOD_GO_MESSAGE_WRITE);
	take_refusal(&reader);
}

/* Reports a refusal to the module, once. */
static int report_refusal(aerospike_udf_go_value *why)
{
	int status = gathered.refused;

	gathered.refused = AEROSPIKE_UDF_GO_OK;
	return status == AEROSPIKE_UDF_GO_OK ? status : mod_go_refuse_value(why, status, gathered.why);
}

static int write_element(aerospike_udf_go_stream *stream, uint32_t form, const aerospike_udf_go_value *value,
                         aerospike_udf_go_value *why)
{
	int status = report_refusal(why);

	if (status != AEROSPIKE_UDF_GO_OK)
		return status;
	if (stream != &output || !output.present)
		return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, "this stream is not one to write to");
	if (value->length > ELEMENT_MAX)
		return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED,
		                           "the element is longer than the 127 MiB that cross to the host at once");
	mod_go_write_number(&gathered.writer, form);
	mod_go_write_value(&gathered.writer, value);
	gathered.count++;
	if (gathered.writer.length < GATHER_BYTES && !gathered.writer.failed)
		return AEROSPIKE_UDF_GO_OK;
	if (gathered.writer.failed) {
		mod_go_buffer_free(&gathered.writer.own);
		begin_gathering();
		return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_INTERNAL,
		                           "the worker has no memory for the element");
	}
	send_gathered();
	return report_refusal(why);
}

static int stream_write(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
                        int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = type, .integer = integer, .data = data, .length = length};

	(void)call;
	return write_element(stream, MOD_GO_ELEMENT_VALUE, &value, why);
}

static int stream_write_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint8_t *data,
                             size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_LIST, .data = data, .length = length};

	(void)call;
	return write_element(stream, MOD_GO_ELEMENT_LIST, &value, why);
}

int stream_end(int status, aerospike_udf_go_value *why)
{
	if (status == AEROSPIKE_UDF_GO_OK)
		status = report_refusal(why);
	mod_go_buffer_trim(&batch.buffer);
	mod_go_buffer_trim(&batch.slice);
	return status;
}

void stream_write_rest(mod_go_writer *writer)
{
	write_gathered(writer);
}

/* ---- reading ------------------------------------------------------------------------------------- */

/* Asks for a batch, and copies it: it must outlast the next request, such as one for a log line. */
static bool ask(bool list)
{
	mod_go_writer writer;
	mod_go_reader reader;
	const uint8_t *rest;
	size_t length;

	call_request(&writer);
	write_gathered(&writer);
	mod_go_write_number(&writer, list);
	reader = call_ask(&writer, MOD_GO_MESSAGE_READ);
	take_refusal(&reader);
	length = reader.length - reader.offset;
	rest = mod_go_read_span(&reader, length);
	if (rest == NULL || !mod_go_buffer_reserve(&batch.buffer, length + 1))
		return false;
	memcpy(batch.buffer.data, rest, length);
	batch.reader = (mod_go_reader){.data = batch.buffer.data, .length = length};
	mod_go_read_bytes(&batch.reader, &batch.head, sizeof(batch.head));
	return true;
}

/* Asks for a batch where no element is left, unless the stream has ended; with `list`, for a list. */
static int fill(bool list, aerospike_udf_go_value *why)
{
	while (batch.elements.left == 0 && batch.head.count == 0) {
		int status = batch.head.status;

		batch.head.status = AEROSPIKE_UDF_GO_OK;
		if (status != AEROSPIKE_UDF_GO_OK) {
			mod_go_read_value(&batch.reader, why);
			return status;
		}
		if (batch.head.ended != 0)
			return AEROSPIKE_UDF_GO_OK;
		if (!ask(list))
			return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_INTERNAL,
			                           "the worker has no memory for the stream's elements");
	}
	return AEROSPIKE_UDF_GO_OK;
}

/* Begins the list that is the next element of the batch. */
static bool open_list(void)
{
	aerospike_udf_go_value list;

	mod_go_read_value(&batch.reader, &list);
	return mod_go_elements_begin(&batch.elements, list.data, list.length);
}

static aerospike_udf_go_record *take_record(void)
{
	uint32_t which = mod_go_read_number(&batch.reader);
	uint32_t bins = mod_go_read_number(&batch.reader);

	call_free_to(batch.memory);
	record_begin(&batch.record, &batch.reader, bins, which == MOD_GO_BINS_ALL);
	batch.record.named_only = which == MOD_GO_BINS_NAMED;
	return &batch.record;
}

static const char NO_ELEMENT[] = "the host sent an invalid list of elements";

static int stream_read(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                       aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	int status;

	(void)call;
	*record = NULL;
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (stream != &input || !input.present)
		return mod_go_refuse_value(value, AEROSPIKE_UDF_GO_REFUSED, "this stream is not one to read from");
	for (;;) {
		if (batch.elements.left > 0)
			return mod_go_elements_next(&batch.elements, value)
			           ? AEROSPIKE_UDF_GO_OK
			           : mod_go_refuse_value(value, AEROSPIKE_UDF_GO_INTERNAL, NO_ELEMENT);
		status = fill(false, value);
		if (status != AEROSPIKE_UDF_GO_OK || batch.head.count == 0)
			return status;
		batch.head.count--;
		switch (mod_go_read_number(&batch.reader)) {
		case MOD_GO_ELEMENT_RECORD:
			*record = take_record();
			return AEROSPIKE_UDF_GO_OK;
		case MOD_GO_ELEMENT_LIST:
			if (!open_list())
				return mod_go_refuse_value(value, AEROSPIKE_UDF_GO_INTERNAL, NO_ELEMENT);
			break;
		default:
			mod_go_read_value(&batch.reader, value);
			return AEROSPIKE_UDF_GO_OK;
		}
	}
}

/* Returns the next `count` elements of the current list, as a list. */
static int slice_list(uint32_t count, aerospike_udf_go_value *values)
{
	size_t start = batch.elements.reader.offset;
	uint8_t head[MOD_GO_LIST_HEAD_MAX];
	size_t head_length = mod_go_list_head(head, count);
	aerospike_udf_go_value element;
	size_t length;

	for (uint32_t i = 0; i < count; i++) {
		if (!mod_go_elements_next(&batch.elements, &element))
			return mod_go_refuse_value(values, AEROSPIKE_UDF_GO_INTERNAL, NO_ELEMENT);
	}
	length = batch.elements.reader.offset - start;
	if (!mod_go_buffer_reserve(&batch.slice, head_length + length))
		return mod_go_refuse_value(values, AEROSPIKE_UDF_GO_INTERNAL,
		                           "the worker has no memory for the stream's elements");
	memcpy(batch.slice.data, head, head_length);
	memcpy(batch.slice.data + head_length, batch.elements.reader.data + start, length);
	*values = (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_LIST, .data = batch.slice.data, .length = head_length + length};
	return AEROSPIKE_UDF_GO_OK;
}

static int stream_read_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t limit,
                            aerospike_udf_go_value *values)
{
	static uint8_t empty[] = {0x90};
	mod_go_reader before;
	int status;

	(void)call;
	*values = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (stream != &input || !input.present)
		return mod_go_refuse_value(values, AEROSPIKE_UDF_GO_REFUSED, "this stream is not one to read from");
	status = limit > 0 ? fill(true, values) : AEROSPIKE_UDF_GO_OK;
	if (status != AEROSPIKE_UDF_GO_OK)
		return status;
	if (limit == 0 || (batch.elements.left == 0 && batch.head.count == 0)) {
		*values =
			(aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_LIST, .data = empty, .length = sizeof(empty)};
		return AEROSPIKE_UDF_GO_OK;
	}
	if (batch.elements.left == 0) {
		before = batch.reader;
		if (mod_go_read_number(&batch.reader) != MOD_GO_ELEMENT_LIST) {
			batch.reader = before;
			return mod_go_refuse_value(
				values, AEROSPIKE_UDF_GO_REFUSED,
				"the next element of the stream stands in no list; read it with stream_read");
		}
		batch.head.count--;
		if (!open_list())
			return mod_go_refuse_value(values, AEROSPIKE_UDF_GO_INTERNAL, NO_ELEMENT);
	}
	return slice_list(limit < batch.elements.left ? limit : batch.elements.left, values);
}

void stream_functions(aerospike_udf_go_host *host, uint32_t functions)
{
	host->stream_read = (functions & MOD_GO_HAS_READ) != 0 ? stream_read : NULL;
	host->stream_read_many = (functions & MOD_GO_HAS_READ_MANY) != 0 ? stream_read_many : NULL;
	host->stream_write = (functions & MOD_GO_HAS_WRITE) != 0 ? stream_write : NULL;
	host->stream_write_many = (functions & MOD_GO_HAS_WRITE_MANY) != 0 ? stream_write_many : NULL;
}
