/* test_elements.c - reads lists as elements of a stream, and writes elements as lists. */
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

/* Writes a list of `count` elements with the values in turn; NULL where a length is not as announced. */
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

TEST(an_element_that_a_udf_has_no_type_for_is_not_read)
{
	static const uint8_t UNSIGNED[] = {0x91, 0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t EXTENSION[] = {0x92, 1, 0xd4, 7, 0};
	mod_go_elements elements;
	aerospike_udf_go_value value;

	CHECK(mod_go_elements_begin(&elements, UNSIGNED, sizeof(UNSIGNED)));
	CHECK(!mod_go_elements_next(&elements, &value) && elements.left == 1);
	CHECK(mod_go_elements_begin(&elements, EXTENSION, sizeof(EXTENSION)));
	CHECK(mod_go_elements_next(&elements, &value));
	CHECK(!mod_go_elements_next(&elements, &value) && elements.left == 1);
}

TEST(a_list_holds_no_bytes_of_2_gib)
{
	static uint8_t one;
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_BYTES, .data = &one};

	value.length = INT32_MAX - 1;
	CHECK(mod_go_element_size_max(&value) > value.length);
	value.length = INT32_MAX;
	CHECK_NUMBER(mod_go_element_size_max(&value), 0);
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
		size_t length, cut;
		uint8_t *list = make_list((uint32_t)(check_random(&state) % 40), &length), *bytes;
		bool sound;

		for (size_t i = check_random(&state) % 4; i > 0; i--)
			list[check_random(&state) % length] = (uint8_t)check_random(&state);
		cut = check_random(&state) % 4 == 0 ? check_random(&state) % (length + 1) : length;
		bytes = malloc(cut + 1); /* a block of its own, so that sanitizers find accesses past the end */
		memcpy(bytes, list, cut);
		bytes = realloc(bytes, cut > 0 ? cut : 1);
		sound = mod_go_msgpack_check(AEROSPIKE_UDF_GO_LIST, bytes, cut).what == NULL;
		nils += mod_go_elements_have_nil(bytes, cut);
		if (mod_go_elements_begin(&elements, bytes, cut)) {
			while (mod_go_elements_next(&elements, &value))
				CHECK(!sound || mod_go_value_check(&value).what == NULL);
		}
		CHECK(!sound || (elements.left == 0 && elements.reader.offset == cut));
		whole += sound;
		rounds++;
		free(bytes);
		free(list);
	}
	printf("fuzzed %zu lists of elements, %zu sound, %zu with a nil\n", rounds, whole, nils);
	CHECK(rounds > 100 && whole > 0 && whole < rounds && nils > 0 && nils < rounds);
}

/* Of values that are valid, nil alone may not be written to a stream. */
TEST(nil_and_what_is_wrong_with_a_value_are_faults_in_a_stream)
{
	static const aerospike_udf_go_value NIL_IN_LIST = {AEROSPIKE_UDF_GO_LIST, 0, 0, (uint8_t *)"\x92\x01\xC0",
	                                                   3};
	static const aerospike_udf_go_value DEEP = {AEROSPIKE_UDF_GO_LIST, 0, 0, (uint8_t *)"\x92\x01\x91\xC0",
	                                            4};
	static const aerospike_udf_go_value WRONG = {AEROSPIKE_UDF_GO_BOOLEAN, 0, 2, NULL, 0};

	for (int i = 0; i < VALUE_COUNT; i++) {
		const char *fault = mod_go_stream_value_fault(&VALUES[i], false);

		if (VALUES[i].type == AEROSPIKE_UDF_GO_NIL)
			CHECK_CONTAINS(fault, "end the stream");
		else
			CHECK(fault == NULL);
	}
	CHECK(mod_go_stream_value_fault(&NIL_IN_LIST, false) == NULL);
	CHECK_CONTAINS(mod_go_stream_value_fault(&NIL_IN_LIST, true), "end the stream");
	CHECK(mod_go_stream_value_fault(&DEEP, true) == NULL);
	CHECK_CONTAINS(mod_go_stream_value_fault(&WRONG, false), "neither 0 nor 1");
	CHECK_CONTAINS(mod_go_stream_value_fault(&WRONG, true), "neither 0 nor 1");
}

/* Floats of 4 bytes and integers of each width, as the server may write them. */
TEST(numbers_of_each_width_are_read)
{
	static const uint8_t LIST[] = {0x9C, 0xCA, 0x3F, 0xC0, 0x00, 0x00, 0xCA, 0xC2, 0x80, 0x00, 0x00, 0xCB,
	                               0x3F, 0xF8, 0,    0,    0,    0,    0,    0,    0xCC, 0xFF, 0xCD, 0xFF,
	                               0xFE, 0xCE, 0xFF, 0xFF, 0xFF, 0xFD, 0xCF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF,
	                               0xFF, 0xFF, 0xFC, 0xD0, 0x80, 0xD1, 0x80, 0x01, 0xD2, 0x80, 0x00, 0x00,
	                               0x02, 0xD3, 0x80, 0,    0,    0,    0,    0,    0,    3,    0xE0};
	static const double DOUBLES[] = {1.5, -64.0, 1.5};
	static const int64_t INTEGERS[] = {255,         65534,         4294967293, INT64_MAX - 3, -128, -32767,
	                                   -2147483646, INT64_MIN + 3, -32};
	mod_go_elements elements;
	aerospike_udf_go_value value;

	CHECK(mod_go_elements_begin(&elements, LIST, sizeof(LIST)));
	for (size_t i = 0; i < 3; i++) {
		CHECK(mod_go_elements_next(&elements, &value));
		CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_DOUBLE);
		CHECK(memcmp(&value.integer, &DOUBLES[i], sizeof(double)) == 0);
	}
	for (size_t i = 0; i < 9; i++) {
		CHECK(mod_go_elements_next(&elements, &value));
		CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_INTEGER);
		CHECK_NUMBER(value.integer, INTEGERS[i]);
	}
	CHECK(!mod_go_elements_next(&elements, &value));
}
