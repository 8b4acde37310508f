/* encode.c - from text to a value: JSON's lists and objects become msgpack in the server's dialect. */
#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "value/value_check.h"

typedef struct buffer {
	uint8_t *data;
	size_t length;
	size_t capacity;
	const char *fault;
} buffer;

static void put(buffer *out, const void *bytes, size_t length)
{
	if (out->fault != NULL || length == 0)
		return;
	if (length > out->capacity - out->length) {
		size_t capacity = (out->length + length) * 2;
		uint8_t *grown = realloc(out->data, capacity);

		if (grown == NULL) {
			out->fault = "there is no memory";
			return;
		}
		out->data = grown;
		out->capacity = capacity;
	}
	memcpy(out->data + out->length, bytes, length);
	out->length += length;
}

/* A head byte and a big-endian number of `bytes` bytes after it. */
static void put_number(buffer *out, uint8_t head, uint64_t number, unsigned bytes)
{
	uint8_t encoded[9] = {head};

	for (unsigned i = 0; i < bytes; i++)
		encoded[1 + i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
	put(out, encoded, 1 + bytes);
}

static void put_integer(buffer *out, int64_t integer)
{
	uint64_t bits = (uint64_t)integer;

	if (integer >= -32 && integer < 128)
		put_number(out, (uint8_t)integer, 0, 0);
	else if (integer >= 0)
		integer <= UINT8_MAX    ? put_number(out, 0xCC, bits, 1)
		: integer <= UINT16_MAX ? put_number(out, 0xCD, bits, 2)
		: integer <= UINT32_MAX ? put_number(out, 0xCE, bits, 4)
								: put_number(out, 0xCF, bits, 8);
	else
		integer >= INT8_MIN    ? put_number(out, 0xD0, bits, 1)
		: integer >= INT16_MIN ? put_number(out, 0xD1, bits, 2)
		: integer >= INT32_MIN ? put_number(out, 0xD2, bits, 4)
							   : put_number(out, 0xD3, bits, 8);
}

/* Heads of strings, lists and maps: a short form, one of 8 bits that only strings have, 16 and 32 bits. */
static void put_head(buffer *out, uint8_t short_form, size_t short_max, uint8_t head8, uint8_t head16,
                     size_t count)
{
	if (count <= short_max)
		put_number(out, (uint8_t)(short_form | count), 0, 0);
	else if (head8 != 0 && count <= UINT8_MAX)
		put_number(out, head8, count, 1);
	else if (count <= UINT16_MAX)
		put_number(out, head16, count, 2);
	else if (count <= UINT32_MAX)
		put_number(out, (uint8_t)(head16 + 1), count, 4);
	else
		out->fault = "something is larger than 4 GiB";
}

static void put_string(buffer *out, const json *string)
{
	static const uint8_t PARTICLE = MOD_GO_PARTICLE_STRING;

	put_head(out, 0xA0, 31, 0xD9, 0xDA, string->count + 1);
	put(out, &PARTICLE, 1);
	put(out, string->text, string->count);
}

static void put_json(buffer *out, const json *value);

/* Aerospike's order of strings: by their bytes, a shorter one before what it begins. */
static int compare_keys(const void *left, const void *right)
{
	const json *a = left, *b = right;
	size_t common = a->count < b->count ? a->count : b->count;
	int order = common > 0 ? memcmp(a->text, b->text, common) : 0;

	return order != 0 ? order : (a->count > b->count) - (a->count < b->count);
}

/* Key-ordered, as modules write them too. */
static void put_object(buffer *out, const json *object)
{
	static const uint8_t KEY_ORDERED[] = {0xC7, 0, 1, 0xC0};
	size_t pairs = object->count / 2;

	if (pairs == 1 && object->items[0].count > 0 && object->items[0].text[0] == '$')
		out->fault = "the forms that begin with $ are not read here: use `modgo call` for them";
	if (pairs > 1)
		qsort(object->items, pairs, 2 * sizeof(json), compare_keys);
	for (size_t i = 1; i < pairs; i++) {
		if (compare_keys(&object->items[2 * i - 2], &object->items[2 * i]) == 0)
			out->fault = "an object has the same key twice";
	}
	put_head(out, 0x80, 15, 0, 0xDE, pairs + 1);
	put(out, KEY_ORDERED, sizeof(KEY_ORDERED));
	for (size_t i = 0; i < object->count && out->fault == NULL; i++)
		put_json(out, &object->items[i]);
}

static void put_json(buffer *out, const json *value)
{
	uint64_t bits;

	switch (value->kind) {
	case JSON_NULL:
		put_number(out, 0xC0, 0, 0);
		return;
	case JSON_BOOLEAN:
		put_number(out, value->integer ? 0xC3 : 0xC2, 0, 0);
		return;
	case JSON_INTEGER:
		put_integer(out, value->integer);
		return;
	case JSON_DOUBLE:
		memcpy(&bits, &value->number, sizeof(bits));
		put_number(out, 0xCB, bits, 8);
		return;
	case JSON_STRING:
		put_string(out, value);
		return;
	case JSON_LIST:
		put_head(out, 0x90, 15, 0, 0xDC, value->count);
		for (size_t i = 0; i < value->count && out->fault == NULL; i++)
			put_json(out, &value->items[i]);
		return;
	case JSON_OBJECT:
		put_object(out, value);
	}
}

/* Moves what it needs out of the tree. Returns the fault, or NULL. */
static const char *to_value(json *tree, aerospike_udf_go_value *value)
{
	buffer out = {0};

	memset(value, 0, sizeof(*value));
	switch (tree->kind) {
	case JSON_NULL:
		value->type = AEROSPIKE_UDF_GO_NIL;
		return NULL;
	case JSON_BOOLEAN:
	case JSON_INTEGER:
		value->type = tree->kind == JSON_BOOLEAN ? AEROSPIKE_UDF_GO_BOOLEAN : AEROSPIKE_UDF_GO_INTEGER;
		value->integer = tree->integer;
		return NULL;
	case JSON_DOUBLE:
		value->type = AEROSPIKE_UDF_GO_DOUBLE;
		memcpy(&value->integer, &tree->number, sizeof(value->integer));
		return NULL;
	case JSON_STRING:
		value->type = AEROSPIKE_UDF_GO_STRING;
		value->data = (uint8_t *)tree->text;
		value->length = tree->count;
		tree->text = NULL;
		return NULL;
	default:
		put_json(&out, tree);
		value->type = tree->kind == JSON_LIST ? AEROSPIKE_UDF_GO_LIST : AEROSPIKE_UDF_GO_MAP;
		value->data = out.data;
		value->length = out.length;
		return out.fault != NULL ? out.fault : mod_go_value_check(value).what;
	}
}

static bool take_word(const char *text, size_t length, aerospike_udf_go_value *value, const char **fault)
{
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_STRING, .length = length};
	if (mod_go_utf8_end((const uint8_t *)text, length) != length)
		*fault = "it is not UTF-8";
	else if ((value->data = malloc(length + 1)) == NULL)
		*fault = "there is no memory";
	else
		memcpy(value->data, text, length + 1);
	return *fault == NULL;
}

bool value_from_text(const char *text, aerospike_udf_go_value *value, char *why, size_t capacity)
{
	size_t length = strlen(text);
	json tree;
	json_error error = {NULL, 0};

	if (json_read(text, length, &tree, &error)) {
		error.what = to_value(&tree, value);
		json_free(&tree);
		if (error.what == NULL)
			return true;
		free(value->data);
		snprintf(why, capacity, "%s", error.what);
		return false;
	}
	/* A mistake in what was meant as JSON must not become a string, nor an integer that does not fit. */
	if (strchr("[{\"", text[0]) == NULL || length == 0) {
		bool too_large = error.what != NULL && strstr(error.what, "outside 64 bits") != NULL;

		error.what = too_large ? error.what : NULL;
		if (!too_large && take_word(text, length, value, &error.what))
			return true;
	}
	snprintf(why, capacity, "%s (at byte %zu)", error.what, error.offset);
	return false;
}
