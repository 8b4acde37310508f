/*
 * msgpack.h - reads msgpack item by item. What Aerospike allows in a list or map is msgpack_check.c's.
 *
 * Items point into the bytes that are read. No function allocates.
 */
#ifndef MOD_GO_MSGPACK_H
#define MOD_GO_MSGPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mod_go_item_kind {
	MOD_GO_ITEM_NIL,
	MOD_GO_ITEM_BOOLEAN,   /* `integer` */
	MOD_GO_ITEM_INTEGER,   /* `integer` */
	MOD_GO_ITEM_UNSIGNED,  /* an integer above INT64_MAX */
	MOD_GO_ITEM_DOUBLE,    /* `number` */
	MOD_GO_ITEM_STRING,    /* `data`, `size` */
	MOD_GO_ITEM_BINARY,    /* likewise */
	MOD_GO_ITEM_EXTENSION, /* likewise, and `integer` is its type */
	MOD_GO_ITEM_LIST,      /* `size` items follow */
	MOD_GO_ITEM_MAP        /* `size` pairs follow */
} mod_go_item_kind;

typedef struct mod_go_item {
	mod_go_item_kind kind;
	int64_t integer;
	double number;
	const uint8_t *data;
	uint32_t size;
} mod_go_item;

typedef struct mod_go_msgpack {
	const uint8_t *data;
	size_t length;
	size_t offset;
} mod_go_msgpack;

/* Reads the next item; of a list or map only its header. False, with the offset unchanged, where the bytes end
 * within the item or are not one. */
bool mod_go_msgpack_next(mod_go_msgpack *reader, mod_go_item *item);

/* Skips the next item with everything in it, and stores its header in `item`. The stack does not grow with the
 * depth. */
bool mod_go_msgpack_skip(mod_go_msgpack *reader, mod_go_item *item);

#endif
