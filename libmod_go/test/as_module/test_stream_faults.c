/* test_stream_faults.c - streams in Go that fail, unfenced and fenced, where Lua has nothing to compare with. */
#include <aerospike/mod_lua.h>

#include "both_ways.h"

static struct outcome go_fails(const char *function, as_val *(*make)(uint32_t index), uint32_t count,
                               as_val *arguments, const char *part)
{
	struct outcome outcome = {0};
	static struct flow flow;

	if (arguments != NULL)
		as_val_reserve(arguments);
	for (int fenced = 0; fenced < 2; fenced++) {
		flow = (struct flow){.make = make, .count = count};
		outcome = run_go(fenced ? "fenced" : "streams", function, &flow, arguments);
		CHECK_NUMBER(outcome.rc, 2);
		CHECK_CONTAINS(outcome.text, part);
	}
	return outcome;
}

static as_val *depths(uint32_t index)
{
	return INT(63 + index);
}

TEST(a_failure_says_why)
{
	use_streams(0);
	go_fails("fail", from_one, 1, NULL, "no stream today");
	go_fails("panic_at", from_one, 10, LIST(INT(5)), "enough of this\n");
	go_fails("nil_at", from_one, 3, LIST(INT(2)), "is nil, which would end the stream");
	go_fails("give_records", campaign, 3, NULL,
	         "the result is a stream of records, which can't leave their node");
	go_fails("set_bin", campaign, 3, NULL, "record_set");
	go_fails("deep", depths, 3, NULL, "64");
	go_fails("no_such", from_one, 1, NULL, "no_such");
	CHECK_NUMBER(flow_run(&mod_go, "none", "even", &(struct flow){.make = from_one}, NULL).rc, 1);
	CHECK_CONTAINS(flow_run(&mod_go, "none", "even", &(struct flow){.make = from_one}, NULL).text,
	               "there is no module \"none\"");
	CHECK_NUMBER(as_module_apply_stream(&mod_go, &(as_udf_context){NULL, NULL}, "streams", "even", NULL, NULL,
	                                    NULL, NULL),
	             2);
}

TEST(facts_of_the_records_and_log_lines_come_through)
{
	use_streams(0);
	for (int fenced = 0; fenced < 2; fenced++) {
		struct flow flow = {.make = campaign, .count = 2};

		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "facts", &flow, NULL).rc, 0);
		CHECK_TEXT(flow.text,
		           "[1, \"campaigns\", bytes 000102030405060708090a0b0c0d0e0f10111213, true], "
		           "[2, \"campaigns\", bytes 000102030405060708090a0b0c0d0e0f10111213, true]; end");
		flow = (struct flow){.make = from_one, .count = 3};
		call_log.text[0] = '\0';
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "log", &flow, NULL).rc, 0);
		CHECK_CONTAINS(call_log.text, "element\n");
	}
}

TEST(an_output_that_takes_no_more_ends_the_stream_well)
{
	static struct flow lua, go;

	use_streams(0);
	for (int fenced = 0; fenced < 2; fenced++) {
		lua = go = (struct flow){.make = from_one, .count = 100000, .full = 4};
		CHECK_NUMBER(flow_run(&mod_lua, "streams", "increment", &lua, NULL).rc, 0);
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "increment", &go, NULL).rc, 0);
		CHECK_TEXT(go.text, lua.text);
		CHECK(go.reads < 20000); /* it was not read to its end needlessly */
	}
}

TEST(a_crash_or_a_hang_in_a_stream_costs_one_call)
{
	struct flow flow = {.make = from_one, .count = 5};
	struct outcome outcome;

	use_streams(1500);
	outcome = run_go("fenced", "hang", &flow, NULL);
	CHECK_NUMBER(outcome.rc, 2);
	CHECK_CONTAINS(outcome.text, "time");
	CHECK_NUMBER(run_go("fenced", "even", &flow, NULL).rc, 0);
	CHECK_TEXT(flow.text, "2, 4; end");
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

TEST(nothing_that_is_no_element_reaches_the_output)
{
	use_both("c/streams", 0);
	for (int kind = 0; kind < 14; kind++) {
		for (int fenced = 0; fenced < 2; fenced++) {
			struct flow flow = {.make = from_one, .count = 3};
			struct outcome outcome = run_go(fenced ? "fenced" : "streams", "misfit", &flow, LIST(INT(kind)));

			CHECK_NUMBER(outcome.rc, 2);
			CHECK(outcome.text[0] != '\0');
			CHECK_TEXT(flow.text, "");
			if (kind == 0 || kind == 8)
				CHECK_TEXT(outcome.text, "a nil would end the stream");
		}
	}
}

TEST(handles_are_told_apart_and_streams_not_read_past_their_end)
{
	use_both("c/streams", 0);
	for (int fenced = 0; fenced < 2; fenced++) {
		struct flow flow = {.make = from_one, .count = 300};

		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "wrong_handles", &flow, NULL).rc, 0);
		CHECK_TEXT(flow.text, "4; end");
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "past_end", &flow, NULL).rc, 0);
		CHECK_TEXT(flow.text, "300; end");
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "copy_lists", &flow, LIST(INT(7))).rc, 0);
		CHECK_NUMBER(flow.writes, 300);
		CHECK_CONTAINS(flow.text, "1, 2, 3, 4, 5, 6, 7, 8, 9, ");
	}
}

