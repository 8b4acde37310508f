/* stream.c - streams in memory. */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "value/list_elements.h"
#include "value/value_check.h"

static bool add(aerospike_udf_go_stream *stream, struct element element)
{
	if (stream->count == stream->capacity) {
		size_t capacity = stream->capacity > 0 ? 2 * stream->capacity : 16;
		struct element *grown = realloc(stream->items, capacity * sizeof(*grown));

		if (grown == NULL)
			return false;
		stream->items = grown;
		stream->capacity = capacity;
	}
	stream->items[stream->count++] = element;
	return true;
}

bool stream_add(aerospike_udf_go_stream *stream, const aerospike_udf_go_value *value)
{
	struct element element = {.value = *value};

	element.value.data = NULL;
	if (mod_go_type_has_data(value->type)) {
		element.value.data = malloc(value->length + 1);
		if (element.value.data == NULL)
			return false;
		if (value->length > 0)
			memcpy(element.value.data, value->data, value->length);
		element.value.data[value->length] = '\0'; /* for functions that expect a C string */
	}
	if (add(stream, element))
		return true;
	free(element.value.data);
	return false;
}

bool stream_add_record(aerospike_udf_go_stream *stream, aerospike_udf_go_record *record)
{
	return add(stream, (struct element){.record = record});
}

void stream_clear(aerospike_udf_go_stream *stream)
{
	for (size_t i = 0; i < stream->count; i++) {
		free(stream->items[i].value.data);
		if (stream->items[i].record != NULL)
			record_clear(stream->items[i].record);
		free(stream->items[i].record);
	}
	free(stream->items);
	free(stream->list);
	*stream = (aerospike_udf_go_stream){0};
}

static int refuse(aerospike_udf_go_value *why, const char *text)
{
	return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, text);
}

static int stream_read(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                       aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	(void)call;
	*record = NULL;
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (stream->next < stream->count) {
		*record = stream->items[stream->next].record;
		*value = stream->items[stream->next++].value;
	}
	return AEROSPIKE_UDF_GO_OK;
}

static int stream_read_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t limit,
                            aerospike_udf_go_value *values)
{
	size_t capacity = MOD_GO_LIST_HEAD_MAX, length;
	uint8_t head[MOD_GO_LIST_HEAD_MAX];
	size_t end = stream->next;

	(void)call;
	for (; end < stream->count && end - stream->next < limit; end++) {
		const struct element *element = &stream->items[end];

		if (element->record != NULL || mod_go_element_size_max(&element->value) == 0)
			break;
		capacity += mod_go_element_size_max(&element->value);
	}
	if (end == stream->next && end < stream->count)
		return refuse(values, "the next element is one to be read alone");
	free(stream->list);
	stream->list = malloc(capacity);
	if (stream->list == NULL)
		return refuse(values, "there is no memory for a list");
	length = mod_go_list_head(head, (uint32_t)(end - stream->next));
	memcpy(stream->list, head, length);
	for (; stream->next < end; stream->next++)
		length += mod_go_element_put(stream->list + length, &stream->items[stream->next].value);
	*values = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_LIST, .data = stream->list, .length = length};
	return AEROSPIKE_UDF_GO_OK;
}

static int write_value(aerospike_udf_go_stream *stream, const aerospike_udf_go_value *value,
                       aerospike_udf_go_value *why)
{
	mod_go_fault fault = mod_go_value_check(value);

	if (fault.what != NULL)
		return refuse(why, fault.what);
	if (value->type == AEROSPIKE_UDF_GO_NIL)
		return refuse(why, "a nil is no element");
	return stream_add(stream, value) ? AEROSPIKE_UDF_GO_OK
	                                 : refuse(why, "there is no memory for the element");
}

static int stream_write(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
                        int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = type, .integer = integer, .data = data, .length = length};

	(void)call;
	return write_value(stream, &value, why);
}

static int stream_write_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint8_t *data,
                             size_t length, aerospike_udf_go_value *why)
{
	mod_go_fault fault = mod_go_msgpack_check(AEROSPIKE_UDF_GO_LIST, data, length);
	aerospike_udf_go_value value;
	mod_go_elements elements;

	(void)call;
	if (fault.what != NULL || !mod_go_elements_begin(&elements, data, length))
		return refuse(why, fault.what);
	while (mod_go_elements_next(&elements, &value)) {
		int status = write_value(stream, &value, why);

		if (status != AEROSPIKE_UDF_GO_OK)
			return status;
	}
	return AEROSPIKE_UDF_GO_OK;
}

void host_streams(aerospike_udf_go_host *host)
{
	host->stream_read = stream_read;
	host->stream_read_many = stream_read_many;
	host->stream_write = stream_write;
	host->stream_write_many = stream_write_many;
	host->record_set = NULL;
	host->record_unset = NULL;
	host->record_set_ttl = NULL;
	host->record_create = NULL;
	host->record_update = NULL;
	host->record_remove = NULL;
}
