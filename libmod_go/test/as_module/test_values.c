/*
 * test_values.c - lists and maps in the server's msgpack, compared with Aerospike's own as_msgpack: it must accept
 * what our check accepts, and we and the Go SDK must read what it writes.
 */
#include "call.h"

#include <aerospike/as_msgpack.h>
#include <aerospike/as_orderedmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value/value_check.h"
#include "as_module/val_conversion.h"

typedef unsigned long long random_state;

static uint32_t below(random_state *state, uint32_t limit)
{
	return (uint32_t)(check_random(state) >> 33) % limit;
}

static as_val *random_val(random_state *state, int depth);

/* Lengths that need each of msgpack's headers. */
static uint32_t random_length(random_state *state)
{
	static const uint32_t lengths[] = {0, 1, 5, 30, 31, 32, 200, 255, 256, 300};

	return below(state, 60) == 0 ? 65500 + below(state, 80) : lengths[below(state, 10)];
}

static as_val *random_text(random_state *state, bool geojson)
{
	uint32_t length = random_length(state);
	char *text = malloc(length + 1);

	for (uint32_t i = 0; i < length; i++)
		text[i] = (char)('a' + below(state, 26));
	text[length] = '\0';
	return (as_val *)(geojson ? (void *)as_geojson_new(text, true) : (void *)as_string_new(text, true));
}

static as_val *random_bytes(random_state *state, bool key)
{
	static const as_bytes_type types[] = {AS_BYTES_BLOB, AS_BYTES_JAVA,   AS_BYTES_CSHARP, AS_BYTES_PYTHON,
	                                      AS_BYTES_RUBY, AS_BYTES_ERLANG, AS_BYTES_HLL};
	uint32_t length = random_length(state) % 400;
	char bytes[400];

	for (uint32_t i = 0; i < length; i++)
		bytes[i] = (char)check_random(state);
	return blob_of(bytes, length, key ? AS_BYTES_BLOB : types[below(state, 7)]);
}

/* Integers of every width. */
static as_val *random_integer(random_state *state)
{
	return INT((int64_t)check_random(state) >> below(state, 64));
}

static as_val *random_key(random_state *state)
{
	switch (below(state, 3)) {
	case 0:
		return random_integer(state);
	case 1:
		return random_text(state, false);
	default:
		return random_bytes(state, true);
	}
}

static as_val *random_collection(random_state *state, int depth, bool map)
{
	as_val *made = map ? MAP() : LIST();
	uint32_t count = below(state, 50) == 0 ? 20 : below(state, 6);

	if (map && below(state, 3) > 0)
		((as_map *)made)->flags = below(state, 2) ? AS_PACKED_MAP_FLAG_NONE : AS_PACKED_MAP_FLAG_KV_ORDERED;
	for (uint32_t i = 0; i < count; i++) {
		if (map)
			as_orderedmap_set((as_orderedmap *)made, random_key(state), random_val(state, depth - 1));
		else
			as_arraylist_append((as_arraylist *)made, random_val(state, depth - 1));
	}
	return made;
}

static as_val *random_val(random_state *state, int depth)
{
	switch (below(state, depth > 0 ? 10 : 7)) {
	case 0:
		return NIL;
	case 1:
		return BOOL(below(state, 2));
	case 2:
		return random_integer(state);
	case 3:
		return REAL((double)(int64_t)check_random(state) / 1024);
	case 4:
		return random_text(state, false);
	case 5:
		return random_text(state, true);
	case 6:
		return random_bytes(state, false);
	case 7:
		return random_collection(state, depth, true);
	default:
		return random_collection(state, depth, false);
	}
}

/* What as_msgpack writes; the caller frees it. */
static uint8_t *written(const as_val *val, size_t *length)
{
	as_serializer serializer;
	uint8_t *bytes;

	as_msgpack_init(&serializer);
	*length = as_serializer_serialize_getsize(&serializer, (as_val *)(uintptr_t)val);
	bytes = malloc(*length > 0 ? *length : 1);
	CHECK_NUMBER(as_serializer_serialize_presized(&serializer, val, bytes), *length);
	as_serializer_destroy(&serializer);
	return bytes;
}

