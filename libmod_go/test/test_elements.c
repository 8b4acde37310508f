/* test_elements.c - lists as elements of a stream, and elements as lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "value/list_elements.h"
#include "value/value_check.h"

static const aerospike_udf_go_value VALUES[] = {
	{AEROSPIKE_UDF_GO_NIL, 0, 0, NULL, 0},
	{AEROSPIKE_UDF_GO_BOOLEAN, 0, 1, NULL, 0},
	{AEROSPIKE_UDF_GO_BOOLEAN, 0, 0, NULL, 0},
	{AEROSPIKE_UDF_GO_INTEGER, 0, 0, NULL, 0},
	{AEROSPIKE_UDF_GO_INTEGER, 0, 127, NULL, 0},
	{AEROSPIKE_UDF_GO_INTEGER, 0, 128, NULL, 0},
	{AEROSPIKE_UDF_GO_INTEGER, 0, -1, NULL, 0},
	{AEROSPIKE_UDF_GO_INTEGER, 0, INT64_MIN, NULL, 0},
	{AEROSPIKE_UDF_GO_INTEGER, 0, INT64_MAX, NULL, 0},
	{AEROSPIKE_UDF_GO_DOUBLE, 0, 0x3ff8000000000000, NULL, 0},
	{AEROSPIKE_UDF_GO_STRING, 0, 0, (uint8_t *)"text", 4},
	{AEROSPIKE_UDF_GO_STRING, 0, 0, NULL, 0},
	{AEROSPIKE_UDF_GO_BYTES, 0, 0, (uint8_t *)"\0\377", 2},
	{AEROSPIKE_UDF_GO_GEOJSON, 0, 0, (uint8_t *)"{}", 2},
	{AEROSPIKE_UDF_GO_HLL, 0, 0, (uint8_t *)"\1\2\3", 3},
	{AEROSPIKE_UDF_GO_LIST, 0, 0, (uint8_t *)"\x92\x01\x91\xc0", 4},
	{AEROSPIKE_UDF_GO_LIST, 0, 0, (uint8_t *)"\x90", 1},
	{AEROSPIKE_UDF_GO_MAP, 0, 0, (uint8_t *)"\x82\xc7\x00\x01\xc0\x01\xa2\x03x", 9},
};

enum { VALUE_COUNT = sizeof(VALUES) / sizeof(*VALUES) };

/* A list of `count` elements, each the next of the values; NULL where a length is not what was said. */
static uint8_t *make_list(uint32_t count, size_t *length)
{
	uint8_t *list = malloc(MOD_GO_LIST_HEAD_MAX + (size_t)count * 16);

	*length = mod_go_list_head(list, count);
	for (uint32_t i = 0; i < count; i++) {
		const aerospike_udf_go_value *value = &VALUES[i % VALUE_COUNT];
		size_t put = mod_go_element_put(list + *length, value);

		CHECK(put <= mod_go_element_size_max(value));
		*length += put;
	}
	return list;
}

TEST(elements_come_out_of_a_list_as_they_went_in)
{
	static const uint32_t COUNTS[] = {0, 1, 15, 16, 65535, 65536, 70000};

	for (size_t i = 0; i < sizeof(COUNTS) / sizeof(*COUNTS); i++) {
		mod_go_elements elements;
		size_t length;
		uint8_t *list = make_list(COUNTS[i], &length);
		size_t wrong = 0;

		CHECK(mod_go_msgpack_check(AEROSPIKE_UDF_GO_LIST, list, length).what == NULL);
		CHECK(mod_go_elements_begin(&elements, list, length));
		CHECK_NUMBER(elements.left, COUNTS[i]);
		for (uint32_t at = 0; at < COUNTS[i]; at++) {
			const aerospike_udf_go_value *went = &VALUES[at % VALUE_COUNT];
			aerospike_udf_go_value came;

			if (!CHECK(mod_go_elements_next(&elements, &came)))
				break;
			wrong += came.type != went->type || came.integer != went->integer ||
			         came.length != went->length ||
			         (came.length > 0 && memcmp(came.data, went->data, came.length) != 0);
		}
		CHECK_NUMBER(wrong, 0);
		CHECK_NUMBER(elements.reader.offset, length);
		CHECK(!mod_go_elements_next(&elements, &(aerospike_udf_go_value){0}));
		free(list);
	}
}

