/* test_deferred.c - creates and updates that come with the result: fewer messages, and otherwise the same. */
#include <stdio.h>
#include <string.h>

#include "fenced.h"
#include "host.h"

/* What the host did, and how many of its next creates and updates it refuses. */
static struct {
	char operations[200];
	int refusals;
	int status; /* of a refusal */
} host;

static aerospike_udf_go_value before; /* the bin n */

static int refuse(aerospike_udf_go_record *record, aerospike_udf_go_value *why)
{
	/* As in a server: what the call has done is undone. */
	record_set(record, "n", 1, &before);
	host.refusals--;
	why->type = AEROSPIKE_UDF_GO_STRING;
	why->data = (uint8_t *)(uintptr_t) "no space";
	why->length = 8;
	return host.status;
}

static int create(aerospike_udf_go_call *call, aerospike_udf_go_record *record, aerospike_udf_go_value *why)
{
	strcat(host.operations, "create ");
	return host.refusals > 0 ? refuse(record, why) : host_table.record_create(call, record, why);
}

static int update(aerospike_udf_go_call *call, aerospike_udf_go_record *record, aerospike_udf_go_value *why)
{
	strcat(host.operations, "update ");
	return host.refusals > 0 ? refuse(record, why) : host_table.record_update(call, record, why);
}

static int set_ttl(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl)
{
	strcat(host.operations, "ttl ");
	return host_table.record_set_ttl(call, record, ttl);
}

static int set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t name_length,
               uint32_t type, int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	strncat(host.operations, name, name_length);
	strcat(host.operations, "= ");
	return host_table.record_set(call, record, name, name_length, type, integer, data, length, why);
}

static mod_go_fenced *pool_of(uint32_t deferred)
{
	mod_go_fenced_options options = {
		.size = sizeof(options), .deferred_stores = deferred, .limit = 1, .no_spare = 1};

	return fenced_ready(check_module("stores"), &options);
}

/* Calls `store` on a record with n = 5, which exists or not. */
static struct answer store(mod_go_fenced *pool, const char *then, bool exists, int refusals,
                           aerospike_udf_go_record *record)
{
	aerospike_udf_go_host table = host_table;
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_value argument = text_value(then), n = integer_value(5);
	struct answer answer = {.outcome = {.size = sizeof(answer.outcome)}};
	aerospike_udf_go_result result;

	host.operations[0] = '\0';
	host.refusals = refusals;
	host.status = host.status != 0 ? host.status : AEROSPIKE_UDF_GO_REFUSED;
	before = exists ? n : (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (exists) {
		record_set(record, "n", 1, &n);
		record_store(record);
	}
	table.record_create = create;
	table.record_update = update;
	table.record_set = set;
	table.record_set_ttl = set_ttl;
	call.host = &table;
	mod_go_result_init(&result, NULL, 0);
	answer.status = mod_go_fenced_apply_single(pool, "store", &call, record, &argument, 1, &result);
	answer.integer = result.value.integer;
	snprintf(answer.text, sizeof(answer.text), "%.*s", (int)result.value.length, (char *)result.value.data);
	mod_go_fenced_last_outcome(&answer.outcome);
	mod_go_result_clear(&result);
	return answer;
}

TEST(a_store_comes_with_the_result_unless_the_record_is_used_after_it)
{
	static const struct {
		const char *then;
		unsigned trips;
		unsigned directly;      /* trips without deferring */
		const char *operations; /* of a record that exists */
	} CASES[] = {
		{"return", 1, 2, "n= update "},        {"fail", 1, 2, "n= update "},
		{"get the same", 1, 2, "n= update "},  {"get", 3, 3, "n= update "},
		{"set", 2, 2, "n= update other= "},    {"set the time", 2, 2, "n= update ttl "},
		{"update", 2, 3, "n= update update "}, /* the second one is deferred */
		{"remove", 3, 3, "n= update "},        {"names", 3, 3, "n= update "},
		{"metadata", 3, 3, "n= update "},
	};
	mod_go_fenced *deferring = pool_of(1), *direct = pool_of(0);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		for (int exists = 0; exists < 2; exists++) {
			aerospike_udf_go_record one = {0}, other = {0};
			struct answer answer = store(deferring, CASES[i].then, exists, 0, &one), expected;
			char operations[200];

			strcpy(operations, host.operations);
			if (exists)
				CHECK_TEXT(operations, CASES[i].operations);
			CHECK_NUMBER(answer.outcome.trips, CASES[i].trips);
			expected = store(direct, CASES[i].then, exists, 0, &other);
			CHECK_TEXT(operations, host.operations);
			CHECK_NUMBER(expected.outcome.trips, CASES[i].directly);
			CHECK_NUMBER(answer.status, expected.status);
			CHECK_NUMBER(answer.integer, expected.integer);
			CHECK_TEXT(answer.text, expected.text);
			CHECK_NUMBER(one.exists, other.exists);
			CHECK_NUMBER(one.generation, other.generation);
			CHECK_NUMBER(one.ttl, other.ttl);
			CHECK_NUMBER(one.stored.count, other.stored.count);
			CHECK_NUMBER(one.working.count, other.working.count);
			record_clear(&one);
			record_clear(&other);
		}
	}
	mod_go_fenced_close(deferring);
	mod_go_fenced_close(direct);
}

