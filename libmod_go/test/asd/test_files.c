/* test_files.c - digests, names, part manifests, xz and parts. All of them may be hostile. */
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "asd/package.h"
#include "asd/page_allocator.h"
#include "asd/xz_decoder.h"

static mod_go_digest digest_of(const void *bytes, size_t size)
{
	mod_go_sha256 sha;

	mod_go_sha256_begin(&sha);
	mod_go_sha256_add(&sha, bytes, size);
	return mod_go_sha256_end(&sha);
}

/* The standard's own examples (FIPS 180-4, and the million of its predecessor). */
TEST(a_digest_is_the_standards)
{
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	mod_go_sha256 sha;

	CHECK_TEXT(digest_of("", 0).text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_TEXT(digest_of("abc", 3).text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_TEXT(digest_of(two_blocks, 56).text,
	           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	mod_go_sha256_begin(&sha);
	for (int i = 0; i < 15625; i++)
		mod_go_sha256_add(
			&sha, (const uint8_t *)"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 64);
	CHECK_TEXT(mod_go_sha256_end(&sha).text,
	           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(a_digest_does_not_depend_on_the_pieces)
{
	uint8_t bytes[300];
	mod_go_digest whole;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	whole = digest_of(bytes, sizeof(bytes));
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		mod_go_sha256 sha;

		mod_go_sha256_begin(&sha);
		mod_go_sha256_add(&sha, bytes, cut);
		mod_go_sha256_add(&sha, bytes + cut, sizeof(bytes) - cut);
		CHECK_TEXT(mod_go_sha256_end(&sha).text, whole.text);
	}
}

TEST(names_are_of_modules_or_parts)
{
	static const char *const others[] = {"",
	                                     ".so",
	                                     "a",
	                                     "a.lua",
	                                     "a.so.so",
	                                     "a b.so",
	                                     "a/b.so",
	                                     "a.0123456789abcdef-0.so",
	                                     "a.0123456789abcdef-01.so",
	                                     "a.0123456789abcdef-257.so",
	                                     "a.0123456789ABCDEF-1.so",
	                                     "a.0123456789abcde-1.so",
	                                     "a.0123456789abcdef-1",
	                                     "a.0123456789abcdef-99999999999.so"};
	mod_go_file_name name;
	char longest[120];

	CHECK(mod_go_file_name_read("net-http_2.so", &name));
	CHECK_TEXT(name.module, "net-http_2");
	CHECK_NUMBER(name.index, 0);
	CHECK(mod_go_file_name_read("a.0123456789abcdef-256.so", &name));
	CHECK_TEXT(name.module, "a");
	CHECK_TEXT(name.set, "0123456789abcdef");
	CHECK_NUMBER(name.index, 256);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(!mod_go_file_name_read(others[i], &name));
	memset(longest, 'x', 104);
	strcpy(longest + 103, ".so");
	CHECK(mod_go_file_name_read(longest, &name));
	strcpy(longest + 103, "x.so");
	CHECK(!mod_go_file_name_read(longest, &name));
}

#define DIGITS "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define HEAD                                                                                                 \
	"modgo-parts 1\nparts 3\npacked-size 2104322\npacked-sha256 " DIGITS "\nsize 7012345\nsha256 " DIGITS "\n"

static const char *head_fault(const char *text)
{
	mod_go_part_manifest head;

	return mod_go_part_manifest_read((const uint8_t *)text, strlen(text), &head);
}

TEST(a_head_is_these_lines_and_nothing_else)
{
	static const char *const damaged[] = {
		"modgo-parts 1\n",
		HEAD "\n",
		"modgo-parts 1\nparts 0\npacked-size 1\npacked-sha256 " DIGITS "\nsize 1\nsha256 " DIGITS "\n",
		"modgo-parts 1\nparts 257\npacked-size 1\npacked-sha256 " DIGITS "\nsize 1\nsha256 " DIGITS "\n",
		"modgo-parts 1\nparts 03\npacked-size 1\npacked-sha256 " DIGITS "\nsize 1\nsha256 " DIGITS "\n",
		"modgo-parts 1\nparts 3\npacked-size 999999999\npacked-sha256 " DIGITS "\nsize 1\nsha256 " DIGITS
		"\n",
		"modgo-parts 1\nparts 3\npacked-size 1\npacked-sha256 " DIGITS "0\nsize 1\nsha256 " DIGITS "\n",
		"modgo-parts 1\nparts 3\npacked-size 1\npacked-sha256 0\nsize 1\nsha256 " DIGITS "\n",
		"modgo-parts 1\nparts 3\nsize 1\npacked-size 1\npacked-sha256 " DIGITS "\nsha256 " DIGITS "\n",
	};
	mod_go_file_name name;
	mod_go_part_manifest head;
	char longer[2000];

	CHECK(mod_go_part_manifest_read((const uint8_t *)HEAD, sizeof(HEAD) - 1, &head) == NULL);
	CHECK_NUMBER(head.parts, 3);
	CHECK_NUMBER(head.packed_size, 2104322);
	CHECK_NUMBER(head.size, 7012345);
	CHECK(mod_go_file_name_read("a.9f86d081884c7d65-3.so", &name) &&
	      mod_go_part_manifest_names(&head, &name));
	CHECK(mod_go_file_name_read("a.9f86d081884c7d65-4.so", &name) &&
	      !mod_go_part_manifest_names(&head, &name));
	CHECK(mod_go_file_name_read("a.8f86d081884c7d65-3.so", &name) &&
	      !mod_go_part_manifest_names(&head, &name));
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
		CHECK_CONTAINS(head_fault(damaged[i]), "damaged");
	CHECK_CONTAINS(head_fault("modgo-parts 2\nparts 3\n"), "newer version");
	for (size_t length = 0; length < sizeof(HEAD) - 1; length++)
		CHECK(mod_go_part_manifest_read((const uint8_t *)HEAD, length, &head) != NULL);
	CHECK(mod_go_part_manifest_read((const uint8_t *)HEAD "\0", sizeof(HEAD), &head) != NULL);
	memset(longer, 'x', sizeof(longer));
	memcpy(longer, HEAD, sizeof(HEAD) - 1);
	for (size_t length = 510; length <= sizeof(longer); length += length < 514 ? 1 : 100)
		CHECK_CONTAINS(mod_go_part_manifest_read((uint8_t *)longer, length, &head), "damaged");
}

/* `size` bytes compressed by xz, from malloc. */
static uint8_t *packed(const uint8_t *bytes, size_t size, uint32_t preset, size_t *packed_size)
{
	size_t capacity = lzma_stream_buffer_bound(size);
	uint8_t *out = malloc(capacity);

	*packed_size = 0;
	CHECK_NUMBER(
		lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, NULL, bytes, size, out, packed_size, capacity),
		LZMA_OK);
	return out;
}

/* Decompresses in pieces. Returns what is wrong. */
static const char *unpack(const uint8_t *bytes, size_t size, size_t piece, uint8_t **out, size_t *out_size)
{
	mod_go_xz_decoder *unpack = mod_go_xz_decoder_new();
	const char *fault = NULL;

	*out = NULL;
	for (size_t at = 0; at < size && fault == NULL; at += piece)
		fault = mod_go_xz_decoder_add(unpack, bytes + at, size - at < piece ? size - at : piece);
	if (fault == NULL)
		fault = mod_go_xz_decoder_finish(unpack, out, out_size);
	mod_go_xz_decoder_free(unpack);
	return fault;
}

TEST(xz_is_undone_in_pieces_of_any_size)
{
	static uint8_t bytes[3 << 20];
	unsigned long long state = 1;
	size_t size, out_size;
	uint8_t *xz, *out;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(check_random(&state) & (i & 1 << 16 ? 0xFF : 3));
	xz = packed(bytes, sizeof(bytes), 6, &size);
	for (size_t piece = 1; piece < size; piece = piece * 7 + 1) {
		CHECK(unpack(xz, size, piece, &out, &out_size) == NULL);
		CHECK_NUMBER(out_size, sizeof(bytes));
		CHECK(out != NULL && memcmp(out, bytes, sizeof(bytes)) == 0);
		mod_go_pages_free(out);
	}
	free(xz);
}

/* No leak checker knows of memory that is mapped. */
TEST(whatever_was_mapped_is_unmapped)
{
	static const uint8_t bytes[100000] = "text";
	unsigned long before = 0;
	size_t size, out_size;
	uint8_t *xz = packed(bytes, sizeof(bytes), 0, &size), *out, *pages;

	for (int i = 0; i < 200; i++) {
		if (i == 100)
			before = check_mapped_pages();
		CHECK(unpack(xz, size, 4096, &out, &out_size) == NULL);
		mod_go_pages_free(out);
		CHECK(unpack(xz, size / 2, 4096, &out, &out_size) != NULL);
		pages = mod_go_pages_realloc(mod_go_pages_realloc(NULL, 10), 100000);
		CHECK(pages != NULL);
		pages[99999] = 1;
		mod_go_pages_free(pages);
	}
	CHECK(check_mapped_pages() < before + 50);
	CHECK(mod_go_pages_alloc(SIZE_MAX - 4) == NULL && mod_go_pages_realloc(NULL, SIZE_MAX) == NULL);
	mod_go_pages_free(NULL);
	free(xz);
}

TEST(xz_that_is_cut_or_goes_on_is_refused)
{
	static const uint8_t bytes[1000] = "text";
	size_t size, out_size;
	uint8_t *xz = packed(bytes, sizeof(bytes), 0, &size), *out;
	uint8_t *longer = malloc(size + 1);

	for (size_t length = 0; length < size; length++)
		CHECK(unpack(xz, length, 4096, &out, &out_size) != NULL && out == NULL);
	memcpy(longer, xz, size);
	longer[size] = 0;
	CHECK_CONTAINS(unpack(longer, size + 1, 4096, &out, &out_size), "follows its end");
	CHECK_CONTAINS(unpack(longer, size + 1, 1, &out, &out_size), "follows its end");
	free(longer);
	free(xz);
}

/* A gigabyte of zeros is some 150 KB of xz: the reader stops at its limit. */
TEST(a_bomb_does_not_go_off)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	static uint8_t zeros[1 << 20];
	uint8_t *xz = malloc(1 << 20), *out;
	size_t out_size;

	stream.next_out = xz;
	stream.avail_out = 1 << 20;
	CHECK_NUMBER(lzma_easy_encoder(&stream, 0, LZMA_CHECK_NONE), LZMA_OK);
	for (int i = 0; i < 300; i++) {
		stream.next_in = zeros;
		stream.avail_in = sizeof(zeros);
		while (stream.avail_in > 0 && lzma_code(&stream, LZMA_RUN) == LZMA_OK)
			;
	}
	CHECK_NUMBER(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
	CHECK_CONTAINS(unpack(xz, stream.total_out, 65536, &out, &out_size), "more than 256 MiB");
	lzma_end(&stream);
	free(xz);
}

TEST(xz_that_wants_much_memory_is_refused)
{
	lzma_options_lzma options;
	lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
	static const uint8_t bytes[100];
	size_t size = 0, capacity = lzma_stream_buffer_bound(sizeof(bytes)), out_size;
	uint8_t *xz = malloc(capacity), *out;

	lzma_lzma_preset(&options, 9);
	options.dict_size = 512u << 20;
	CHECK_NUMBER(
		lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, bytes, sizeof(bytes), xz, &size, capacity),
		LZMA_OK);
	CHECK_CONTAINS(unpack(xz, size, size, &out, &out_size), "more than 72 MiB");
	options.dict_size = 64u << 20;
	size = 0;
	CHECK_NUMBER(
		lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, bytes, sizeof(bytes), xz, &size, capacity),
		LZMA_OK);
	CHECK(unpack(xz, size, size, &out, &out_size) == NULL);
	mod_go_pages_free(out);
	free(xz);
}

/* ---- parts -------------------------------------------------------------------------------------- */

enum { PARTS = 3 };

/* A part set of three parts in a folder. */
struct set {
	const char *folder;
	uint8_t content[2000];
	uint8_t *xz;
	size_t size;
	mod_go_part_manifest head;
};

static void write_part(const struct set *set, uint32_t index, const uint8_t *bytes, size_t size)
{
	char path[600];

	mod_go_part_path(set->folder, "m", &set->head, index, path, sizeof(path));
	check_write(path, bytes, size);
}

/* `named` is the text whose digest the manifest has for the joined parts; NULL for the right one. */
static struct set make_set_named(unsigned long long seed, const char *named)
{
	struct set set = {.folder = check_folder()};
	size_t third;

	for (size_t i = 0; i < sizeof(set.content); i++)
		set.content[i] = (uint8_t)check_random(&seed);
	set.xz = packed(set.content, sizeof(set.content), 6, &set.size);
	set.head = (mod_go_part_manifest){.parts = PARTS, .packed_size = set.size, .size = sizeof(set.content)};
	set.head.packed = named != NULL ? digest_of(named, strlen(named)) : digest_of(set.xz, set.size);
	set.head.content = digest_of(set.content, sizeof(set.content));
	third = set.size / PARTS;
	for (uint32_t i = 0; i < PARTS; i++)
		write_part(&set, i + 1, set.xz + i * third, i + 1 < PARTS ? third : set.size - i * third);
	return set;
}

static struct set make_set(unsigned long long seed)
{
	return make_set_named(seed, NULL);
}

static mod_go_status join(const struct set *set, mod_go_error *error, bool *same)
{
	uint8_t *bytes;
	size_t size = 0;
	mod_go_status status = mod_go_parts_join(set->folder, "m", &set->head, &bytes, &size, error);

	*same = status == MOD_GO_OK && size == sizeof(set->content) && memcmp(bytes, set->content, size) == 0;
	CHECK((status == MOD_GO_OK) == (bytes != NULL));
	mod_go_pages_free(bytes);
	return status;
}

TEST(parts_become_one_again)
{
	struct set set = make_set(1);
	mod_go_error error;
	uint32_t first = 0;
	bool same;

	CHECK_NUMBER(mod_go_parts_missing(set.folder, "m", &set.head, &first), 0);
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_OK);
	CHECK(same);
	free(set.xz);
}

TEST(parts_that_are_not_those_of_the_head_are_refused)
{
	struct set set = make_set(1), other;
	char path[600];
	mod_go_error error;
	uint32_t first = 0;
	bool same;

	write_part(&set, 2, set.xz, set.size / PARTS);
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "put the module again");
	write_part(&set, 2, set.xz + set.size / PARTS, set.size / PARTS);
	write_part(&set, 3, set.xz, set.size);
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NOT_A_MODULE);
	write_part(&set, 3, (const uint8_t *)"", 0);
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NOT_A_MODULE);
	mod_go_part_path(set.folder, "m", &set.head, 3, path, sizeof(path));
	remove(path);
	CHECK_NUMBER(mod_go_parts_missing(set.folder, "m", &set.head, &first), 1);
	CHECK_NUMBER(first, 3);
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NOT_A_MODULE);
	other = make_set(2);
	other.head.content = set.head.content;
	CHECK_NUMBER(join(&other, &error, &same), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "sha256 differs");
	free(other.xz);
	other = make_set_named(1, "something else");
	CHECK_NUMBER(join(&other, &error, &same), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "packed-sha256 differs");
	free(other.xz);
	free(set.xz);
}

