/* test_host_facts.c - a record's metadata, and lines of the log. */
#include "host_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int metadata_of(host_session *call, aerospike_udf_go_metadata *facts)
{
	return mod_go_host.record_metadata(&call->host_call.call, (aerospike_udf_go_record *)call->rec, facts);
}

/* A module that was built with an older struct gets what it has fields for. */
TEST(metadata_fill_no_more_than_the_modules_struct)
{
	host_session *call = session_new();

	record_of(call->rec)->generation = 7;
	for (uint32_t size = sizeof(uint32_t); size <= sizeof(aerospike_udf_go_metadata) + 16; size++) {
		uint8_t *facts = malloc(size);
		uint8_t *end = facts + sizeof(aerospike_udf_go_metadata);
		uint32_t generation;

		memset(facts, 0xAA, size);
		memcpy(facts, &size, sizeof(size));
		CHECK_NUMBER(metadata_of(call, (aerospike_udf_go_metadata *)facts), AEROSPIKE_UDF_GO_OK);
		CHECK(memcmp(facts, &size, sizeof(size)) == 0);
		if (size >= 16) {
			memcpy(&generation, facts + offsetof(aerospike_udf_go_metadata, generation), sizeof(generation));
			CHECK_NUMBER(generation, 7);
		}
		for (; end < facts + size; end++)
			CHECK_NUMBER(*end, 0xAA);
		free(facts);
	}
	session_free(call);
}

TEST(a_record_that_was_never_updated_has_no_time_of_it)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	host_session *call = session_new();

	CHECK_NUMBER(metadata_of(call, &facts), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(facts.last_update, 0);
	CHECK_NUMBER(facts.ttl, UINT32_MAX);
	record_of(call->rec)->last_update = 1;
	record_of(call->rec)->ttl = 1;
	CHECK_NUMBER(metadata_of(call, &facts), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(facts.last_update, 1262304000001);
	CHECK_NUMBER(facts.ttl, 1);
	session_free(call);
}

static as_val *no_key;

static as_val *key_of(const as_rec *rec)
{
	(void)rec;
	return no_key;
}

static uint32_t digest_bytes;

static as_bytes *digest_of(const as_rec *rec)
{
	(void)rec;
	return digest_bytes > 0
	           ? (as_bytes *)blob_of("0123456789012345678901234567890", digest_bytes, AS_BYTES_BLOB)
	           : NULL;
}

TEST(a_key_or_digest_that_is_none_is_left_out)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	host_session *call = session_new();

	record_of(call->rec)->key = "k";
	CHECK_NUMBER(metadata_of(call, &facts), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(facts.key.type, AEROSPIKE_UDF_GO_STRING);
	call->hooks.digest = digest_of;
	call->hooks.key = key_of;
	for (digest_bytes = 0; digest_bytes < 25; digest_bytes++) {
		no_key = digest_bytes % 2 == 0 ? (as_val *)as_pair_new(INT(1), INT(2)) : NULL;
		CHECK_NUMBER(metadata_of(call, &facts), AEROSPIKE_UDF_GO_OK);
		CHECK(facts.key.type == AEROSPIKE_UDF_GO_NIL && facts.key.data == NULL);
		CHECK_NUMBER(facts.digest != NULL, digest_bytes == 20);
		if (facts.digest != NULL)
			CHECK(memcmp(facts.digest, "01234567890123456789", 20) == 0);
	}
	session_free(call);
}

/* The line that the log got of this message and location, without its number. */
static const char *logged(host_session *call, int level, const char *message, const char *location)
{
	call->log.text[0] = '\0';
	mod_go_host.log(&call->host_call.call, level, (char *)(uintptr_t)message,
	                message != NULL ? strlen(message) : 5, (char *)(uintptr_t)location,
	                location != NULL ? strlen(location) : 5);
	return call->log.text;
}

TEST(the_place_of_a_log_line_is_its_file_and_line)
{
	host_session *call = session_new();

	CHECK_TEXT(logged(call, 0, "x", "a.go:12"), "0 a.go:12 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go:1"), "0 a.go:1 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go:0"), "0 a.go:0 x\n");
	CHECK_TEXT(logged(call, 0, "x", "b:a.go:7"), "0 b:a.go:7 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go:2147483647"), "0 a.go:2147483647 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go:2147483648"), "0 a.go:2147483648:0 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go:-1"), "0 a.go:-1:0 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go:1x"), "0 a.go:1x:0 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go:"), "0 a.go::0 x\n");
	CHECK_TEXT(logged(call, 0, "x", "a.go"), "0 a.go:0 x\n");
	CHECK_TEXT(logged(call, 0, "x", "f:3"), "0 f:3 x\n");
	CHECK_TEXT(logged(call, 0, "x", "f"), "0 f:0 x\n");
	CHECK_TEXT(logged(call, 0, "x", ":3"), "0 mod_go:3 x\n");
	CHECK_TEXT(logged(call, 0, "x", ""), "0 mod_go:0 x\n");
	CHECK_TEXT(logged(call, 0, "x", NULL), "0 mod_go:0 x\n");
	CHECK_TEXT(logged(call, 0, NULL, "a.go:12"), "0 a.go:12 \n");
	session_free(call);
}

TEST(control_characters_do_not_reach_the_log)
{
	host_session *call = session_new();
	char text[256], expected[300];

	for (int i = 1; i < 256; i++)
		text[i - 1] = (char)i;
	text[255] = '\0';
	snprintf(expected, sizeof(expected), "1 a.go:2 %s\n", text);
	for (char *at = expected; *at != '\n' || at[1] != '\0'; at++)
		*at = (unsigned char)*at < 0x20 || *at == 0x7F ? ' ' : *at;
	CHECK_TEXT(logged(call, 1, text, "a.go:2"), expected);
	CHECK_TEXT(logged(call, 1, "x", "a\n.go:2"), "1 a .go:2 x\n");
	session_free(call);
}

TEST(long_log_lines_and_file_names_are_cut)
{
	host_session *call = session_new();
	char text[2000] = "";

	for (size_t length = 0; length < 1100; length++) {
		const char *line = logged(call, 1, text, "f:1");

		CHECK_NUMBER(strlen(line), strlen("1 f:1 \n") + (length < 1023 ? length : 1023));
		text[length] = 'x';
		text[length + 1] = '\0';
	}
	text[0] = '\0';
	for (size_t length = 0; length < 300; length++) {
		const char *line = logged(call, 1, "y", length > 0 ? text : "f");

		CHECK_NUMBER(strlen(line), strlen("1 :0 y\n") + (length == 0 ? 1 : length < 255 ? length : 255));
		text[length] = 'x';
		text[length + 1] = '\0';
	}
	session_free(call);
}

TEST(lines_of_levels_that_are_none_or_too_high_are_dropped)
{
	host_session *call = session_new();

	for (uint32_t level = 0; level < 6; level++) {
		call->host_call.call.log_level = level;
		for (int line = 0; line < 6; line++)
			CHECK_NUMBER(logged(call, line, "x", "f:1")[0] != '\0', (uint32_t)line <= level);
	}
	call->host_call.call.log_level = UINT32_MAX;
	CHECK_TEXT(logged(call, -1, "x", "f:1"), "");
	CHECK_TEXT(logged(call, 5, "x", "f:1"), "5 f:1 x\n");
	session_free(call);
}
