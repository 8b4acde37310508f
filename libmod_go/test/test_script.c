/* test_script.c - the host's functions about records answer fenced as unfenced, in any order of operations. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fenced.h"
#include "host.h"
#include "mod_go.h"

enum { SCRIPT_BYTES = 1024, ANSWER_BYTES = 60000 };

/* A record with the bins a and b and, sometimes, a long c; it may not exist. */
static void begin_record(aerospike_udf_go_record *record, unsigned long long random)
{
	static char large[700 << 10];
	aerospike_udf_go_value one = integer_value(1), two = text_value("two"), long_text;

	memset(large, 'y', sizeof(large) - 1);
	long_text = text_value(large);
	*record = (aerospike_udf_go_record){.generation = 0};
	if (random % 4 == 0)
		return;
	record_set(record, "a", 1, &one);
	record_set(record, "b", 1, &two);
	if (random % 4 == 1)
		record_set(record, "c", 1, &long_text);
	CHECK(record_create(record) == NULL);
}

/* The text that the script's function returns. */
static const char *text_of(int status, const aerospike_udf_go_result *result, char *text)
{
	snprintf(text, ANSWER_BYTES, "%d: %.*s", status, (int)result->value.length, (char *)result->value.data);
	return text;
}

static const char *run_unfenced(mod_go_module *module, aerospike_udf_go_host *host, const char *script,
                                aerospike_udf_go_record *record)
{
	static char text[ANSWER_BYTES];
	aerospike_udf_go_call call = {.size = sizeof(call), .log_level = AEROSPIKE_UDF_GO_LOG_INFO, .host = host};
	aerospike_udf_go_value argument = text_value(script);
	aerospike_udf_go_result result;
	int status;

	mod_go_result_init(&result, NULL, 0);
	status = mod_go_apply_single(module, "script", &call, record, &argument, 1, &result);
	text_of(status, &result, text);
	mod_go_result_clear(&result);
	return text;
}

static const char *run_fenced_with(mod_go_fenced *pool, aerospike_udf_go_host *host, const char *script,
                                   aerospike_udf_go_record *record)
{
	static char text[ANSWER_BYTES];
	aerospike_udf_go_call call = {.size = sizeof(call), .log_level = AEROSPIKE_UDF_GO_LOG_INFO, .host = host};
	aerospike_udf_go_value argument = text_value(script);
	aerospike_udf_go_result result;
	int status;

	mod_go_result_init(&result, NULL, 0);
	status = mod_go_fenced_apply_single(pool, "script", &call, record, &argument, 1, &result);
	text_of(status, &result, text);
	mod_go_result_clear(&result);
	return text;
}

static const char *run_fenced(mod_go_fenced *pool, const char *script, aerospike_udf_go_record *record)
{
	return run_fenced_with(pool, &host_table, script, record);
}

static void make_script(char *script, unsigned long long *state)
{
	static const char operations[] = "ggpp2sswwwuunmmtteecUUr";
	size_t length = 0;

	for (unsigned i = 0; i < 14; i++) {
		char operation = operations[check_random(state) % (sizeof(operations) - 1)];
		unsigned long long number = check_random(state) % 90;

		if (operation == 's' && number % 5 == 0) {
			operation = 'S';
			number = number % 10 == 0 ? 600000 + number : 300 * number;
		}
		length += (size_t)sprintf(script + length, "%c %c %llu ", operation,
		                          (char)('a' + check_random(state) % 5), number);
	}
}

static bool same_records(const aerospike_udf_go_record *a, const aerospike_udf_go_record *b)
{
	bool same = a->exists == b->exists && a->generation == b->generation && a->ttl == b->ttl &&
	            a->next_ttl == b->next_ttl && a->stored.count == b->stored.count &&
	            a->working.count == b->working.count;

	for (size_t i = 0; i < a->working.count && same; i++) {
		const struct bin *bin = &a->working.items[i],
						 *other = bins_find(&b->working, bin->name, strlen(bin->name));

		same = other != NULL && other->value.type == bin->value.type &&
		       other->value.integer == bin->value.integer && other->value.length == bin->value.length &&
		       (bin->value.length == 0 || memcmp(other->value.data, bin->value.data, bin->value.length) == 0);
	}
	return same;
}

