/* test_msgpack.c - which lists and maps are valid in the server's msgpack. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "value/value_check.h"

#define LIST AEROSPIKE_UDF_GO_LIST
#define MAP  AEROSPIKE_UDF_GO_MAP

typedef struct document {
	uint32_t type;
	const char *bytes;
	size_t length;
	const char *fault; /* NULL where there is none */
	size_t offset;
} document;

/* Bytes as a C string; the text of hexadecimal escapes is split where a letter would join them. */
#define DOCUMENT(type, bytes, fault, offset)                                                                 \
	{                                                                                                        \
		type, bytes, sizeof(bytes) - 1, fault, offset                                                        \
	}

static mod_go_fault check_exact(uint32_t type, const void *bytes, size_t length)
{
	uint8_t *exact = malloc(length > 0 ? length : 1);
	mod_go_fault fault;

	memcpy(exact, bytes, length);
	fault = mod_go_msgpack_check(type, exact, length);
	free(exact);
	return fault;
}

static void check_documents(const document *documents, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mod_go_fault fault = check_exact(documents[i].type, documents[i].bytes, documents[i].length);
		bool held = documents[i].fault == NULL ? CHECK(fault.what == NULL)
		                                       : CHECK_CONTAINS(fault.what, documents[i].fault) &&
		                                             CHECK_NUMBER(fault.offset, documents[i].offset);

		if (!held)
			printf("    document %zu: %s at %zu\n", i, fault.what != NULL ? fault.what : "no fault",
			       fault.offset);
	}
}

TEST(sound_documents_pass)
{
	static const document SOUND[] = {
		DOCUMENT(LIST, "\x90", NULL, 0),
		DOCUMENT(LIST, "\xDC\x00\x00", NULL, 0),
		DOCUMENT(LIST, "\xDD\x00\x00\x00\x01\xC0", NULL, 0),
		DOCUMENT(LIST, "\x95\xC0\xC2\xC3\x7F\xE0", NULL, 0),
		DOCUMENT(LIST, "\x94\xCC\xFF\xCD\xFF\xFF\xCE\xFF\xFF\xFF\xFF\xCF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
	             NULL, 0),
		DOCUMENT(LIST, "\x94\xD0\x80\xD1\x80\x00\xD2\x80\x00\x00\x00\xD3\x80\x00\x00\x00\x00\x00\x00\x00",
	             NULL, 0),
		DOCUMENT(LIST, "\x92\xCA\x3F\x80\x00\x00\xCB\x3F\xF0\x00\x00\x00\x00\x00\x00", NULL, 0),
		DOCUMENT(LIST, "\x91\xA1\x03", NULL, 0),
		DOCUMENT(LIST, "\x93\xA2\x03x\xD9\x02\x04\x00\xDA\x00\x03\x17{}", NULL, 0),
		DOCUMENT(LIST, "\x92\xA1\x12\xA2\x09p", NULL, 0),
		DOCUMENT(LIST, "\x92\xC7\x00\x01\x05", NULL, 0),
		DOCUMENT(LIST, "\x91\x91\x81\x01\x90", NULL, 0),
		DOCUMENT(MAP, "\x80", NULL, 0),
		DOCUMENT(MAP, "\x82\x02\x01\x01\x01", NULL, 0),
		DOCUMENT(MAP, "\x81\xC7\x00\x01\xC0", NULL, 0),
		DOCUMENT(MAP, "\x83\xC7\x00\x03\xC0\x01\x01\x02\x01", NULL, 0),
		/* Integers, strings, bytes; each ascending, a prefix before longer ones. */
		DOCUMENT(MAP,
	             "\x88\xC7\x00\x01\xC0\xFF\x00\x05\x00\xA1\x03\x00\xA2\x03"
	             "a\x00\xA3\x03"
	             "aa\x00\xA2\x03"
	             "b\x00\xA2\x04"
	             "a\x00",
	             NULL, 0),
		DOCUMENT(MAP, "\xDE\x00\x01\x01\x91\xC0", NULL, 0),
	};

	check_documents(SOUND, sizeof(SOUND) / sizeof(*SOUND));
}

