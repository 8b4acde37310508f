/* test_record.c - the record in memory, through the host table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "host.h"
#include "record.h"

static aerospike_udf_go_record record;
static aerospike_udf_go_call call;

/* A new record, which is not stored. */
static void begin(void)
{
	record_clear(&record);
	call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
}

static int set_integer(const char *name, int64_t integer, aerospike_udf_go_value *why)
{
	return host_table.record_set(&call, &record, (char *)(uintptr_t)name, strlen(name),
	                             AEROSPIKE_UDF_GO_INTEGER, integer, NULL, 0, why);
}

/* The integer in a bin, -1 where there is none. */
static int64_t get_integer(const char *name)
{
	aerospike_udf_go_value value;

	CHECK_NUMBER(host_table.record_get(&call, &record, (char *)(uintptr_t)name, strlen(name), &value),
	             AEROSPIKE_UDF_GO_OK);
	return value.type == AEROSPIKE_UDF_GO_INTEGER ? value.integer : -1;
}

static bool exists(void)
{
	uint32_t exists = 2;

	CHECK_NUMBER(host_table.record_exists(&call, &record, &exists), AEROSPIKE_UDF_GO_OK);
	return exists == 1;
}

/* Checks that an operation was refused with that reason. */
static void refused(int status, const aerospike_udf_go_value *why, const char *reason)
{
	char text[256];

	CHECK_NUMBER(status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(why->type, AEROSPIKE_UDF_GO_STRING);
	snprintf(text, sizeof(text), "%.*s", (int)why->length, (char *)why->data);
	CHECK_CONTAINS(text, reason);
}

TEST(create_stores_what_does_not_exist_and_update_what_does)
{
	aerospike_udf_go_value why = {0};

	begin();
	CHECK(!exists());
	refused(host_table.record_update(&call, &record, &why), &why, "does not exist; store it with create");
	refused(host_table.record_remove(&call, &record, &why), &why, "does not exist, so it cannot be removed");
	CHECK_NUMBER(set_integer("a", 1, &why), AEROSPIKE_UDF_GO_OK);
	CHECK(record.stored.count == 0 && record_has_unstored(&record));
	CHECK_NUMBER(host_table.record_create(&call, &record, &why), AEROSPIKE_UDF_GO_OK);
	CHECK(exists() && record.stored.count == 1 && !record_has_unstored(&record));
	CHECK_NUMBER(record.generation, 1);
	refused(host_table.record_create(&call, &record, &why), &why, "exists already");
	CHECK_NUMBER(set_integer("a", 2, &why), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record.stored.items[0].value.integer, 1);
	CHECK_NUMBER(get_integer("a"), 2);
	CHECK_NUMBER(host_table.record_update(&call, &record, NULL), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record.stored.items[0].value.integer, 2);
	CHECK_NUMBER(record.generation, 2);
	CHECK_NUMBER(host_table.record_remove(&call, &record, &why), AEROSPIKE_UDF_GO_OK);
	CHECK(exists() && get_integer("a") == -1); /* for this call */
	CHECK_NUMBER(host_table.record_create(&call, &record, NULL), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(set_integer("b", 3, &why), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(host_table.record_create(&call, &record, NULL), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record.generation, 1);
	CHECK_NUMBER(host_table.record_unset(&call, &record, "b", 1, &why), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(host_table.record_update(&call, &record, NULL), AEROSPIKE_UDF_GO_OK);
	CHECK(exists() && record.generation == 0);
	record_end_call(&record);
	CHECK(!exists()); /* without bins there is no record */
	refused(host_table.record_remove(&call, &record, &why), &why, "does not exist, so it cannot be removed");
	record_clear(&record);
}

TEST(bins_keep_to_aerospikes_rules)
{
	aerospike_udf_go_value why = {0};
	char name[16];

	begin();
	CHECK_NUMBER(set_integer("fifteen-bytes-x", 1, &why), AEROSPIKE_UDF_GO_OK);
	refused(set_integer("sixteen-bytes-xx", 1, &why), &why, "more than 15 bytes");
	refused(set_integer("", 1, &why), &why, "must have a name");
	refused(
		host_table.record_set(&call, &record, "a", 1, AEROSPIKE_UDF_GO_STRING, 0, (uint8_t *)"\xFF", 1, &why),
		&why, "not UTF-8");
	refused(
		host_table.record_set(&call, &record, "a", 1, AEROSPIKE_UDF_GO_LIST, 0, (uint8_t *)"\x91", 1, &why),
		&why, "more items than there are bytes");
	refused(host_table.record_set(&call, &record, "a", 1, 77, 0, NULL, 0, &why), &why, "type does not exist");
	CHECK_NUMBER(host_table.record_set(&call, &record, "e", 1, AEROSPIKE_UDF_GO_STRING, 0, NULL, 0, &why),
	             AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(host_table.record_unset(&call, &record, "e", 1, &why), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(host_table.record_unset(&call, &record, "e", 1, &why), AEROSPIKE_UDF_GO_OK);
	for (int i = 1; i < RECORD_BINS_MAX; i++) {
		snprintf(name, sizeof(name), "b%d", i);
		CHECK_NUMBER(set_integer(name, i, &why), AEROSPIKE_UDF_GO_OK);
	}
	refused(set_integer("one-more", 1, &why), &why, "at most 512 bins");
	/* Nil removes a bin. */
	CHECK_NUMBER(host_table.record_set(&call, &record, "b1", 2, AEROSPIKE_UDF_GO_NIL, 0, NULL, 0, &why),
	             AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(get_integer("b1"), -1);
	CHECK_NUMBER(get_integer("b511"), 511);
	CHECK_NUMBER(set_integer("one-more", 1, &why), AEROSPIKE_UDF_GO_OK);
	record_clear(&record);
}

TEST(names_and_many_values_speak_the_same_form)
{
	aerospike_udf_go_value names, values[3];

	begin();
	set_integer("first", 1, NULL);
	set_integer("second", 2, NULL);
	CHECK_NUMBER(host_table.record_bin_names(&call, &record, &names), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(names.length, sizeof("first\0second"));
	CHECK(memcmp(names.data, "first\0second", sizeof("first\0second")) == 0);
	CHECK_NUMBER(host_table.record_get_many(&call, &record, (char *)names.data, names.length, 2, values),
	             AEROSPIKE_UDF_GO_OK);
	CHECK(values[0].integer == 1 && values[1].integer == 2);
	CHECK_NUMBER(host_table.record_get_many(&call, &record, "none\0second", 12, 2, values),
	             AEROSPIKE_UDF_GO_OK);
	CHECK(values[0].type == AEROSPIKE_UDF_GO_NIL && values[1].integer == 2);
	/* Counts and names that do not agree. */
	CHECK_NUMBER(host_table.record_get_many(&call, &record, "first", 6, 2, values),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(host_table.record_get_many(&call, &record, "first\0second", 13, 1, values),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(host_table.record_get_many(&call, &record, "first", 5, 1, values),
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
	CHECK_NUMBER(host_table.record_get_many(&call, &record, NULL, 0, 0, values), AEROSPIKE_UDF_GO_OK);
	record_clear(&record);
}

TEST(metadata_is_filled_as_far_as_the_caller_knows_it)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	aerospike_udf_go_metadata old = {.size = offsetof(aerospike_udf_go_metadata, generation),
	                                 .generation = 77};

	begin();
	set_integer("a", 1, NULL);
	CHECK_NUMBER(host_table.record_set_ttl(&call, &record, 3600), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record.ttl, 0); /* from the next write on */
	CHECK_NUMBER(host_table.record_create(&call, &record, NULL), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(host_table.record_metadata(&call, &record, &facts), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(facts.size, sizeof(facts));
	CHECK_NUMBER(facts.exists, 1);
	CHECK_NUMBER(facts.ttl, 3600);
	CHECK_NUMBER(facts.generation, 1);
	CHECK(facts.last_update > 1700000000000u);
	CHECK_TEXT(facts.namespace_name, "test");
	CHECK(facts.set_name == NULL && facts.digest == NULL);
	CHECK_NUMBER(host_table.record_metadata(&call, &record, &old), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(old.ttl, 3600);
	CHECK_NUMBER(old.generation, 77);
	CHECK_NUMBER(host_table.record_set_ttl(&call, &record, RECORD_TTL_MAX + 1), AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(host_table.record_set_ttl(&call, &record, RECORD_TTL_NEVER), AEROSPIKE_UDF_GO_OK);
	record_clear(&record);
}
