/* test_bench_host.c - the record of mod-go-bench, and the host's functions that a measured call uses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host.h"
#include "check.h"
#include "failing_allocations.h"

static bench_call call;
static aerospike_udf_go_record record;

static aerospike_udf_go_value number(int64_t integer)
{
	return (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_INTEGER, .integer = integer};
}

static aerospike_udf_go_value text(const char *from)
{
	return (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)(uintptr_t)from, .length = strlen(from)};
}

static void add(const char *name, aerospike_udf_go_value value)
{
	bench_bin bin = {.name_length = strlen(name), .value = value, .owned = true};

	strcpy(bin.name, name);
	CHECK(bench_record_add(&record, &bin));
}

/* A call with the record {a: 1, b: "two"}, or with one that does not exist. */
static const aerospike_udf_go_host *begin(bool exists)
{
	memset(&call, 0xA5, sizeof(call));
	bench_call_init(&call);
	call.call.write_limit = BENCH_WRITES;
	if (exists) {
		add("a", number(1));
		add("b", text("two"));
	}
	record.changed = true;
	bench_record_reset(&record);
	return call.call.host;
}

static void end(void)
{
	bench_record_clear(&record);
	free(record.sample);
	free(record.names);
	memset(&record, 0, sizeof(record));
}

static const char *set(const char *name, aerospike_udf_go_value value)
{
	return bench_record_set(&record, name, strlen(name), &value);
}

/* The text of a bin, "" for none and for another type. */
static const char *text_of(const char *name)
{
	static char copy[64];
	const bench_bin *bin = bench_record_find(&record, name, strlen(name));
	size_t length = bin != NULL && bin->value.type == AEROSPIKE_UDF_GO_STRING ? bin->value.length : 0;

	memcpy(copy, length > 0 ? bin->value.data : (const uint8_t *)"", length);
	copy[length] = '\0';
	return copy;
}

static int64_t number_of(const char *name)
{
	const bench_bin *bin = bench_record_find(&record, name, strlen(name));

	return bin != NULL && bin->value.type == AEROSPIKE_UDF_GO_INTEGER ? bin->value.integer : -1;
}

static void write_later(const char *name, aerospike_udf_go_value value)
{
	aerospike_udf_go_write *write = &call.writes[call.call.write_count++];

	strcpy(write->name, name);
	write->name_length = strlen(name);
	write->value = value;
	call.call.write_used += 3;
}

/* Whether the host refuses an operation, with that reason. */
static bool refuses(int status, const aerospike_udf_go_value *why, const char *reason)
{
	return CHECK_NUMBER(status, AEROSPIKE_UDF_GO_REFUSED) &&
	       CHECK_NUMBER(why->type, AEROSPIKE_UDF_GO_STRING) && CHECK_NUMBER(why->length, strlen(reason)) &&
	       CHECK(memcmp(why->data, reason, why->length) == 0);
}

/* ---- the record ---------------------------------------------------------------------------------------- */

TEST(a_measured_call_finds_the_record_as_the_sample_has_it)
{
	begin(true);
	CHECK(set("a", text("other")) == NULL && set("b", text("longer than before")) == NULL);
	CHECK(set("new", number(3)) == NULL && record.count == 3 && record.changed);
	CHECK_TEXT(text_of("a"), "other");
	CHECK_TEXT(text_of("b"), "longer than before");
	bench_record_reset(&record);
	CHECK(record.count == 2 && record.exists && record.has_stored && !record.changed);
	CHECK_NUMBER(number_of("a"), 1);
	CHECK_TEXT(text_of("b"), "two");
	bench_record_clear(&record);
	CHECK(record.count == 0 && record.changed);
	bench_record_reset(&record);
	CHECK_NUMBER(record.count, 2);
	end();
	add("a", number(1)); /* alone */
	begin(false);
	CHECK(record.exists && record.has_stored && number_of("a") == 1);
	end();
	begin(false);
	bench_record_store(&record);
	CHECK(record.exists && !record.has_stored && record.changed);
	bench_record_reset(&record);
	CHECK(record.count == 0 && !record.exists && !record.has_stored);
	end();
}