TEST(a_refused_join_leaves_nothing_mapped)
{
	struct set set = make_set(2);
	mod_go_error error;
	unsigned long before = 0;
	bool same;

	memset(set.head.content.text, '0', 10); /* the content is mapped when it is compared */
	for (int i = 0; i < 200; i++) {
		if (i == 100)
			before = check_mapped_pages();
		CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NOT_A_MODULE);
	}
	CHECK_CONTAINS(error.message, "decompressed it does not match");
	CHECK(check_mapped_pages() < before + 50);
	free(set.xz);
}

/* ---- fuzz --------------------------------------------------------------------------------------- */

static void mutate(uint8_t *bytes, size_t size, unsigned long long *state)
{
	unsigned long long changes = 1 + check_random(state) % 4;

	for (unsigned long long i = 0; i < changes && size > 0; i++)
		bytes[check_random(state) % size] ^= (uint8_t)(1 + check_random(state) % 255);
}

TEST(whatever_is_in_a_file_it_is_read_within_bounds)
{
	unsigned long long state = check_fuzz_seed();
	double until = check_now() + check_fuzz_seconds();
	struct set set = make_set(3);
	uint8_t *copy = malloc(set.size);
	mod_go_error error;
	bool same;

	while (check_now() < until) {
		char head[] = HEAD, name[] = "module.9f86d081884c7d65-123.so";
		mod_go_file_name file_name;
		mod_go_part_manifest read;
		uint8_t *out;
		size_t size, cut = check_random(&state) % (set.size + 1);

		mutate((uint8_t *)head, sizeof(head) - 1, &state);
		if (mod_go_part_manifest_read((uint8_t *)head, sizeof(head) - 1, &read) == NULL)
			CHECK(read.parts >= 1 && read.parts <= MOD_GO_PARTS_MAX && read.size <= MOD_GO_UNPACKED_MAX);
		mutate((uint8_t *)name, sizeof(name) - 1, &state);
		if (mod_go_file_name_read(name, &file_name))
			CHECK(file_name.index <= MOD_GO_PARTS_MAX && strlen(file_name.module) < sizeof(file_name.module));
		memcpy(copy, set.xz, set.size);
		mutate(copy, set.size, &state);
		if (unpack(copy, set.size, 1 + check_random(&state) % set.size, &out, &size) == NULL)
			mod_go_pages_free(out);
		write_part(&set, 1, copy, cut);
		CHECK(join(&set, &error, &same) != MOD_GO_OK || same);
	}
	free(copy);
	free(set.xz);
}
