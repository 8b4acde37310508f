/* test_result.c - the check of a module's results, valid and invalid ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "common/error.h"
#include "host.h"
#include "mod_go.h"
#include "loader/result.h"

static mod_go_module *ready(const char *name)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	if (!CHECK(mod_go_open(check_module(name), &module, &error) == MOD_GO_OK &&
	           mod_go_setup(module, &error) == MOD_GO_OK)) {
		printf("    %s\n", error.message);
		exit(1);
	}
	return module;
}

static int apply(mod_go_module *module, const char *function, aerospike_udf_go_value *argument,
                 aerospike_udf_go_result *result)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);

	return mod_go_apply_single(module, function, &call, NULL, argument, argument != NULL ? 1 : 0, result);
}

/* Each fault of a result, and a part of its message. */
TEST(broken_answers_are_internal_errors)
{
	static const struct {
		const char *function;
		const char *message;
	} ANSWERS[] = {
		{"past_buffer", "its length is past the end of the buffer"},
		{"stretched_buffer", "its length is past the end of the buffer"},
		{"inside_buffer", "its data begins inside the buffer"},
		{"past_memory", "its length is past the end of its memory"},
		{"without_data", "it has a length but no data"},
		{"unknown_type", "its type does not exist (type 10,"},
		{"half_boolean", "a boolean is neither 0 nor 1"},
		{"too_deep", "lists and maps nest deeper than 64"},
		{"bad_text", "text is not UTF-8 (type 4, 5 bytes, at byte 3)"},
		{"bad_geojson", "text is not UTF-8"},
		{"truncated", "it ends within an item"},
		{"trailing", "bytes follow its end"},
		{"bad_key", "a map key is neither integer, string nor bytes"},
		{"map_as_list", "it is not a list"},
		{"status_99", "returned the status 99"},
		{"failure_with_integer", "a failure comes with a value that is not a message"},
		{"failure_with_bad_text", "text is not UTF-8"},
	};
	mod_go_module *module = ready("answers");
	uint8_t guarded[512 + 16];

	/* With a buffer that is large enough for the message, with a smaller one, and without one. */
	for (size_t capacity = 0; capacity <= 512; capacity += 256) {
		for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(*ANSWERS); i++) {
			aerospike_udf_go_result result;
			char message[1024];

			if (capacity == 0 && strstr(ANSWERS[i].function, "_buffer") != NULL)
				continue; /* there is none to misuse */
			memset(guarded, 0xA5, sizeof(guarded));
			mod_go_result_init(&result, capacity > 0 ? guarded : NULL, capacity);
			CHECK_NUMBER(apply(module, ANSWERS[i].function, NULL, &result), AEROSPIKE_UDF_GO_INTERNAL);
			CHECK_NUMBER(result.value.type, AEROSPIKE_UDF_GO_STRING);
			snprintf(message, sizeof(message), "%.*s", (int)result.value.length, (char *)result.value.data);
			CHECK_CONTAINS(message, ANSWERS[i].message);
			CHECK_CONTAINS(message, ANSWERS[i].function);
			CHECK_CONTAINS(message, check_module("answers"));
			CHECK_NUMBER(result.capacity, capacity);
			CHECK(result.buffer == (capacity > 0 ? guarded : NULL));
			CHECK_NUMBER(guarded[capacity], 0xA5);
			mod_go_result_clear(&result);
		}
	}
	mod_go_close(module);
}

TEST(a_failure_without_a_reason_gets_one)
{
	mod_go_module *module = ready("answers");
	aerospike_udf_go_result result;

	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(apply(module, "failure_without_reason", NULL, &result), AEROSPIKE_UDF_GO_PANICKED);
	CHECK_CONTAINS((char *)result.value.data, "failed and gave no reason: the function panicked");
	mod_go_result_clear(&result);
	CHECK_NUMBER(apply(module, "failure_with_empty_text", NULL, &result), AEROSPIKE_UDF_GO_FAILED);
	CHECK_CONTAINS((char *)result.value.data, "failed and gave no reason: the function returned an error");
	mod_go_result_clear(&result);
	mod_go_close(module);
}

TEST(a_failure_keeps_its_message_and_frames)
{
	mod_go_module *module = ready("good");
	aerospike_udf_go_result result;
	char buffer[64] = "";

	mod_go_result_init(&result, (uint8_t *)buffer, sizeof(buffer) - 1);
	CHECK_NUMBER(apply(module, "fail", NULL, &result), AEROSPIKE_UDF_GO_FAILED);
	CHECK_TEXT(buffer, "no more tokens\ngood.c:1 fail");
	CHECK_NUMBER(apply(module, "nobody", NULL, &result), AEROSPIKE_UDF_GO_NOT_FOUND);
	mod_go_result_clear(&result);
	mod_go_close(module);
}

