/* test_no_memory.c - every allocation fails once: each call reports that there is no memory, and the next one works.
 * The leak checker finds what is lost on the way back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "failing_allocations.h"
#include "fenced.h"
#include "fenced/channel.h"
#include "fenced/wire.h"
#include "host.h"
#include "loader/result.h"
#include "mod_go.h"

enum { MOST = 200 }; /* allocations of one call */

static mod_go_status open_and_set_up(const char *path, mod_go_module **module, mod_go_error *error)
{
	mod_go_status status = mod_go_open(path, module, error);

	return status == MOD_GO_OK ? mod_go_setup(*module, error) : status;
}

TEST(a_module_opens_or_says_that_there_is_no_memory)
{
	for (long n = 1; n < MOST; n++) {
		mod_go_module *module = NULL;
		mod_go_error error;
		mod_go_status status;
		bool failed;

		fail_allocation(n);
		status = open_and_set_up(check_module("good"), &module, &error);
		failed = allocations_work_again();
		if (module != NULL)
			mod_go_close(module);
		if (!failed) {
			CHECK_NUMBER(status, MOD_GO_OK);
			CHECK(n > 1);
			return;
		}
		if (!CHECK(status == MOD_GO_NO_MEMORY || status == MOD_GO_OK))
			printf("    allocation %ld: %s\n", n, error.message);
		if (status != MOD_GO_OK)
			CHECK_CONTAINS(error.message, "memory");
	}
	CHECK(false);
}

TEST(a_file_is_checked_or_there_is_no_memory)
{
	for (long n = 1; n < MOST; n++) {
		mod_go_error error;
		mod_go_status status;

		fail_allocation(n);
		status = mod_go_check(check_module("good"), &error);
		if (!allocations_work_again()) {
			CHECK_NUMBER(status, MOD_GO_OK);
			return;
		}
		CHECK_NUMBER(status, MOD_GO_NO_MEMORY);
	}
	CHECK(false);
}

/* A refusal is cut to the buffer where there is no memory for all of it, and empty where there is no buffer. */
TEST(a_refusal_without_memory_is_cut_to_the_buffer)
{
	uint8_t buffer[16];
	aerospike_udf_go_result result;

	for (size_t capacity = 0; capacity <= sizeof(buffer); capacity++) {
		memset(buffer, '#', sizeof(buffer));
		mod_go_result_init(&result, buffer, capacity);
		fail_allocation(1);
		CHECK_NUMBER(
			mod_go_result_refuse(&result, AEROSPIKE_UDF_GO_FAILED, "%s", "it cannot go on like this"),
			AEROSPIKE_UDF_GO_FAILED);
		CHECK(allocations_work_again());
		CHECK(result.value.length < capacity || capacity == 0);
		CHECK(capacity == 0 ? result.value.data == NULL : result.value.data == buffer);
		CHECK(result.value.length == 0 ||
		      memcmp(result.value.data, "it cannot", result.value.length < 9 ? result.value.length : 9) == 0);
		for (size_t i = capacity; i < sizeof(buffer); i++)
			CHECK_NUMBER(buffer[i], '#');
		mod_go_result_clear(&result);
	}
	mod_go_result_init(&result, NULL, 100);
	fail_allocation(1);
	mod_go_result_refuse(&result, AEROSPIKE_UDF_GO_FAILED, "no");
	CHECK(allocations_work_again() && result.value.data == NULL && result.value.length == 0);
	/* With memory it is whole, in the buffer where it fits there with its NUL. */
	for (size_t capacity = 2; capacity <= 4; capacity++) {
		mod_go_result_init(&result, buffer, capacity);
		mod_go_result_refuse(&result, AEROSPIKE_UDF_GO_FAILED, "%s", "abc");
		CHECK_NUMBER(result.value.length, 3);
		CHECK_NUMBER(result.value.data == buffer, capacity == 4);
		CHECK(memcmp(result.value.data, "abc", 4) == 0);
		mod_go_result_clear(&result);
	}
}