/* Without a manifest all bins travel with the call; with one those that it names, and the module asks for others. */
static mod_go_fenced *pool_with(const char *manifest)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool;

	if (manifest != NULL)
		setenv("GOOD_MANIFEST", manifest, 1);
	pool = fenced_ready(check_module("script"), &options);
	unsetenv("GOOD_MANIFEST");
	return pool;
}

/* Runs random scripts in both ways, with the pools of all manifests. */
static void compare_with(aerospike_udf_go_host *host, unsigned rounds, unsigned long long *state)
{
	static const char *const MANIFESTS[] = {NULL, "[{\"name\": \"script\", \"bins\": []}]",
	                                        "[{\"name\": \"script\", \"bins\": [\"a\", \"d\"]}]"};
	mod_go_module *module = NULL;
	mod_go_error error;

	CHECK(mod_go_open(check_module("script"), &module, &error) == MOD_GO_OK &&
	      mod_go_setup(module, &error) == MOD_GO_OK);
	for (size_t i = 0; i < sizeof(MANIFESTS) / sizeof(*MANIFESTS); i++) {
		mod_go_fenced *pool = pool_with(MANIFESTS[i]);

		for (unsigned round = 0; round < rounds; round++) {
			aerospike_udf_go_record fenced, unfenced;
			unsigned long long random = check_random(state);
			char script[SCRIPT_BYTES];
			const char *expected;

			begin_record(&fenced, random);
			begin_record(&unfenced, random);
			make_script(script, state);
			expected = run_unfenced(module, host, script, &unfenced);
			if (!CHECK_TEXT(run_fenced_with(pool, host, script, &fenced), expected) ||
			    !CHECK(same_records(&fenced, &unfenced)))
				printf("    %s\n", script);
			record_clear(&fenced);
			record_clear(&unfenced);
		}
		mod_go_fenced_close(pool);
	}
	mod_go_close(module);
}

TEST(operations_in_any_order_answer_fenced_as_unfenced)
{
	unsigned long long state = check_fuzz_seed();

	compare_with(&host_table, 200, &state);
}

/* record_get and record_unset, which other functions replace, are in the next test. */
TEST(operations_answer_alike_where_the_host_lacks_a_function)
{
	static const size_t FUNCTIONS[] = {
		offsetof(aerospike_udf_go_host, record_bin_names), offsetof(aerospike_udf_go_host, record_metadata),
		offsetof(aerospike_udf_go_host, record_set_ttl),   offsetof(aerospike_udf_go_host, record_create),
		offsetof(aerospike_udf_go_host, record_update),    offsetof(aerospike_udf_go_host, record_remove),
		offsetof(aerospike_udf_go_host, record_exists),
	};
	unsigned long long state = check_fuzz_seed();

	for (size_t i = 0; i < sizeof(FUNCTIONS) / sizeof(*FUNCTIONS); i++) {
		aerospike_udf_go_host host = host_table;

		memset((char *)&host + FUNCTIONS[i], 0, sizeof(host.record_exists));
		compare_with(&host, 40, &state);
	}
}