TEST(faulty_documents_are_refused_at_their_place)
{
	static const document FAULTY[] = {
		DOCUMENT(LIST, "", "it is empty", 0),
		DOCUMENT(LIST, "\x80", "it is not a list", 0),
		DOCUMENT(MAP, "\x90", "it is not a map", 0),
		DOCUMENT(LIST, "\x01", "it is not a list", 0),
		DOCUMENT(LIST, "\xDC\x00", "it ends within an item", 0),
		DOCUMENT(LIST, "\xDD\xFF\xFF\xFF\xFF\x01", "counts more items than there are bytes", 0),
		DOCUMENT(MAP, "\xDF\xFF\xFF\xFF\xFF\x01\x01", "counts more items than there are bytes", 0),
		DOCUMENT(MAP, "\x82\x01\x01\x02", "counts more items than there are bytes", 0),
		DOCUMENT(LIST, "\x92\x01", "counts more items than there are bytes", 0),
		DOCUMENT(LIST, "\x92\x01\xCD\x01", "it ends within an item", 2),
		DOCUMENT(LIST,
	             "\x91\xA5\x03"
	             "abc",
	             "it ends within an item", 1),
		DOCUMENT(LIST, "\x91\xDB\xFF\xFF\xFF\xFF\x03", "it ends within an item", 1),
		DOCUMENT(LIST, "\x91\x01\x02", "bytes follow its end", 2),
		DOCUMENT(LIST, "\x91\xC1", "a byte begins no item", 1),
		DOCUMENT(LIST, "\x91\xA0", "no particle type", 1),
		DOCUMENT(LIST, "\x91\xA1\x05", "particle type that does not exist", 1),
		DOCUMENT(LIST, "\x91\xA2\x03\xFF", "not UTF-8", 1),
		DOCUMENT(LIST, "\x91\xA2\x17\xFF", "not UTF-8", 1),
		DOCUMENT(LIST,
	             "\x91\xA3\x03"
	             "a\x00",
	             "has a NUL", 1),
		DOCUMENT(LIST, "\x91\xC4\x01\x04", "msgpack bin", 1),
		DOCUMENT(LIST, "\x91\xCF\x80\x00\x00\x00\x00\x00\x00\x00", "larger than 64 bits", 1),
		DOCUMENT(LIST, "\x92\x01\xC7\x00\x01", "an extension type is not allowed here", 2),
		DOCUMENT(LIST, "\x91\xD4\xFF\x01", "an extension type is not allowed here", 1),
		DOCUMENT(LIST, "\x91\xC7\x00\x03", "a list has an order that does not exist", 1),
		DOCUMENT(MAP, "\x81\xC7\x00\x02\xC0", "a map has an order that does not exist", 1),
		DOCUMENT(MAP, "\x81\xC7\x00\x01\x01", "a value other than nil", 1),
		DOCUMENT(MAP, "\x82\x01\x01\xC7\x00\x01\xC0", "an extension type is not allowed here", 3),
		DOCUMENT(MAP, "\x81\x01\xC7\x00\x01\xC0", "an extension type is not allowed here", 2),
		DOCUMENT(MAP, "\x81\xC0\x01", "a map key", 1),
		DOCUMENT(MAP, "\x81\xC3\x01", "a map key", 1),
		DOCUMENT(MAP, "\x81\xCA\x00\x00\x00\x00\x01", "a map key", 1),
		DOCUMENT(MAP, "\x81\x90\x01", "a map key", 1),
		DOCUMENT(MAP, "\x81\xA2\x17x\x01", "a map key", 1),
		DOCUMENT(MAP, "\x81\xA0\x01", "a map key", 1),
		DOCUMENT(MAP, "\x81\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", "a map key", 1),
		DOCUMENT(MAP, "\x83\xC7\x00\x01\xC0\x02\x01\x01\x01", "keys are not in order", 7),
		DOCUMENT(MAP, "\x83\xC7\x00\x01\xC0\x02\x01\x02\x01", "keys are not in order", 7),
		DOCUMENT(MAP, "\x83\xC7\x00\x01\xC0\xA2\x03x\x01\x02\x01", "keys are not in order", 9),
		DOCUMENT(MAP, "\x83\xC7\x00\x01\xC0\xA2\x04x\x01\xA2\x03x\x01", "keys are not in order", 9),
	};

	check_documents(FAULTY, sizeof(FAULTY) / sizeof(*FAULTY));
}

TEST(sixty_four_levels_are_the_limit)
{
	uint8_t lists[66];
	uint8_t maps[2 * 65 + 1];

	memset(lists, 0x91, sizeof(lists));
	lists[64] = 0xC0;
	CHECK(check_exact(LIST, lists, 65).what == NULL);
	lists[63] = 0x90;
	CHECK(check_exact(LIST, lists, 64).what == NULL);
	lists[63] = 0x91;
	lists[64] = 0x91;
	lists[65] = 0xC0;
	CHECK_CONTAINS(check_exact(LIST, lists, 66).what, "deeper than 64");
	lists[64] = 0x90;
	CHECK_CONTAINS(check_exact(LIST, lists, 65).what, "deeper than 64");
	for (size_t i = 0; i < 65; i++) {
		maps[2 * i] = 0x81;
		maps[2 * i + 1] = 0x01;
	}
	maps[128] = 0xC0;
	CHECK(check_exact(MAP, maps, 129).what == NULL);
	maps[128] = 0x81;
	maps[130] = 0xC0;
	CHECK_CONTAINS(check_exact(MAP, maps, 131).what, "deeper than 64");
}

TEST(utf8_is_what_unicode_says)
{
	static const struct {
		const char *text;
		size_t length;
		size_t end;
	} TEXTS[] = {
		{"", 0, 0},
		{"a\0b", 3, 3},
		{"\xC2\x80\xDF\xBF", 4, 4},
		{"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", 12, 12},
		{"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8, 8},
		{"a\x80", 2, 1},
		{"\xC0\x80", 2, 0},
		{"\xC1\xBF", 2, 0},
		{"\xE0\x9F\xBF", 3, 0},
		{"\xED\xA0\x80", 3, 0}, /* a surrogate */
		{"\xF0\x8F\xBF\xBF", 4, 0},
		{"\xF4\x90\x80\x80", 4, 0},
		{"\xF5\x80\x80\x80", 4, 0},
		{"ab\xE2\x82", 4, 2},
		{"\xE2\x28\xA1", 3, 0},
		{"\xE2\x82\x28", 3, 0},
	};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		if (!CHECK_NUMBER(mod_go_utf8_end((const uint8_t *)TEXTS[i].text, TEXTS[i].length), TEXTS[i].end))
			printf("    text %zu\n", i);
	}
}
