/* test_fenced_streams.c - a stream function behaves fenced as unfenced. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fenced/pool.h"
#include "flow.h"

TEST(a_stream_of_any_length_crosses_the_fence)
{
	static const size_t COUNTS[] = {0, 1, 2, 9, 1000, 100000};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);

	for (size_t i = 0; i < sizeof(COUNTS) / sizeof(*COUNTS); i++) {
		for (int single = 0; single < 2; single++) {
			struct flow flow = flow_of_integers(COUNTS[i]);
			struct answer answer;

			flow_host.single = single != 0;
			answer = flow_run_with(pool, "copy", &flow, -1);
			printf("%zu elements%s: %u trips, %.1f ms\n", COUNTS[i], single ? " one by one" : "",
			       answer.outcome.trips, answer.seconds * 1e3);
			CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
			CHECK(flow_is_in_order(&flow.out, COUNTS[i]));
			CHECK(answer.outcome.trips < 10 + COUNTS[i] / 32);
			flow_clear(&flow);
		}
	}
	mod_go_fenced_close(pool);
}

/* Of 120 MB in all; the worker may have 64. */
TEST(a_worker_needs_no_more_memory_for_a_longer_stream)
{
#ifdef __SANITIZE_ADDRESS__
	printf("not run: the address sanitizer does not start under a limit of memory\n");
#else
	mod_go_fenced_options options = {.size = sizeof(options), .memory = 64 << 20};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), &options);
	static char text[400001];
	aerospike_udf_go_value value;
	struct flow flow = {0};

	memset(text, 'x', sizeof(text) - 1);
	value = text_value(text);
	for (int i = 0; i < 300; i++)
		CHECK(stream_add(&flow.in, &value));
	CHECK_TEXT(flow_run_with(pool, "copy", &flow, -1).text, "");
	CHECK_NUMBER(flow.out.count, 300);
	flow_clear(&flow);
	for (int i = 0; i < 300; i++)
		flow_add_record(&flow, i, NULL, sizeof(text));
	CHECK_TEXT(flow_run_with(pool, "large_bins", &flow, 0).text, "");
	CHECK(flow_is_in_order(&flow.out, 300));
	flow_clear(&flow);
	mod_go_fenced_close(pool);
#endif
}

/* The elements come with the call, and what it writes with the result. */
TEST(a_short_stream_takes_one_trip)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	unsigned trips = 0;

	/* The caller fills a batch for 10 ms at most, so a slow one takes two trips. */
	for (int run = 0; run < 20 && trips != 1; run++) {
		struct flow flow = {0};
		struct answer answer;

		for (int i = 0; i < 15; i++)
			flow_add_record(&flow, i, NULL, 0);
		answer = flow_run_with(pool, "large_bins", &flow, 0);
		CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
		CHECK(flow_is_in_order(&flow.out, 15));
		trips = answer.outcome.trips;
		flow_clear(&flow);
	}
	CHECK_NUMBER(trips, 1);
	mod_go_fenced_close(pool);
}

TEST(lists_of_elements_are_read_and_written_as_such)
{
	static const int64_t LIMITS[] = {1, 3, 64, 1000000};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);

	for (size_t i = 0; i < 4; i++) {
		struct flow flow = flow_of_integers(1000);

		CHECK_NUMBER(flow_run_with(pool, "copy_lists", &flow, LIMITS[i]).status, AEROSPIKE_UDF_GO_OK);
		CHECK(flow_is_in_order(&flow.out, 1000));
		CHECK_NUMBER(flow_host.reads, 0);
		CHECK_NUMBER(flow_host.writes, 0);
		flow_clear(&flow);
	}
	mod_go_fenced_close(pool);
}

TEST(elements_of_every_type_and_length_come_as_they_went)
{
	static uint8_t list[] = {0x93, 1, 0xa2, 3, 'x', 0xc0}, map[] = {0x81, 1, 2}, bytes[] = {0, 255};
	aerospike_udf_go_value values[] = {
		{AEROSPIKE_UDF_GO_BOOLEAN, 0, 1, NULL, 0},
		{AEROSPIKE_UDF_GO_INTEGER, 0, INT64_MIN, NULL, 0},
		{AEROSPIKE_UDF_GO_DOUBLE, 0, 0x3ff8000000000000, NULL, 0},
		{AEROSPIKE_UDF_GO_STRING, 0, 0, (uint8_t *)(uintptr_t) "a\0b", 3},
		{AEROSPIKE_UDF_GO_STRING, 0, 0, NULL, 0},
		{AEROSPIKE_UDF_GO_BYTES, 0, 0, bytes, 2},
		{AEROSPIKE_UDF_GO_GEOJSON, 0, 0, (uint8_t *)(uintptr_t) "{}", 2},
		{AEROSPIKE_UDF_GO_HLL, 0, 0, bytes, 2},
		{AEROSPIKE_UDF_GO_LIST, 0, 0, list, sizeof(list)},
		{AEROSPIKE_UDF_GO_MAP, 0, 0, map, sizeof(map)},
		{AEROSPIKE_UDF_GO_STRING, 0, 0, NULL, 1 << 20},
		{AEROSPIKE_UDF_GO_BYTES, 0, 0, NULL, (3 << 20) + 7},
		{AEROSPIKE_UDF_GO_INTEGER, 0, 5, NULL, 0},
	};
	size_t count = sizeof(values) / sizeof(*values);
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	uint8_t *large = malloc((3 << 20) + 7);
	struct flow flow = {0};

	memset(large, 'y', (3 << 20) + 7);
	for (size_t i = 0; i < 3 * count; i++) {
		aerospike_udf_go_value *value = &values[i % count];

		value->data = value->length >= 1 << 20 ? large : value->data;
		CHECK(stream_add(&flow.in, value));
	}
	CHECK_NUMBER(flow_run_with(pool, "copy", &flow, -1).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.count, 3 * count);
	for (size_t i = 0; i < flow.out.count; i++) {
		const aerospike_udf_go_value *came = &flow.out.items[i].value, *went = &values[i % count];

		CHECK_NUMBER(came->type, went->type);
		CHECK_NUMBER(came->integer, went->integer);
		CHECK_NUMBER(came->length, went->length);
		CHECK(came->length == 0 || memcmp(came->data, went->data, went->length) == 0);
	}
	flow_clear(&flow);
	free(large);
	mod_go_fenced_close(pool);
}

