/*
 * list_elements.h - a list in the server's msgpack as elements of a stream: reads them one by one, and writes them.
 *
 * Reading checks only that it stays within the bytes; mod_go_value_check checks a list. No function allocates.
 */
#ifndef MOD_GO_LIST_ELEMENTS_H
#define MOD_GO_LIST_ELEMENTS_H

#include "common/public.h"
#include "value/msgpack.h"

/* The longest header of a list, in bytes. */
#define MOD_GO_LIST_HEAD_MAX 5

typedef struct mod_go_elements {
	mod_go_msgpack reader;
	uint32_t left; /* elements to read */
} mod_go_elements;

/* Starts at the first element of the list at `data`, which must outlive `elements`. False where it is not a list. */
bool mod_go_elements_begin(mod_go_elements *elements, const uint8_t *data, size_t length);

/* Reads the next element; its data points into the list. False after the last one, and where the bytes are invalid. */
bool mod_go_elements_next(mod_go_elements *elements, aerospike_udf_go_value *value);

/* Whether an element is nil; true as well where the bytes are not a list. */
bool mod_go_elements_have_nil(const uint8_t *data, size_t length);

/* What is wrong with a value to be written to a stream, or, with `list`, with a list of values: a static text, NULL
 * for a valid one. Nil is not one: it would end the stream. */
const char *mod_go_stream_value_fault(const aerospike_udf_go_value *value, bool list);

/* The most bytes that a value takes in a list; 0 for one that a list cannot hold, such as a string with a NUL. */
size_t mod_go_element_size_max(const aerospike_udf_go_value *value);

/* Writes a value as an element and returns its length. `to` must have mod_go_element_size_max bytes, which is not
 * 0. */
size_t mod_go_element_put(uint8_t *to, const aerospike_udf_go_value *value);

/* Writes the header of a list of `count` elements and returns its length. */
size_t mod_go_list_head(uint8_t head[MOD_GO_LIST_HEAD_MAX], uint32_t count);

#endif