TEST(random_values_survive_the_way_in_and_out)
{
	random_state state = check_fuzz_seed();
	double end = check_now() + check_fuzz_seconds();

	for (int round = 0; round < 2000 || check_now() < end; round++) {
		as_val *val = random_collection(&state, 5, round % 2);
		as_val *back = NULL;
		mod_go_scratch scratch;
		aerospike_udf_go_value value;
		size_t length, again;
		uint8_t *bytes = written(val, &length);
		uint8_t *others;

		mod_go_scratch_init(&scratch);
		CHECK(mod_go_value_from_val(val, &scratch, &value) == NULL);
		CHECK(value.length == length && memcmp(value.data, bytes, length) == 0);
		CHECK(mod_go_value_check(&value).what == NULL);
		CHECK(mod_go_value_to_val(&value, &back) == NULL);
		others = written(back, &again);
		if (!CHECK(again == length && memcmp(others, bytes, length) == 0))
			printf("  seed %llu, round %d: %.400s\n", check_fuzz_seed(), round, show(val));
		free(bytes);
		free(others);
		mod_go_scratch_clear(&scratch);
		as_val_destroy(val);
		as_val_destroy(back);
	}
}

/* The SDK has a reader and a writer of its own, in Go. */
TEST(go_reads_and_writes_random_values_as_as_msgpack_does)
{
	random_state state = check_fuzz_seed();

	use_go("values");
	for (int round = 0; round < 400; round++) {
		as_val *val = random_collection(&state, 4, round % 2);
		as_val *arguments = LIST(val);
		as_result result;
		char before[8192];

		snprintf(before, sizeof(before), "%s", show(val));
		as_result_init(&result);
		CHECK_NUMBER(
			as_module_apply_record(&mod_go, NULL, "values", "echo", NULL, (as_list *)arguments, &result), 0);
		/* Bytes of a client language are plain bytes in Go, and stay so. */
		if (strstr(before, "of type") == NULL && !CHECK_TEXT(show(result.value), before))
			printf("  seed %llu, round %d\n", check_fuzz_seed(), round);
		CHECK(result.is_success);
		as_result_destroy(&result);
		as_val_destroy(arguments);
	}
}

/* Our check and as_msgpack on the same bytes: as_msgpack must read what passes the check completely, and write it
 * again. */
static void hold_against_as_msgpack(const uint8_t *bytes, size_t length, uint32_t type)
{
	uint8_t *exact = malloc(length > 0 ? length : 1); /* so that sanitizers find a read past the end */
	aerospike_udf_go_value value = {.type = type, .data = exact, .length = length};
	as_unpacker unpacker = {.buffer = exact, .length = (uint32_t)length};
	as_val *theirs = NULL, *ours = NULL;
	bool sound;

	memcpy(exact, bytes, length);
	sound = mod_go_value_check(&value).what == NULL;
	if (as_unpack_val(&unpacker, &theirs) == 0)
		CHECK(!sound || unpacker.offset == length);
	else
		theirs = NULL;
	if (sound) {
		CHECK(theirs != NULL);
		CHECK(mod_go_value_to_val(&value, &ours) == NULL);
		CHECK(as_val_type(ours) == (type == AEROSPIKE_UDF_GO_LIST ? AS_LIST : AS_MAP));
		free(written(ours, &length));
	}
	as_val_destroy(theirs);
	as_val_destroy(ours);
	free(exact);
}

TEST(documents_cut_at_any_byte_are_refused)
{
	random_state state = check_fuzz_seed();

	for (int round = 0; round < 60; round++) {
		as_val *val = random_collection(&state, 3, round % 2);
		uint32_t type = round % 2 ? AEROSPIKE_UDF_GO_MAP : AEROSPIKE_UDF_GO_LIST;
		size_t length;
		uint8_t *bytes = written(val, &length);

		for (size_t cut = 0; cut < length && cut < 3000; cut++) {
			aerospike_udf_go_value value = {.type = type, .data = bytes, .length = cut};

			CHECK(mod_go_value_check(&value).what != NULL);
			hold_against_as_msgpack(bytes, cut, type);
		}
		hold_against_as_msgpack(bytes, length, type);
		free(bytes);
		as_val_destroy(val);
	}
}