/* Whatever status the function makes of the host's refusal; but not another failure. */
TEST(only_a_full_output_is_a_success)
{
	use_both("c/streams", 0);
	for (int fenced = 0; fenced < 2; fenced++) {
		struct flow flow = {.make = from_one, .count = 100, .full = 4};
		struct outcome outcome = run_go(fenced ? "fenced" : "streams", "copy", &flow, NULL);

		CHECK_NUMBER(outcome.rc, 0);
		CHECK_TEXT(outcome.text, "");
		CHECK_TEXT(flow.text, "1, 2, 3; end");
		outcome = run_go(fenced ? "fenced" : "streams", "write_and_reject", &flow, NULL);
		CHECK_NUMBER(outcome.rc, 2);
		CHECK_CONTAINS(outcome.text, "it wants another argument");
		CHECK_TEXT(flow.text, "0, 1, 2");
		flow.full = 0;
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "fail", &flow, LIST(INT(1))).rc, 2);
	}
}

static as_val *nil_in_the_middle(uint32_t index)
{
	return index == 2 ? NIL : INT(index + 1);
}

/* As it does in mod_lua. */
TEST(a_nil_ends_the_stream)
{
	use_streams(0);
	for (uint32_t scope = AEROSPIKE_UDF_GO_SCOPE_SERVER; scope <= AEROSPIKE_UDF_GO_SCOPE_CLIENT; scope++) {
		set_scope_of_go(scope);
		for (int fenced = 0; fenced < 2; fenced++) {
			struct flow flow = {.make = nil_in_the_middle, .count = 5};

			CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "echo", &flow, NULL).rc, 0);
			CHECK_TEXT(flow.text, "1, 2; end");
			CHECK_NUMBER(flow.reads, 3);
		}
	}
}

TEST(a_stream_that_cannot_be_read_or_written_is_none)
{
	as_stream_hooks none = {.read = NULL};
	as_val *arguments = LIST();
	as_stream stream;
	as_result result;

	as_stream_init(&stream, NULL, &none);
	use_both("c/streams", 0);
	for (int kind = 0; kind < 4; kind++) {
		as_result_init(&result);
		CHECK_NUMBER(as_module_apply_stream(&mod_go, NULL, kind % 2 ? "fenced" : "streams", "missing",
		                                    kind < 2 ? &stream : NULL, (as_list *)arguments,
		                                    kind < 2 ? &stream : NULL, &result),
		             0);
		CHECK(result.value == NULL);
		CHECK_NUMBER(as_module_apply_stream(&mod_go, NULL, kind % 2 ? "fenced" : "streams", "copy",
		                                    kind < 2 ? &stream : NULL, (as_list *)arguments,
		                                    kind < 2 ? &stream : NULL, &result),
		             2);
		as_result_destroy(&result);
	}
	as_val_destroy(arguments);
}

TEST(an_argument_that_cannot_cross_fails_a_stream)
{
	use_both("c/streams", 0);
	for (int fenced = 0; fenced < 2; fenced++) {
		struct flow flow = {.make = from_one, .count = 3};
		struct outcome outcome =
			run_go(fenced ? "fenced" : "streams", "copy", &flow, LIST(LIST(blob_of("x", 1, AS_BYTES_UNDEF))));

		CHECK_NUMBER(outcome.rc, 2);
		CHECK_CONTAINS(outcome.text, "argument 1: ");
		CHECK_NUMBER(flow.reads, 0);
	}
}