TEST(a_pool_works_or_says_that_there_is_no_memory)
{
	for (long n = 1; n < MOST; n++) {
		mod_go_fenced *pool = NULL;
		mod_go_error error;
		mod_go_status status;
		bool failed;

		fail_allocation(n);
		status = fenced_open(check_module("good"), NULL, &pool, &error);
		if (status == MOD_GO_OK)
			status = mod_go_fenced_setup(pool, &error);
		failed = allocations_work_again();
		if (status == MOD_GO_OK)
			CHECK_TEXT(fenced_ask(pool, "who").text, "good");
		else if (!CHECK(failed && strstr(error.message, "memory") != NULL))
			printf("    allocation %ld: %d %s\n", n, status, error.message);
		if (pool != NULL)
			mod_go_fenced_close(pool);
		if (!failed)
			return;
	}
	CHECK(false);
}

TEST(a_fenced_call_works_or_fails_and_the_next_one_works)
{
	mod_go_fenced *pool = fenced_ready(check_module("good"), NULL);
	aerospike_udf_go_value length = integer_value(3 << 20);

	for (long n = 1; n < MOST; n++) {
		struct answer answer;
		bool failed;

		fail_allocation(n);
		answer = fenced_call(pool, "big", 10000, NULL, &length, 1);
		failed = allocations_work_again();
		if (!failed) {
			CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
			mod_go_fenced_close(pool);
			return;
		}
		if (!CHECK(answer.status == AEROSPIKE_UDF_GO_INTERNAL || answer.status == AEROSPIKE_UDF_GO_OK ||
		           answer.status == AEROSPIKE_UDF_GO_REFUSED))
			printf("    allocation %ld: %d %s\n", n, answer.status, answer.text);
		CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	}
	CHECK(false);
}

TEST(a_message_that_there_is_no_memory_for_is_not_sent)
{
	static mod_go_shared shared;
	static atomic_bool gone;
	aerospike_udf_go_value value = text_value("text");
	mod_go_channel host;
	mod_go_writer writer;

	mod_go_channel_create(&host, &shared, &gone);
	mod_go_write_begin(&writer, &host, 0, 10);
	mod_go_write_number(&writer, 7);
	mod_go_write_number(&writer, 8);
	fail_allocation(1);
	mod_go_write_number(&writer, 9);
	CHECK(allocations_work_again() && writer.failed && writer.length == 8);
	mod_go_write_bytes(&writer, "a", 1); /* and nothing after it */
	mod_go_write_value(&writer, &value);
	CHECK(mod_go_write_reserve(&writer, 1) == NULL && writer.length == 8);
	CHECK_NUMBER(mod_go_write_send(&writer, &host, 1, 0), MOD_GO_OUT_OF_MEMORY);
	CHECK_NUMBER(atomic_load(&shared.to_worker.word), 0);
	mod_go_write_begin(&writer, &host, 0, 10);
	mod_go_write_text(&writer, "", (size_t)1 << 32);
	CHECK(writer.failed && writer.length == 0);
	mod_go_write_begin(&writer, &host, 0, 10);
	mod_go_write_bytes(&writer, "0123456789", 10); /* fits */
	CHECK(!writer.failed && writer.data == shared.to_worker.data && writer.own.data == NULL);
	mod_go_write_bytes(&writer, "a", 1);
	CHECK(!writer.failed && writer.data == writer.own.data && memcmp(writer.data, "0123456789a", 11) == 0);
	CHECK_NUMBER(mod_go_write_send(&writer, &host, 1, 0), MOD_GO_ARRIVED);
	CHECK(writer.own.data == NULL);
}

TEST(a_message_that_there_is_no_memory_for_is_not_received)
{
	static mod_go_shared shared;
	static atomic_bool gone;
	mod_go_channel host, worker;
	mod_go_buffer buffer = {NULL, 0};
	mod_go_message message;

	mod_go_channel_create(&host, &shared, &gone);
	CHECK(mod_go_channel_join(&worker, &shared));
	mod_go_channel_send(&worker, 9, shared.to_host.data, 100, 0, 0);
	fail_allocation(1);
	CHECK_NUMBER(mod_go_channel_receive(&host, 0, &buffer, &message), MOD_GO_OUT_OF_MEMORY);
	CHECK(allocations_work_again());
	CHECK(buffer.data == NULL && buffer.capacity == 0);
	CHECK(mod_go_buffer_reserve(&buffer, 10));
	buffer.data[9] = 7;
	fail_allocation(1);
	CHECK(!mod_go_buffer_reserve(&buffer, 100000)); /* what it holds stays */
	CHECK(allocations_work_again() && buffer.data[9] == 7 && buffer.capacity < 100000);
	mod_go_buffer_free(&buffer);
}
