/* test_host_writes.c - buffered writes, their failures, and what Aerospike refuses. */
#include "host_session.h"

#include <stdio.h>
#include <string.h>

static char text[MOD_GO_WRITE_BYTES + 1];

TEST(buffered_writes_may_fill_their_buffer)
{
	host_session *call = session_new();
	aerospike_udf_go_write *write;

	memset(text, 'x', MOD_GO_WRITE_BYTES);
	write_later(call, "all", 3, text, MOD_GO_WRITE_BYTES);
	write_later(call, "empty", 5, "", 0); /* at the end of the buffer */
	write_later(call, "one", 3, "", 0);
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	CHECK_TEXT(call->why, "");
	CHECK_NUMBER(as_string_len((as_string *)as_rec_get(call->rec, "all")), MOD_GO_WRITE_BYTES);
	CHECK_TEXT(show(as_rec_get(call->rec, "empty")), "\"\"");
	CHECK_NUMBER(call->host_call.call.write_count, 0);
	CHECK_NUMBER(call->host_call.call.write_used, 0);
	write_later(call, "last", 4, "x", 1);
	write = &call->host_call.writes[0];
	write->value.data = call->host_call.write_data + MOD_GO_WRITE_BYTES - 1;
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	for (int beyond = 0; beyond < 3; beyond++) {
		write_later(call, "last", 4, "xx", 2);
		write->value.data = call->host_call.write_data + MOD_GO_WRITE_BYTES - 1 + beyond;
		CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_REFUSED);
		CHECK_TEXT(call->why, "setting the bin \"last\": its data is not in the call's buffer");
	}
	write_later(call, "last", 4, "x", 1);
	write->value.data = (uint8_t *)text;
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_REFUSED);
	session_free(call);
}

TEST(writes_happen_in_their_order)
{
	host_session *call = session_new();

	write_later(call, "a", 1, "first", 5);
	set_bin_to(call, "a", TEXT("second"));
	CHECK_TEXT(bin_of(call, "a"), "\"second\"");
	write_later(call, "a", 1, "third", 5);
	CHECK_TEXT(bin_of(call, "a"), "\"third\"");
	write_later(call, "a", 1, "fourth", 6);
	write_later(call, "b", 1, "b", 1);
	unset_bin(call, "a");
	CHECK_TEXT(names_of(call), "b ");
	session_free(call);
}

TEST(no_more_writes_are_performed_than_a_call_may_buffer)
{
	host_session *call = session_new();
	char name[16];

	for (int i = 0; i < MOD_GO_WRITES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		write_later(call, name, strlen(name), name, 1);
	}
	call->host_call.call.write_count = UINT32_MAX;
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record_of(call->rec)->stored_count, MOD_GO_WRITES);
	session_free(call);
}

TEST(the_first_write_that_fails_is_reported_once)
{
	host_session *call = session_new();

	write_later(call, "a", 1, "\xff", 1);
	write_later(call, "b", 1, "\xff", 1);
	write_later(call, "c", 1, "c", 1);
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_REFUSED);
	CHECK_TEXT(call->why, "setting the bin \"a\": text is not UTF-8");
	CHECK_NUMBER(record_of(call->rec)->updates, 0);
	CHECK_TEXT(bin_of(call, "c"), "\"c\"");
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK);
	session_free(call);
}

TEST(a_create_reports_writes_that_failed_and_a_remove_needs_none_of_them)
{
	host_session *call = session_new();

	record_of(call->rec)->exists = false;
	write_later(call, "a", 1, "\xff", 1);
	CHECK_NUMBER(create_record(call), AEROSPIKE_UDF_GO_REFUSED);
	CHECK_CONTAINS(call->why, "setting the bin \"a\"");
	CHECK_NUMBER(create_record(call), AEROSPIKE_UDF_GO_OK);
	write_later(call, "a", 1, "\xff", 1);
	CHECK_NUMBER(remove_record(call), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record_of(call->rec)->removes, 1);
	CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_OK); /* the failed write went with the record */
	session_free(call);
}

