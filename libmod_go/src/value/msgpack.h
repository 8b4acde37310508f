/* msgpack.h - reads msgpack one head at a time. Knows the format, not what Aerospike allows in it. */
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

/* Reads the next item; of a list or map its head only. False, with the offset where it was, where the bytes end
 * within it or begin none. */
bool mod_go_msgpack_next(mod_go_msgpack *reader, mod_go_item *item);

/* Reads the next item with all that it holds, however deep, and gives its own head. */
bool mod_go_msgpack_skip(mod_go_msgpack *reader, mod_go_item *item);

#endif
