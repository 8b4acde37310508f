/*
 * test_streams.c - stream functions in Go do what those in Lua do, unfenced and fenced, each through its as_module.
 * After mod-lua's own cases of streams, and more of their kind.
 */
#include <aerospike/mod_lua.h>
#include <aerospike/mod_lua_config.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

static mod_go_config config;

static void set_scope(uint32_t scope)
{
	mod_lua_config lua = {.server_mode = scope == AEROSPIKE_UDF_GO_SCOPE_SERVER, .cache_enabled = false};

	snprintf(lua.user_path, sizeof(lua.user_path), "%s/lua", check_modules);
	CHECK_NUMBER(as_module_configure(&mod_lua, &lua), 0);
	config.scope = scope;
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
}

/* Loads a module twice: as "streams" in this process, as "fenced" in workers. */
static void use(const char *module, uint32_t timeout)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/streams.so", check_folder());
	copy_module(module, path);
	snprintf(path, sizeof(path), "%s/fenced.so", check_folder());
	copy_module(module, path);
	mod_go_config_init(&config);
	config.timeout = timeout;
	config.workers = 2;
	snprintf(config.user_path, sizeof(config.user_path), "%s", check_folder());
	set_scope(AEROSPIKE_UDF_GO_SCOPE_SERVER);
	add_module("streams");
	config.mode = MOD_GO_FENCED;
	set_scope(AEROSPIKE_UDF_GO_SCOPE_SERVER);
	add_module("fenced");
}

static void use_streams(uint32_t timeout)
{
	use("go/streams", timeout);
}

/* Has Go run the function, unfenced or fenced, in the scope that is set. What it reads is given or lent as that wants. */
static outcome run_go(const char *module, const char *function, flow *flow, as_val *arguments)
{
	outcome outcome;

	flow->lends = config.scope == AEROSPIKE_UDF_GO_SCOPE_SERVER;
	outcome = flow_run(&mod_go, module, function, flow, arguments);
	CHECK_NUMBER(flow->read_past_end, 0);
	CHECK_NUMBER(flow->ends, outcome.success);
	return outcome;
}

/* Runs it on equal streams in Lua, and in Go both ways. Gives what was written. */
static const char *same(const char *function, as_val *(*make)(uint32_t index), uint32_t count,
                        as_val *arguments)
{
	static flow lua, go;
	outcome as_lua, as_go;
	double time[3];

	lua = go = (flow){.make = make, .count = count};
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

static as_val *from_one(uint32_t index)
{
	return INT(index + 1);
}

static as_val *campaign(uint32_t index)
{
	as_rec *rec = record_new();

	as_rec_set(rec, "id", INT(index + 1));
	as_rec_set(rec, "campaign", INT((index + 1) % 10));
	as_rec_set(rec, "views", INT((index + 1) * 2919 % 1000));
	record_of(rec)->generation = (uint16_t)(index + 1);
	record_of(rec)->set_name = "campaigns";
	return (as_val *)rec;
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
	CHECK_TEXT(same("increment", from_one, 3, NULL), "1, 2, 3; end"); /* the servers did that */
	CHECK_TEXT(same("rollup2", from_one, 2, NULL), "1, 2; end");
	CHECK_TEXT(same("group", some_map, 6, NULL), "{0: [0, 3], 1: [1, 4], 2: [2, 5]}; end");
	config.scope = AEROSPIKE_UDF_GO_SCOPE_BOTH;
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	for (int fenced = 0; fenced < 2; fenced++) {
		flow flow = {.make = from_one, .count = 3};

		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "squares_of_sum", &flow, NULL).rc, 0);
		CHECK_TEXT(flow.text, "81; end");
	}
}

/* Who runs a stream: Go in this process, Go in a worker, Lua. */
static const char *const RUNNERS[] = {"streams", "fenced", "lua"};

static outcome run_by(int runner, const char *function, flow *flow, as_val *arguments)
{
	if (runner < 2)
		return run_go(RUNNERS[runner], function, flow, arguments);
	flow->lends = false;
	return flow_run(&mod_lua, "streams", function, flow, arguments);
}

static as_val *partials[3];

/* The part of a node, a reference of it for who reads. */
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

