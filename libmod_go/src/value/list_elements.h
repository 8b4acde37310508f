/*
 * list_elements.h - a list in the server's msgpack as the elements of a stream: one value after another out of it, and
 * into one. Checks no more than it needs to stay within the bytes: see value_check.h.
 */
#ifndef MOD_GO_ELEMENTS_H
#define MOD_GO_ELEMENTS_H

#include "value/msgpack.h"
#include "common/public.h"

/* The bytes that the head of a list takes at most. */
#define MOD_GO_LIST_HEAD_MAX 5

typedef struct mod_go_elements {
	mod_go_msgpack reader;
	uint32_t left; /* elements still to come */
} mod_go_elements;

/* Begins with the first element of a list. False where the bytes begin none. */
bool mod_go_elements_begin(mod_go_elements *elements, const uint8_t *data, size_t length);

/* The next element, whose data is lent out of the list. False where none is left, or what follows is none. */
bool mod_go_elements_next(mod_go_elements *elements, aerospike_udf_go_value *value);

/* Whether an element of the list is nil, or none at all. */
bool mod_go_elements_have_nil(const uint8_t *data, size_t length);

/* How many bytes a value takes in a list, at most; 0 where it can be in none, as a string with a NUL. */
size_t mod_go_element_size_max(const aerospike_udf_go_value *value);

/* Writes a value that has room as an element; gives its length. */
size_t mod_go_element_put(uint8_t *to, const aerospike_udf_go_value *value);

/* Writes the head of a list of `count` elements; gives its length. */
size_t mod_go_list_head(uint8_t head[MOD_GO_LIST_HEAD_MAX], uint32_t count);

#endif
