/*
 * test_cases.c - what mod-lua's own test functions do beside what test_equal.c and test_streams.c have: the same in
 * Go. After its lists, integers, strings, basics, records, maps and bytes.
 */
#include "compare.h"

static void fill(as_rec *rec)
{
	as_rec_set(rec, "l", LIST(INT(1), INT(2), REAL(5.55)));
	as_rec_set(rec, "l2", LIST(TEXT("x"), LIST(INT(9))));
	as_rec_set(rec, "m", MAP(TEXT("A"), INT(1), TEXT("B"), LIST(INT(2)), INT(7), TEXT("seven")));
	as_rec_set(rec, "a", TEXT("abc"));
	as_rec_set(rec, "b", TEXT("def"));
}

static void fill_absent(as_rec *rec)
{
	record_of(rec)->exists = false;
}

TEST(lists_are_cloned_joined_and_merged_as_in_lua)
{
	compare("cases", fill);
	CHECK_TEXT(same("clone", LIST(TEXT("l"))),
	           "[[1, 2, 5.5499999999999998 real, \"more\"], [1, 2, 5.5499999999999998 real]]");
	CHECK_TEXT(same("concat", LIST(TEXT("l"), TEXT("l2"))), "5");
	CHECK_TEXT(same("merge", LIST(TEXT("l"), TEXT("l2"))),
	           "[[1, 2, 5.5499999999999998 real, \"x\", [9]], 3, 2]");
}

TEST(numbers_are_reckoned_as_in_lua)
{
	compare("cases", fill);
	CHECK_TEXT(same("add", LIST(INT(1), INT(2), INT(3), INT(4))), "10");
	CHECK_TEXT(same("add", LIST(INT(INT64_MAX), INT(1))), "-9223372036854775808");
	CHECK_TEXT(same("sub", LIST(INT(1), INT(2), INT(3))), "-4");
	CHECK_TEXT(same("mult", LIST(INT(1000000007), INT(1000000009))), "1000000016000000063");
	CHECK_TEXT(same("div", LIST(INT(5), INT(2))), "2.5 real");
	CHECK_TEXT(same("div", LIST(INT(6), INT(2))), "3 real");
	CHECK_TEXT(same("pow", LIST(INT(2), INT(10))), "1024 real");
	CHECK_TEXT(same("mod", LIST(INT(17), INT(5))), "2");
	CHECK_TEXT(same("mod", LIST(INT(-17), INT(5))), "3");
	CHECK_TEXT(same("mod", LIST(INT(1), INT(0))), "failed");
	CHECK_TEXT(same("difference", LIST(INT(1), INT(5))), "-4");
	CHECK_TEXT(same("add", LIST(TEXT("one"), INT(5))), "failed");
}

TEST(texts_are_joined_as_in_lua)
{
	compare("cases", fill);
	CHECK_TEXT(same("join", LIST(TEXT("-"), TEXT("abc"), TEXT("def"), TEXT("ghi"))), "\"abc-def-ghi\"");
	CHECK_TEXT(same("join", LIST(TEXT(""), TEXT("abc"), TEXT("def"))), "\"abcdef\"");
	CHECK_TEXT(same("join", LIST(TEXT(","))), "\"\"");
	CHECK_TEXT(same("join_bins", LIST(TEXT(", "), TEXT("a"), TEXT("b"))), "\"abc, def\"");
	CHECK_TEXT(same("text_length", LIST(TEXT("abc"))), "3");
	CHECK_TEXT(same("text_length", LIST(TEXT(""))), "0");
}

TEST(records_are_stored_as_in_mod_luas_cases)
{
	compare("cases", fill);
	CHECK_TEXT(same("two_bins", LIST(TEXT("x"), INT(1), TEXT("b"), REAL(0.5))), "0.5 real");
	CHECK_TEXT(same("set_and_create", LIST(TEXT("a"), INT(1))), "\"abc\"");
	CHECK_TEXT(same("create_record", LIST(TEXT("x"), INT(1), TEXT("y"), INT(2))), "1");
	CHECK_TEXT(same("many_bins", LIST(INT(20))), "20");
	CHECK_TEXT(same("many_bins", LIST(INT(507))), "507"); /* with its own bins, the maximum */
	CHECK_TEXT(same("put_map", LIST(TEXT("x"), MAP(TEXT("A"), INT(1), TEXT("C"), NIL))),
	           "{\"A\": 1, \"C\": nil}");
	compare("cases", fill_absent);
	CHECK_TEXT(same("set_and_create", LIST(TEXT("a"), INT(1))), "nil");
	CHECK_TEXT(same("create_record", LIST(TEXT("x"), INT(1), TEXT("y"), INT(2))), "1");
	CHECK_TEXT(same("create_record", LIST(TEXT("x"), INT(1), NIL, NIL)), "1");
	CHECK_TEXT(same("two_bins", LIST(TEXT("x"), INT(1), TEXT("y"), INT(2))), "failed");
	CHECK_TEXT(same("put_map", LIST(TEXT("x"), MAP())), "{}");
}

TEST(maps_are_made_and_looked_into_as_in_lua)
{
	compare("cases", fill);
	CHECK_TEXT(same("new_map", LIST(INT(1), TEXT("two"), LIST())), "\"two\"");
	CHECK_TEXT(same("new_map", LIST(INT(1), NIL, LIST())), "nil");
	CHECK_TEXT(same("get_in_map", LIST(TEXT("m"), TEXT("B"))), "[2]");
	CHECK_TEXT(same("get_in_map", LIST(TEXT("m"), INT(7))), "\"seven\"");
	CHECK_TEXT(same("odd_pairs", LIST(INT(1), INT(2))), "1");
	CHECK_TEXT(same("odd_pairs", LIST(INT(1), INT(2), INT(3))), "failed");
}

TEST(bytes_hold_integers_texts_and_bytes_as_in_lua)
{
	compare("cases", fill);
	CHECK_TEXT(same("integers_in_bytes", LIST(INT(258))),
	           "[bytes 0102000001020201000000000000, 258, 258, 258]");
	CHECK_TEXT(same("integers_in_bytes", LIST(INT(-2))), "[bytes fffefffffffefeffffffffffffff, -2, -2, -2]");
	CHECK_TEXT(same("append_integers", LIST(INT(258))), "bytes 01020201000001020000000000000102");
	CHECK_TEXT(same("index_bytes", LIST(INT(7), INT(255))), "[bytes 07ff, 255, 2]");
	CHECK_TEXT(same("lists_of_bytes", LIST(TEXT("new"), INT(20))), "20");
	CHECK_TEXT(same("text_in_bytes", LIST(TEXT("abcdef"), INT(2), INT(3))), "[bytes 616263646566, \"bcd\"]");
}
