/* test_fenced.c - a module behaves fenced as unfenced: values, records, logs, setup, properties. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fenced.h"
#include "host.h"
#include "loader/manifest.h"

static void give_bin(aerospike_udf_go_record *record, const char *name, aerospike_udf_go_value value)
{
	CHECK(record_set(record, name, strlen(name), &value) == NULL && record_store(record) == NULL);
}

TEST(a_fenced_module_has_the_same_version_properties_and_answers)
{
	mod_go_fenced *pool = NULL;
	mod_go_error error;
	int major = 0, minor = -1;
	char *name, *other;

	CHECK_NUMBER(fenced_open(check_module("good"), NULL, &pool, &error), MOD_GO_OK);
	CHECK_NUMBER(fenced_ask(pool, "who").status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_CONTAINS(fenced_ask(pool, "who").text, "was not set up");
	name = mod_go_fenced_property(pool, "conn-name");
	CHECK_TEXT(name, "good");
	free(name);
	CHECK_NUMBER(mod_go_fenced_setup(pool, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_fenced_setup(pool, &error), MOD_GO_OK);
	mod_go_fenced_api_version(pool, &major, &minor);
	CHECK_NUMBER(major, 1);
	CHECK_NUMBER(minor, 0);
	name = mod_go_fenced_property(pool, "conn-name");
	other = mod_go_fenced_property(pool, "no-such-property");
	CHECK_TEXT(name, "good");
	CHECK_TEXT(other, "");
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	CHECK_NUMBER(fenced_ask(pool, "nothing").status, AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK_NUMBER(fenced_ask(pool, "").status, AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK_TEXT(fenced_ask(pool, "fail").text, "no more tokens\ngood.c:1 fail");
	free(name);
	free(other);
	mod_go_fenced_close(pool);
	mod_go_fenced_close(NULL);
}

TEST(a_call_that_is_timed_takes_no_longer_than_its_caller_waits)
{
	mod_go_fenced_options options = {.size = sizeof(options), .timed = 2};
	mod_go_fenced *pool = NULL;
	mod_go_error error;
	int timed = 0;

	CHECK_NUMBER(fenced_open(check_module("good"), &options, &pool, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_fenced_setup(pool, &error), MOD_GO_OK);
	for (int call = 0; call < 4; call++) {
		struct answer answer = fenced_ask(pool, "who");

		CHECK_TEXT(answer.text, "good");
		timed += answer.outcome.nanoseconds > 0;
		CHECK((double)answer.outcome.nanoseconds <= answer.seconds * 1e9 + 1000);
	}
	CHECK_NUMBER(timed, 2);
	mod_go_fenced_close(pool);
}

TEST(values_of_every_type_and_length_cross_the_fence)
{
	static uint8_t list[] = {0x93, 1, 0xa2, 3, 'x', 0xc0}, map[] = {0x81, 1, 2}, bytes[] = {0, 255};
	aerospike_udf_go_value values[] = {
		{AEROSPIKE_UDF_GO_NIL, 0, 0, NULL, 0},
		{AEROSPIKE_UDF_GO_BOOLEAN, 0, 1, NULL, 0},
		{AEROSPIKE_UDF_GO_INTEGER, 0, INT64_MIN, NULL, 0},
		{AEROSPIKE_UDF_GO_DOUBLE, 0, 0x3ff8000000000000, NULL, 0},
		{AEROSPIKE_UDF_GO_STRING, 0, 0, (uint8_t *)(uintptr_t) "text", 4},
		{AEROSPIKE_UDF_GO_STRING, 0, 0, NULL, 0},
		{AEROSPIKE_UDF_GO_BYTES, 0, 0, bytes, 2},
		{AEROSPIKE_UDF_GO_GEOJSON, 0, 0, (uint8_t *)(uintptr_t) "{}", 2},
		{AEROSPIKE_UDF_GO_HLL, 0, 0, bytes, 2},
		{AEROSPIKE_UDF_GO_LIST, 0, 0, list, sizeof(list)},
		{AEROSPIKE_UDF_GO_MAP, 0, 0, map, sizeof(map)},
	};
	mod_go_fenced *pool = fenced_ready(check_module("good"), NULL);
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_result result;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		mod_go_result_init(&result, NULL, 0);
		CHECK_NUMBER(mod_go_fenced_apply_single(pool, "echo", &call, NULL, &values[i], 1, &result), 0);
		CHECK_NUMBER(result.value.type, values[i].type);
		CHECK_NUMBER(result.value.integer, values[i].integer);
		CHECK_NUMBER(result.value.length, values[i].length);
		CHECK(values[i].length == 0 || memcmp(result.value.data, values[i].data, values[i].length) == 0);
		mod_go_result_clear(&result);
	}
	/* Around the sizes of the lane, and far beyond it. */
	for (size_t length = (512 << 10) - 80; length < (9 << 20); length = length * 5 / 4 + 1) {
		aerospike_udf_go_value large = {AEROSPIKE_UDF_GO_BYTES, 0, 0, malloc(length), length};

		for (size_t i = 0; i < length; i++)
			large.data[i] = (uint8_t)(i * 7 + i / 251);
		mod_go_result_init(&result, NULL, 0);
		CHECK_NUMBER(mod_go_fenced_apply_single(pool, "echo", &call, NULL, &large, 1, &result), 0);
		CHECK(result.value.length == length && memcmp(result.value.data, large.data, length) == 0);
		mod_go_result_clear(&result);
		free(large.data);
	}
	mod_go_fenced_close(pool);
}

