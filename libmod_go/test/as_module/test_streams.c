/*
 * test_streams.c - stream functions in Go do what those in Lua do, unfenced and fenced, each through its as_module.
 * After mod-lua's own cases of streams, and more of their kind.
 */
#include <aerospike/mod_lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as_module/host_streams.h"
#include "both_ways.h"

/* Runs it on equal streams in Lua, in Go and in Go fenced. Returns what was written. */
static const char *same(const char *function, as_val *(*make)(uint32_t index), uint32_t count,
                        as_val *arguments)
{
	static struct flow lua, go;
	struct outcome as_lua, as_go;
	double time[3];

	lua = go = (struct flow){.make = make, .count = count};
	if (arguments != NULL)
		as_val_reserve(arguments), as_val_reserve(arguments);
	time[2] = check_now();
	as_lua = flow_run(&mod_lua, "streams", function, &lua, arguments);
	time[2] = check_now() - time[2];
	for (int fenced = 0; fenced < 2; fenced++) {
		time[fenced] = check_now();
		as_go = run_go(fenced ? "fenced" : "streams", function, &go, arguments);
		time[fenced] = check_now() - time[fenced];
		CHECK_NUMBER(as_go.success, as_lua.success);
		if (!as_lua.success)
			CHECK(as_go.text[0] != '\0');
		if (!CHECK_TEXT(as_go.success ? go.text : "", as_lua.success ? lua.text : ""))
			printf("    in %s, %s: %s\n", function, fenced ? "fenced" : "unfenced", as_go.text);
		if (as_go.success)
			CHECK_NUMBER(go.reads, lua.reads);
	}
	if (count >= 100000)
		printf("%s of %u elements: %.0f ms in Go, %.0f ms fenced, %.0f ms in Lua\n", function, count,
		       time[0] * 1e3, time[1] * 1e3, time[2] * 1e3);
	return as_go.success ? go.text : "failed";
}

static const char CAMPAIGNS[] =
	"{0: 5450, 1: 4740, 2: 4930, 3: 5120, 4: 4310, 5: 5500, 6: 4690, 7: 4880, 8: 5070, 9: 5260}; end";

TEST(mod_luas_own_stream_cases_give_the_same_in_go)
{
	use_streams(0);
	CHECK_TEXT(same("even", from_one, 10, NULL), "2, 4, 6, 8, 10; end");
	CHECK_TEXT(same("increment", from_one, 10, NULL), "2, 3, 4, 5, 6, 7, 8, 9, 10, 11; end");
	CHECK_TEXT(same("sum", from_one, 1000000, NULL), "500000500000; end");
	CHECK_TEXT(same("product", from_one, 10, NULL), "3628800; end");
	CHECK_TEXT(same("rollup", campaign, 100, LIST()), CAMPAIGNS);
	CHECK_TEXT(same("rollup2", campaign, 100, LIST()), CAMPAIGNS);
	CHECK_CONTAINS(same("rollup2", campaign, 100000, LIST()), "{0: 4950000, 1: 5040000, ");
	CHECK_TEXT(same("sum_on_match", campaign, 100, LIST(TEXT("campaign"), INT(7))), "70; end");
}

static as_val *some_map(uint32_t index)
{
	return MAP(INT(index % 3), LIST(INT(index)));
}

TEST(each_scope_runs_what_luas_does)
{
	use_streams(0);
	CHECK_TEXT(same("squares_of_sum", from_one, 3, NULL), "9; end");
	CHECK_TEXT(
		same("group", campaign, 12, NULL),
		"{0: [10], 1: [1, 11], 2: [2, 12], 3: [3], 4: [4], 5: [5], 6: [6], 7: [7], 8: [8], 9: [9]}; end");
	set_scope(AEROSPIKE_UDF_GO_SCOPE_CLIENT);
	CHECK_TEXT(same("squares_of_sum", from_one, 3, NULL), "36; end");
	CHECK_TEXT(same("sum", from_one, 3, NULL), "6; end");
	CHECK_TEXT(same("increment", from_one, 3, NULL), "1, 2, 3; end"); /* the servers have done that */
	CHECK_TEXT(same("rollup2", from_one, 2, NULL), "1, 2; end");
	CHECK_TEXT(same("group", some_map, 6, NULL), "{0: [0, 3], 1: [1, 4], 2: [2, 5]}; end");
	set_scope_of_go(AEROSPIKE_UDF_GO_SCOPE_BOTH);
	for (int fenced = 0; fenced < 2; fenced++) {
		struct flow flow = {.make = from_one, .count = 3};

		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "squares_of_sum", &flow, NULL).rc, 0);
		CHECK_TEXT(flow.text, "81; end");
	}
}

