/* list_elements.c - reads lists as elements, and writes elements as lists. */
#include "value/list_elements.h"

#include <string.h>

#include "value/value_check.h"

bool mod_go_elements_begin(mod_go_elements *elements, const uint8_t *data, size_t length)
{
	mod_go_item item;
	size_t start;

	*elements = (mod_go_elements){.reader = {.data = data, .length = length}};
	if (!mod_go_msgpack_next(&elements->reader, &item) || item.kind != MOD_GO_ITEM_LIST)
		return false;
	elements->left = item.size;
	start = elements->reader.offset;
	if (elements->left == 0 || !mod_go_msgpack_next(&elements->reader, &item))
		return true;
	if (item.kind == MOD_GO_ITEM_EXTENSION) /* the list's order, which counts as an item */
		elements->left--;
	else
		elements->reader.offset = start;
	return true;
}

/* A msgpack string, whose first byte is the particle type. */
static bool take_text(const mod_go_item *item, aerospike_udf_go_value *value)
{
	if (item->size == 0)
		return false;
	switch (item->data[0]) {
	case MOD_GO_PARTICLE_STRING:
		value->type = AEROSPIKE_UDF_GO_STRING;
		break;
	case MOD_GO_PARTICLE_GEOJSON:
		value->type = AEROSPIKE_UDF_GO_GEOJSON;
		break;
	case MOD_GO_PARTICLE_HLL:
		value->type = AEROSPIKE_UDF_GO_HLL;
		break;
	default:
		value->type = AEROSPIKE_UDF_GO_BYTES;
	}
	value->data = (uint8_t *)(uintptr_t)(item->data + 1);
	value->length = item->size - 1;
	return true;
}

static bool take_element(const mod_go_item *item, const uint8_t *from, size_t length,
                         aerospike_udf_go_value *value)
{
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	switch (item->kind) {
	case MOD_GO_ITEM_NIL:
		return true;
	case MOD_GO_ITEM_BOOLEAN:
	case MOD_GO_ITEM_INTEGER:
		value->type = item->kind == MOD_GO_ITEM_BOOLEAN ? AEROSPIKE_UDF_GO_BOOLEAN : AEROSPIKE_UDF_GO_INTEGER;
		value->integer = item->integer;
		return true;
	case MOD_GO_ITEM_DOUBLE:
		value->type = AEROSPIKE_UDF_GO_DOUBLE;
		memcpy(&value->integer, &item->number, sizeof(value->integer));
		return true;
	case MOD_GO_ITEM_STRING:
		return take_text(item, value);
	case MOD_GO_ITEM_LIST:
	case MOD_GO_ITEM_MAP:
		value->type = item->kind == MOD_GO_ITEM_LIST ? AEROSPIKE_UDF_GO_LIST : AEROSPIKE_UDF_GO_MAP;
		value->data = (uint8_t *)(uintptr_t)from;
		value->length = length;
		return true;
	default:
		return false;
	}
}

bool mod_go_elements_next(mod_go_elements *elements, aerospike_udf_go_value *value)
{
	size_t start = elements->reader.offset;
	mod_go_item item;

	if (elements->left == 0 || !mod_go_msgpack_skip(&elements->reader, &item) ||
	    !take_element(&item, elements->reader.data + start, elements->reader.offset - start, value))
		return false;
	elements->left--;
	return true;
}

bool mod_go_elements_have_nil(const uint8_t *data, size_t length)
{
	aerospike_udf_go_value value;
	mod_go_elements elements;

	if (!mod_go_elements_begin(&elements, data, length))
		return true;
	while (elements.left > 0) {
		if (!mod_go_elements_next(&elements, &value) || value.type == AEROSPIKE_UDF_GO_NIL)
			return true;
	}
	return false;
}

const char *mod_go_stream_value_fault(const aerospike_udf_go_value *value, bool list)
{
	const char *fault = mod_go_value_check(value).what;

	if (fault == NULL && (value->type == AEROSPIKE_UDF_GO_NIL ||
	                      (list && mod_go_elements_have_nil(value->data, value->length))))
		fault = "a nil would end the stream";
	return fault;
}