/* Has one run the servers' part on each of three nodes, and another the client's on what comes of that. */
static void on_three_nodes(const char *function, const char *expected)
{
	for (int both = 0; both < 9; both++) {
		flow client = {.make = partial, .count = 3};

		set_scope(AEROSPIKE_UDF_GO_SCOPE_SERVER);
		for (node = 0; node < 3; node++) {
			flow server = {.make = campaign_of_node, .count = 34 - (node > 0), .keeps = true};

			CHECK_NUMBER(run_by(both / 3, function, &server, NULL).rc, 0);
			CHECK_NUMBER(server.writes, 1);
			partials[node] = server.kept[0];
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

static as_val *real(uint32_t index)
{
	return REAL(index / 2.0);
}

static as_val *word(uint32_t index)
{
	return TEXT(index % 2 == 0 ? "even" : "odd");
}

TEST(elements_of_every_type_pass_as_in_lua)
{
	use_streams(0);
	set_scope(AEROSPIKE_UDF_GO_SCOPE_CLIENT); /* there values come in; without a reduce they pass through */
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

/* Both ways in Go, where Lua has nothing to compare with. */
static outcome go_fails(const char *function, as_val *(*make)(uint32_t index), uint32_t count,
                        as_val *arguments, const char *part)
{
	outcome outcome = {0};
	static flow flow;

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
	go_fails("nil_at", from_one, 3, LIST(INT(2)), "the stream gives a nil");
	go_fails("give_records", campaign, 3, NULL, "the stream gives records, which can't leave their node");
	go_fails("set_bin", campaign, 3, NULL, "record_set");
	go_fails("deep", depths, 3, NULL, "64");
	go_fails("no_such", from_one, 1, NULL, "no_such");
	CHECK_NUMBER(flow_run(&mod_go, "none", "even", &(flow){.make = from_one}, NULL).rc, 1);
	CHECK_CONTAINS(flow_run(&mod_go, "none", "even", &(flow){.make = from_one}, NULL).text,
	               "there is no module \"none\"");
	CHECK_NUMBER(as_module_apply_stream(&mod_go, &(as_udf_context){NULL, NULL}, "streams", "even", NULL, NULL,
	                                    NULL, NULL),
	             2);
}

TEST(facts_of_the_records_and_log_lines_come_through)
{
	use_streams(0);
	for (int fenced = 0; fenced < 2; fenced++) {
		flow flow = {.make = campaign, .count = 2};

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
	static flow lua, go;

	use_streams(0);
	for (int fenced = 0; fenced < 2; fenced++) {
		lua = go = (flow){.make = from_one, .count = 100000, .full = 4};
		CHECK_NUMBER(flow_run(&mod_lua, "streams", "increment", &lua, NULL).rc, 0);
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "increment", &go, NULL).rc, 0);
		CHECK_TEXT(go.text, lua.text);
		CHECK(go.reads < 20000); /* it was not read to its end for nothing */
	}
}

TEST(a_crash_or_a_hang_in_a_stream_costs_one_call)
{
	flow flow = {.make = from_one, .count = 5};
	double start = check_now();
	outcome outcome;

	use_streams(1500);
	outcome = run_go("fenced", "hang", &flow, NULL);
	CHECK_NUMBER(outcome.rc, 2);
	CHECK_CONTAINS(outcome.text, "time");
	CHECK(check_now() - start < 10);
	CHECK_NUMBER(run_go("fenced", "even", &flow, NULL).rc, 0);
	CHECK_TEXT(flow.text, "2, 4; end");
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

TEST(nothing_that_is_no_element_reaches_the_output)
{
	use("c/streams", 0);
	for (int kind = 0; kind < 14; kind++) {
		for (int fenced = 0; fenced < 2; fenced++) {
			flow flow = {.make = from_one, .count = 3};
			outcome outcome = run_go(fenced ? "fenced" : "streams", "misfit", &flow, LIST(INT(kind)));

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
	use("c/streams", 0);
	for (int fenced = 0; fenced < 2; fenced++) {
		flow flow = {.make = from_one, .count = 300};

		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "wrong_handles", &flow, NULL).rc, 0);
		CHECK_TEXT(flow.text, "4; end");
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "past_end", &flow, NULL).rc, 0);
		CHECK_TEXT(flow.text, "300; end");
		CHECK_NUMBER(run_go(fenced ? "fenced" : "streams", "copy_lists", &flow, LIST(INT(7))).rc, 0);
		CHECK_NUMBER(flow.writes, 300);
		CHECK_CONTAINS(flow.text, "1, 2, 3, 4, 5, 6, 7, 8, 9, ");
	}
}
