/*
 * test_equal.c - the same inputs have the same results in Go and in Lua, in one process, each through its
 * as_module. After mod-lua's own cases: records, lists, maps, bytes, values.
 */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void fill_plain(as_rec *rec)
{
	record_of(rec)->ttl = 1000;
	record_of(rec)->generation = 7;
	record_of(rec)->last_update = 500000000000;
	record_of(rec)->set_name = "people";
	record_of(rec)->key = "k1";
	as_rec_set(rec, "a", INT(123));
	as_rec_set(rec, "b", INT(456));
	as_rec_set(rec, "s", TEXT("abc"));
	as_rec_set(rec, "t", TEXT("def"));
}

static void fill_absent(as_rec *rec)
{
	record_of(rec)->exists = false;
}

static void fill_refusing(as_rec *rec)
{
	fill_plain(rec);
	record_of(rec)->refusal = -4;
}

TEST(records_read_and_write_bins_as_lua_does)
{
	compare("records", fill_plain);
	CHECK_TEXT(same("getbin", LIST(TEXT("a"))), "123");
	CHECK_TEXT(same("getbin", LIST(TEXT("none"))), "nil");
	CHECK_TEXT(same("cat", LIST(TEXT("s"), TEXT("t"))), "\"abcdef\"");
	CHECK_TEXT(same("cat", LIST()), "\"\"");
	CHECK_TEXT(same("setbin", LIST(TEXT("a"), INT(5))), "123");
	CHECK_TEXT(same("setbin", LIST(TEXT("new"), TEXT("x"))), "nil");
	CHECK_TEXT(same("setbin", LIST(TEXT("a"), NIL)), "123");
	CHECK_TEXT(same("set_and_get", LIST(TEXT("x"), REAL(1.25))), "1.25 real");
	CHECK_TEXT(same("set_and_get", LIST(TEXT("x"), BOOL(true))), "true");
	CHECK_TEXT(same("set_and_get", LIST(TEXT("x"), BLOB("\0\1\377"))), "bytes 0001ff");
	CHECK_TEXT(same("set_and_get", LIST(TEXT("x"), LIST(INT(1), TEXT("b")))), "[1, \"b\"]");
	CHECK_TEXT(same("set_and_get", LIST(TEXT("fifteen_bytes__"), INT(-1))), "-1");
	CHECK_TEXT(same("set_two", LIST(TEXT("x"), INT(1), TEXT("y"), INT(2))), "1");
	CHECK_TEXT(same("remove", LIST(TEXT("a"))), "123");
	CHECK_TEXT(same("remove", LIST(TEXT("none"))), "nil");
}

TEST(records_are_created_updated_and_removed_as_lua_does)
{
	compare("records", fill_plain);
	CHECK_TEXT(same("exists", LIST()), "true");
	CHECK_TEXT(same("create_again", LIST()), "failed");
	CHECK_TEXT(same("create_record", LIST(TEXT("x"), INT(1))), "1");
	CHECK_TEXT(same("delete_record", LIST()), "nil");
	CHECK_TEXT(same("set_ttl", LIST(INT(60))), "nil");
	CHECK_TEXT(same("set_ttl", LIST(INT(-1))), "nil");
	compare("records", fill_absent);
	CHECK_TEXT(same("exists", LIST()), "false");
	CHECK_TEXT(same("create_again", LIST()), "nil");
	CHECK_TEXT(same("create_record", LIST(TEXT("x"), INT(1))), "1");
	CHECK_TEXT(same("setbin", LIST(TEXT("x"), INT(1))), "nil");
	CHECK_TEXT(same("set_two", LIST(TEXT("x"), INT(1), TEXT("y"), INT(2))), "failed");
	CHECK_TEXT(same("delete_record", LIST()), "failed");
	CHECK_TEXT(same("getbin", LIST(TEXT("a"))), "nil");
}

TEST(writes_that_aerospike_refuses_fail_as_in_lua)
{
	compare("records", fill_refusing);
	CHECK_TEXT(same("setbin", LIST(TEXT("a"), INT(5))), "failed");
	CHECK_TEXT(same("delete_record", LIST()), "failed");
	CHECK_TEXT(same("remove", LIST(TEXT("a"))), "failed");
}

TEST(metadata_is_what_lua_says)
{
	compare("records", fill_plain);
	CHECK_TEXT(same("facts", LIST()),
	           "[1000, 7, 140, \"people\", \"k1\", bytes 000102030405060708090a0b0c0d0e0f10111213]");
	CHECK_TEXT(same("last_update", LIST()), "1762304000000");
	CHECK_TEXT(same("bin_names", LIST()), "[\"a\", \"b\", \"s\", \"t\"]");
}

