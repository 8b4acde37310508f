/*
 * json.h - a strict reader of JSON (RFC 8259) for command-line arguments.
 * Integers stay integers of 64 bits; a number with a fraction or an exponent is a double. No extensions.
 */
#ifndef TEST_APP_JSON_H
#define TEST_APP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum json_kind {
	JSON_NULL,
	JSON_BOOLEAN, /* `integer` is 0 or 1 */
	JSON_INTEGER, /* `integer` */
	JSON_DOUBLE,  /* `number` */
	JSON_STRING,  /* `text`, `count` bytes of UTF-8, which may hold NUL */
	JSON_LIST,    /* `items`, `count` of them */
	JSON_OBJECT   /* `items`, `count` of them, an even number: key, value, key, value... */
} json_kind;

typedef struct json {
	json_kind kind;
	int64_t integer;
	double number;
	char *text;
	struct json *items;
	size_t count;
} json;

/* Why a text is not JSON, and at which byte. */
typedef struct json_error {
	const char *what;
	size_t offset;
} json_error;

/* Reads all of `text`, which must be UTF-8. On success the caller frees the tree by json_free. */
bool json_read(const char *text, size_t length, json *tree, json_error *error);

void json_free(json *tree);

#endif
