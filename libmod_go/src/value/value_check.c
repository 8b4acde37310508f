/* value_check.c - checks one value; msgpack_check.c checks the contents of lists and maps. */
#include "value/value_check.h"

static bool in_range(uint8_t byte, uint8_t low, uint8_t high)
{
	return byte >= low && byte <= high;
}

/* The length of the UTF-8 sequence at `text`, 0 where it is not well-formed (table 3-7 of the Unicode standard). */
static size_t sequence_length(const uint8_t *text, size_t length)
{
	uint8_t first = text[0];
	size_t expected = first < 0x80   ? 1
	                  : first < 0xC2 ? 0
	                  : first < 0xE0 ? 2
	                  : first < 0xF0 ? 3
	                  : first < 0xF5 ? 4
	                                 : 0;
	uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

	if (expected > length || (expected > 1 && !in_range(text[1], low, high)))
		return 0;
	for (size_t i = 2; i < expected; i++) {
		if (!in_range(text[i], 0x80, 0xBF))
			return 0;
	}
	return expected;
}

size_t mod_go_utf8_end(const uint8_t *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		size_t step = sequence_length(text + at, length - at);

		if (step == 0)
			return at;
		at += step;
	}
	return length;
}

const char *mod_go_bin_name_fault(const char *name, size_t length)
{
	if (length == 0)
		return "a bin must have a name";
	if (length > AEROSPIKE_UDF_GO_BIN_NAME_MAX)
		return "a bin's name has more than 15 bytes";
	if (memchr(name, 0, length) != NULL || mod_go_utf8_end((const uint8_t *)name, length) != length)
		return "a bin's name is not UTF-8, or has a NUL";
	return NULL;
}

mod_go_fault mod_go_value_check(const aerospike_udf_go_value *value)
{
	size_t end;

	if (mod_go_type_has_data(value->type) && value->data == NULL && value->length > 0)
		return (mod_go_fault){"it has a length but no data", 0};
	switch (value->type) {
	case AEROSPIKE_UDF_GO_NIL:
	case AEROSPIKE_UDF_GO_INTEGER:
	case AEROSPIKE_UDF_GO_DOUBLE:
	case AEROSPIKE_UDF_GO_BYTES:
	case AEROSPIKE_UDF_GO_HLL:
		return (mod_go_fault){NULL, 0};
	case AEROSPIKE_UDF_GO_BOOLEAN:
		return (mod_go_fault){
			value->integer == 0 || value->integer == 1 ? NULL : "a boolean is neither 0 nor 1", 0};
	case AEROSPIKE_UDF_GO_STRING:
	case AEROSPIKE_UDF_GO_GEOJSON:
		end = mod_go_utf8_end(value->data, value->length);
		return (mod_go_fault){end == value->length ? NULL : "text is not UTF-8", end};
	case AEROSPIKE_UDF_GO_LIST:
	case AEROSPIKE_UDF_GO_MAP:
		return mod_go_msgpack_check(value->type, value->data, value->length);
	default:
		return (mod_go_fault){"its type does not exist", 0};
	}
}