static void fill_collections(as_rec *rec)
{
	as_rec_set(rec, "l", LIST(INT(1), INT(2), INT(3), INT(4), REAL(5.55)));
	as_rec_set(rec, "l2", LIST(TEXT("x"), BOOL(false), LIST(INT(9)), MAP(TEXT("k"), INT(1))));
	as_rec_set(rec, "m", MAP(TEXT("a"), INT(1), TEXT("b"), LIST(INT(2)), INT(7), TEXT("seven")));
	as_rec_set(rec, "empty", LIST());
}

TEST(lists_do_what_lua_does)
{
	compare("collections", fill_collections);
	CHECK_TEXT(same("create", LIST(INT(1), INT(2), INT(3), INT(4), REAL(5.55))),
	           "[1, 2, 3, 4, 5.5499999999999998 real]");
	CHECK_TEXT(same("create", LIST()), "[]");
	CHECK_TEXT(same("size", LIST(TEXT("l"))), "5");
	CHECK_TEXT(same("iterate", LIST(TEXT("l"))), "[1, 2, 3, 4, 5.5499999999999998 real]");
	CHECK_TEXT(same("iterate", LIST(TEXT("l2"))), "[\"x\", false, [9], {\"k\": 1}]");
	CHECK_TEXT(same("insert", LIST(TEXT("l"), INT(2), TEXT("in"))),
	           "[1, \"in\", 2, 3, 4, 5.5499999999999998 real]");
	CHECK_TEXT(same("append", LIST(TEXT("empty"), INT(8))), "[8]");
	CHECK_TEXT(same("prepend", LIST(TEXT("l2"), INT(8))), "[8, \"x\", false, [9], {\"k\": 1}]");
	CHECK_TEXT(same("take", LIST(TEXT("l"), INT(2))), "[1, 2]");
	CHECK_TEXT(same("take", LIST(TEXT("l"), INT(200))), "[1, 2, 3, 4, 5.5499999999999998 real]");
	CHECK_TEXT(same("remove_at", LIST(TEXT("l"), INT(1))), "[2, 3, 4, 5.5499999999999998 real]");
	CHECK_TEXT(same("drop", LIST(TEXT("l"), INT(3))), "[4, 5.5499999999999998 real]");
	CHECK_TEXT(same("trim", LIST(TEXT("l"), INT(3))), "[1, 2]");
	CHECK_TEXT(same("concat", LIST(TEXT("l"), TEXT("l2"))),
	           "[1, 2, 3, 4, 5.5499999999999998 real, \"x\", false, [9], {\"k\": 1}]");
	CHECK_TEXT(same("sum", LIST(LIST(INT(1), INT(-20), INT(1000000)))), "999981");
	CHECK_TEXT(same("keep", LIST(TEXT("l"), LIST(LIST(LIST()), MAP()))), "[[[]], {}]");
	CHECK_NUMBER(strlen(same("deep", LIST(INT(1), INT(63)))), 63 + 1 + 63);
}

TEST(maps_do_what_lua_does)
{
	compare("collections", fill_collections);
	CHECK_TEXT(same("map_new", LIST(TEXT("z"), INT(1), TEXT("y"), INT(2), INT(3), TEXT("three"))),
	           "{3: \"three\", \"y\": 2, \"z\": 1}");
	CHECK_TEXT(same("map_new", LIST()), "{}");
	CHECK_TEXT(same("map_get", LIST(TEXT("m"), TEXT("b"))), "[2]");
	CHECK_TEXT(same("map_get", LIST(TEXT("m"), INT(7))), "\"seven\"");
	CHECK_TEXT(same("map_get", LIST(TEXT("m"), TEXT("none"))), "nil");
	CHECK_TEXT(same("map_put", LIST(MAP(TEXT("a"), INT(1)), TEXT("b"), REAL(0.5))),
	           "{\"a\": 1, \"b\": 0.5 real}");
	CHECK_TEXT(same("map_remove", LIST(MAP(TEXT("a"), INT(1), TEXT("b"), INT(2)), TEXT("a"))), "{\"b\": 2}");
	CHECK_TEXT(same("map_size", LIST(MAP(TEXT("a"), INT(1), INT(-5), INT(2)))), "2");
	CHECK_TEXT(same("map_sum", LIST(MAP(TEXT("a"), INT(1), TEXT("b"), INT(20)))), "21");
	CHECK_TEXT(same("keep", LIST(TEXT("m"), MAP(TEXT("a"), MAP(TEXT("b"), MAP(TEXT("c"), INT(1)))))),
	           "{\"a\": {\"b\": {\"c\": 1}}}");
}

