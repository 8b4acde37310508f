/* test_files.c - part manifests, xz and parts. All of them may be hostile. */
#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "failing_allocations.h"
#include "failing_calls.h"
#include "asd/package.h"
#include "asd/page_allocator.h"
#include "asd/xz_decoder.h"
#include "packed.h"

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

/* A byte of input may be many of output, and the output may end where the buffer does. */
TEST(zeros_are_decompressed_in_pieces_too)
{
	static const size_t LENGTHS[] = {0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2 << 20, 3 << 20};
	static const uint8_t zeros[3 << 20];

	for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++) {
		size_t size, out_size, length = LENGTHS[i];
		uint8_t *xz = packed(zeros, length, 6, &size), *out;

		for (size_t piece = 1; piece <= size; piece = piece * 5) {
			unsigned long before = check_mapped_pages();

			CHECK(unpack(xz, size, piece, &out, &out_size) == NULL);
			CHECK_NUMBER(out_size, length);
			CHECK(out != NULL && memcmp(out, zeros, length) == 0);
			/* Not the capacity for the largest. */
			CHECK(check_mapped_pages() < before + (2 * length + (4 << 20)) / 4096);
			mod_go_pages_free(out);
		}
		free(xz);
	}
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
	set.head.packed = named != NULL ? mod_go_sha256_of((const uint8_t *)named, strlen(named))
	                                : mod_go_sha256_of(set.xz, set.size);
	set.head.content = mod_go_sha256_of(set.content, sizeof(set.content));
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

TEST(a_part_that_cannot_be_read_is_named)
{
	struct set set = make_set(1);
	char path[600];
	mod_go_error error;
	bool same;

	for (long n = 1; n <= PARTS * 2; n++) { /* once the content, and once its end */
		mod_go_part_path(set.folder, "m", &set.head, (uint32_t)(n + 1) / 2, path, sizeof(path));
		fail_call(CALL_READ, n, EIO);
		CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NOT_A_MODULE);
		CHECK(calls_work_again());
		CHECK_CONTAINS(error.message, path);
		CHECK_CONTAINS(error.message, ": Input/output error; put the module again");
	}
	fail_call(CALL_OPEN, 2, EMFILE);
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NOT_A_MODULE);
	CHECK(calls_work_again());
	CHECK_CONTAINS(error.message, "-2.so: Too many open files; put the module again");
	interrupt_calls();
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_OK);
	CHECK(calls_work_again() && same);
	free(set.xz);
}

/* Memory is mapped in places that are counted. */
TEST(without_memory_nothing_is_decompressed_and_nothing_lost)
{
	struct set set = make_set(1);
	mod_go_error error;
	unsigned long before = 0;
	bool failed = true, same;
	uint8_t *bytes;
	size_t size;
	long n;

	fail_allocation(1);
	CHECK_NUMBER(join(&set, &error, &same), MOD_GO_NO_MEMORY);
	CHECK(allocations_work_again());
	CHECK_CONTAINS(error.message, "m");
	fail_allocation(1);
	CHECK_NUMBER(mod_go_xz_decode("m.so", set.xz, set.size, &bytes, &size, &error), MOD_GO_NO_MEMORY);
	CHECK(allocations_work_again() && bytes == NULL);
	CHECK_CONTAINS(error.message, "m.so");
	for (n = 1; failed && n < 100; n++) {
		mod_go_status status;

		fail_call(CALL_MMAP, n, ENOMEM);
		status = mod_go_xz_decode("m.so", set.xz, set.size, &bytes, &size, &error);
		failed = calls_work_again();
		CHECK((status != MOD_GO_OK) == failed && (bytes == NULL) == failed);
		if (failed)
			CHECK_CONTAINS(error.message, "memory");
		mod_go_pages_free(bytes);
	}
	CHECK(n > 3 && !failed);
	for (int i = 0; i < 200; i++) {
		if (i == 100)
			before = check_mapped_pages();
		for (n = 1; n <= 3; n++) {
			fail_call(CALL_MMAP, n, ENOMEM);
			mod_go_xz_decode("m.so", set.xz, set.size, &bytes, &size, &error);
			CHECK(calls_work_again());
		}
	}
	CHECK(check_mapped_pages() < before + 50);
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