TEST(as_msgpack_takes_whatever_passes_the_check)
{
	random_state state = check_fuzz_seed();
	double end = check_now() + check_fuzz_seconds();

	for (int round = 0; round < 2000 || check_now() < end; round++) {
		as_val *val = random_collection(&state, 2, round % 2);
		size_t length;
		uint8_t *bytes = written(val, &length);

		for (int change = 0; change < 20 && length < 4000; change++) {
			uint8_t *place = &bytes[below(&state, (uint32_t)length)];
			uint8_t before = *place;

			*place = below(&state, 2) ? (uint8_t)check_random(&state) : (uint8_t)(0x80 + below(&state, 0x60));
			hold_against_as_msgpack(bytes, length, round % 2 ? AEROSPIKE_UDF_GO_MAP : AEROSPIKE_UDF_GO_LIST);
			*place = before;
		}
		free(bytes);
		as_val_destroy(val);
	}
}

static as_val *nested(int levels, bool maps)
{
	as_val *val = INT(1);

	for (int i = 0; i < levels; i++)
		val = maps ? MAP(TEXT("k"), val) : LIST(val);
	return val;
}

TEST(depth_64_crosses_and_65_does_not)
{
	for (int maps = 0; maps < 2; maps++) {
		for (int levels = 64; levels <= 65; levels++) {
			as_val *val = nested(levels, maps);
			size_t length;
			uint8_t *bytes = written(val, &length);
			aerospike_udf_go_value value = {
				.type = maps ? AEROSPIKE_UDF_GO_MAP : AEROSPIKE_UDF_GO_LIST, .data = bytes, .length = length};
			as_unpacker unpacker = {.buffer = bytes, .length = (uint32_t)length};
			as_val *theirs = NULL;
			mod_go_scratch scratch;

			CHECK_NUMBER(mod_go_value_check(&value).what == NULL, levels == 64);
			CHECK_NUMBER(as_unpack_val(&unpacker, &theirs) == 0, levels == 64);
			mod_go_scratch_init(&scratch);
			CHECK_NUMBER(mod_go_value_from_val(val, &scratch, &value) == NULL, levels == 64);
			mod_go_scratch_clear(&scratch);
			if (levels == 64)
				as_val_destroy(theirs);
			free(bytes);
			as_val_destroy(val);
		}
	}
}

/* What as_msgpack loses, so that we notice if that changes. */
TEST(as_msgpack_loses_the_order_of_lists)
{
	uint8_t ordered[] = {0x93, 0xC7, 0x00, 0x01, 0x01, 0x02};
	aerospike_udf_go_value value = {
		.type = AEROSPIKE_UDF_GO_LIST, .data = ordered, .length = sizeof(ordered)};
	as_val *val = NULL;
	size_t length;
	uint8_t *bytes;

	CHECK(mod_go_value_check(&value).what == NULL);
	CHECK(mod_go_value_to_val(&value, &val) == NULL);
	bytes = written(val, &length);
	CHECK(length == 3 && memcmp(bytes, "\x92\x01\x02", 3) == 0);
	free(bytes);
	as_val_destroy(val);
}

TEST(scalars_and_texts_cross_without_a_copy_on_the_way_in)
{
	as_val *text = TEXT("h\xc3\xa9llo"), *bytes = BLOB("\0\1"), *back;
	aerospike_udf_go_value value;

	CHECK(mod_go_value_from_val(text, NULL, &value) == NULL);
	CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_STRING);
	CHECK_NUMBER(value.length, 6);
	CHECK(value.data == (uint8_t *)((as_string *)text)->value);
	CHECK(mod_go_value_from_val(bytes, NULL, &value) == NULL);
	CHECK(value.data == ((as_bytes *)bytes)->value);
	CHECK(mod_go_value_from_val(NULL, NULL, &value) == NULL);
	CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_NIL);
	/* A string outside a collection keeps what follows a NUL. */
	value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)"a\0b", .length = 3};
	CHECK(mod_go_value_to_val(&value, &back) == NULL);
	CHECK_NUMBER(as_string_len((as_string *)back), 3);
	as_val_destroy(back);
	as_val_destroy(text);
	as_val_destroy(bytes);
}