/* Who runs a stream: Go in this process, Go in a worker, Lua. */
static const char *const RUNNERS[] = {"streams", "fenced", "lua"};

static struct outcome run_by(int runner, const char *function, struct flow *flow, as_val *arguments)
{
	if (runner < 2)
		return run_go(RUNNERS[runner], function, flow, arguments);
	flow->owns = false;
	return flow_run(&mod_lua, "streams", function, flow, arguments);
}

static as_val *partials[3];

/* A node's part, with a reference for the reader. */
static as_val *partial(uint32_t index)
{
	as_val_reserve(partials[index]);
	return partials[index];
}

static uint32_t node;

static as_val *campaign_of_node(uint32_t index)
{
	return campaign(3 * index + node);
}

/* Has one of them run the servers' part on each of three nodes, and another the client's part on their outputs. */
static void on_three_nodes(const char *function, const char *expected)
{
	for (int both = 0; both < 9; both++) {
		struct flow client = {.make = partial, .count = 3};

		set_scope(AEROSPIKE_UDF_GO_SCOPE_SERVER);
		for (node = 0; node < 3; node++) {
			struct flow server = {.make = campaign_of_node, .count = 34 - (node > 0), .stores = true};

			CHECK_NUMBER(run_by(both / 3, function, &server, NULL).rc, 0);
			CHECK_NUMBER(server.writes, 1);
			partials[node] = server.stored[0];
		}
		set_scope(AEROSPIKE_UDF_GO_SCOPE_CLIENT);
		CHECK_NUMBER(run_by(both % 3, function, &client, NULL).rc, 0);
		if (!CHECK_TEXT(client.text, expected))
			printf("    %s: servers %s, client %s\n", function, RUNNERS[both / 3], RUNNERS[both % 3]);
		for (node = 0; node < 3; node++)
			as_val_destroy(partials[node]);
	}
}

TEST(servers_and_client_may_each_be_go_or_lua)
{
	use_streams(0);
	on_three_nodes("rollup", CAMPAIGNS);
	on_three_nodes("views", "49950; end");
}

TEST(short_streams_give_what_luas_do)
{
	use_streams(0);
	CHECK_TEXT(same("echo", from_one, 0, NULL), "; end");
	CHECK_TEXT(same("sum", from_one, 0, NULL), "; end");
	CHECK_TEXT(same("sum", from_one, 1, NULL), "1; end");
	CHECK_TEXT(same("rollup2", campaign, 0, NULL), "{}; end");
	CHECK_TEXT(same("rollup", campaign, 0, NULL), "; end");
	CHECK_TEXT(same("even", from_one, 1, NULL), "; end");
	CHECK_TEXT(same("add", from_one, 3, LIST(INT(-5))), "-4, -3, -2; end");
}

static char long_text[] = "x";

static as_val *of_all_types(uint32_t index)
{
	switch (index % 9) {
	case 0:
		return INT(INT64_MIN);
	case 1:
		return REAL(-0.125);
	case 2:
		return TEXT("h\xc3\xa9");
	case 3:
		return BLOB("\0\377");
	case 4:
		return LIST(INT(1), TEXT("a"), LIST(), MAP(TEXT("k"), NIL));
	case 5:
		return MAP(INT(1), TEXT("one"), TEXT("b"), BLOB("b"));
	case 6:
		return GEO("{\"type\":\"Point\"}");
	case 7:
		return BOOL(true);
	default:
		return TEXT(long_text);
	}
}

/* Lists of them have 64 KiB: long ones come at each place of a list, at its beginning and at its end. */
static as_val *of_many_lengths(uint32_t index)
{
	static char text[200001];

	memset(text, 'x', sizeof(text) - 1);
	return TEXT(text + sizeof(text) - 1 - (index % 97 == 96 ? 200000 : index % 7 == 6 ? 5000 : index % 200));
}

