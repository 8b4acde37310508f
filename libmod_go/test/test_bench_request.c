/* test_bench_request.c - what mod-go-bench reads from its standard input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/request.h"
#include "check.h"
#include "failing_allocations.h"

#define DIGEST "000102030405060708090a0b0c0d0e0f10111213"

/* They stay reachable: what a request allocates is not freed. */
static bench_request requests[128];
static size_t request_count;

/* The request with these lines, NULL where it is refused. Its nth allocation fails; 0: none. */
static bench_request *read_failing(const char *lines, long n)
{
	bench_request *request = &requests[request_count++];
	char path[4200];
	bool done;

	snprintf(path, sizeof(path), "%s/request", check_folder());
	check_write(path, lines, strlen(lines));
	CHECK(freopen(path, "r", stdin) != NULL);
	fail_allocation(n);
	done = bench_request_read(request);
	return done ? request : NULL;
}

static bench_request *read_request(const char *lines)
{
	return read_failing(lines, 0);
}

/* A whole request with these lines in it. */
static bench_request *read_with(const char *lines)
{
	static char all[8192];

	snprintf(all, sizeof(all), "function 66\nrecord 0 0 0 - - - 0 0 -\n%sstart\n", lines);
	return read_request(all);
}

static bool has_text(const aerospike_udf_go_value *value, uint32_t type, const char *text)
{
	return CHECK_NUMBER(value->type, type) && CHECK_NUMBER(value->length, strlen(text)) &&
	       CHECK(memcmp(value->data, text, value->length) == 0);
}

TEST(a_request_has_the_function_its_arguments_and_records)
{
	bench_request *request =
		read_request("function 6164645f31\ntimeout 5000000000\n"
	                 "argument 2 -9223372036854775807 -\nargument 4 0 68c3a9\nargument 0 0 -\n"
	                 "record 4294967295 7 1700000000000 74657374 73 " DIGEST " 4 0 6b6579\n"
	                 "bin 6e 2 41 -\nbin 66696674656e2d6c657474657273 5 0 09afff\n"
	                 "record 1 2 3 - - - 2 99 -\nstart\nfunction 6e6f\n");
	aerospike_udf_go_record *first, *second;

	if (!CHECK(request != NULL))
		return;
	CHECK_TEXT(request->function, "add_1");
	CHECK(!request->is_stream && request->timeout == 5000000000 && request->argument_count == 3 &&
	      request->record_count == 2);
	CHECK(request->arguments[0].type == 2 && request->arguments[0].integer == -9223372036854775807);
	CHECK_NUMBER(request->arguments[0].length, 0);
	has_text(&request->arguments[1], 4, "h\xC3\xA9");
	CHECK_NUMBER(request->arguments[2].type, 0);
	first = &request->records[0];
	second = &request->records[1];
	CHECK(first->metadata.ttl == 4294967295 && first->metadata.generation == 7 &&
	      first->metadata.last_update == 1700000000000);
	CHECK_TEXT(first->metadata.namespace_name, "test");
	CHECK_TEXT(first->metadata.set_name, "s");
	for (int i = 0; i < BENCH_DIGEST_BYTES; i++)
		CHECK_NUMBER(first->metadata.digest[i], i);
	has_text(&first->metadata.key, 4, "key");
	CHECK(first->exists && first->count == 2 && !first->changed);
	CHECK(first->bins[0].value.type == 2 && first->bins[0].value.integer == 41);
	CHECK_TEXT(first->bins[0].name, "n");
	CHECK_TEXT(first->bins[1].name, "fiften-letters");
	has_text(&first->bins[1].value, 5, "\x09\xAF\xFF");
	CHECK(!second->exists && second->count == 0 && second->metadata.ttl == 1 &&
	      second->metadata.generation == 2 && second->metadata.last_update == 3);
	CHECK_TEXT(second->metadata.namespace_name, "");
	CHECK_NUMBER(second->metadata.key.integer, 99);
	for (int i = 0; i < BENCH_DIGEST_BYTES; i++)
		CHECK_NUMBER(second->metadata.digest[i], 0);
}

TEST(a_request_may_be_for_a_stream_function)
{
	bench_request *request = read_with("stream\ntimeout 3\n");

	CHECK(request != NULL && request->is_stream && request->timeout == 3 && request->argument_count == 0 &&
	      request->arguments == NULL);
}

TEST(a_request_needs_a_function_and_a_record)
{
	CHECK(read_with("") != NULL);
	CHECK(read_request("function 66\nstart\n") == NULL);
	CHECK(read_request("record 0 0 0 - - - 0 0 -\nstart\n") == NULL);
	CHECK(read_request("") == NULL);
}

TEST(a_request_with_a_line_that_is_not_understood_is_refused)
{
	static const char *const LINES[] = {
		"nonsense\n",
		"timeout\n",
		"argument\n",
		"argument 2\n",
		"argument 2 1\n",
		"argument 4 0 6\n",  /* half a byte */
		"argument 4 0 6g\n", /* no digit */
		"argument 4 0 `6\n",
		"argument 4 0 /6\n",
		"argument 4 0 6:\n",
		"argument 4 0 AA\n",
		"record 0 0 0 - - - 0 0\n",
		"record 0 0 0 - - " DIGEST "1 0 0 -\n",
		"bin\n",
		"bin 6e 2 1\n",
		"bin 6 2 1 -\n",
		"bin 7369787465656e2d6c65747465727321 2 1 -\n", /* a name of 16 bytes */
	};

	for (size_t i = 0; i < sizeof(LINES) / sizeof(*LINES); i++) {
		if (!CHECK(read_with(LINES[i]) == NULL))
			printf("    %s", LINES[i]);
	}
	CHECK(read_request("record 0 0 0 - - - 0 0 -\nfunction\nstart\n") == NULL);
	CHECK(read_request("function 66\nbin 6e 2 1 -\nrecord 0 0 0 - - - 0 0 -\nstart\n") == NULL);
}

/* What is not a digest's length is no digest: a record that was not stored has none. */
TEST(a_request_has_a_digest_of_20_bytes_or_none)
{
	bench_request *request = read_with("record 0 0 0 - - 0102 0 0 -\n");

	CHECK(request != NULL && request->records[1].metadata.digest[0] == 0);
	request = read_with("record 0 0 0 - - " DIGEST "14 0 0 -\n");
	CHECK(request != NULL && request->records[1].metadata.digest[1] == 0);
}

TEST(a_record_of_a_request_has_at_most_512_bins)
{
	static char lines[16 * (BENCH_BINS_MAX + 1)];
	bench_request *request;

	for (int i = 0; i < BENCH_BINS_MAX; i++)
		strcat(lines, "bin 6e 2 1 -\n");
	request = read_with(lines);
	CHECK(request != NULL && request->records[0].count == BENCH_BINS_MAX);
	strcat(lines, "bin 6e 2 1 -\n");
	CHECK(read_with(lines) == NULL);
}

TEST(a_request_is_refused_where_there_is_no_memory)
{
	static const char LINES[] = "function 66\nrecord 0 0 0 - - - 0 0 -\nargument 4 0 61\nbin 6e 2 1 -\n"
								"record 0 0 0 - - - 0 0 -\nstart\n";
	long n = 1;

	for (; n < 50 && read_failing(LINES, n) == NULL; n++)
		CHECK(allocations_work_again());
	CHECK(!allocations_work_again() && n > 10);
}