TEST(records_of_a_stream_bring_their_bins_and_facts)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	struct flow flow = {0};
	struct answer answer;

	for (int i = 0; i < 1000; i++)
		flow_add_record(&flow, i, NULL, 0);
	answer = flow_run_with(pool, "copy", &flow, -1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	CHECK(flow_is_in_order(&flow.out, 1000));
	CHECK(answer.outcome.trips < 20);
	flow_clear(&flow);
	flow_add_record(&flow, 7, "ann", 10);
	flow_add_record(&flow, 8, "bob", 0);
	CHECK_NUMBER(flow_run_with(pool, "records", &flow, 0).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.count, 2);
	CHECK_TEXT((char *)flow.out.items[0].value.data,
	           "2 bins, generation 7, exists 1, key ann, namespace test, read only");
	CHECK_TEXT((char *)flow.out.items[1].value.data,
	           "1 bins, generation 8, exists 1, key bob, namespace test, read only");
	flow_clear(&flow);
	mod_go_fenced_close(pool);
}

/* The manifest names "n" and "none", and where `all` is set "large": the others do not cross, and cannot be had. */
static void records_with_bins(const char *manifest, bool all)
{
	mod_go_fenced *pool;

	setenv("GOOD_MANIFEST", manifest, 1);
	pool = fenced_ready(check_module("streams"), NULL);
	unsetenv("GOOD_MANIFEST");
	for (int asks = 0; asks < 2; asks++) {
		struct flow flow = {0};
		struct answer answer;

		for (int i = 0; i < 600; i++)
			flow_add_record(&flow, i, NULL, i % 3 == 0 ? 50000 : i % 3 == 1 ? 10 : 0);
		answer = flow_run_with(pool, "large_bins", &flow, asks);
		CHECK_NUMBER(answer.status, asks && !all ? AEROSPIKE_UDF_GO_FAILED : AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(flow.out.count, asks && !all ? 0 : 600);
		for (int i = 0; i < (int)flow.out.count; i++)
			CHECK_NUMBER(flow.out.items[i].value.integer,
			             i + (asks && i % 3 == 0 ? 50000 : 0) + (asks && i % 3 == 1 ? 10 : 0));
		/* Batches of 256 KiB hold few large bins. */
		CHECK(all ? answer.outcome.trips > 30 : answer.outcome.trips < 20);
		if (asks && !all)
			CHECK_CONTAINS((char *)answer.text, "the module's manifest does not list the bin large for this "
			                                    "function; build the module again");
		flow_clear(&flow);
	}
	mod_go_fenced_close(pool);
}

TEST(a_record_of_a_stream_comes_with_the_bins_that_the_manifest_names)
{
	records_with_bins("[{\"name\": \"large_bins\", \"bins\": [\"n\", \"none\"]}]", false);
	records_with_bins("[{\"name\": \"large_bins\", \"bins\": [\"n\", \"none\", \"large\"]}]", true);
	records_with_bins("[{\"name\": \"large_bins\", \"bins\": null}]", true);
}

TEST(a_function_may_read_and_write_as_it_likes)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	struct flow flow = flow_of_integers(100000);
	struct answer answer;

	answer = flow_run_with(pool, "count", &flow, 3); /* stops early: not more than a batch was read */
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.items[0].value.integer, 3);
	CHECK(flow.in.next < 20);
	flow_clear(&flow);
	flow = flow_of_integers(50);
	CHECK_NUMBER(flow_run_with(pool, "write_first", &flow, 0).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.count, 53);
	CHECK_NUMBER(flow.out.items[2].value.integer, -2);
	CHECK_NUMBER(flow.out.items[52].value.integer, 49);
	flow_clear(&flow);
	flow = flow_of_integers(50);
	CHECK_NUMBER(flow_run_with(pool, "past_end", &flow, -1).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.items[0].value.integer, 50);
	flow_clear(&flow);
	flow =
		flow_of_integers(1000); /* log lines between elements do not disturb the batch that is being read */
	CHECK_NUMBER(flow_run_with(pool, "log", &flow, 30).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.items[0].value.integer, 970);
	CHECK_NUMBER(flow_host.lines, 100);
	flow_clear(&flow);
	flow = flow_of_integers(1);
	CHECK_NUMBER(flow_run_with(pool, "wrong_handles", &flow, 0).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.items[0].value.integer, 4);
	flow_clear(&flow);
	mod_go_fenced_close(pool);
}