TEST(a_measured_record_that_did_not_change_stays_as_it_is)
{
	begin(true);
	record.bins[0].value.integer = 7; /* resetting takes time, which is not the call's */
	bench_record_reset(&record);
	CHECK_NUMBER(number_of("a"), 7);
	end();
}

TEST(bins_of_a_measured_record_are_replaced_and_removed)
{
	char changing[] = "text";

	begin(true);
	CHECK(set("c", text(changing)) == NULL &&
	      set("d", (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_BYTES}) == NULL);
	changing[0] = 'n'; /* the record has a copy */
	CHECK_TEXT(text_of("c"), "text");
	CHECK(set("c", text("again")) == NULL && record.count == 4);
	CHECK_TEXT(text_of("c"), "again");
	CHECK(set("a", (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL}) == NULL);
	CHECK(record.count == 3 && bench_record_find(&record, "a", 1) == NULL);
	CHECK_TEXT(text_of("b"), "two");
	CHECK_TEXT(text_of("c"), "again");
	CHECK(bench_record_find(&record, "d", 1)->value.length == 0);
	CHECK(set("c", (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL}) == NULL);
	CHECK(record.count == 2 && bench_record_find(&record, "c", 1) == NULL);
	record.changed = false;
	CHECK(set("none", (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL}) == NULL && record.count == 2);
	CHECK(record.changed);
	CHECK(bench_record_find(&record, "b", 0) == NULL && bench_record_find(&record, "bb", 2) == NULL);
	end();
}

TEST(a_measured_record_refuses_what_a_server_does)
{
	aerospike_udf_go_value one = number(1);
	char name[16];

	begin(false);
	CHECK_TEXT(set("", one), "a bin must have a name");
	CHECK(set("fifteen-letters", one) == NULL);
	CHECK_TEXT(set("sixteen-letters!", one), "a bin's name has more than 15 bytes");
	CHECK_TEXT(set("\xFF", one), "a bin's name is not UTF-8, or has a NUL");
	CHECK_TEXT(bench_record_set(&record, "a\0b", 3, &one), "a bin's name is not UTF-8, or has a NUL");
	CHECK(set("value", (aerospike_udf_go_value){.type = 99}) != NULL);
	CHECK_NUMBER(record.count, 1);
	for (int i = 1; i < BENCH_BINS_MAX; i++) {
		snprintf(name, sizeof(name), "%d", i);
		CHECK(set(name, one) == NULL);
	}
	CHECK_TEXT(set("more", one), "a record has at most 512 bins");
	CHECK(set("511", number(2)) == NULL && record.count == BENCH_BINS_MAX);
	CHECK_NUMBER(number_of("511"), 2);
	end();
}

TEST(a_bin_stays_as_it_is_where_there_is_no_memory_for_its_value)
{
	begin(true);
	fail_allocation(1);
	CHECK_TEXT(set("b", text("other")), "the host has no memory");
	CHECK(allocations_work_again());
	CHECK_TEXT(text_of("b"), "two");
	fail_allocation(1);
	CHECK(set("a", number(5)) == NULL); /* a number needs none */
	CHECK(!allocations_work_again());
	CHECK_NUMBER(number_of("a"), 5);
	fail_allocation(1);
	CHECK(!bench_record_add(&record, &(bench_bin){.name = "c", .name_length = 1}));
	CHECK(allocations_work_again() && record.sample_count == 2);
	end();
}

TEST(a_sample_has_at_most_512_bins)
{
	begin(false);
	for (int i = 0; i < BENCH_BINS_MAX; i++)
		add("n", number(i));
	CHECK(!bench_record_add(&record, &(bench_bin){.name = "n", .name_length = 1}));
	record.changed = true;
	bench_record_reset(&record);
	CHECK_NUMBER(record.count, BENCH_BINS_MAX);
	CHECK_NUMBER(record.bins[BENCH_BINS_MAX - 1].value.integer, BENCH_BINS_MAX - 1);
	end();
}

/* ---- the host's functions ------------------------------------------------------------------------------ */