/* The resident pages of a process. */
static long pages_of(long process)
{
	char path[64];
	long pages = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/statm", process);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return pages;
}

TEST(a_long_message_leaves_its_memory_to_nobody)
{
	enum { LENGTH = 60 << 20 };
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	aerospike_udf_go_value large = {AEROSPIKE_UDF_GO_BYTES, 0, 0, calloc(1, LENGTH), LENGTH};
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	long worker = (long)fenced_ask(pool, "pid").integer;
	long before = pages_of(getpid()) + pages_of(worker), after;
	aerospike_udf_go_result result;

	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_fenced_apply_single(pool, "echo", &call, NULL, &large, 1, &result), 0);
	CHECK_NUMBER(result.value.length, LENGTH);
	mod_go_result_clear(&result);
	free(large.data);
	CHECK_NUMBER(fenced_ask(pool, "pid").integer, worker);
	after = pages_of(getpid()) + pages_of(worker);
	printf("%ld pages, then %ld\n", before, after);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* which keep what was freed */
	CHECK(before > 0 && after - before < 4096);
#endif
	mod_go_fenced_close(pool);
}

TEST(a_record_is_read_and_written_across_the_fence)
{
	mod_go_fenced *pool = fenced_ready(check_module("good"), NULL);
	aerospike_udf_go_record record = {.generation = 3};
	aerospike_udf_go_value set[] = {text_value("a"), integer_value(5)}, lost = text_value("lost");
	struct answer answer;

	give_bin(&record, "a", integer_value(1));
	give_bin(&record, "b", text_value("two"));
	CHECK_TEXT(fenced_call(pool, "metadata", 1000, &record, NULL, 0).text,
	           "exists 1 ttl 0 generation 3 namespace test key ");
	answer = fenced_call(pool, "get", 1000, &record, set, 1);
	CHECK_NUMBER(answer.integer, 1);
	CHECK_NUMBER(answer.outcome.trips, 1);
	answer = fenced_call(pool, "set", 1000, &record, set, 2);
	CHECK_NUMBER(answer.integer, 1);
	CHECK_NUMBER(answer.outcome.trips, 2);
	CHECK_NUMBER(bins_find(&record.stored, "a", 1)->value.integer, 5);
	CHECK_NUMBER(record.generation, 4);
	answer = fenced_call(pool, "names", 1000, &record, NULL, 0);
	CHECK(memcmp(answer.text, "a\0b", 4) == 0);
	/* A set without a store changes the record in memory, as unfenced. */
	CHECK_NUMBER(fenced_call(pool, "forget", 1000, &record, &lost, 1).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(bins_find(&record.working, "lost", 4)->value.integer, 1);
	CHECK(bins_find(&record.stored, "lost", 4) == NULL);
	CHECK_NUMBER(fenced_call(pool, "remove", 1000, &record, NULL, 0).status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(record.exists, 0);
	answer = fenced_call(pool, "remove", 1000, &record, NULL, 0);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_CONTAINS(answer.text, "does not exist");
	/* The store reports what the host refused to set. */
	set[0] = text_value("a name of more than 15 bytes");
	answer = fenced_call(pool, "set", 1000, &record, set, 2);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_CONTAINS(answer.text, "more than 15 bytes");
	record_clear(&record);
	mod_go_fenced_close(pool);
}

TEST(a_record_with_all_bins_and_large_ones_crosses_the_fence)
{
	mod_go_fenced *pool = fenced_ready(check_module("good"), NULL);
	aerospike_udf_go_record record = {0};
	aerospike_udf_go_value name = text_value("b511");
	char *large = malloc(3 << 20);

	memset(large, 'x', (3 << 20) - 1);
	large[(3 << 20) - 1] = '\0';
	for (int i = 0; i < 512; i++) {
		char bin[16];

		snprintf(bin, sizeof(bin), "b%d", i);
		give_bin(&record, bin, i == 0 ? text_value(large) : integer_value(i));
	}
	CHECK_NUMBER(fenced_call(pool, "get", 5000, &record, &name, 1).integer, 511);
	name = text_value("b0");
	CHECK(memcmp(fenced_call(pool, "get", 5000, &record, &name, 1).text, large, 4000) == 0);
	free(large);
	record_clear(&record);
	mod_go_fenced_close(pool);
}

TEST(bins_that_the_manifest_names_travel_and_others_are_asked_for)
{
	mod_go_fenced *pool;
	aerospike_udf_go_record record = {0};
	aerospike_udf_go_value name = text_value("a");
	struct answer answer;

	give_bin(&record, "a", integer_value(7));
	give_bin(&record, "other", integer_value(8));
	setenv("GOOD_MANIFEST", "[{\"name\": \"get\", \"bins\": [\"a\", \"none\"]}]", 1);
	pool = fenced_ready(check_module("good"), NULL);
	unsetenv("GOOD_MANIFEST");
	answer = fenced_call(pool, "get", 1000, &record, &name, 1);
	CHECK_NUMBER(answer.integer, 7);
	CHECK_NUMBER(answer.outcome.trips, 1);
	name = text_value("other");
	answer = fenced_call(pool, "get", 1000, &record, &name, 1);
	CHECK_NUMBER(answer.integer, 8);
	CHECK_NUMBER(answer.outcome.trips, 2);
	name = text_value("none");
	CHECK_NUMBER(fenced_call(pool, "get", 1000, &record, &name, 1).outcome.trips, 1);
	record_clear(&record);
	mod_go_fenced_close(pool);
}

TEST(bins_that_arguments_name_travel)
{
	aerospike_udf_go_record record = {0};
	mod_go_fenced *pool;
	struct answer answer;

	give_bin(&record, "a", integer_value(7));
	setenv("GOOD_MANIFEST", "[{\"name\": \"get\", \"bin_arguments\": [0, 9], \"bins\": []}]", 1);
	pool = fenced_ready(check_module("good"), NULL);
	unsetenv("GOOD_MANIFEST");
	for (size_t i = 0; i < 4; i++) {
		aerospike_udf_go_value names[] = {text_value("a"), text_value("none"),
		                                  text_value("more than fifteen bytes"), integer_value(3)};

		answer = fenced_call(pool, "get", 1000, &record, &names[i], 1);
		if (i == 0)
			CHECK_NUMBER(answer.integer, 7);
		if (i < 2)
			CHECK_NUMBER(answer.outcome.trips, 1);
	}
	record_clear(&record);
	mod_go_fenced_close(pool);
}

TEST(a_manifest_is_read_whatever_it_holds)
{
	static const char GOOD[] =
		"[{\"doc\": \"a \\\"]}\", \"bins\": [\"x\", \"y\"], \"name\": \"two\", \"p\": [{\"a\": [1]}]},"
		"{\"name\": \"none\", \"bins\": [], \"bin_arguments\": [2, 0], \"context\": false},"
		"{\"name\": \"unknown\", \"bins\": null, \"bin_arguments\": [1], \"context\": true},"
		"{\"name\": \"odd\", \"bins\": [\"a\"], \"bin_arguments\": [-1]},"
		"{\"name\": \"one\", \"symbol\": \"of_one\", \"bins\": [\"z\"]},"
		"{\"name\": \"bad\", \"kind\": \"stream\", \"symbol\": \"\", \"bins\": [\"a name that is far too "
		"long\"]}]";
	mod_go_manifest manifest;
	char text[sizeof(GOOD)];
	unsigned long long state = check_fuzz_seed();
	double until = check_now() + check_fuzz_seconds();
	size_t read = 0, count = 0;

	CHECK(mod_go_manifest_read(&manifest, GOOD));
	CHECK_NUMBER(manifest.count, 6);
	CHECK(mod_go_manifest_find(&manifest, "three") == NULL);
	CHECK_NUMBER(mod_go_manifest_find(&manifest, "none")->count, 0);
	CHECK(mod_go_manifest_find(&manifest, "none")->bins_known);
	CHECK_NUMBER(mod_go_manifest_find(&manifest, "none")->bin_argument_count, 2);
	CHECK_NUMBER(mod_go_manifest_find(&manifest, "none")->bin_arguments[0], 2);
	CHECK(mod_go_manifest_find(&manifest, "none")->no_deadline);
	CHECK(!mod_go_manifest_find(&manifest, "unknown")->bins_known);
	CHECK(!mod_go_manifest_find(&manifest, "unknown")->no_deadline);
	CHECK_NUMBER(mod_go_manifest_find(&manifest, "unknown")->bin_argument_count, 0);
	CHECK(!mod_go_manifest_find(&manifest, "odd")->bins_known);
	CHECK_NUMBER(mod_go_manifest_find(&manifest, "odd")->count, 0);
	CHECK_NUMBER(mod_go_manifest_find(&manifest, "bad")->count, 0);
	CHECK(mod_go_manifest_find(&manifest, "bad")->stream &&
	      mod_go_manifest_find(&manifest, "bad")->symbol == NULL);
	CHECK_TEXT(mod_go_manifest_find(&manifest, "one")->symbol, "of_one");
	CHECK_NUMBER(mod_go_manifest_find(&manifest, "two")->count, 2);
	CHECK(memcmp(mod_go_manifest_find(&manifest, "two")->bins, "x\0y", 4) == 0);
	CHECK_TEXT(mod_go_manifest_find(&manifest, "one")->bins, "z");
	mod_go_manifest_clear(&manifest);
	for (int bins = 512; bins <= 513; bins++) { /* more than a UDF may have count as unknown */
		char *many = malloc(8192), *at = many + sprintf(many, "[{\"name\": \"f\", \"bins\": [");

		for (int i = 0; i < bins; i++)
			at += sprintf(at, "%s\"b%d\"", i > 0 ? ", " : "", i);
		strcpy(at, "]}]");
		CHECK(mod_go_manifest_read(&manifest, many));
		CHECK_NUMBER(mod_go_manifest_find(&manifest, "f")->count, bins == 512 ? 512 : 0);
		mod_go_manifest_clear(&manifest);
		free(many);
	}
	for (; check_now() < until; count++) {
		memcpy(text, GOOD, sizeof(GOOD));
		for (int i = (int)(check_random(&state) % 4); i >= 0; i--)
			text[check_random(&state) % (sizeof(GOOD) - 1)] = "[]{}\",:\\\0a"[check_random(&state) % 10];
		read += mod_go_manifest_read(&manifest, text);
		mod_go_manifest_clear(&manifest);
	}
	printf("fuzzed %zu manifests, %zu read\n", count, read);
}

/* ---- logs ---------------------------------------------------------------------------------------- */

static int lines, out_of_order;

static void take_line(aerospike_udf_go_call *call, int level, char *message, size_t length, char *location,
                      size_t location_length)
{
	char text[32];

	(void)call, (void)level, (void)location, (void)location_length;
	snprintf(text, sizeof(text), "line %d ", lines++);
	out_of_order += length < 500 || strncmp(message, text, strlen(text)) != 0;
}

static int log_lines(mod_go_fenced *pool, aerospike_udf_go_value *arguments, size_t count)
{
	aerospike_udf_go_host host = {.size = sizeof(host), .log = take_line};
	aerospike_udf_go_call call = {
		.size = sizeof(call), .log_level = AEROSPIKE_UDF_GO_LOG_INFO, .host = &host};
	aerospike_udf_go_result result;
	int status;

	lines = out_of_order = 0;
	mod_go_result_init(&result, NULL, 0);
	status = mod_go_fenced_apply_single(pool, "logs", &call, NULL, arguments, count, &result);
	mod_go_result_clear(&result);
	return status;
}

TEST(log_lines_arrive_in_order_also_those_before_a_crash)
{
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), NULL);
	aerospike_udf_go_value arguments[] = {integer_value(3), integer_value(1)};

	CHECK_NUMBER(log_lines(pool, arguments, 1), AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(lines, 3);
	CHECK_NUMBER(log_lines(pool, arguments, 2), AEROSPIKE_UDF_GO_PANICKED);
	CHECK_NUMBER(lines, 3);
	arguments[0].integer = 1000; /* more than the log area holds */
	CHECK_NUMBER(log_lines(pool, arguments, 2), AEROSPIKE_UDF_GO_PANICKED);
	CHECK_NUMBER(lines, 1000);
	CHECK_NUMBER(out_of_order, 0);
	mod_go_fenced_close(pool);
}