TEST(bytes_do_what_lua_does)
{
	compare("collections", fill_collections);
	CHECK_TEXT(same("bytes_size", LIST(BLOB("abc\0"))), "4");
	CHECK_TEXT(same("bytes_at", LIST(BLOB("\1\2\377"), INT(3))), "255");
	CHECK_TEXT(same("bytes_append", LIST(BLOB("\1\2"), INT(200))), "bytes 0102c8");
	CHECK_TEXT(same("bytes_new", LIST(INT(1), INT(0), INT(255))), "bytes 0100ff");
}

TEST(arguments_of_every_type_come_back_as_from_lua)
{
	compare("values", fill_absent);
	CHECK_TEXT(same("echo", LIST(NIL)), "nil");
	CHECK_TEXT(same("echo", LIST(BOOL(true))), "true");
	CHECK_TEXT(same("echo", LIST(BOOL(false))), "false");
	CHECK_TEXT(same("echo", LIST(INT(0))), "0");
	CHECK_TEXT(same("echo", LIST(INT(INT64_MAX))), "9223372036854775807");
	CHECK_TEXT(same("echo", LIST(INT(INT64_MIN))), "-9223372036854775808");
	CHECK_TEXT(same("echo", LIST(REAL(0.1))), "0.10000000000000001 real");
	CHECK_TEXT(same("echo", LIST(REAL(-HUGE_VAL))), "-inf real");
	CHECK_TEXT(same("echo", LIST(TEXT(""))), "\"\"");
	CHECK_TEXT(same("echo", LIST(TEXT("h\xc3\xa9"))), "\"h\xc3\xa9\"");
	CHECK_TEXT(same("echo", LIST(BLOB(""))), "bytes ");
	CHECK_TEXT(same("echo", LIST(BLOB("\0\377"))), "bytes 00ff");
	CHECK_TEXT(same("echo", LIST(blob_of("\1\2", 2, AS_BYTES_HLL))), "hll 0102");
	CHECK_TEXT(same("echo", LIST(GEO("{\"type\":\"Point\"}"))), "geo {\"type\":\"Point\"}");
	CHECK_TEXT(same("echo", LIST(LIST(INT(1), NIL, LIST(TEXT("x"))))), "[1, nil, [\"x\"]]");
	CHECK_TEXT(same("echo", LIST(MAP(INT(1), NIL, TEXT("k"), LIST(GEO("{}"), BLOB("b"))))),
	           "{1: nil, \"k\": [geo {}, bytes 62]}");
	CHECK_TEXT(same("count", LIST()), "0");
	CHECK_TEXT(same("count", LIST(INT(1), INT(2), INT(3), INT(4), INT(5), INT(6), INT(7), INT(8), INT(9),
	                              INT(10), NIL, NIL)),
	           "12");
}

TEST(answers_of_every_type_are_those_of_lua)
{
	compare("values", fill_absent);
	CHECK_TEXT(same("get_nothing", LIST()), "nil");
	CHECK_TEXT(same("get_nil", LIST()), "nil");
	CHECK_TEXT(same("get_boolean", LIST()), "true");
	CHECK_TEXT(same("get_integer", LIST()), "123");
	CHECK_TEXT(same("get_float", LIST()), "123.98699999999999 real");
	CHECK_TEXT(same("get_string", LIST()), "\"abc\"");
	CHECK_TEXT(same("get_list", LIST()), "[1, 2, 3]");
	CHECK_TEXT(same("get_map", LIST()), "{\"a\": 1, \"b\": 2, \"c\": 3}");
	CHECK_TEXT(same("get_bytes", LIST()), "bytes 0001ff");
	same("get_long_string", LIST(INT(1023)));
	same("get_long_string", LIST(INT(1024)));
	same("get_long_string", LIST(INT(1025)));
	CHECK_NUMBER(strlen(same("get_long_string", LIST(INT(8000)))), 8002);
	CHECK_TEXT(same("add", LIST(INT(40), INT(2))), "42");
	CHECK_TEXT(same("add_floats", LIST(REAL(0.5), REAL(0.25))), "0.75 real");
	CHECK_TEXT(same("concat", LIST(TEXT("abc"), TEXT("def"))), "\"abcdef\"");
	CHECK_TEXT(same("length", LIST(TEXT("h\xc3\xa9"))), "3");
	CHECK_TEXT(same("negate", LIST(BOOL(true))), "false");
}

TEST(what_fails_in_lua_fails_in_go)
{
	compare("values", fill_absent);
	CHECK_TEXT(same("fail", LIST()), "failed");
	CHECK_TEXT(same("dereference_nil", LIST()), "failed");
	CHECK_TEXT(same("give_panic", LIST()), "failed");
	CHECK_TEXT(same("no_such_function", LIST()), "failed");
	CHECK_TEXT(same("add", LIST(INT(1), MAP())), "failed");
}