static as_val *real(uint32_t index)
{
	return REAL(index / 2.0);
}

static as_val *word(uint32_t index)
{
	return TEXT(index % 2 == 0 ? "even" : "odd");
}

TEST(elements_of_many_lengths_pass_as_in_lua)
{
	use_streams(0);
	same("echo", of_many_lengths, 2000, NULL);
}

TEST(elements_of_every_type_pass_as_in_lua)
{
	use_streams(0);
	set_scope(AEROSPIKE_UDF_GO_SCOPE_CLIENT); /* its input are values; without a reduce they pass through */
	for (uint32_t count = 1; count < 40; count += 9)
		same("echo", of_all_types, count, NULL);
	set_scope(AEROSPIKE_UDF_GO_SCOPE_SERVER);
	CHECK_CONTAINS(same("echo", of_all_types, 9, NULL),
	               "-9223372036854775808, -0.125 real, \"h\xc3\xa9\", bytes 00ff");
	same("echo", of_all_types, 100, NULL);
	CHECK_TEXT(same("over", real, 10, LIST(REAL(3))), "7 real, 8 real, 9 real; end");
	CHECK_TEXT(same("join", word, 3, LIST(TEXT("-"))), "\"even-odd-even\"; end");
}

static as_val *of_many_bins(uint32_t index)
{
	as_rec *rec = record_new();

	as_rec_set(rec, "s", TEXT("text"));
	as_rec_set(rec, "l", LIST(INT(index), TEXT("x")));
	as_rec_set(rec, "m", MAP(TEXT("k"), INT(index)));
	as_rec_set(rec, "f", REAL(0.5));
	if (index % 2 == 0)
		as_rec_set(rec, "sometimes", INT(index));
	record_store(rec);
	return (as_val *)rec;
}

TEST(records_give_their_bins_as_in_lua)
{
	use_streams(0);
	CHECK_TEXT(
		same("bins", of_many_bins, 2, LIST(LIST(TEXT("s"), TEXT("l"), TEXT("m"), TEXT("f")))),
		"[\"text\", [0, \"x\"], {\"k\": 0}, 0.5 real], [\"text\", [1, \"x\"], {\"k\": 1}, 0.5 real]; end");
	CHECK_TEXT(same("bin", of_many_bins, 5, LIST(TEXT("sometimes"))), "0, 2, 4; end");
	CHECK_TEXT(same("bin", of_many_bins, 5, LIST(TEXT("none"))), "; end");
	CHECK_TEXT(same("sum_bin", of_many_bins, 1000, LIST(TEXT("sometimes"))), "249500; end");
	set_scope(AEROSPIKE_UDF_GO_SCOPE_CLIENT);
	CHECK_TEXT(same("sum_bin", from_one, 4, LIST(TEXT("sometimes"))), "10; end");
}

TEST(what_fails_in_lua_fails_in_go_and_writes_no_end)
{
	use_streams(0);
	CHECK_TEXT(same("fail", from_one, 3, NULL), "failed");
	CHECK_TEXT(same("fail_at", from_one, 10, LIST(INT(5))), "failed");
	CHECK_TEXT(same("panic_at", from_one, 10, LIST(INT(5))), "failed");
	CHECK_TEXT(same("no_such_function", from_one, 3, NULL), "failed");
	CHECK_TEXT(same("add", from_one, 3, LIST(MAP())), "failed");
	CHECK_TEXT(same("increment", word, 3, NULL), "failed");
}

/* A record of a stream can only be read. */
TEST(a_stream_function_is_offered_nothing_that_changes_records)
{
	const aerospike_udf_go_host *host = mod_go_stream_host();

	CHECK(host->record_set == NULL && host->record_unset == NULL && host->record_set_ttl == NULL);
	CHECK(host->record_create == NULL && host->record_update == NULL && host->record_remove == NULL);
	CHECK(host->record_get != NULL && host->record_get_many != NULL && host->record_bin_names != NULL);
	CHECK(host->record_metadata != NULL && host->record_exists != NULL && host->log != NULL);
	CHECK(host->stream_read != NULL && host->stream_read_many != NULL && host->stream_write != NULL);
	CHECK(host->stream_write_many != NULL && host->size == sizeof(*host));
	CHECK(mod_go_host.stream_read == NULL && mod_go_host.record_set != NULL);
}
