/* test_crash_output.c - which line and which frame of a worker's output explain its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fenced/crash_output.h"

#define GO    "/usr/local/go/src/"
#define FRAME "example.com/shop/udfs.Add(0x1, {0x2, 0x3})\n\t/home/me/shop/udfs/add.go:42 +0x1d\n"

static mod_go_crash_output output;
static char text[1024];

/* The explanation of the output when it arrives in pieces of `piece` bytes. */
static const char *explained(const char *bytes, size_t length, size_t piece)
{
	memset(&output, 0, sizeof(output));
	for (size_t at = 0; at < length; at += piece)
		mod_go_crash_output_add(&output, bytes + at, length - at < piece ? length - at : piece);
	mod_go_crash_output_explain(&output, text, sizeof(text));
	return text;
}

TEST(the_reason_and_the_first_frame_of_the_udf_are_found)
{
	static const char *const CASES[][2] = {
		{"", ""},
		{"\n", ""},
		{"one\n", "one"},
		{"one\ntwo", "two"},
		{"one\ntwo\n\n  \n", "two"},
		{"fatal error: all goroutines are asleep\n", "fatal error: all goroutines are asleep"},
		{"runtime: out of memory: cannot allocate\nmore\n", "runtime: out of memory: cannot allocate"},
		{"SIGSEGV: segmentation violation\n", "SIGSEGV: segmentation violation"},
		{"panic: no\n\tpanic: again\n", "panic: no"},
		{"a panic: no\nlast\n", "last"},
		{"said before\npanic: no\n", "panic: no"},
		{"panic: no\n\ngoroutine 1 [running]:\n" FRAME, "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		/* Frames that are not the UDF's own. */
		{"panic: no\n\nruntime.gopanic(1)\n\t" GO "runtime/panic.go:1 +0x1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\nruntime/debug.Stack(1)\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\nreflect.Value.Call(1)\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\npanic({1, 2})\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\ncreated by x.f\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\n_cgoexp_1(1)\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\nos.Exit(1)\n\t/x/a.go:1\n" FRAME, "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\nsyscall.Exit(1)\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\nsort.Slice(1)\n\t" GO "sort/sort.go:9\nruntime.main()\n\t" GO
	     "runtime/proc.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\ngithub.com/x/aerospike-mod-go/udf.call(1)\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\ngithub.com/x/aerospike-mod-go/udf/bind.call(1)\n\t/x/a.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\nmain.f(1)\n\t/x/zz_bindings.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		{"panic: no\n\nmain.f(1)\n\t/x/_cgo_gotypes.go:1\n" FRAME,
	     "panic: no\n/home/me/shop/udfs/add.go:42 udfs.Add"},
		/* Names with the same beginning. */
		{"panic: no\n\nosx.f(1)\n\t/x/os.go:7\n" FRAME, "panic: no\n/x/os.go:7 osx.f"},
		{"panic: no\n\nruntimes.f(1)\n\t/x/zz/a.go:7 +0x1\n" FRAME, "panic: no\n/x/zz/a.go:7 runtimes.f"},
		{"panic: no\n\nx.com/aerospike-mod-go/udfs.f(1)\n\t/x/a.go:7\n" FRAME, "panic: no\n/x/a.go:7 udfs.f"},
		{"panic: no\n\nx/y.(*T).f(1)\n\t/aerospike-mod-go/udf/a.go:7\n" FRAME,
	     "panic: no\n/aerospike-mod-go/udf/a.go:7 y.(*T).f"},
		{"panic: no\n\nx/y.f[...](1)\n\t/x/a.go:7\n", "panic: no\n/x/a.go:7 y.f[...]"},
		/* No frames. */
		{"panic: no\nmain.f(1)\n", "panic: no"},
		{"panic: no\nmain.f(1)\n\t", "panic: no\n main.f"},
		{"panic: no\n\tmain.f(1)\n\t/x/a.go:1\n", "panic: no"},
		{"panic: no\n\n\t/x/a.go:1\n", "panic: no"},
		{"panic: no\nmain.f(1)\n/x/a.go:1\n", "panic: no"},
		/* Bytes that a text must not have. */
		{"panic: a\tb\x01\x7f\n", "panic: a b \x7f"},
		{"\x01one\n", " one"},
		{"panic: \xff\xc3\xa9\xe2\x82\n", "panic: ?\xc3\xa9"},
		{"\xe2\x82\xac\n", "\xe2\x82\xac"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
		for (size_t piece = 1; piece < 400; piece += 37)
			if (!CHECK_TEXT(explained(CASES[i][0], strlen(CASES[i][0]), piece), CASES[i][1]))
				printf("    case %zu in pieces of %zu\n", i, piece);
	CHECK_TEXT(explained("panic: a\0b\n", 11, 3), "panic: a b");
}

/* A long output loses its beginning, a crash report its end. Half of the buffer is dropped at a time. */
TEST(a_long_output_keeps_what_says_why)
{
	size_t most = MOD_GO_CRASH_OUTPUT_BYTES;
	char *bytes = malloc(8 * most);

	for (size_t length = most - 2; length <= 3 * most; length += length < most + 2 ? 1 : most / 3) {
		for (size_t piece = 100; piece <= most + 1; piece += most / 2) {
			for (size_t i = 0; i < length; i++)
				bytes[i] = (char)('a' + i % 23);
			memcpy(bytes + length - 7, "\nreason", 7);
			CHECK_TEXT(explained(bytes, length, piece), "reason");
			CHECK(!output.crashed);
			CHECK(output.length <= most && output.length >= most / 2);
			CHECK(output.text[output.length] == '\0');
			CHECK(memcmp(output.text, bytes + length - output.length, output.length) == 0);
			memcpy(bytes + length / 2, "\npanic: no\n", 11);
			CHECK_TEXT(explained(bytes, length, piece), "panic: no");
			CHECK(output.crashed);
			memcpy(bytes, "panic: first\n", 13);
			CHECK_TEXT(explained(bytes, length, piece), "panic: first");
			CHECK(output.crashed && output.length <= most);
		}
	}
	free(bytes);
}

TEST(a_reason_is_cut_to_its_buffer)
{
	static const char WHOLE[] = "panic: n\xc3\xa9\n/home/me/shop/udfs/add.go:42 udfs.Add";

	explained("panic: n\xc3\xa9\n\ngoroutine 1 [running]:\n" FRAME,
	          strlen("panic: n\xc3\xa9\n\ngoroutine 1 [running]:\n" FRAME), 1000);
	CHECK_TEXT(text, WHOLE);
	for (size_t capacity = 1; capacity <= sizeof(WHOLE) + 1; capacity++) {
		size_t first = strcspn(WHOLE, "\n"), length;

		memset(text, '#', sizeof(text));
		mod_go_crash_output_explain(&output, text, capacity);
		length = strlen(text);
		CHECK(length < capacity);
		CHECK_NUMBER(text[capacity], '#');
		CHECK(memcmp(text, WHOLE, length) == 0);
		/* As much as fits; no character is cut. */
		if (capacity > sizeof(WHOLE))
			CHECK_NUMBER(length, sizeof(WHOLE) - 1);
		else
			CHECK(length == capacity - 1 || (capacity == first && length == first - 2));
	}
}
