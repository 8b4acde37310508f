/* msgpack_check.c - checks that the Aerospike server could store a list or map. */
#include "value/value_check.h"

#include <string.h>

#include "value/msgpack.h"

/* One open list or map. */
struct level {
	bool is_map;
	bool begun;    /* the first item was read */
	bool at_value; /* the key of a pair was read, its value was not */
	bool ordered;  /* a map whose keys must ascend */
	bool has_key;  /* `key` is the previous key */
	uint32_t left; /* items, or pairs of a map, to read */
	mod_go_item key;
};

struct check {
	mod_go_msgpack reader;
	struct level levels[AEROSPIKE_UDF_GO_DEPTH_MAX];
	size_t depth;
};

/* The order of a list or map is the type of an empty extension. */
enum { ORDER_KEYS = 1, ORDER_KEYS_AND_VALUES = 3, ORDER_LIST = 1 };

static const char *string_fault(const mod_go_item *item)
{
	if (item->size == 0)
		return "a string has no particle type before it";
	switch (item->data[0]) {
	case MOD_GO_PARTICLE_STRING:
		if (memchr(item->data + 1, 0, item->size - 1) != NULL)
			return "a string in a collection has a NUL, at which the server would cut it";
		/* fall through */
	case MOD_GO_PARTICLE_GEOJSON:
		return mod_go_utf8_end(item->data + 1, item->size - 1) == item->size - 1 ? NULL : "text is not UTF-8";
	case MOD_GO_PARTICLE_BYTES:
	case MOD_GO_PARTICLE_HLL:
	case 7: /* blobs of client languages: Java, C#, Python, Ruby, PHP, Erlang */
	case 8:
	case 9:
	case 10:
	case 11:
	case 12:
		return NULL;
	default:
		return "a string has a particle type that does not exist";
	}
}

static const char *key_fault(const mod_go_item *key)
{
	if (key->kind == MOD_GO_ITEM_INTEGER)
		return NULL;
	if (key->kind == MOD_GO_ITEM_STRING && key->size > 0 &&
	    (key->data[0] == MOD_GO_PARTICLE_STRING || key->data[0] == MOD_GO_PARTICLE_BYTES))
		return string_fault(key);
	return "a map key is neither integer, string nor bytes";
}

/* Aerospike orders keys by type: integers, strings, bytes. The particle type, the first byte, orders the last two. */
static bool keys_ascend(const mod_go_item *before, const mod_go_item *after)
{
	size_t common = before->size < after->size ? before->size : after->size;
	int order;

	if (before->kind != after->kind)
		return before->kind == MOD_GO_ITEM_INTEGER;
	if (before->kind == MOD_GO_ITEM_INTEGER)
		return before->integer < after->integer;
	order = memcmp(before->data, after->data, common);
	return order < 0 || (order == 0 && before->size < after->size);
}

/* Opens the list or map whose header was just read. */
static const char *enter(struct check *check, const mod_go_item *head)
{
	size_t rest = check->reader.length - check->reader.offset;
	bool is_map = head->kind == MOD_GO_ITEM_MAP;

	if (check->depth == AEROSPIKE_UDF_GO_DEPTH_MAX)
		return "lists and maps nest deeper than 64";
	if (head->size > rest / (is_map ? 2 : 1))
		return "a list or map counts more items than there are bytes";
	check->levels[check->depth++] = (struct level){.is_map = is_map, .left = head->size};
	return NULL;
}

static const char *read_item(struct check *check, mod_go_item *item)
{
	if (mod_go_msgpack_next(&check->reader, item))
		return NULL;
	if (check->reader.offset < check->reader.length && check->reader.data[check->reader.offset] == 0xC1)
		return "a byte begins no item";
	return "it ends within an item";
}

/* Reads the order of a list or map, which may only be its first item. */
static const char *take_order(struct check *check, struct level *level, const mod_go_item *item)
{
	mod_go_item nil;
	const char *fault;

	if (level->begun || item->size != 0)
		return "an extension type is not allowed here";
	level->begun = true;
	level->left--;
	if (!level->is_map)
		return item->integer == ORDER_LIST ? NULL : "a list has an order that does not exist";
	if (item->integer != ORDER_KEYS && item->integer != ORDER_KEYS_AND_VALUES)
		return "a map has an order that does not exist";
	level->ordered = true;
	fault = read_item(check, &nil);
	if (fault == NULL && nil.kind != MOD_GO_ITEM_NIL)
		fault = "the order of a map has a value other than nil";
	return fault;
}

static const char *take_key(struct level *level, const mod_go_item *key)
{
	const char *fault = key_fault(key);

	if (fault != NULL)
		return fault;
	if (level->ordered && level->has_key && !keys_ascend(&level->key, key))
		return "a map is marked as ordered, but its keys are not in order or not unique";
	level->key = *key;
	level->has_key = true;
	level->at_value = true;
	level->begun = true;
	return NULL;
}

static const char *take_value(struct check *check, struct level *level, const mod_go_item *value)
{
	level->begun = true;
	level->at_value = false;
	level->left--;
	switch (value->kind) {
	case MOD_GO_ITEM_LIST:
	case MOD_GO_ITEM_MAP:
		return enter(check, value);
	case MOD_GO_ITEM_STRING:
		return string_fault(value);
	case MOD_GO_ITEM_UNSIGNED:
		return "an integer is larger than 64 bits with a sign can hold";
	case MOD_GO_ITEM_BINARY:
		return "bytes are msgpack bin, which the server does not write";
	case MOD_GO_ITEM_EXTENSION:
		return "an extension type is not allowed here";
	default:
		return NULL;
	}
}

/* Reads the next item of the innermost list or map, or closes it. */
static const char *step(struct check *check)
{
	struct level *level = &check->levels[check->depth - 1];
	mod_go_item item;
	const char *fault;

	if (level->left == 0 && !level->at_value) {
		check->depth--;
		return NULL;
	}
	fault = read_item(check, &item);
	if (fault != NULL)
		return fault;
	if (item.kind == MOD_GO_ITEM_EXTENSION && !level->at_value)
		return take_order(check, level, &item);
	if (level->is_map && !level->at_value)
		return take_key(level, &item);
	return take_value(check, level, &item);
}

mod_go_fault mod_go_msgpack_check(uint32_t type, const uint8_t *data, size_t length)
{
	struct check check;
	mod_go_item head;
	mod_go_item_kind expected = type == AEROSPIKE_UDF_GO_LIST ? MOD_GO_ITEM_LIST : MOD_GO_ITEM_MAP;
	const char *fault;
	size_t start = 0;

	/* `levels` is set as lists and maps are opened: clearing all 64 for each value would cost more than a short
	 * check. */
	check.reader = (mod_go_msgpack){.data = data, .length = length};
	check.depth = 0;
	fault = length == 0 ? "it is empty" : read_item(&check, &head);
	if (fault == NULL && head.kind != expected)
		fault = type == AEROSPIKE_UDF_GO_LIST ? "it is not a list" : "it is not a map";
	if (fault == NULL)
		fault = enter(&check, &head);
	while (fault == NULL && check.depth > 0) {
		start = check.reader.offset;
		fault = step(&check);
	}
	if (fault == NULL && check.reader.offset != length) {
		start = check.reader.offset;
		fault = "bytes follow its end";
	}
	return (mod_go_fault){fault, start};
}
