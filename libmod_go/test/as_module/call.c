/* call.c - values, calls and their answers as text. */
#include "call.h"

#include <aerospike/as_msgpack.h>
#include <aerospike/as_orderedmap.h>
#include <citrusleaf/alloc.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

record_log call_log;

as_val *blob_of(const char *bytes, uint32_t size, as_bytes_type type)
{
	as_bytes *made = as_bytes_new(size);

	as_bytes_set(made, 0, (const uint8_t *)bytes, size);
	made->type = type;
	return (as_val *)made;
}

as_val *list_of(as_val **values)
{
	as_arraylist *list = as_arraylist_new(8, 8);

	for (; *values != NULL; values++)
		as_arraylist_append(list, *values);
	return (as_val *)list;
}

as_val *map_of(as_val **pairs)
{
	as_orderedmap *map = as_orderedmap_new(8);

	for (; *pairs != NULL; pairs += 2)
		as_orderedmap_set(map, pairs[0], pairs[1]);
	map->_.flags = AS_PACKED_MAP_FLAG_K_ORDERED;
	return (as_val *)map;
}

struct text {
	char *out;
	size_t capacity, length, items;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->out + text->length, text->capacity - text->length, format, arguments);
	va_end(arguments);
	text->length +=
		(size_t)length < text->capacity - text->length ? (size_t)length : text->capacity - 1 - text->length;
}

static void add_value(struct text *text, const as_val *val);

static bool add_element(as_val *val, void *context)
{
	struct text *text = context;

	add(text, "%s", text->items++ > 0 ? ", " : "");
	add_value(text, val);
	return true;
}

static bool add_pair(const as_val *key, const as_val *val, void *context)
{
	struct text *text = context;

	add_element((as_val *)(uintptr_t)key, text);
	add(text, ": ");
	add_value(text, val);
	return true;
}

static void add_collection(struct text *text, const as_val *val)
{
	size_t outer = text->items;
	bool is_list = as_val_type(val) == AS_LIST;

	text->items = 0;
	add(text, is_list ? "[" : "{");
	if (is_list)
		as_list_foreach((const as_list *)val, add_element, text);
	else
		as_map_foreach((const as_map *)val, add_pair, text);
	add(text, is_list ? "]" : "}");
	text->items = outer;
}

static void add_bytes(struct text *text, const as_bytes *bytes)
{
	add(text, "%s", bytes->type == AS_BYTES_HLL ? "hll " : "bytes ");
	if (bytes->type != AS_BYTES_HLL && bytes->type != AS_BYTES_BLOB)
		add(text, "of type %d ", bytes->type);
	for (uint32_t i = 0; i < bytes->size; i++)
		add(text, "%02x", bytes->value[i]);
}

static void add_value(struct text *text, const as_val *val)
{
	switch (as_val_type(val)) {
	case AS_UNDEF:
		return add(text, "nothing");
	case AS_NIL:
		return add(text, "nil");
	case AS_BOOLEAN:
		return add(text, ((const as_boolean *)val)->value ? "true" : "false");
	case AS_INTEGER:
		return add(text, "%lld", (long long)((const as_integer *)val)->value);
	case AS_DOUBLE:
		return add(text, "%.17g real", ((const as_double *)val)->value);
	case AS_STRING:
		return add(text, "\"%s\"", ((const as_string *)val)->value);
	case AS_GEOJSON:
		return add(text, "geo %s", ((const as_geojson *)val)->value);
	case AS_BYTES:
		return add_bytes(text, (const as_bytes *)val);
	case AS_LIST:
	case AS_MAP:
		return add_collection(text, val);
	default:
		return add(text, "of type %d", as_val_type(val));
	}
}

/* Lua's maps have no order: as_msgpack makes ordered maps of them. */
static as_val *in_order(const as_val *val)
{
	as_serializer serializer;
	as_buffer buffer;
	as_val *ordered = NULL;

	as_msgpack_init(&serializer);
	as_buffer_init(&buffer);
	if (as_serializer_serialize(&serializer, (as_val *)(uintptr_t)val, &buffer) == 0)
		as_serializer_deserialize(&serializer, &buffer, &ordered);
	as_buffer_destroy(&buffer);
	as_serializer_destroy(&serializer);
	return ordered;
}

const char *show(const as_val *val)
{
	static char buffers[4][8192];
	static size_t next;
	struct text text = {.out = buffers[next++ % 4], .capacity = sizeof(buffers[0])};
	bool collection = as_val_type(val) == AS_LIST || as_val_type(val) == AS_MAP;
	as_val *ordered = collection ? in_order(val) : NULL;

	text.out[0] = '\0';
	add_value(&text, ordered != NULL ? ordered : val);
	as_val_destroy(ordered);
	return text.out;
}

struct outcome call_in(as_module *module, as_udf_context *context, const char *filename, const char *function,
                       as_rec *rec, as_val *arguments)
{
	as_val *list = arguments != NULL ? arguments : LIST();
	as_result result;
	struct outcome outcome;

	as_result_init(&result);
	if (rec != NULL)
		as_val_reserve(rec);
	outcome.rc = as_module_apply_record(module, context, filename, function, rec, (as_list *)list, &result);
	if (outcome.rc != 0 && rec != NULL)
		as_rec_destroy(rec);
	outcome.success = result.is_success;
	if (!outcome.success && as_val_type(result.value) == AS_STRING)
		snprintf(outcome.text, sizeof(outcome.text), "%s", as_string_get((as_string *)result.value));
	else
		snprintf(outcome.text, sizeof(outcome.text), "%s", show(result.value));
	as_result_destroy(&result);
	as_val_destroy(list);
	return outcome;
}

struct outcome call(as_module *module, const char *filename, const char *function, as_rec *rec,
                    as_val *arguments)
{
	as_aerospike aerospike;
	as_udf_context context = {.as = &aerospike};

	record_aerospike(&aerospike, &call_log);
	return call_in(module, &context, filename, function, rec, arguments);
}

void use_folder(const char *folder)
{
	mod_go_config config;

	mod_go_config_init(&config);
	snprintf(config.user_path, sizeof(config.user_path), "%s%s%s", folder[0] == '/' ? "" : check_modules,
	         folder[0] == '/' ? "" : "/", folder);
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
}

int event(as_module_event_type type, const char *filename)
{
	as_module_event event = {.type = type, .data.filename = filename};

	return as_module_update(&mod_go, &event);
}

bool add_module(const char *name)
{
	return CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, name), 0);
}

void use_go(const char *name)
{
	use_folder("go");
	add_module(name);
}

void use_c(const char *name)
{
	use_folder("c");
	add_module(name);
}

bool copy_module(const char *name, const char *path)
{
	size_t length;
	unsigned char *bytes = check_read(check_module(name), &length);
	bool written;
	char fresh[PATH_MAX];

	if (bytes == NULL)
		return false;
	/* Written beside it and renamed, so that nobody reads a half-written file. */
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	written = check_write(fresh, bytes, length) && CHECK_NUMBER(rename(fresh, path), 0);
	free(bytes);
	return written;
}