/* The lengths are refused before anything is read or allocated. */
TEST(what_is_larger_than_2_gib_does_not_cross)
{
	static const uint32_t types[] = {AEROSPIKE_UDF_GO_STRING, AEROSPIKE_UDF_GO_GEOJSON,
	                                 AEROSPIKE_UDF_GO_BYTES,  AEROSPIKE_UDF_GO_HLL,
	                                 AEROSPIKE_UDF_GO_LIST,   AEROSPIKE_UDF_GO_MAP};
	uint8_t data[] = {0x90};
	as_val *val = NULL;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		aerospike_udf_go_value value = {.type = types[i], .data = data, .length = INT32_MAX};

		CHECK_CONTAINS(mod_go_value_to_val(&value, &val), "larger than 2 GiB");
		value.length = (size_t)UINT32_MAX + 2; /* 1, cut to 32 bits */
		CHECK_CONTAINS(mod_go_value_to_val(&value, &val), "larger than 2 GiB");
	}
}

TEST(an_empty_text_needs_no_data)
{
	as_val *val = NULL;

	for (size_t length = 0; length < 3; length++) {
		uint8_t *data = length > 0 ? malloc(length) : NULL; /* so that sanitizers find a read past the end */
		aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_STRING, .data = data, .length = length};

		if (length > 0)
			memset(data, 'x', length);
		CHECK(mod_go_value_to_val(&value, &val) == NULL);
		CHECK_TEXT(show(val), length == 0 ? "\"\"" : length == 1 ? "\"x\"" : "\"xx\"");
		as_val_destroy(val);
		free(data);
	}
}

TEST(a_list_that_as_msgpack_does_not_take_is_refused)
{
	uint8_t truncated[] = {0x92, 1};
	aerospike_udf_go_value value = {
		.type = AEROSPIKE_UDF_GO_LIST, .data = truncated, .length = sizeof(truncated)};
	as_val *val = NULL;

	CHECK_CONTAINS(mod_go_value_to_val(&value, &val), "msgpack does not take it");
}

TEST(a_nil_has_no_content)
{
	aerospike_udf_go_value value;

	for (int i = 0; i < 2; i++) {
		memset(&value, 0xAA, sizeof(value));
		CHECK(mod_go_value_from_val(i == 0 ? NIL : NULL, NULL, &value) == NULL);
		CHECK(value.type == AEROSPIKE_UDF_GO_NIL && value.integer == 0 && value.data == NULL);
		CHECK_NUMBER(value.length, 0);
	}
}

/* Each list has memory of its own, also where lists share a scratch, of whatever length they are. */
TEST(lists_in_one_scratch_do_not_touch_each_other)
{
	static char text[9000];
	aerospike_udf_go_value values[40];
	mod_go_scratch scratch;
	as_val *vals[40];
	size_t length;

	mod_go_scratch_init(&scratch);
	for (int step = 1; step < 400; step *= 3) {
		mod_go_scratch_clear(&scratch);
		for (int i = 0; i < 40; i++) {
			memset(text, 'a' + i % 26, sizeof(text));
			text[i * step % (int)sizeof(text)] = '\0';
			vals[i] = LIST(INT(i), TEXT(text));
			CHECK(mod_go_value_from_val(vals[i], &scratch, &values[i]) == NULL);
		}
		for (int i = 0; i < 40; i++) {
			uint8_t *bytes = written(vals[i], &length);

			CHECK(values[i].length == length && memcmp(values[i].data, bytes, length) == 0);
			free(bytes);
			as_val_destroy(vals[i]);
		}
	}
	mod_go_scratch_clear(&scratch);
}