TEST(scope_and_missing_streams_reach_the_module)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);

	for (int scope = AEROSPIKE_UDF_GO_SCOPE_SERVER; scope <= AEROSPIKE_UDF_GO_SCOPE_BOTH + 1; scope++) {
		struct flow flow = {0};

		CHECK_NUMBER(flow_run(pool, "scope", scope, &flow, 0, NULL, 0).status, AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(flow.out.items[0].value.integer, scope);
		flow_clear(&flow);
	}
	CHECK_NUMBER(flow_run(pool, "missing", AEROSPIKE_UDF_GO_SCOPE_BOTH, NULL, 0, NULL, 0).integer, 3);
	CHECK_NUMBER(flow_run_with(pool, "nothing", NULL, 0).status, AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
}

TEST(a_refusal_fails_the_call_unless_the_module_gets_it)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);
	struct flow flow = flow_of_integers(1000);
	struct answer answer;

	flow_host.single = true; /* else reads after the first are of lists */
	flow_host.fails_at = 500;
	answer = flow_run_with(pool, "copy", &flow, -1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_TEXT(answer.text, "the disk is gone");
	CHECK(flow_is_in_order(&flow.out, 499));
	flow_clear(&flow);
	flow_host.fails_at = 0;
	flow_host.refuses_from = 1;
	flow = flow_of_integers(10);
	answer = flow_run_with(pool, "copy", &flow,
	                       -1); /* not reported to the UDF: the writes went with the last message */
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_TEXT(answer.text, "the stream is full");
	CHECK_NUMBER(flow.out.count, 0);
	flow_clear(&flow);
	flow_host.refuses_from = 5000;
	flow = flow_of_integers(0);
	answer = flow_run_with(pool, "write_on", &flow, 20000); /* reported, and continued */
	CHECK_NUMBER(flow.out.count, 4999);
	CHECK(answer.status == AEROSPIKE_UDF_GO_REFUSED || answer.integer > 0);
	flow_clear(&flow);
	mod_go_fenced_close(pool);
}

/* The message that brings the failure of a read brings the refusal of the elements before it as well. */
TEST(a_refusal_that_the_module_does_not_get_stays_in_its_call)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);

	for (size_t fails_at = 1; fails_at < 300; fails_at++) {
		struct flow flow = flow_of_integers(400);

		flow_host.single = true;
		flow_host.fails_at = fails_at;
		flow_host.refuses_from = 1;
		CHECK_NUMBER(flow_run_with(pool, "copy", &flow, -1).status, AEROSPIKE_UDF_GO_REFUSED);
		flow_clear(&flow);
		flow_host.single = false;
		flow_host.fails_at = flow_host.refuses_from = 0;
		flow = flow_of_integers(3);
		CHECK_NUMBER(flow_run_with(pool, "copy", &flow, -1).status, AEROSPIKE_UDF_GO_OK);
		CHECK(flow_is_in_order(&flow.out, 3));
		flow_clear(&flow);
	}
	CHECK_NUMBER(fenced_counters(pool).restarts, 0); /* one worker had them all */
	mod_go_fenced_close(pool);
}

/* Each message has five of them: more than 48 KiB. */
TEST(written_elements_cross_before_they_are_many)
{
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);

	for (int count = 98; count <= 102; count++) {
		struct flow flow = {0};
		struct answer answer = flow_run_with(pool, "write_only", &flow, count);

		CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(flow.out.count, count);
		CHECK_NUMBER(answer.outcome.trips, count / 5 + 1); /* the rest comes with the result */
		flow_clear(&flow);
	}
	mod_go_fenced_close(pool);
}

TEST(nothing_reaches_the_output_that_is_no_element)
{
	static const char *const WHY[] = {
		"a nil would end",   "type does not exist", "neither 0 nor 1",   "not UTF-8",       "map key",
		"counts more items", "deeper than 64",      "counts more items", "a nil would end", "not a list",
		"bytes follow",      "deeper than 64",      "bytes are msgpack", "it is empty",
	};
	mod_go_fenced *pool = fenced_ready(check_module("streams"), NULL);

	for (int i = 0; i < (int)(sizeof(WHY) / sizeof(*WHY)); i++) {
		struct flow flow = {0};
		struct answer answer = flow_run_with(pool, "misfit", &flow, i);

		CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_REFUSED);
		CHECK_CONTAINS(answer.text, WHY[i]);
		CHECK_NUMBER(flow.out.count, 0);
		CHECK_NUMBER(flow_host.writes, 0);
		flow_clear(&flow);
	}
	mod_go_fenced_close(pool);
}
