/* wire.c - encodes and decodes the fields of messages. */
#include "fenced/wire.h"

#include <stdint.h>
#include <string.h>

#include "value/value_check.h"

void mod_go_write_begin(mod_go_writer *writer, const mod_go_channel *channel, size_t offset, size_t capacity)
{
	*writer = (mod_go_writer){.data = channel->out->data + offset, .capacity = capacity, .offset = offset};
}

/* Continues in memory of the writer's own. */
static bool spill(mod_go_writer *writer, size_t length)
{
	bool first = writer->own.data == NULL;

	if (length > UINT32_MAX - writer->length || !mod_go_buffer_reserve(&writer->own, writer->length + length))
		return false;
	if (first)
		memcpy(writer->own.data, writer->data, writer->length);
	writer->data = writer->own.data;
	writer->capacity = writer->own.capacity;
	return true;
}

uint8_t *mod_go_write_reserve(mod_go_writer *writer, size_t length)
{
	uint8_t *reserved;

	if (writer->failed)
		return NULL;
	if (length > writer->capacity - writer->length && !spill(writer, length)) {
		writer->failed = true;
		return NULL;
	}
	reserved = writer->data + writer->length;
	writer->length += length;
	return reserved;
}

void mod_go_write_bytes(mod_go_writer *writer, const void *data, size_t length)
{
	uint8_t *to = mod_go_write_reserve(writer, length);

	if (to != NULL && length > 0)
		memcpy(to, data, length);
}

void mod_go_write_number(mod_go_writer *writer, uint32_t number)
{
	mod_go_write_bytes(writer, &number, sizeof(number));
}

void mod_go_write_text(mod_go_writer *writer, const void *text, size_t length)
{
	if (length > UINT32_MAX) {
		writer->failed = true;
		return;
	}
	mod_go_write_number(writer, (uint32_t)length);
	mod_go_write_bytes(writer, text, length);
}

void mod_go_write_value(mod_go_writer *writer, const aerospike_udf_go_value *value)
{
	mod_go_write_number(writer, value->type);
	if (mod_go_type_has_data(value->type))
		mod_go_write_text(writer, value->data, value->data != NULL ? value->length : 0);
	else if (value->type != AEROSPIKE_UDF_GO_NIL)
		mod_go_write_bytes(writer, &value->integer, sizeof(value->integer));
}

mod_go_arrival mod_go_write_send(mod_go_writer *writer, mod_go_channel *channel, uint32_t kind,
                                 uint64_t until)
{
	mod_go_arrival arrival = MOD_GO_OUT_OF_MEMORY;

	if (!writer->failed)
		arrival = mod_go_channel_send(channel, kind, writer->data, writer->length, writer->offset, until);
	mod_go_buffer_free(&writer->own);
	return arrival;
}

mod_go_reader mod_go_read_begin(const mod_go_message *message)
{
	return (mod_go_reader){.data = message->data, .length = message->length};
}

const uint8_t *mod_go_read_span(mod_go_reader *reader, size_t length)
{
	const uint8_t *at = reader->data + reader->offset;

	if (reader->failed || length > reader->length - reader->offset) {
		reader->failed = true;
		return NULL;
	}
	reader->offset += length;
	return at;
}

void mod_go_read_bytes(mod_go_reader *reader, void *data, size_t length)
{
	const uint8_t *at = mod_go_read_span(reader, length);

	if (at != NULL)
		memcpy(data, at, length);
	else
		memset(data, 0, length);
}

uint32_t mod_go_read_number(mod_go_reader *reader)
{
	uint32_t number;

	mod_go_read_bytes(reader, &number, sizeof(number));
	return number;
}

const char *mod_go_read_text(mod_go_reader *reader, size_t *length)
{
	size_t declared = mod_go_read_number(reader);
	const uint8_t *at = mod_go_read_span(reader, declared);

	*length = at != NULL ? declared : 0;
	return at != NULL ? (const char *)at : "";
}

void mod_go_read_value(mod_go_reader *reader, aerospike_udf_go_value *value)
{
	*value = (aerospike_udf_go_value){.type = mod_go_read_number(reader)};
	if (mod_go_type_has_data(value->type))
		value->data = (uint8_t *)(uintptr_t)mod_go_read_text(reader, &value->length);
	else if (value->type != AEROSPIKE_UDF_GO_NIL)
		mod_go_read_bytes(reader, &value->integer, sizeof(value->integer));
}
