/* test_utf8.c - UTF-8 by its definition: a code point, then its only encoding, at the bounds of each byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fenced/session.h"
#include "value/value_check.h"

/* The bytes of a code point. Returns their number. */
static size_t encode(uint32_t point, uint8_t bytes[4])
{
	if (point < 0x80)
		return bytes[0] = (uint8_t)point, 1;
	if (point < 0x800)
		return bytes[0] = (uint8_t)(0xC0 | point >> 6), bytes[1] = (uint8_t)(0x80 | (point & 0x3F)), 2;
	if (point < 0x10000) {
		bytes[0] = (uint8_t)(0xE0 | point >> 12);
		bytes[1] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
		return bytes[2] = (uint8_t)(0x80 | (point & 0x3F)), 3;
	}
	bytes[0] = (uint8_t)(0xF0 | point >> 18);
	bytes[1] = (uint8_t)(0x80 | (point >> 12 & 0x3F));
	bytes[2] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
	return bytes[3] = (uint8_t)(0x80 | (point & 0x3F)), 4;
}

/* The answer on exactly these bytes, so that sanitizers see a read past them. */
static size_t end_of(const uint8_t *bytes, size_t length)
{
	uint8_t *exact = malloc(length > 0 ? length : 1);
	size_t end;

	memcpy(exact, bytes, length);
	end = mod_go_utf8_end(exact, length);
	free(exact);
	return end;
}

TEST(every_code_point_is_utf8_and_no_part_of_one)
{
	size_t wrong = 0;

	for (uint32_t point = 0; point <= 0x10FFFF; point += point < 0x11000 ? 1 : 37) {
		uint8_t bytes[6] = "xxxxxx";
		size_t length = encode(point, bytes + 1);
		bool surrogate = point >= 0xD800 && point <= 0xDFFF;

		wrong += end_of(bytes, length + 2) != (surrogate ? 1 : length + 2);
		for (size_t cut = 1; cut < length; cut++)
			wrong += end_of(bytes, 1 + cut) != 1;
	}
	CHECK_NUMBER(wrong, 0);
	CHECK_NUMBER(end_of((const uint8_t *)"", 0), 0);
}

/* Sequences of bytes at their bounds are UTF-8 where they are the encoding of a code point, and nowhere else. */
TEST(no_other_bytes_are_utf8)
{
	static const uint8_t BOUNDS[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
	enum { COUNT = sizeof(BOUNDS) };
	size_t wrong = 0;

	for (unsigned first = 0x80; first <= 0xFF; first++) {
		for (unsigned rest = 0; rest < COUNT * COUNT * COUNT; rest++) {
			uint8_t bytes[4] = {(uint8_t)first, BOUNDS[rest % COUNT], BOUNDS[rest / COUNT % COUNT],
			                    BOUNDS[rest / COUNT / COUNT]};
			uint8_t again[4] = {0};
			size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
			uint32_t point = first & (0xFFu >> (length + 1));
			bool valid;

			for (size_t i = 1; i < length; i++)
				point = point << 6 | (bytes[i] & 0x3F);
			valid = point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF) &&
			        encode(point, again) == length && memcmp(again, bytes, length) == 0;
			wrong += (end_of(bytes, length) == length) != valid;
			wrong += !valid && end_of(bytes, length) != 0;
		}
	}
	CHECK_NUMBER(wrong, 0);
}

/* The host's reason for a refusal crosses in so many bytes. */
TEST(a_reason_is_cut_between_characters)
{
	uint8_t reason[] = "a\xc3\xa9\xc3\xa9\xc3\xa9";
	const aerospike_udf_go_value why = {
		.type = AEROSPIKE_UDF_GO_STRING, .data = reason, .length = sizeof(reason) - 1};
	char text[sizeof(reason)];

	for (size_t capacity = 1; capacity <= sizeof(text); capacity++) {
		mod_go_copy_reason(&why, text, capacity);
		CHECK_NUMBER(strlen(text), capacity < 2 ? 0 : (capacity / 2) * 2 - 1);
		CHECK(memcmp(text, reason, strlen(text)) == 0);
	}
}
