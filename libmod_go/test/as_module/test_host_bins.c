/* test_host_bins.c - bins that a module reads, sets and lists: names, numbers and orders at their bounds. */
#include "host_session.h"

#include <stdio.h>
#include <string.h>

TEST(a_call_begins_without_what_an_earlier_one_has_left)
{
	host_session *call = session_new();

	set_bin_to(call, "a", INT(1));
	set_bin_to(call, "b", INT(2));
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	set_bin_to(call, "a", INT(3));
	write_later(call, "", 0, "x", 1);
	CHECK_TEXT(bin_of(call, "a"), "3");
	session_next_call(call);
	CHECK_TEXT(bin_of(call, "a"), "1");
	CHECK_TEXT(names_of(call), "a b ");
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	session_free(call);
}

TEST(names_are_the_stored_ones_then_those_that_were_set)
{
	host_session *call = session_new();

	CHECK_TEXT(names_of(call), "");
	set_bin_to(call, "a", INT(1));
	set_bin_to(call, "b", INT(2));
	set_bin_to(call, "a", INT(2));
	CHECK_TEXT(names_of(call), "a b ");
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	set_bin_to(call, "c", INT(3));
	set_bin_to(call, "a", INT(3));
	CHECK_TEXT(names_of(call), "b c a ");
	unset_bin(call, "c");
	CHECK_TEXT(names_of(call), "b a ");
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	CHECK_TEXT(names_of(call), "a b ");
	CHECK_NUMBER(remove_record(call), AEROSPIKE_UDF_GO_OK);
	CHECK_TEXT(names_of(call), "");
	set_bin_to(call, "z", INT(4));
	CHECK_NUMBER(create_record(call), AEROSPIKE_UDF_GO_OK);
	CHECK_TEXT(names_of(call), "z ");
	CHECK_CONTAINS((create_record(call), call->why), "the record exists already");
	session_free(call);
}

/* The length of all names, of as many stored and as many set bins; each name has the most bytes. */
static size_t length_of_names(uint32_t stored, uint32_t set)
{
	host_session *call = session_new();
	aerospike_udf_go_value names = {0};
	char name[24];
	size_t length;

	for (uint32_t i = 0; i < stored; i++) {
		snprintf(name, sizeof(name), "stored%09u", i);
		set_bin_to(call, name, INT(i));
	}
	if (stored > 0)
		CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	else
		record_of(call->rec)->exists = false;
	record_store(call->rec);
	for (uint32_t i = 0; i < set; i++) {
		snprintf(name, sizeof(name), "set%012u", i);
		CHECK_NUMBER(set_bin_to(call, name, INT(i)), AEROSPIKE_UDF_GO_OK);
	}
	CHECK_NUMBER(
		mod_go_host.record_bin_names(&call->host_call.call, (aerospike_udf_go_record *)call->rec, &names),
		AEROSPIKE_UDF_GO_OK);
	length = names.length;
	session_free(call);
	return length;
}

TEST(all_names_are_listed_however_many_and_long_they_are)
{
	CHECK_NUMBER(length_of_names(0, 100), 100 * 16);
	CHECK_NUMBER(length_of_names(0, 512), 512 * 16);
	CHECK_NUMBER(length_of_names(512, 0), 512 * 16);
	CHECK_NUMBER(length_of_names(400, 512), 912 * 16);
}

static int accept(const as_rec *rec, const char *name, const as_val *val)
{
	(void)rec, (void)name;
	as_val_destroy(val);
	return 0;
}

/* Storing it fails, but that is Aerospike's to say. */
TEST(more_bins_may_be_set_than_a_record_may_have)
{
	host_session *call = session_new();
	char name[16];

	call->hooks.set = accept;
	for (int i = 0; i < 2 * MOD_GO_RECORD_BINS; i++) {
		snprintf(name, sizeof(name), "%d", i);
		CHECK_NUMBER(set_bin_to(call, name, INT(i)), AEROSPIKE_UDF_GO_OK);
	}
	CHECK_NUMBER(call->host_call.changed_count, MOD_GO_RECORD_BINS);
	session_free(call);
}

