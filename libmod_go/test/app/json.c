/* json.c - reads JSON into a tree by recursive descent. encode.c makes Aerospike's values of the tree. */
#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aerospike_udf_go.h"
#include "value/value_check.h"

struct reader {
	const char *text;
	size_t length;
	size_t at;
	unsigned depth;
	const char *fault;
};

static bool read_value(struct reader *reader, json *value);

static bool fail(struct reader *reader, const char *what)
{
	if (reader->fault == NULL)
		reader->fault = what;
	return false;
}

/* The next byte, or NUL at the end; JSON has no NUL. */
static char peek(const struct reader *reader)
{
	return reader->at < reader->length ? reader->text[reader->at] : '\0';
}

static bool take(struct reader *reader, char expected)
{
	if (peek(reader) != expected)
		return false;
	reader->at++;
	return true;
}

static void skip_space(struct reader *reader)
{
	while (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\n' || peek(reader) == '\r')
		reader->at++;
}

static bool take_word(struct reader *reader, const char *word)
{
	size_t length = strlen(word);

	if (reader->length - reader->at < length || memcmp(reader->text + reader->at, word, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static bool take_digits(struct reader *reader)
{
	size_t start = reader->at;

	while (peek(reader) >= '0' && peek(reader) <= '9')
		reader->at++;
	return reader->at > start || fail(reader, "a number lacks digits");
}

static bool read_number(struct reader *reader, json *value)
{
	size_t start = reader->at;
	bool whole = true;
	char copy[512];

	take(reader, '-');
	if (!take(reader, '0') && !take_digits(reader))
		return false;
	if (take(reader, '.')) {
		whole = false;
		if (!take_digits(reader))
			return false;
	}
	if (take(reader, 'e') || take(reader, 'E')) {
		whole = false;
		if (!take(reader, '+'))
			take(reader, '-');
		if (!take_digits(reader))
			return false;
	}
	if (reader->at - start >= sizeof(copy))
		return fail(reader, "a number is too long");
	memcpy(copy, reader->text + start, reader->at - start);
	copy[reader->at - start] = '\0';
	errno = 0;
	value->kind = whole ? JSON_INTEGER : JSON_DOUBLE;
	if (whole)
		value->integer = strtoll(copy, NULL, 10);
	else
		value->number = strtod(copy, NULL);
	if (errno == ERANGE && (whole || value->number > 1 || value->number < -1))
		return fail(reader, whole ? "an integer is outside 64 bits" : "a number is too large");
	return true;
}

static bool read_hex4(struct reader *reader, uint32_t *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++) {
		char c = peek(reader);
		uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
		                 : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
		                                        : 16;

		if (digit == 16)
			return fail(reader, "\\u needs four hexadecimal digits");
		*unit = *unit << 4 | digit;
		reader->at++;
	}
	return true;
}

static size_t put_utf8(uint32_t point, char *out)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xC0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3F));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xE0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3F));
		out[2] = (char)(0x80 | (point & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3F));
	out[2] = (char)(0x80 | (point >> 6 & 0x3F));
	out[3] = (char)(0x80 | (point & 0x3F));
	return 4;
}

/* After "\u": at most four bytes are written for the six read. */
static bool read_unicode_escape(struct reader *reader, char *out, size_t *length)
{
	uint32_t unit, low;

	if (!read_hex4(reader, &unit))
		return false;
	if (unit >= 0xD800 && unit < 0xDC00) {
		if (!take_word(reader, "\\u") || !read_hex4(reader, &low) || low < 0xDC00 || low > 0xDFFF)
			return fail(reader, "half of a surrogate pair is missing");
		unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
	} else if (unit >= 0xDC00 && unit < 0xE000) {
		return fail(reader, "half of a surrogate pair is missing");
	}
	*length += put_utf8(unit, out + *length);
	return true;
}