/* The leak checker of `make sanitize` checks that it is freed. */
TEST(large_answers_come_in_memory_of_their_own)
{
	mod_go_module *module = ready("good");
	aerospike_udf_go_value length = {.type = AEROSPIKE_UDF_GO_INTEGER};
	aerospike_udf_go_result result;
	uint8_t buffer[100];
	static const int LENGTHS[] = {0, 99, 100, 101, 5000000};

	for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++) {
		length.integer = LENGTHS[i];
		mod_go_result_init(&result, buffer, sizeof(buffer));
		CHECK_NUMBER(apply(module, "big", &length, &result), AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(result.value.length, LENGTHS[i]);
		CHECK((result.value.data == buffer) == (LENGTHS[i] <= 100));
		CHECK(LENGTHS[i] == 0 || result.value.data[LENGTHS[i] - 1] == 'x');
		/* A result that still has a value can be used again. */
		CHECK_NUMBER(apply(module, "big", &length, &result), AEROSPIKE_UDF_GO_OK);
		mod_go_result_clear(&result);
		CHECK(result.value.data == NULL && result.value.type == AEROSPIKE_UDF_GO_NIL);
		mod_go_result_clear(&result);
	}
	mod_go_close(module);
}

TEST(every_type_passes_through)
{
	static uint8_t list[] = {0x92, 0x01, 0xA2, 0x03, 'x'};
	static uint8_t map[] = {0x82, 0xC7, 0x00, 0x01, 0xC0, 0x01, 0xC3};
	aerospike_udf_go_value values[] = {
		{.type = AEROSPIKE_UDF_GO_NIL},
		{.type = AEROSPIKE_UDF_GO_BOOLEAN, .integer = 1},
		{.type = AEROSPIKE_UDF_GO_INTEGER, .integer = INT64_MIN},
		{.type = AEROSPIKE_UDF_GO_DOUBLE, .integer = 0x7FF8000000000000},
		{.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)"h\xC3\xA9", .length = 3},
		{.type = AEROSPIKE_UDF_GO_BYTES, .data = (uint8_t *)"\xFF\x00", .length = 2},
		{.type = AEROSPIKE_UDF_GO_GEOJSON, .data = (uint8_t *)"{}", .length = 2},
		{.type = AEROSPIKE_UDF_GO_HLL, .data = (uint8_t *)"\xFE", .length = 1},
		{.type = AEROSPIKE_UDF_GO_LIST, .data = list, .length = sizeof(list)},
		{.type = AEROSPIKE_UDF_GO_MAP, .data = map, .length = sizeof(map)},
	};
	mod_go_module *module = ready("good");
	uint8_t buffer[16];

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		aerospike_udf_go_result result;

		mod_go_result_init(&result, buffer, sizeof(buffer));
		CHECK_NUMBER(apply(module, "echo", &values[i], &result), AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(result.value.type, i);
		CHECK_NUMBER(result.value.integer, values[i].integer);
		CHECK_NUMBER(result.value.length, values[i].length);
		CHECK(values[i].length == 0 || memcmp(result.value.data, values[i].data, values[i].length) == 0);
		mod_go_result_clear(&result);
	}
	mod_go_close(module);
}

TEST(a_call_that_lacks_something_is_refused)
{
	mod_go_module *module = ready("good");
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_result result;
	char name[129];

	memset(name, 'a', sizeof(name));
	name[128] = '\0';
	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_apply_single(module, name, &call, NULL, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK_CONTAINS((char *)result.value.data, "1 to 127 bytes");
	name[127] = '\0';
	CHECK_NUMBER(mod_go_apply_single(module, name, &call, NULL, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK(strncmp((char *)result.value.data, "the module has no such function", result.value.length) == 0);
	CHECK_NUMBER(mod_go_apply_single(module, NULL, &call, NULL, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK_NUMBER(mod_go_apply_single(module, "who", NULL, NULL, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(mod_go_apply_single(module, "who", &call, NULL, NULL, 1, &result),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	mod_go_result_clear(&result);
	mod_go_close(module);
}

TEST(a_stream_function_is_applied_too)
{
	mod_go_module *module = ready("good");
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_result result;
	char buffer[64] = "";

	mod_go_result_init(&result, (uint8_t *)buffer, sizeof(buffer) - 1);
	CHECK_NUMBER(
		mod_go_apply_stream(module, "top", &call, AEROSPIKE_UDF_GO_SCOPE_BOTH, NULL, NULL, NULL, 0, &result),
		AEROSPIKE_UDF_GO_REFUSED);
	CHECK_CONTAINS(buffer, "streams are not available");
	mod_go_result_clear(&result);
	mod_go_close(module);
}

TEST(messages_are_cut_at_a_whole_character)
{
	mod_go_error error;
	char text[2100];
	char cut[] = "ab\xE2\x82";

	memset(text, 'x', sizeof(text));
	memcpy(text + 2045, "\xE2\x82\xAC", 4); /* its last byte is the first that does not fit */
	CHECK_NUMBER(mod_go_fail(&error, MOD_GO_NO_FILE, "%s", text), MOD_GO_NO_FILE);
	CHECK_NUMBER(strlen(error.message), 2045);
	mod_go_trim_cut_text(cut);
	CHECK_TEXT(cut, "ab");
	memcpy(cut, "a\xC3\xA9", 4);
	mod_go_trim_cut_text(cut);
	CHECK_TEXT(cut, "a\xC3\xA9");
}