/* The worker has the functions that its host has, also where the host's table is that of an older version. */
TEST(a_worker_lacks_what_its_host_lacks)
{
	static const char ALL[] =
		"e a 0 g a 0 2 a 1 n a 0 m a 0 s a 5 S b 3 w d 0 u b 0 t a 60 c a 0 U a 0 r a 0";
	static const char LACKS_ALL[] =
		"0: lacks 101 0 0 0 \nlacks 103 0 0 0 \nlacks 50 0 0 0 \nlacks 110 0 0 0 \nlacks 109 0 0 0 \n"
		"lacks 115 0 0 0 \nlacks 83 0 0 0 \nlacks 119 0 0 0 \nlacks 117 0 0 0 \nlacks 116 0 0 0 \n"
		"lacks 99 0 0 0 \nlacks 85 0 0 0 \nlacks 114 0 0 0 \n";
	mod_go_fenced *pool = pool_with("[{\"name\": \"script\", \"bins\": []}]");
	aerospike_udf_go_record record, other;
	aerospike_udf_go_host host = {.size = sizeof(host)};
	char expected[ANSWER_BYTES];

	begin_record(&record, 2);
	CHECK_TEXT(run_fenced_with(pool, &host, ALL, &record), LACKS_ALL);
	host = host_table;
	host.size = offsetof(aerospike_udf_go_host, record_get) + sizeof(host.record_get) - 1;
	CHECK_TEXT(run_fenced_with(pool, &host, ALL, &record), LACKS_ALL);
	host.size++; /* of all functions it has record_get */
	CHECK_CONTAINS(run_fenced_with(pool, &host, ALL, &record),
	               "lacks 101 0 0 0 \nget 0 2 1 0 \nfirst 0 2 1 0 \nsecond 0 4 0 3 two\nlacks 110 0 0 0 \n");
	/* record_get_many does for record_get, and record_set for record_unset. */
	begin_record(&other, 2);
	snprintf(expected, sizeof(expected), "%s", run_fenced(pool, ALL, &other));
	host = host_table;
	host.record_get = NULL;
	CHECK_TEXT(run_fenced_with(pool, &host, ALL, &record), expected);
	CHECK(same_records(&record, &other));
	record_clear(&record);
	record_clear(&other);
	mod_go_fenced_close(pool);
}

/* Unfenced a set reports it at once. Fenced the host hears of it later, and the next update reports it, once. */
TEST(a_refused_write_is_reported_by_the_next_store)
{
	static const char *const SCRIPTS[][2] = {
		{"s longer_than_15_bytes 1 U a 0", "update 6 4 0 35 a bin's name has more than 15 bytes\n"},
		{"s longer_than_15_bytes 1 n a 0 U a 0", "update 6 4 0 35 a bin's name has more than 15 bytes\n"},
		{"s longer_than_15_bytes 1 m a 0 U a 0", "update 6 4 0 35 a bin's name has more than 15 bytes\n"},
		{"w longer_than_15_bytes 1 m a 0 U a 0", "update 6 4 0 35 a bin's name has more than 15 bytes\n"},
		{"t a 999999999 U a 0", "update 6 4 0 46 the host refused the time to live, 999999999 s\n"},
		{"t a 999999999 m a 0 U a 0", "update 6 4 0 46 the host refused the time to live, 999999999 s\n"},
		{"s longer_than_15_bytes 1 t a 999999999 U a 0",
	     "update 6 4 0 35 a bin's name has more than 15 bytes\n"},
		{"s longer_than_15_bytes 1 U a 0 U a 0", "update 0 0 0 0 \n"},
		{"s longer_than_15_bytes 1 n a 0 r a 0", "remove 0 0 0 0 \n"},
	};
	mod_go_fenced *pool = pool_with("[{\"name\": \"script\", \"bins\": []}]");

	for (size_t i = 0; i < sizeof(SCRIPTS) / sizeof(*SCRIPTS); i++) {
		aerospike_udf_go_record record;
		const char *text;

		begin_record(&record, 2);
		text = run_fenced(pool, SCRIPTS[i][0], &record);
		if (!CHECK(strlen(text) >= strlen(SCRIPTS[i][1])) ||
		    !CHECK_TEXT(text + strlen(text) - strlen(SCRIPTS[i][1]), SCRIPTS[i][1]))
			printf("    %s: %s\n", SCRIPTS[i][0], text);
		record_clear(&record);
	}
	mod_go_fenced_close(pool);
}
