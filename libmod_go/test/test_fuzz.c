/*
 * test_fuzz.c - damages at random what must be safe to read. It must not crash or hang, and sanitizers must find
 * nothing; for them each input is a block of exactly its size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "elf/elf_file.h"
#include "json.h"
#include "text.h"
#include "value/value_check.h"

static void damage(unsigned char *bytes, size_t length, unsigned long long *state)
{
	/* Values that are special as sizes and offsets. */
	static const unsigned char TELLING[] = {0x00, 0x01, 0x02, 0x7F, 0x80, 0x91, 0xC7, 0xDD, 0xDF, 0xFF};
	size_t count = 1 + check_random(state) % 8;

	for (size_t i = 0; i < count && length > 0; i++) {
		size_t at = check_random(state) % length;

		if (check_random(state) % 2 == 0)
			bytes[at] = TELLING[check_random(state) % sizeof(TELLING)];
		else
			bytes[at] ^= (unsigned char)(1u << check_random(state) % 8);
	}
}

TEST(fuzzed_files_are_survived)
{
	unsigned long long state = check_fuzz_seed();
	double end = check_now() + check_fuzz_seconds();
	size_t length, rounds = 0, refused = 0;
	unsigned char *whole = check_read(check_module("good"), &length);
	mod_go_error error;

	while (check_now() < end) {
		/* Mostly damages the structure: the headers, the dynamic section, the tables before the code. */
		size_t size = check_random(&state) % 8 == 0 ? check_random(&state) % length : length;
		size_t area = check_random(&state) % 2 == 0 ? 1024 : size;
		unsigned char *bytes = malloc(size > 0 ? size : 1);

		memcpy(bytes, whole, size);
		damage(bytes, area < size ? area : size, &state);
		refused += mod_go_elf_check(bytes, size, "fuzzed.so", &error) != MOD_GO_OK;
		free(bytes);
		rounds++;
	}
	printf("fuzzed %zu files, %zu refused\n", rounds, refused);
	CHECK(rounds > 100 && refused > 0);
	free(whole);
}

/* Generates a valid document: a damaged random one would be refused at its first byte. */
static size_t grow(unsigned char *out, size_t capacity, unsigned depth, unsigned long long *state)
{
	static const char *const SCALARS[] = {
		"\xC0",       "\xC3",         "\x05",        "\xE1",          "\xA2\x03x",
		"\xA3\x04yz", "\xCD\x01\x02", "\xA4\x17{ }", "\xD9\x02\x03w", "\xCB?\xF1\x01\x01\x01\x01\x01\x01"};
	size_t kind = check_random(state) % 4;
	size_t length = 1;
	size_t items = check_random(state) % 5;

	if (kind > 1 || depth == 0 || capacity < 64) {
		const char *scalar = SCALARS[check_random(state) % (sizeof(SCALARS) / sizeof(*SCALARS))];

		memcpy(out, scalar, strlen(scalar));
		return strlen(scalar);
	}
	out[0] = (unsigned char)((kind == 0 ? 0x90 : 0x80) | items);
	for (size_t i = 0; i < items; i++) {
		if (kind == 1)
			out[length++] = (unsigned char)(10 + i);
		length += grow(out + length, capacity / 8, depth - 1, state);
	}
	return length;
}

TEST(fuzzed_msgpack_is_survived)
{
	unsigned long long state = check_fuzz_seed();
	double end = check_now() + check_fuzz_seconds();
	size_t rounds = 0, refused = 0;
	unsigned char document[8192];
	FILE *nowhere = fopen("/dev/null", "w");

	while (check_now() < end) {
		size_t items = 1 + check_random(&state) % 15;
		size_t length = 1;
		unsigned char *bytes;
		aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_LIST};

		document[0] = (unsigned char)(0x90 | items);
		for (size_t i = 0; i < items; i++)
			length += grow(document + length, 400, 6, &state);
		if (!CHECK(mod_go_msgpack_check(AEROSPIKE_UDF_GO_LIST, document, length).what == NULL))
			break;
		bytes = malloc(length);
		memcpy(bytes, document, length);
		damage(bytes, length, &state);
		value.data = bytes;
		value.length = check_random(&state) % 4 == 0 ? check_random(&state) % (length + 1) : length;
		bytes = realloc(bytes, value.length > 0 ? value.length : 1);
		value.data = bytes;
		if (mod_go_value_check(&value).what != NULL)
			refused++;
		else
			value_print(nowhere, &value); /* relies on the check alone */
		free(bytes);
		rounds++;
	}
	fclose(nowhere);
	printf("fuzzed %zu documents, %zu refused\n", rounds, refused);
	CHECK(rounds > 100 && refused > 0 && refused < rounds);
}

TEST(fuzzed_json_is_survived)
{
	static const char TEXT[] =
		"{\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\n\"], \"b\": {\"c\": [[], {}]}, \"d\": 12345}";
	unsigned long long state = check_fuzz_seed();
	double end = check_now() + check_fuzz_seconds() / 2;
	size_t rounds = 0, refused = 0;

	while (check_now() < end) {
		char *text = malloc(sizeof(TEXT));
		aerospike_udf_go_value value;
		char why[128];

		memcpy(text, TEXT, sizeof(TEXT));
		damage((unsigned char *)text, sizeof(TEXT) - 1, &state);
		if (value_from_text(text, &value, why, sizeof(why))) {
			CHECK(mod_go_value_check(&value).what == NULL);
			free(value.data);
		} else {
			refused++;
		}
		free(text);
		rounds++;
	}
	printf("fuzzed %zu texts, %zu refused\n", rounds, refused);
	CHECK(rounds > 100 && refused > 0 && refused < rounds);
}
