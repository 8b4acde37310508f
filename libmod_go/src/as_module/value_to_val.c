/* value_to_val.c - converts a module's value to an as_val on Aerospike's heap. */
#include "as_module/val_conversion.h"

#include <aerospike/as_msgpack.h>
#include <aerospike/as_types.h>
#include <citrusleaf/alloc.h>
#include <string.h>

static const char *made(void *val, as_val **out)
{
	*out = val;
	return val != NULL ? NULL : "the host has no memory";
}

/* Copies the data to Aerospike's heap, with a NUL. */
static char *copied(const aerospike_udf_go_value *value)
{
	char *copy = cf_malloc(value->length + 1);

	if (copy == NULL)
		return NULL;
	if (value->length > 0)
		memcpy(copy, value->data, value->length);
	copy[value->length] = '\0';
	return copy;
}

/* A string, GeoJSON or bytes that owns `copy`. */
static void *owner(const aerospike_udf_go_value *value, char *copy)
{
	as_bytes *bytes;

	switch (value->type) {
	case AEROSPIKE_UDF_GO_STRING:
		return as_string_new_wlen(copy, value->length, true);
	case AEROSPIKE_UDF_GO_GEOJSON:
		return as_geojson_new_wlen(copy, value->length, true);
	default:
		bytes = as_bytes_new_wrap((uint8_t *)copy, (uint32_t)value->length, true);
		if (bytes != NULL)
			bytes->type = value->type == AEROSPIKE_UDF_GO_HLL ? AS_BYTES_HLL : AS_BYTES_BLOB;
		return bytes;
	}
}

static const char *with_copy(const aerospike_udf_go_value *value, as_val **out)
{
	char *copy;

	if (value->length >= INT32_MAX)
		return "it is larger than 2 GiB";
	copy = copied(value);
	*out = copy != NULL ? owner(value, copy) : NULL;
	if (*out == NULL)
		cf_free(copy);
	return *out != NULL ? NULL : "the host has no memory";
}

static const char *unpacked(const aerospike_udf_go_value *value, as_val **out)
{
	as_unpacker unpacker = {.buffer = value->data, .length = (uint32_t)value->length};

	if (value->length >= INT32_MAX)
		return "it is larger than 2 GiB";
	*out = NULL;
	if (as_unpack_val(&unpacker, out) == 0 && *out != NULL)
		return NULL;
	return "Aerospike's msgpack does not take it";
}

const char *mod_go_value_to_val(const aerospike_udf_go_value *value, as_val **val)
{
	double number;

	switch (value->type) {
	case AEROSPIKE_UDF_GO_NIL:
		return made((as_val *)(uintptr_t)&as_nil, val);
	case AEROSPIKE_UDF_GO_BOOLEAN:
		return made(as_boolean_new(value->integer != 0), val);
	case AEROSPIKE_UDF_GO_INTEGER:
		return made(as_integer_new(value->integer), val);
	case AEROSPIKE_UDF_GO_DOUBLE:
		memcpy(&number, &value->integer, sizeof(number));
		return made(as_double_new(number), val);
	case AEROSPIKE_UDF_GO_STRING:
	case AEROSPIKE_UDF_GO_GEOJSON:
	case AEROSPIKE_UDF_GO_BYTES:
	case AEROSPIKE_UDF_GO_HLL:
		return with_copy(value, val);
	case AEROSPIKE_UDF_GO_LIST:
	case AEROSPIKE_UDF_GO_MAP:
		return unpacked(value, val);
	default:
		return "it is of a type that does not exist";
	}
}
