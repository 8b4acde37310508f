/* value_from_val.c - converts an as_val to the value that the module sees. */
#include "as_module/val_conversion.h"

#include <aerospike/as_msgpack.h>
#include <aerospike/as_types.h>
#include <citrusleaf/alloc.h>
#include <string.h>

#include "value/msgpack.h"
#include "value/value_check.h"

static const char *text(aerospike_udf_go_value *value, uint32_t type, char *data, size_t length)
{
	*value = (aerospike_udf_go_value){.type = type, .data = (uint8_t *)data, .length = length};
	return NULL;
}

/* Clears the flags of maps other than the order, which the server uses for itself (an index is stored with the
 * map). Ends where the bytes are not msgpack. */
static void clear_map_flags(uint8_t *data, size_t length)
{
	mod_go_msgpack reader = {.data = data, .length = length};
	mod_go_item item;

	while (mod_go_msgpack_next(&reader, &item)) {
		if (item.kind == MOD_GO_ITEM_EXTENSION && item.size == 0)
			data[reader.offset - 1] &= AS_PACKED_MAP_FLAG_KV_ORDERED;
	}
}

/* Enough for most values. as_msgpack continues a longer one in further buffers of the same size. */
enum { PACK_BYTES = 4096, PACK_BYTES_MIN = 256 };

static void begin(as_packer *packer, mod_go_scratch *scratch)
{
	*packer = (as_packer){.buffer = scratch->inline_bytes + scratch->used,
	                      .capacity = (uint32_t)(sizeof(scratch->inline_bytes) - scratch->used)};
	if (packer->capacity < PACK_BYTES_MIN)
		*packer = (as_packer){.buffer = mod_go_scratch_take(scratch, PACK_BYTES), .capacity = PACK_BYTES};
}

/* Concatenates the packer's buffers to `out`, which may be NULL, and frees them, except for the first, which is the
 * scratch's. */
static void join(as_packer *packer, uint8_t *out)
{
	as_packer_buffer *first = packer->head;
	size_t length = 0;

	while (packer->head != NULL) {
		as_packer_buffer *part = packer->head;

		if (out != NULL)
			memcpy(out + length, part->buffer, part->length);
		length += part->length;
		packer->head = part->next;
		if (part != first)
			cf_free(part->buffer);
		cf_free(part);
	}
	if (out != NULL)
		memcpy(out + length, packer->buffer, packer->offset);
	if (first != NULL)
		cf_free(packer->buffer);
}

static size_t length_of(const as_packer *packer)
{
	size_t length = packer->offset;

	for (const as_packer_buffer *part = packer->head; part != NULL; part = part->next)
		length += part->length;
	return length;
}

/* Writes `val` as msgpack into the scratch. Returns what is wrong, or NULL. */
static const char *pack(const as_val *val, mod_go_scratch *scratch, aerospike_udf_go_value *value)
{
	as_packer packer;
	int failed;

	begin(&packer, scratch);
	if (packer.buffer == NULL)
		return "the host has no memory";
	failed = as_pack_val(&packer, val);
	value->length = length_of(&packer);
	value->data = packer.buffer;
	if (packer.head != NULL) {
		value->data = failed == 0 ? mod_go_scratch_take(scratch, value->length) : NULL;
		join(&packer, value->data);
	} else if (failed == 0 && packer.capacity != PACK_BYTES) {
		mod_go_scratch_take(scratch, value->length); /* allocates the bytes that it was written to */
	}
	if (failed != 0)
		return "a list or map holds what cannot be in one (a record, say), or more than 2 GiB";
	return value->data != NULL ? NULL : "the host has no memory";
}

static const char *packed(const as_val *val, uint32_t type, mod_go_scratch *scratch,
                          aerospike_udf_go_value *value)
{
	const char *fault;

	*value = (aerospike_udf_go_value){.type = type};
	fault = pack(val, scratch, value);
	if (fault != NULL)
		return fault;
	fault = mod_go_msgpack_check(type, value->data, value->length).what;
	if (fault == NULL)
		return NULL;
	clear_map_flags(value->data, value->length);
	return mod_go_msgpack_check(type, value->data, value->length).what;
}

static const char *bytes(const as_bytes *val, aerospike_udf_go_value *value)
{
	*value = (aerospike_udf_go_value){.type = val->type == AS_BYTES_HLL ? AEROSPIKE_UDF_GO_HLL
	                                                                    : AEROSPIKE_UDF_GO_BYTES,
	                                  .data = val->value,
	                                  .length = val->size};
	return NULL;
}

static const char *scalar(aerospike_udf_go_value *value, uint32_t type, int64_t integer)
{
	*value = (aerospike_udf_go_value){.type = type, .integer = integer};
	return NULL;
}

static const char *number(const as_double *val, aerospike_udf_go_value *value)
{
	int64_t bits;

	memcpy(&bits, &val->value, sizeof(bits));
	return scalar(value, AEROSPIKE_UDF_GO_DOUBLE, bits);
}

const char *mod_go_value_from_val(const as_val *val, mod_go_scratch *scratch, aerospike_udf_go_value *value)
{
	as_val *open = (as_val *)(uintptr_t)val; /* as_string_len is not const: it caches the length */

	if (val == NULL)
		return scalar(value, AEROSPIKE_UDF_GO_NIL, 0);
	switch (as_val_type(val)) {
	case AS_NIL:
		return scalar(value, AEROSPIKE_UDF_GO_NIL, 0);
	case AS_BOOLEAN:
		return scalar(value, AEROSPIKE_UDF_GO_BOOLEAN, ((const as_boolean *)val)->value);
	case AS_INTEGER:
		return scalar(value, AEROSPIKE_UDF_GO_INTEGER, ((const as_integer *)val)->value);
	case AS_DOUBLE:
		return number((const as_double *)val, value);
	case AS_STRING:
		return text(value, AEROSPIKE_UDF_GO_STRING, ((as_string *)open)->value,
		            as_string_len((as_string *)open));
	case AS_GEOJSON:
		return text(value, AEROSPIKE_UDF_GO_GEOJSON, ((as_geojson *)open)->value,
		            as_geojson_len((as_geojson *)open));
	case AS_BYTES:
		return bytes((const as_bytes *)val, value);
	case AS_LIST:
		return packed(val, AEROSPIKE_UDF_GO_LIST, scratch, value);
	case AS_MAP:
		return packed(val, AEROSPIKE_UDF_GO_MAP, scratch, value);
	default:
		return "it is of a type that UDFs do not have";
	}
}