TEST(a_measured_call_offers_what_the_server_does)
{
	const aerospike_udf_go_host *host = begin(false);

	CHECK_NUMBER(call.call.size, sizeof(call.call));
	CHECK_NUMBER(call.call.log_level, AEROSPIKE_UDF_GO_LOG_INFO);
	CHECK(call.call.deadline == 0 && call.call.bin_count == 0 && call.call.write_count == 0);
	CHECK(call.call.bins == call.bins && call.call.writes == call.writes &&
	      call.call.write_data == call.write_data);
	CHECK_NUMBER(host->size, sizeof(*host));
	CHECK_NUMBER(host->record_set_ttl(&call.call, &record, 1), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(host->stream_write(&call.call, NULL, AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0, NULL),
	             AEROSPIKE_UDF_GO_OK);
	host->log(&call.call, AEROSPIKE_UDF_GO_LOG_INFO, (char *)(uintptr_t) "dropped", 7, NULL, 0);
}

TEST(a_measured_call_gets_sets_and_unsets_bins)
{
	const aerospike_udf_go_host *host = begin(true);
	aerospike_udf_go_value value = number(9), why = {0};
	char a[] = "a", b[] = "b", long_name[] = "sixteen-letters!";

	CHECK_NUMBER(host->record_get(&call.call, &record, a, 1, &value), AEROSPIKE_UDF_GO_OK);
	CHECK(value.type == AEROSPIKE_UDF_GO_INTEGER && value.integer == 1);
	CHECK_NUMBER(host->record_get(&call.call, &record, long_name, 3, &value), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_NIL);
	CHECK_NUMBER(host->record_set(&call.call, &record, a, 1, AEROSPIKE_UDF_GO_INTEGER, 4, NULL, 0, &why), 0);
	CHECK_NUMBER(
		host->record_set(&call.call, &record, b, 1, AEROSPIKE_UDF_GO_STRING, 0, (uint8_t *)a, 1, NULL), 0);
	CHECK_NUMBER(number_of("a"), 4);
	CHECK_TEXT(text_of("b"), "a");
	CHECK_NUMBER(host->record_unset(&call.call, &record, a, 1, &why), AEROSPIKE_UDF_GO_OK);
	CHECK(record.count == 1 && why.data == NULL);
	refuses(host->record_set(&call.call, &record, long_name, 16, AEROSPIKE_UDF_GO_INTEGER, 4, NULL, 0, &why),
	        &why, "a bin's name has more than 15 bytes");
	refuses(host->record_unset(&call.call, &record, a, 0, &why), &why, "a bin must have a name");
	CHECK_NUMBER(host->record_unset(&call.call, &record, a, 0, NULL), AEROSPIKE_UDF_GO_REFUSED);
	end();
}

TEST(a_measured_call_gets_many_bins_at_once)
{
	const aerospike_udf_go_host *host = begin(true);
	aerospike_udf_go_value values[4] = {{0}, {0}, {0}, {.type = 77}};
	char names[] = "b\0none\0a"; /* with the NUL at the end */

	CHECK_NUMBER(host->record_get_many(&call.call, &record, names, sizeof(names), 3, values),
	             AEROSPIKE_UDF_GO_OK);
	CHECK(values[0].type == AEROSPIKE_UDF_GO_STRING && values[0].length == 3);
	CHECK_NUMBER(values[1].type, AEROSPIKE_UDF_GO_NIL);
	CHECK(values[2].type == AEROSPIKE_UDF_GO_INTEGER && values[2].integer == 1);
	CHECK_NUMBER(values[3].type, 77);
	CHECK_NUMBER(host->record_get_many(&call.call, &record, names, sizeof(names), 4, values),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(host->record_get_many(&call.call, &record, NULL, 0, 1, values),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(host->record_get_many(&call.call, &record, names, sizeof(names) - 1, 3, values),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS); /* the last name does not end */
	CHECK_NUMBER(host->record_get_many(&call.call, &record, names, sizeof(names), 2, values),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS); /* more names than announced */
	end();
}

/* Checks the names that the host lists: each with a NUL after it. */
static void check_names(const aerospike_udf_go_host *host, const char *expected, size_t length)
{
	aerospike_udf_go_value names = {0};

	CHECK_NUMBER(host->record_bin_names(&call.call, &record, &names), AEROSPIKE_UDF_GO_OK);
	CHECK(names.type == AEROSPIKE_UDF_GO_STRING && names.length == length &&
	      memcmp(names.data, expected, length) == 0);
}

TEST(a_measured_call_lists_the_names_of_all_bins)
{
	const aerospike_udf_go_host *host = begin(true);
	aerospike_udf_go_value names = {0};

	CHECK(set("fifteen-letters", number(1)) == NULL);
	check_names(host, "a\0b\0fifteen-letters", 20);
	CHECK(set("fifteen-letters", (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL}) == NULL);
	check_names(host, "a\0b", 4);
	CHECK(set("c", number(1)) == NULL);
	check_names(host, "a\0b\0c", 6);
	fail_allocation(1);
	CHECK_NUMBER(host->record_bin_names(&call.call, &record, &names), AEROSPIKE_UDF_GO_INTERNAL);
	CHECK(allocations_work_again());
	end();
	host = begin(false);
	for (int i = 0; i < 100; i++) { /* each of 15 bytes, as many as fit in what is allocated for them */
		char name[32];

		snprintf(name, sizeof(name), "%015d", i);
		CHECK(set(name, number(i)) == NULL);
	}
	CHECK_NUMBER(host->record_bin_names(&call.call, &record, &names), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(names.length, 1600);
	CHECK_TEXT((char *)names.data + 1584, "000000000000099");
	end();
	host = begin(false);
	check_names(host, "", 0);
	end();
}

TEST(a_measured_call_reads_as_much_metadata_as_it_asks_for)
{
	const aerospike_udf_go_host *host = begin(true);
	char space[] = "test";
	struct {
		aerospike_udf_go_metadata facts;
		uint64_t behind;
	} read = {{.size = sizeof(read)}, 42};
	aerospike_udf_go_metadata first = {.size = offsetof(aerospike_udf_go_metadata, generation),
	                                   .generation = 42};

	record.metadata = (aerospike_udf_go_metadata){
		.ttl = 2, .generation = 3, .last_update = 4, .namespace_name = space, .key = number(5)};
	CHECK_NUMBER(host->record_metadata(&call.call, &record, &read.facts), AEROSPIKE_UDF_GO_OK);
	CHECK(read.facts.size == sizeof(read) && read.facts.exists == 1 && read.facts.ttl == 2 &&
	      read.facts.generation == 3 && read.facts.last_update == 4 && read.behind == 42);
	CHECK_TEXT(read.facts.namespace_name, "test");
	CHECK_NUMBER(read.facts.key.integer, 5);
	CHECK_NUMBER(host->record_metadata(&call.call, &record, &first), AEROSPIKE_UDF_GO_OK);
	CHECK(first.exists == 1 && first.ttl == 2 && first.generation == 42);
	end();
}

static bool exists(const aerospike_udf_go_host *host)
{
	uint32_t answer = 42;

	CHECK_NUMBER(host->record_exists(&call.call, &record, &answer), AEROSPIKE_UDF_GO_OK);
	CHECK(answer == 0 || answer == 1);
	return answer == 1;
}

TEST(a_measured_call_creates_updates_and_removes_the_record)
{
	static const char EXISTS[] = "the record exists already, so it can be updated but not created";
	const aerospike_udf_go_host *host = begin(false);
	aerospike_udf_go_value why = {0};

	CHECK(!exists(host));
	refuses(host->record_update(&call.call, &record, &why), &why,
	        "the record does not exist, so it can be created but not updated");
	refuses(host->record_remove(&call.call, &record, &why), &why,
	        "the record does not exist, so it cannot be removed");
	CHECK(set("n", number(1)) == NULL);
	CHECK_NUMBER(host->record_create(&call.call, &record, &why), AEROSPIKE_UDF_GO_OK);
	CHECK(exists(host));
	refuses(host->record_create(&call.call, &record, &why), &why, EXISTS);
	CHECK_NUMBER(host->record_remove(&call.call, &record, &why), AEROSPIKE_UDF_GO_OK);
	CHECK(exists(host) && record.count == 0); /* until the call ends */
	CHECK(set("n", number(2)) == NULL);
	CHECK_NUMBER(host->record_update(&call.call, &record, &why), AEROSPIKE_UDF_GO_OK);
	refuses(host->record_create(&call.call, &record, &why), &why, EXISTS);
	CHECK_NUMBER(host->record_remove(&call.call, &record, &why), AEROSPIKE_UDF_GO_OK);
	CHECK(set("n", number(3)) == NULL);
	CHECK_NUMBER(host->record_create(&call.call, &record, &why), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(number_of("n"), 3);
	end();
}

/* ---- writes that the module puts into the call ---------------------------------------------------------- */

/* Each of the host's functions for the record performs them first. */
TEST(writes_of_a_measured_call_are_performed_before_what_follows)
{
	static const size_t UNSTORED = 2;
	const aerospike_udf_go_host *host;
	aerospike_udf_go_value value, why;
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	char name[] = "n", first[] = "n\0a";

	for (int i = 0; i < 9; i++) {
		host = begin(true);
		write_later("n", number(5));
		write_later("a", text("later"));
		CHECK_NUMBER(record.count, UNSTORED);
		switch (i) {
		case 0:
			host->record_get(&call.call, &record, name, 1, &value);
			CHECK_NUMBER(value.integer, 5);
			break;
		case 1: {
			aerospike_udf_go_value values[2];

			host->record_get_many(&call.call, &record, first, 4, 2, values);
			CHECK(values[0].integer == 5 && values[1].length == 5);
			break;
		}
		case 2:
			host->record_set(&call.call, &record, name, 1, AEROSPIKE_UDF_GO_INTEGER, 6, NULL, 0, &why);
			CHECK_NUMBER(number_of("n"), 6);
			break;
		case 3:
			host->record_unset(&call.call, &record, name, 1, &why);
			CHECK(bench_record_find(&record, "n", 1) == NULL);
			break;
		case 4:
			host->record_bin_names(&call.call, &record, &value);
			CHECK_NUMBER(value.length, 6);
			break;
		case 5:
			host->record_metadata(&call.call, &record, &facts);
			break;
		case 6:
			host->record_update(&call.call, &record, &why);
			break;
		case 7:
			record.has_stored = false;
			host->record_create(&call.call, &record, &why);
			CHECK(record.has_stored);
			break;
		default:
			host->record_remove(&call.call, &record, &why);
			CHECK(record.count == 0 && call.call.write_count == 0);
			write_later("a", text("later"));
			CHECK(exists(host));
		}
		CHECK_TEXT(text_of("a"), "later");
		CHECK(call.call.write_count == 0 && call.call.write_used == 0);
		end();
	}
}

TEST(writes_of_a_measured_call_are_performed_once)
{
	const aerospike_udf_go_host *host = begin(true);
	aerospike_udf_go_value value;
	char name[] = "n";

	write_later("n", number(4));
	write_later("m", number(4));
	CHECK_NUMBER(host->record_get(&call.call, &record, name, 1, &value), AEROSPIKE_UDF_GO_OK);
	CHECK(set("m", number(7)) == NULL);
	write_later("n", number(5)); /* where the first of the others was */
	CHECK_NUMBER(host->record_set(&call.call, &record, name, 1, AEROSPIKE_UDF_GO_INTEGER, 6, NULL, 0, NULL),
	             0);
	host->record_get(&call.call, &record, name, 1, &value);
	CHECK_NUMBER(value.integer, 6);
	CHECK_NUMBER(number_of("m"), 7);
	end();
}

/* A module that counts further than it may. */
TEST(no_more_writes_of_a_measured_call_are_performed_than_there_can_be)
{
	begin(false);
	for (int i = 0; i < BENCH_WRITES; i++) {
		char name[] = {(char)('a' + i), '\0'};

		write_later(name, number(i));
	}
	call.call.write_count = UINT32_MAX;
	bench_call_apply_writes(&call.call, &record);
	CHECK_NUMBER(record.count, BENCH_WRITES);
	CHECK_NUMBER(number_of("p"), 15);
	end();
}

TEST(a_measured_stream_function_reads_each_record_once)
{
	static aerospike_udf_go_record records[2];
	const aerospike_udf_go_host *host = begin(false);
	aerospike_udf_go_stream stream = {records, 2, 0};
	aerospike_udf_go_record *read = NULL;
	aerospike_udf_go_value value = {.type = 77};

	for (int i = 0; i < 4; i++) {
		CHECK_NUMBER(host->stream_read(&call.call, &stream, &read, &value), AEROSPIKE_UDF_GO_OK);
		CHECK(read == (i < 2 ? &records[i] : NULL));
		CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_NIL);
		value.type = 77;
	}
}
