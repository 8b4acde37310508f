/*
 * peer.c - a program that asks the real as_msgpack, and libmod_go, about values, one request after another on its
 * standard input. A request is a letter, 4 bytes of length and that many bytes; an answer 0 (yes) or 1 (no), 4
 * bytes of length and that many bytes: what was asked for, or why not. Values are in the form of describe.h.
 *   E value             as_msgpack writes it
 *   D msgpack           as_msgpack reads it: 4 bytes, how many it read, and the value
 *   C type, msgpack     libmod_go checks it
 *   F value             libmod_go takes it from an as_val: type, 8 bytes of integer, data
 *   T type, msgpack     libmod_go checks it and makes an as_val of it: the value
 */
#include <aerospike/as_msgpack.h>
#include <aerospike/as_serializer.h>
#include <aerospike/as_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "value/value_check.h"
#include "as_module/val_conversion.h"

enum { YES = 0, NO = 1 };

static int no(bytes *out, const char *why)
{
	out->length = 0;
	bytes_add(out, why, strlen(why));
	return NO;
}

static int encode(const uint8_t *data, size_t length, bytes *out)
{
	as_val *val = build(&data, data + length);
	as_serializer serializer;
	as_buffer buffer;
	int failed;

	if (val == NULL)
		return no(out, "no value");
	as_msgpack_init(&serializer);
	as_buffer_init(&buffer);
	failed = as_serializer_serialize(&serializer, val, &buffer);
	if (failed == 0) {
		bytes_add(out, buffer.data, buffer.size);
		as_buffer_destroy(&buffer);
	}
	as_serializer_destroy(&serializer);
	as_val_destroy(val);
	return failed == 0 ? YES : no(out, "as_msgpack does not write it");
}

static int decode(const uint8_t *data, size_t length, bytes *out)
{
	as_unpacker unpacker = {.buffer = data, .length = (uint32_t)length};
	as_val *val = NULL;

	if (as_unpack_val(&unpacker, &val) != 0)
		return no(out, "as_msgpack does not read it");
	bytes_add(out, &unpacker.offset, sizeof(unpacker.offset));
	describe(out, val);
	as_val_destroy(val);
	return YES;
}

static int check(uint8_t *data, size_t length, bytes *out)
{
	aerospike_udf_go_value value = {.type = data[0], .data = data + 1, .length = length - 1};
	const char *fault = mod_go_value_check(&value).what;

	return fault == NULL ? YES : no(out, fault);
}

static int from_val(const uint8_t *data, size_t length, bytes *out)
{
	as_val *val = build(&data, data + length);
	mod_go_scratch scratch;
	aerospike_udf_go_value value;
	const char *fault;
	uint8_t type;

	if (val == NULL)
		return no(out, "no value");
	mod_go_scratch_init(&scratch);
	fault = mod_go_value_from_val(val, &scratch, &value);
	if (fault == NULL) {
		type = (uint8_t)value.type;
		bytes_add(out, &type, 1);
		bytes_add(out, &value.integer, 8);
		bytes_add(out, value.data, value.length);
	}
	mod_go_scratch_clear(&scratch);
	as_val_destroy(val);
	return fault == NULL ? YES : no(out, fault);
}

static int to_val(uint8_t *data, size_t length, bytes *out)
{
	aerospike_udf_go_value value = {.type = data[0], .data = data + 1, .length = length - 1};
	const char *fault = mod_go_value_check(&value).what;
	as_val *val = NULL;

	if (fault == NULL)
		fault = mod_go_value_to_val(&value, &val);
	if (fault != NULL)
		return no(out, fault);
	describe(out, val);
	as_val_destroy(val);
	return YES;
}

static int answer(char letter, uint8_t *data, size_t length, bytes *out)
{
	switch (letter) {
	case 'E':
		return encode(data, length, out);
	case 'D':
		return decode(data, length, out);
	case 'C':
		return length > 0 ? check(data, length, out) : no(out, "no type");
	case 'F':
		return from_val(data, length, out);
	case 'T':
		return length > 0 ? to_val(data, length, out) : no(out, "no type");
	default:
		return no(out, "no such request");
	}
}

int main(void)
{
	uint8_t head[5];

	while (fread(head, sizeof(head), 1, stdin) == 1) {
		bytes out = {0};
		uint32_t length, answered;
		uint8_t status;
		uint8_t *data;

		memcpy(&length, head + 1, sizeof(length));
		data = malloc(length > 0 ? length
		                         : 1); /* of exactly that size, so that sanitizers find a read past the end */
		if (data == NULL || (length > 0 && fread(data, length, 1, stdin) != 1))
			return 1;
		status = (uint8_t)answer((char)head[0], data, length, &out);
		answered = (uint32_t)out.length;
		fwrite(&status, 1, 1, stdout);
		fwrite(&answered, sizeof(answered), 1, stdout);
		if (out.length > 0)
			fwrite(out.data, 1, out.length, stdout);
		fflush(stdout);
		free(out.data);
		free(data);
	}
	return 0;
}
