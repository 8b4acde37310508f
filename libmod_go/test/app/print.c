/* print.c - prints a value on one line. */
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "value/msgpack.h"
#include "value/value_check.h"

static void print_string(FILE *out, const uint8_t *text, size_t length)
{
	fputc('"', out);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"' || text[i] == '\\')
			fprintf(out, "\\%c", text[i]);
		else if (text[i] == '\n')
			fputs("\\n", out);
		else if (text[i] < 0x20 || text[i] == 0x7F)
			fprintf(out, "\\u%04x", text[i]);
		else
			fputc(text[i], out);
	}
	fputc('"', out);
}

/* The shortest text that reads as the same number and as a double. */
static void print_double(FILE *out, double number)
{
	char text[40];

	if (number != number || number - number != 0) { /* not a number, infinite */
		fprintf(out, "{\"$double\": \"%s\"}",
		        number != number ? "NaN"
		        : number > 0     ? "Infinity"
		                         : "-Infinity");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	fprintf(out, "%s%s", text, strpbrk(text, ".e") == NULL ? ".0" : "");
}

static void print_base64(FILE *out, const char *form, const uint8_t *data, size_t length)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	fprintf(out, "{\"%s\": \"", form);
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t three = (uint32_t)data[i] << 16 | (left > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
		                 (left > 2 ? data[i + 2] : 0);

		fputc(DIGITS[three >> 18], out);
		fputc(DIGITS[three >> 12 & 63], out);
		fputc(left > 1 ? DIGITS[three >> 6 & 63] : '=', out);
		fputc(left > 2 ? DIGITS[three & 63] : '=', out);
	}
	fputs("\"}", out);
}

static void print_geojson(FILE *out, const uint8_t *text, size_t length)
{
	fputs("{\"$geojson\": ", out);
	print_string(out, text, length);
	fputc('}', out);
}

/* A string of a collection: its first byte is its type. */
static void print_particle(FILE *out, const mod_go_item *item)
{
	const uint8_t *payload = item->data + 1;
	size_t length = item->size - 1;

	switch (item->data[0]) {
	case MOD_GO_PARTICLE_STRING:
		print_string(out, payload, length);
		return;
	case MOD_GO_PARTICLE_GEOJSON:
		print_geojson(out, payload, length);
		return;
	case MOD_GO_PARTICLE_HLL:
		print_base64(out, "$hll", payload, length);
		return;
	default:
		print_base64(out, "$bytes", payload, length);
	}
}

static void print_next(FILE *out, mod_go_msgpack *reader);

/* Skips the extension with the order, and in a map its nil. Whether there was one. */
static bool skip_order(mod_go_msgpack *reader, bool is_map)
{
	mod_go_msgpack ahead = *reader;
	mod_go_item item;

	if (!mod_go_msgpack_next(&ahead, &item) || item.kind != MOD_GO_ITEM_EXTENSION)
		return false;
	if (is_map)
		mod_go_msgpack_next(&ahead, &item);
	*reader = ahead;
	return true;
}

/* JSON's objects have string keys, and one with a single key that begins with $ would be read as something else. */
static bool is_object(mod_go_msgpack reader, uint32_t pairs)
{
	mod_go_item item;

	for (uint32_t i = 0; i < pairs; i++) {
		if (!mod_go_msgpack_next(&reader, &item) || item.kind != MOD_GO_ITEM_STRING ||
		    item.data[0] != MOD_GO_PARTICLE_STRING || (item.size > 1 && item.data[1] == '$'))
			return false;
		for (uint64_t left = 1; left > 0; left--) { /* over the value, and what is in it */
			if (!mod_go_msgpack_next(&reader, &item))
				return false;
			left += item.kind == MOD_GO_ITEM_LIST  ? item.size
			        : item.kind == MOD_GO_ITEM_MAP ? (uint64_t)item.size * 2
			                                       : 0;
		}
	}
	return true;
}

static void print_map(FILE *out, mod_go_msgpack *reader, uint32_t pairs)
{
	bool object;

	if (pairs > 0 && skip_order(reader, true))
		pairs--;
	object = is_object(*reader, pairs);
	fputs(object ? "{" : "{\"$map\": [", out);
	for (uint32_t i = 0; i < pairs; i++) {
		fputs(i > 0 ? ", " : "", out);
		fputs(object ? "" : "[", out);
		print_next(out, reader);
		fputs(object ? ": " : ", ", out);
		print_next(out, reader);
		fputs(object ? "" : "]", out);
	}
	fputs(object ? "}" : "]}", out);
}

static void print_list(FILE *out, mod_go_msgpack *reader, uint32_t count)
{
	if (count > 0 && skip_order(reader, false))
		count--;
	fputc('[', out);
	for (uint32_t i = 0; i < count; i++) {
		fputs(i > 0 ? ", " : "", out);
		print_next(out, reader);
	}
	fputc(']', out);
}

static void print_next(FILE *out, mod_go_msgpack *reader)
{
	mod_go_item item;

	if (!mod_go_msgpack_next(reader, &item))
		return;
	switch (item.kind) {
	case MOD_GO_ITEM_BOOLEAN:
		fputs(item.integer ? "true" : "false", out);
		return;
	case MOD_GO_ITEM_INTEGER:
		fprintf(out, "%" PRId64, item.integer);
		return;
	case MOD_GO_ITEM_DOUBLE:
		print_double(out, item.number);
		return;
	case MOD_GO_ITEM_STRING:
		print_particle(out, &item);
		return;
	case MOD_GO_ITEM_LIST:
		print_list(out, reader, item.size);
		return;
	case MOD_GO_ITEM_MAP:
		print_map(out, reader, item.size);
		return;
	default:
		fputs("null", out);
	}
}

void value_print(FILE *out, const aerospike_udf_go_value *value)
{
	mod_go_msgpack reader = {.data = value->data, .length = value->length};
	double number;

	switch (value->type) {
	case AEROSPIKE_UDF_GO_NIL:
		fputs("null", out);
		return;
	case AEROSPIKE_UDF_GO_BOOLEAN:
		fputs(value->integer ? "true" : "false", out);
		return;
	case AEROSPIKE_UDF_GO_INTEGER:
		fprintf(out, "%" PRId64, value->integer);
		return;
	case AEROSPIKE_UDF_GO_DOUBLE:
		memcpy(&number, &value->integer, sizeof(number));
		print_double(out, number);
		return;
	case AEROSPIKE_UDF_GO_STRING:
		print_string(out, value->data, value->length);
		return;
	case AEROSPIKE_UDF_GO_GEOJSON:
		print_geojson(out, value->data, value->length);
		return;
	case AEROSPIKE_UDF_GO_BYTES:
		print_base64(out, "$bytes", value->data, value->length);
		return;
	case AEROSPIKE_UDF_GO_HLL:
		print_base64(out, "$hll", value->data, value->length);
		return;
	default:
		print_next(out, &reader);
	}
}
