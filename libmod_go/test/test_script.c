/* test_script.c - the host's functions about records answer fenced as unfenced, in any order of operations. */
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

static const char *run_unfenced(mod_go_module *module, const char *script, aerospike_udf_go_record *record)
{
	static char text[ANSWER_BYTES];
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_value argument = text_value(script);
	aerospike_udf_go_result result;
	int status;

	mod_go_result_init(&result, NULL, 0);
	status = mod_go_apply_single(module, "script", &call, record, &argument, 1, &result);
	text_of(status, &result, text);
	mod_go_result_clear(&result);
	return text;
}

static const char *run_fenced(mod_go_fenced *pool, const char *script, aerospike_udf_go_record *record)
{
	static char text[ANSWER_BYTES];
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_value argument = text_value(script);
	aerospike_udf_go_result result;
	int status;

	mod_go_result_init(&result, NULL, 0);
	status = mod_go_fenced_apply_single(pool, "script", &call, record, &argument, 1, &result);
	text_of(status, &result, text);
	mod_go_result_clear(&result);
	return text;
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

TEST(operations_in_any_order_answer_fenced_as_unfenced)
{
	static const char *const MANIFESTS[] = {NULL, "[{\"name\": \"script\", \"bins\": []}]",
	                                        "[{\"name\": \"script\", \"bins\": [\"a\", \"d\"]}]"};
	unsigned long long state = check_fuzz_seed();
	mod_go_module *module = NULL;
	mod_go_error error;

	CHECK(mod_go_open(check_module("script"), &module, &error) == MOD_GO_OK &&
	      mod_go_setup(module, &error) == MOD_GO_OK);
	for (size_t i = 0; i < sizeof(MANIFESTS) / sizeof(*MANIFESTS); i++) {
		mod_go_fenced *pool = pool_with(MANIFESTS[i]);

		for (unsigned round = 0; round < 200; round++) {
			aerospike_udf_go_record fenced, unfenced;
			unsigned long long random = check_random(&state);
			char script[SCRIPT_BYTES];
			const char *expected;

			begin_record(&fenced, random);
			begin_record(&unfenced, random);
			make_script(script, &state);
			expected = run_unfenced(module, script, &unfenced);
			if (!CHECK_TEXT(run_fenced(pool, script, &fenced), expected) ||
			    !CHECK(same_records(&fenced, &unfenced)))
				printf("    %s\n", script);
			record_clear(&fenced);
			record_clear(&unfenced);
		}
		mod_go_fenced_close(pool);
	}
	mod_go_close(module);
}