static bool read_escape(struct reader *reader, char *out, size_t *length)
{
	static const char NAMES[] = "\"\\/bfnrt";
	static const char MEANINGS[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (take(reader, 'u'))
		return read_unicode_escape(reader, out, length);
	found = peek(reader) == '\0' ? NULL : strchr(NAMES, peek(reader));
	if (found == NULL)
		return fail(reader, "an escape does not exist");
	reader->at++;
	out[(*length)++] = MEANINGS[found - NAMES];
	return true;
}

static bool read_string(struct reader *reader, json *value)
{
	value->kind = JSON_STRING;
	value->text = malloc(reader->length - reader->at + 1); /* no escape grows */
	if (value->text == NULL)
		return fail(reader, "there is no memory");
	reader->at++;
	while (!take(reader, '"')) {
		unsigned char c = (unsigned char)peek(reader);

		if (reader->at == reader->length)
			return fail(reader, "a string does not end");
		if (c < 0x20)
			return fail(reader, "a control character stands in a string");
		reader->at++;
		if (c != '\\')
			value->text[value->count++] = (char)c;
		else if (!read_escape(reader, value->text, &value->count))
			return false;
	}
	return true;
}

/* Adds a null item to a list or object. NULL where there is no memory. */
static json *append(struct reader *reader, json *parent)
{
	json *grown = parent->items;

	if ((parent->count & (parent->count - 1)) == 0) /* it is full at every power of two, and at 0 */
		grown = realloc(parent->items, (parent->count == 0 ? 1 : parent->count * 2) * sizeof(json));
	if (grown == NULL) {
		fail(reader, "there is no memory");
		return NULL;
	}
	parent->items = grown;
	memset(&grown[parent->count], 0, sizeof(json));
	return &grown[parent->count++];
}

static bool read_key(struct reader *reader, json *object)
{
	json *key;

	if (peek(reader) != '"')
		return fail(reader, "a key of an object must be a string in quotes");
	key = append(reader, object);
	if (key == NULL || !read_string(reader, key))
		return false;
	skip_space(reader);
	return take(reader, ':') || fail(reader, "a colon must follow a key");
}

/* The items of a list, or the keys and values of an object, after its bracket. */
static bool read_items(struct reader *reader, json *value, char closing)
{
	bool is_object = closing == '}';
	json *item;

	skip_space(reader);
	if (take(reader, closing))
		return true;
	do {
		skip_space(reader);
		if (is_object && !read_key(reader, value))
			return false;
		item = append(reader, value);
		if (item == NULL || !read_value(reader, item))
			return false;
		skip_space(reader);
	} while (take(reader, ','));
	return take(reader, closing) ||
	       fail(reader, is_object ? "an object does not end" : "a list does not end");
}

static bool read_value(struct reader *reader, json *value)
{
	bool read;

	skip_space(reader);
	switch (peek(reader)) {
	case '"':
		return read_string(reader, value);
	case '[':
	case '{':
		if (reader->depth == AEROSPIKE_UDF_GO_DEPTH_MAX)
			return fail(reader, "lists and objects nest deeper than 64");
		value->kind = peek(reader) == '[' ? JSON_LIST : JSON_OBJECT;
		reader->at++;
		reader->depth++;
		read = read_items(reader, value, value->kind == JSON_LIST ? ']' : '}');
		reader->depth--;
		return read;
	case 't':
	case 'f':
		value->kind = JSON_BOOLEAN;
		value->integer = peek(reader) == 't';
		return take_word(reader, "true") || take_word(reader, "false") || fail(reader, "a word is not JSON");
	case 'n':
		return take_word(reader, "null") || fail(reader, "a word is not JSON");
	default:
		if (peek(reader) == '-' || (peek(reader) >= '0' && peek(reader) <= '9'))
			return read_number(reader, value);
		return fail(reader, "a value is missing");
	}
}

bool json_read(const char *text, size_t length, json *tree, json_error *error)
{
	struct reader reader = {.text = text, .length = length};

	memset(tree, 0, sizeof(*tree));
	reader.at = mod_go_utf8_end((const uint8_t *)text, length);
	if (reader.at != length) {
		fail(&reader, "it is not UTF-8");
	} else {
		reader.at = 0;
		if (read_value(&reader, tree)) {
			skip_space(&reader);
			if (reader.at == length)
				return true;
			fail(&reader, "something follows its end");
		}
	}
	*error = (json_error){reader.fault, reader.at};
	json_free(tree);
	return false;
}

void json_free(json *tree)
{
	size_t items = tree->kind == JSON_OBJECT || tree->kind == JSON_LIST ? tree->count : 0;

	for (size_t i = 0; i < items; i++)
		json_free(&tree->items[i]);
	free(tree->items);
	free(tree->text);
	memset(tree, 0, sizeof(*tree));
}
