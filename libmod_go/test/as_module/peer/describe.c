/* describe.c - an as_val in the form of describe.h, both ways. */
#include "describe.h"

#include <aerospike/as_types.h>
#include <stdlib.h>
#include <string.h>

void bytes_add(bytes *out, const void *data, size_t length)
{
	if (out->length + length > out->capacity) {
		out->capacity = 2 * (out->length + length);
		out->data = realloc(out->data, out->capacity);
		if (out->data == NULL)
			abort();
	}
	if (length > 0)
		memcpy(out->data + out->length, data, length);
	out->length += length;
}

static void add_letter(bytes *out, char letter)
{
	bytes_add(out, &letter, 1);
}

static void add_count(bytes *out, uint32_t count)
{
	bytes_add(out, &count, sizeof(count));
}

static void add_text(bytes *out, char letter, const char *text, size_t length)
{
	add_letter(out, letter);
	add_count(out, (uint32_t)length);
	bytes_add(out, text, length);
}

static void add_bytes(bytes *out, const as_bytes *val)
{
	uint8_t type = (uint8_t)val->type;

	add_letter(out, 'b');
	bytes_add(out, &type, 1);
	add_count(out, val->size);
	bytes_add(out, val->value, val->size);
}

static bool add_item(as_val *val, void *out)
{
	describe(out, val);
	return true;
}

static bool add_pair(const as_val *key, const as_val *val, void *out)
{
	describe(out, key);
	describe(out, val);
	return true;
}

static void add_collection(bytes *out, char letter, uint32_t flags, uint32_t count)
{
	uint8_t flag = (uint8_t)flags;

	add_letter(out, letter);
	bytes_add(out, &flag, 1);
	add_count(out, count);
}

void describe(bytes *out, const as_val *val)
{
	as_val *open = (as_val *)(uintptr_t)val;

	switch (val != NULL ? as_val_type(val) : AS_UNKNOWN) {
	case AS_NIL:
		return add_letter(out, 'n');
	case AS_BOOLEAN:
		return add_letter(out, ((as_boolean *)open)->value ? 't' : 'f');
	case AS_INTEGER:
		add_letter(out, 'i');
		return bytes_add(out, &((as_integer *)open)->value, 8);
	case AS_DOUBLE:
		add_letter(out, 'd');
		return bytes_add(out, &((as_double *)open)->value, 8);
	case AS_STRING:
		return add_text(out, 's', ((as_string *)open)->value, as_string_len((as_string *)open));
	case AS_GEOJSON:
		return add_text(out, 'g', ((as_geojson *)open)->value, as_geojson_len((as_geojson *)open));
	case AS_BYTES:
		return add_bytes(out, (as_bytes *)open);
	case AS_LIST:
		add_collection(out, 'l', ((as_list *)open)->flags, as_list_size((as_list *)open));
		as_list_foreach((as_list *)open, add_item, out);
		return;
	case AS_MAP:
		add_collection(out, 'm', ((as_map *)open)->flags, as_map_size((as_map *)open));
		as_map_foreach((as_map *)open, add_pair, out);
		return;
	default:
		add_letter(out, '?');
	}
}

static bool take(const uint8_t **at, const uint8_t *end, void *out, size_t length)
{
	if (length > (size_t)(end - *at))
		return false;
	memcpy(out, *at, length);
	*at += length;
	return true;
}

static void *build_blob(char letter, const uint8_t **at, const uint8_t *end)
{
	uint8_t type = 0;
	uint32_t length;
	as_bytes *val;
	char *copy;

	if ((letter == 'b' && !take(at, end, &type, 1)) || !take(at, end, &length, 4) ||
	    length > (size_t)(end - *at))
		return NULL;
	copy = calloc(1, length + 1);
	take(at, end, copy, length);
	if (letter == 's')
		return as_string_new_wlen(copy, length, true);
	if (letter == 'g')
		return as_geojson_new_wlen(copy, length, true);
	val = as_bytes_new_wrap((uint8_t *)copy, length, true);
	val->type = (as_bytes_type)type;
	return val;
}

static void *build_list(const uint8_t **at, const uint8_t *end)
{
	uint8_t flags;
	uint32_t count;
	as_arraylist *list;

	if (!take(at, end, &flags, 1) || !take(at, end, &count, 4) || count > (size_t)(end - *at))
		return NULL;
	list = as_arraylist_new(count, 8);
	list->_.flags = flags;
	for (; count > 0; count--) {
		as_val *item = build(at, end);

		if (item == NULL) {
			as_arraylist_destroy(list);
			return NULL;
		}
		as_arraylist_append(list, item);
	}
	return list;
}

static void *build_map(const uint8_t **at, const uint8_t *end)
{
	uint8_t flags;
	uint32_t count;
	as_orderedmap *map;

	if (!take(at, end, &flags, 1) || !take(at, end, &count, 4) || count > (size_t)(end - *at))
		return NULL;
	map = as_orderedmap_new(count + 1);
	as_orderedmap_set_flags(map, flags);
	for (; count > 0; count--) {
		as_val *key = build(at, end);
		as_val *val = key != NULL ? build(at, end) : NULL;

		if (val == NULL || as_orderedmap_set(map, key, val) < 0) {
			as_val_destroy(key);
			as_val_destroy(val);
			as_orderedmap_destroy(map);
			return NULL;
		}
	}
	return map;
}

as_val *build(const uint8_t **at, const uint8_t *end)
{
	char letter;
	int64_t integer;
	double number;

	if (!take(at, end, &letter, 1))
		return NULL;
	switch (letter) {
	case 'n':
		return (as_val *)(uintptr_t)&as_nil;
	case 't':
	case 'f':
		return (as_val *)as_boolean_new(letter == 't');
	case 'i':
		return take(at, end, &integer, 8) ? (as_val *)as_integer_new(integer) : NULL;
	case 'd':
		return take(at, end, &number, 8) ? (as_val *)as_double_new(number) : NULL;
	case 's':
	case 'g':
	case 'b':
		return build_blob(letter, at, end);
	case 'l':
		return build_list(at, end);
	case 'm':
		return build_map(at, end);
	default:
		return NULL;
	}
}