TEST(a_function_is_applied_again_where_its_store_is_refused)
{
	static const char *const THEN[] = {"return", "get", "set", "update", "names", "metadata", "fail"};
	mod_go_fenced *pool = pool_of(1);
	long long calls = 0;

	for (size_t i = 0; i < sizeof(THEN) / sizeof(*THEN); i++) {
		for (int exists = 0; exists < 2; exists++) {
			/* Refused twice: the function learns of it. Refused once: the second time it is stored. */
			for (int refusals = 1; refusals < 3; refusals++) {
				aerospike_udf_go_record record = {0};
				struct answer answer = store(pool, THEN[i], exists, refusals, &record);
				const struct bin *n;

				calls += 2;
				CHECK_NUMBER(fenced_ask(pool, "calls").integer, calls);
				n = bins_find(&record.stored, "n", 1);
				CHECK_NUMBER(n != NULL ? n->value.integer : 0, refusals == 1 ? (exists ? 6 : 1)
				                                               : exists      ? 5
				                                                             : 0);
				if (refusals == 2)
					CHECK_NUMBER(answer.integer, -1);
				else if (strcmp(THEN[i], "fail") == 0)
					CHECK_TEXT(answer.text, "it fails");
				else if (strcmp(THEN[i], "get") != 0)
					CHECK_NUMBER(answer.integer, exists ? 6 : 1);
				record_clear(&record);
			}
		}
	}
	mod_go_fenced_close(pool);
}

TEST(a_store_that_is_too_late_ends_the_call)
{
	mod_go_fenced *pool = pool_of(1);
	aerospike_udf_go_record record = {0};
	struct answer answer;

	host.status = AEROSPIKE_UDF_GO_DEADLINE;
	answer = store(pool, "return", true, 1, &record);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_CONTAINS(answer.text, "no space");
	CHECK_NUMBER(fenced_ask(pool, "calls").integer, 1);
	host.status = 0;
	record_clear(&record);
	mod_go_fenced_close(pool);
}

static bool refuses; /* the next update */

static int update_but_once(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                           aerospike_udf_go_value *why)
{
	if (!refuses)
		return host_table.record_update(call, record, why);
	refuses = false;
	*why = text_value("not now");
	return AEROSPIKE_UDF_GO_REFUSED;
}

/* The first time the host refuses the update, and hears no more of what the function did after it. */
TEST(a_function_that_is_applied_again_starts_from_the_beginning)
{
	mod_go_fenced_options options = {
		.size = sizeof(options), .limit = 1, .no_spare = 1, .deferred_stores = 1};
	mod_go_fenced *pool = fenced_ready(check_module("script"), &options);
	aerospike_udf_go_host table = host_table;
	aerospike_udf_go_call call = {.size = sizeof(call), .host = &table};
	aerospike_udf_go_value script = text_value("s a 5 U a 0 m a 0 t a 70 s b 6"), one = integer_value(1);
	aerospike_udf_go_record record = {0};
	aerospike_udf_go_result result;

	CHECK(record_set(&record, "a", 1, &one) == NULL && record_store(&record) == NULL);
	table.record_update = update_but_once;
	refuses = true;
	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_fenced_apply_single(pool, "script", &call, &record, &script, 1, &result), 0);
	CHECK_CONTAINS((char *)result.value.data, "update 0 ");
	CHECK(!refuses);
	CHECK_NUMBER(bins_find(&record.stored, "a", 1)->value.integer, 5);
	CHECK(bins_find(&record.stored, "b", 1) == NULL);
	CHECK_NUMBER(record.ttl, 0);
	CHECK_NUMBER(record.next_ttl, 70);
	mod_go_result_clear(&result);
	record_clear(&record);
	mod_go_fenced_close(pool);
}