size_t mod_go_list_head(uint8_t head[MOD_GO_LIST_HEAD_MAX], uint32_t count)
{
	size_t bytes = count <= 0xFFFF ? 2 : 4;

	if (count < 16) {
		head[0] = (uint8_t)(0x90 | count);
		return 1;
	}
	head[0] = count <= 0xFFFF ? 0xDC : 0xDD;
	for (size_t i = 0; i < bytes; i++)
		head[1 + i] = (uint8_t)(count >> 8 * (bytes - 1 - i));
	return 1 + bytes;
}

/* The particle type of a text or of bytes; 0 for any other type. */
static uint8_t particle(uint32_t type)
{
	switch (type) {
	case AEROSPIKE_UDF_GO_STRING:
		return MOD_GO_PARTICLE_STRING;
	case AEROSPIKE_UDF_GO_BYTES:
		return MOD_GO_PARTICLE_BYTES;
	case AEROSPIKE_UDF_GO_GEOJSON:
		return MOD_GO_PARTICLE_GEOJSON;
	case AEROSPIKE_UDF_GO_HLL:
		return MOD_GO_PARTICLE_HLL;
	default:
		return 0;
	}
}

enum { NUMBER_BYTES = 9, TEXT_HEAD_BYTES = 6 };

size_t mod_go_element_size_max(const aerospike_udf_go_value *value)
{
	switch (value->type) {
	case AEROSPIKE_UDF_GO_NIL:
	case AEROSPIKE_UDF_GO_BOOLEAN:
	case AEROSPIKE_UDF_GO_INTEGER:
	case AEROSPIKE_UDF_GO_DOUBLE:
		return NUMBER_BYTES;
	case AEROSPIKE_UDF_GO_LIST:
	case AEROSPIKE_UDF_GO_MAP:
		return value->length;
	case AEROSPIKE_UDF_GO_STRING:
		if (value->length > 0 && memchr(value->data, 0, value->length) != NULL)
			return 0;
		/* fall through */
	default:
		return value->length < INT32_MAX ? TEXT_HEAD_BYTES + value->length : 0;
	}
}

/* Writes `first`, then the number in `count` bytes, big-endian. */
static size_t put_number(uint8_t *to, uint8_t first, uint64_t number, size_t count)
{
	to[0] = first;
	for (size_t i = 0; i < count; i++)
		to[1 + i] = (uint8_t)(number >> 8 * (count - 1 - i));
	return 1 + count;
}

static size_t put_text(uint8_t *to, const aerospike_udf_go_value *value)
{
	size_t length = value->length + 1; /* of the particle type and the text */
	size_t head =
		length < 32 ? put_number(to, (uint8_t)(0xA0 | length), 0, 0) : put_number(to, 0xDB, length, 4);

	to[head] = particle(value->type);
	if (value->length > 0)
		memcpy(to + head + 1, value->data, value->length);
	return head + length;
}

size_t mod_go_element_put(uint8_t *to, const aerospike_udf_go_value *value)
{
	switch (value->type) {
	case AEROSPIKE_UDF_GO_NIL:
		return put_number(to, 0xC0, 0, 0);
	case AEROSPIKE_UDF_GO_BOOLEAN:
		return put_number(to, value->integer != 0 ? 0xC3 : 0xC2, 0, 0);
	case AEROSPIKE_UDF_GO_INTEGER:
		if (value->integer >= 0 && value->integer < 128)
			return put_number(to, (uint8_t)value->integer, 0, 0);
		return put_number(to, 0xD3, (uint64_t)value->integer, 8);
	case AEROSPIKE_UDF_GO_DOUBLE:
		return put_number(to, 0xCB, (uint64_t)value->integer, 8);
	case AEROSPIKE_UDF_GO_LIST:
	case AEROSPIKE_UDF_GO_MAP:
		memcpy(to, value->data, value->length);
		return value->length;
	default:
		return put_text(to, value);
	}
}