/* The server logs a complaint when it is asked for something of a record that is not there. */
TEST(aerospike_is_asked_for_nothing_that_an_absent_record_lacks)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	host_session *call = session_new();

	record_of(call->rec)->exists = false;
	CHECK_TEXT(bin_of(call, "a"), "nil");
	CHECK_TEXT(names_of(call), "");
	mod_go_host.record_metadata(&call->host_call.call, (aerospike_udf_go_record *)call->rec, &facts);
	CHECK_NUMBER(facts.exists, 0);
	CHECK_NUMBER(set_bin_to(call, "a", INT(1)), AEROSPIKE_UDF_GO_OK);
	CHECK_TEXT(bin_of(call, "a"), "1");
	CHECK_TEXT(bin_of(call, "b"), "nil");
	CHECK_TEXT(names_of(call), "a ");
	CHECK_NUMBER(record_of(call->rec)->complaints, 0);
	session_free(call);
}

TEST(a_name_that_no_bin_can_have_finds_none)
{
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_INTEGER};
	host_session *call = session_new();

	as_rec_set(call->rec, "", INT(1));
	as_rec_set(call->rec, "a", INT(2));
	CHECK_TEXT(bin_of(call, ""), "nil");
	CHECK_TEXT(bin_of(call, "a"), "2");
	CHECK_NUMBER(mod_go_host.record_get(&call->host_call.call, (aerospike_udf_go_record *)call->rec, "a\0b",
	                                    3, &value),
	             AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_NIL);
	session_free(call);
}

static int get_many(host_session *call, const char *names, size_t length, uint32_t count,
                    aerospike_udf_go_value *values)
{
	return mod_go_host.record_get_many(&call->host_call.call, (aerospike_udf_go_record *)call->rec,
	                                   (char *)(uintptr_t)names, length, count, values);
}

TEST(bins_are_read_at_once_by_as_many_names_as_are_counted)
{
	aerospike_udf_go_value values[3] = {{0}};
	host_session *call = session_new();

	as_rec_set(call->rec, "a", INT(1));
	as_rec_set(call->rec, "bb", INT(2));
	CHECK_NUMBER(get_many(call, "a\0bb", 5, 2, values), AEROSPIKE_UDF_GO_OK);
	CHECK(values[0].integer == 1 && values[1].integer == 2);
	CHECK_NUMBER(get_many(call, "a\0bb", 5, 1, values), AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(get_many(call, "a\0bb", 5, 3, values), AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(get_many(call, "a\0bb", 4, 2, values), AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(get_many(call, "", 0, 0, values), AEROSPIKE_UDF_GO_OK);
	as_rec_set(call->rec, "pair", (as_val *)as_pair_new(INT(1), INT(2)));
	CHECK_NUMBER(get_many(call, "a\0pair\0bb", 10, 3, values), AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(values[0].integer, 1);
	session_free(call);
}

static as_val *long_list(void)
{
	static char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	return LIST(TEXT(text));
}

/* What a function returns is valid until the next one, and is not kept for longer. */
TEST(the_next_function_frees_what_was_borrowed)
{
	host_session *call = session_new();

	as_rec_set(call->rec, "l", long_list());
	record_store(call->rec);
	for (int kind = 0; kind < 6; kind++) {
		bin_of(call, "l");
		CHECK(call->host_call.borrowed.blocks != NULL);
		if (kind == 0)
			bin_of(call, "a");
		else if (kind == 1)
			set_bin_to(call, "a", INT(1));
		else if (kind == 2)
			unset_bin(call, "a");
		else if (kind == 3)
			names_of(call);
		else if (kind == 4)
			update_record(call);
		else
			remove_record(call);
		CHECK(call->host_call.borrowed.blocks == NULL);
	}
	session_free(call);
}