/* A message must not have a part of a character, or end within the name. */
TEST(a_refused_name_is_in_the_message_where_it_is_text)
{
	static const struct {
		const char *name;
		size_t length;
		const char *why;
	} refused[] = {
		{"ab\xff", 3, "setting the bin \"\": a bin's name is not UTF-8, or has a NUL"},
		{"sixteen_bytes_ok", 16, "setting the bin \"\": a bin's name has more than 15 bytes"},
		{"sixteen_bytes_ok", 40, "setting the bin \"\": a bin's name has more than 15 bytes"},
	};
	host_session *call = session_new();

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		write_later(call, refused[i].name, refused[i].length, "x", 1);
		CHECK_NUMBER(update_record(call), AEROSPIKE_UDF_GO_REFUSED);
		CHECK_TEXT(call->why, refused[i].why);
	}
	session_free(call);
}

TEST(writes_of_a_call_without_a_record_are_dropped)
{
	host_session *call = session_new();
	aerospike_udf_go_value value = {0};

	write_later(call, "a", 1, "x", 1);
	CHECK_NUMBER(mod_go_host.record_get(&call->host_call.call, NULL, "a", 1, &value),
	             AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(call->host_call.call.write_count, 0);
	write_later(call, "a", 1, "x", 1);
	CHECK_NUMBER(mod_go_host.record_set(&call->host_call.call, NULL, "a", 1, AEROSPIKE_UDF_GO_INTEGER, 1,
	                                    NULL, 0, NULL),
	             AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(mod_go_host.record_unset(&call->host_call.call, NULL, "a", 1, NULL),
	             AEROSPIKE_UDF_GO_REFUSED);
	CHECK_TEXT(bin_of(call, "a"), "nil");
	session_free(call);
}

/* A module that is offered none calls the host for each. */
TEST(an_unfenced_function_may_buffer_writes_of_its_record)
{
	as_rec *rec = record_new();

	use_c("script");
	CHECK_TEXT(call(&mod_go, "script", "script", rec, LIST(TEXT("l - 0"))).text, "\"writes 16 0 512 0 \n\"");
	CHECK_TEXT(call(&mod_go, "script", "script", NULL, LIST(TEXT("l - 0"))).text, "\"writes 0 0 0 0 \n\"");
	as_rec_destroy(rec);
}

static int refuse_names(const as_rec *rec, as_rec_bin_names_callback callback, void *context)
{
	(void)rec, (void)callback, (void)context;
	return 1;
}

static int refuse_ttl(const as_rec *rec, uint32_t ttl)
{
	(void)rec, (void)ttl;
	return 1;
}

static int set_ttl(host_session *call, uint32_t ttl)
{
	return mod_go_host.record_set_ttl(&call->host_call.call, (aerospike_udf_go_record *)call->rec, ttl);
}

/* Whatever code that is. */
TEST(each_refusal_of_aerospike_is_reported)
{
	static const int codes[] = {1, -1, 2};
	host_session *call = session_new();

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		record_of(call->rec)->refusal = codes[i];
		CHECK_CONTAINS((set_bin_to(call, "a", INT(1)), call->why), "Aerospike would not set the bin");
		CHECK_CONTAINS((unset_bin(call, "a"), call->why), "Aerospike would not remove the bin");
		CHECK_CONTAINS((update_record(call), call->why), "Aerospike would not update the record");
		CHECK_CONTAINS((remove_record(call), call->why), "Aerospike would not remove the record");
		CHECK_CONTAINS((create_record(call), call->why), "Aerospike would not create the record");
	}
	call->hooks.bin_names = refuse_names;
	CHECK_TEXT(names_of(call), "Aerospike would not give the names of the bins");
	CHECK_NUMBER(set_ttl(call, 5), AEROSPIKE_UDF_GO_OK);
	call->hooks.set_ttl = refuse_ttl;
	CHECK_NUMBER(set_ttl(call, 5), AEROSPIKE_UDF_GO_REFUSED);
	session_free(call);
}

TEST(a_record_lives_for_ten_years_at_most_or_forever)
{
	const uint32_t ten_years = 10u * 365 * 24 * 60 * 60;
	host_session *call = session_new();

	CHECK_NUMBER(set_ttl(call, 0), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(set_ttl(call, ten_years), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record_of(call->rec)->next_ttl, ten_years);
	CHECK_NUMBER(set_ttl(call, ten_years + 1), AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(set_ttl(call, UINT32_MAX - 1), AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(record_of(call->rec)->next_ttl, ten_years);
	CHECK_NUMBER(set_ttl(call, UINT32_MAX), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record_of(call->rec)->next_ttl, 0);
	session_free(call);
}
