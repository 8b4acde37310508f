/*
 * describe.h - an as_val in a form of the tests' own, both ways, so that what as_msgpack reads and writes can be
 * compared with what was meant. It shares nothing with msgpack but the idea: a letter, then, little-endian,
 *   n nil   t f boolean   i 8 bytes   d 8 bytes   s g 4 bytes of length, text   b type, 4 bytes of length, bytes
 *   l flags, 4 bytes of count, items   m flags, 4 bytes of count, keys and values   ? anything else
 */
#ifndef TEST_DESCRIBE_H
#define TEST_DESCRIBE_H

#include <aerospike/as_val.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bytes {
	uint8_t *data;
	size_t length;
	size_t capacity;
} bytes;

void bytes_add(bytes *out, const void *data, size_t length);

void describe(bytes *out, const as_val *val);

/* The described value, NULL where that is none or ends too early; `*at` is moved behind it. */
as_val *build(const uint8_t **at, const uint8_t *end);

#endif