TEST(texts_of_any_length_are_elements_but_for_those_with_a_nul)
{
	static const size_t LENGTHS[] = {30, 31, 255, 256, 65535, 65536, 100000};
	char *text = malloc(100000 + MOD_GO_LIST_HEAD_MAX);
	uint8_t *list = malloc(100100);

	memset(text, 'x', 100000);
	for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++) {
		aerospike_udf_go_value value = {AEROSPIKE_UDF_GO_STRING, 0, 0, (uint8_t *)text, LENGTHS[i]},
							   came = {0};
		size_t length = mod_go_list_head(list, 1);
		mod_go_elements elements;

		length += mod_go_element_put(list + length, &value);
		CHECK(length - 1 <= mod_go_element_size_max(&value));
		CHECK(mod_go_msgpack_check(AEROSPIKE_UDF_GO_LIST, list, length).what == NULL);
		CHECK(mod_go_elements_begin(&elements, list, length) && mod_go_elements_next(&elements, &came));
		CHECK_NUMBER(came.length, LENGTHS[i]);
		CHECK(memcmp(came.data, text, came.length) == 0);
		text[LENGTHS[i] / 2] = '\0';
		CHECK_NUMBER(mod_go_element_size_max(&value), 0);
		text[LENGTHS[i] / 2] = 'x';
	}
	free(text);
	free(list);
}

TEST(an_ordered_list_is_read_and_a_nil_is_found)
{
	static const uint8_t ORDERED[] = {0x93, 0xc7, 0, 1, 5, 6}, NIL[] = {0x92, 1, 0xc0},
						 INNER[] = {0x91, 0x91, 0xc0};
	static const uint8_t EMPTY[] = {0x90}, MAP[] = {0x80}, SHORT[] = {0x92, 1};
	mod_go_elements elements;
	aerospike_udf_go_value value;

	CHECK(mod_go_elements_begin(&elements, ORDERED, sizeof(ORDERED)));
	CHECK(mod_go_elements_next(&elements, &value));
	CHECK_NUMBER(value.integer, 5);
	CHECK(mod_go_elements_next(&elements, &value) && !mod_go_elements_next(&elements, &value));
	CHECK(!mod_go_elements_have_nil(ORDERED, sizeof(ORDERED)));
	CHECK(mod_go_elements_have_nil(NIL, sizeof(NIL)));
	CHECK(!mod_go_elements_have_nil(INNER, sizeof(INNER)));
	CHECK(!mod_go_elements_have_nil(EMPTY, sizeof(EMPTY)));
	CHECK(mod_go_elements_have_nil(SHORT, sizeof(SHORT)));
	CHECK(!mod_go_elements_begin(&elements, MAP, sizeof(MAP)));
	CHECK(!mod_go_elements_begin(&elements, EMPTY, 0));
}

TEST(fuzzed_elements_are_survived)
{
	unsigned long long state = check_fuzz_seed();
	double end = check_now() + check_fuzz_seconds();
	size_t rounds = 0, whole = 0, nils = 0;

	while (check_now() < end) {
		mod_go_elements elements = {.left = 0};
		aerospike_udf_go_value value;
		size_t length, kept;
		uint8_t *list = make_list((uint32_t)(check_random(&state) % 40), &length), *bytes;
		bool sound;

		for (size_t i = check_random(&state) % 4; i > 0; i--)
			list[check_random(&state) % length] = (uint8_t)check_random(&state);
		kept = check_random(&state) % 4 == 0 ? check_random(&state) % (length + 1) : length;
		bytes = malloc(kept + 1); /* of its own, so that the sanitizer sees what goes past the end */
		memcpy(bytes, list, kept);
		bytes = realloc(bytes, kept > 0 ? kept : 1);
		sound = mod_go_msgpack_check(AEROSPIKE_UDF_GO_LIST, bytes, kept).what == NULL;
		nils += mod_go_elements_have_nil(bytes, kept);
		if (mod_go_elements_begin(&elements, bytes, kept)) {
			while (mod_go_elements_next(&elements, &value))
				CHECK(!sound || mod_go_value_check(&value).what == NULL);
		}
		CHECK(!sound || (elements.left == 0 && elements.reader.offset == kept));
		whole += sound;
		rounds++;
		free(bytes);
		free(list);
	}
	printf("fuzzed %zu lists of elements, %zu sound, %zu with a nil\n", rounds, whole, nils);
	CHECK(rounds > 100 && whole > 0 && whole < rounds && nils > 0 && nils < rounds);
}
