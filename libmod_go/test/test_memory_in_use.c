/* test_memory_in_use.c - a worker frees all memory of a call but small buffers: however often a call is made, and
 * whatever its length, it has as much memory allocated and as many descriptors open as after the first few. The leak
 * checker sees to the host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fenced/pool.h"
#include "flow.h"
#include "host.h"
#include "modules/memory_in_use.h"

enum {
	WARM_UP = 3,
	ROUNDS = 4,
	LONG = 12 << 20, /* more than all buffers that a worker caches */
	CACHED_MAX = 8 << 20
};

/* What a worker uses between calls. */
struct usage {
	long long memory;
	size_t descriptors;
};

static struct usage usage_of(mod_go_fenced *pool, long worker)
{
	struct usage now = {.memory = fenced_ask(pool, "memory_in_use").integer};
	char folder[64];

	snprintf(folder, sizeof(folder), "/proc/%ld/fd", worker);
	now.descriptors = check_entries(folder);
	return now;
}

static long pid_of(const mod_go_fenced *pool)
{
	return pool->workers != NULL ? (long)pool->workers->process.id : 0;
}

/* Makes each of the calls a few times, and then some times more. */
static void repeat(mod_go_fenced *pool, void (*const calls[])(mod_go_fenced *pool), size_t count)
{
	long worker = pid_of(pool);
	long long at_first = fenced_ask(pool, "memory_in_use").integer;

	CHECK(at_first > 0 || memory_in_use() == 0);
	for (size_t i = 0; i < count; i++) {
		struct usage before = {0}, after;

		for (int round = 0; round < WARM_UP + ROUNDS; round++) {
			if (round == WARM_UP)
				before = usage_of(pool, worker);
			calls[i](pool);
		}
		after = usage_of(pool, worker);
		if (!CHECK(after.memory <= before.memory) || !CHECK(after.memory < at_first + CACHED_MAX))
			printf("    function %zu: %lld bytes, then %lld\n", i, before.memory, after.memory);
		CHECK_NUMBER(after.descriptors, before.descriptors);
	}
	CHECK_NUMBER(pid_of(pool), worker);
}

#define REPEAT(pool, ...)                                                                                    \
	do {                                                                                                     \
		static void (*const calls[])(mod_go_fenced *) = {__VA_ARGS__};                                       \
		repeat(pool, calls, sizeof(calls) / sizeof(*calls));                                                 \
	} while (0)

/* A pool of one worker whose module has this manifest. */
static mod_go_fenced *one_worker(const char *module, const char *manifest)
{
	mod_go_fenced_options options = {
		.size = sizeof(options), .limit = 1, .no_spare = 1, .deferred_stores = 1};
	mod_go_fenced *pool;

	if (manifest != NULL)
		setenv("GOOD_MANIFEST", manifest, 1);
	pool = fenced_ready(check_module(module), &options);
	unsetenv("GOOD_MANIFEST");
	return pool;
}

/* ---- values and properties ----------------------------------------------------------------------- */

static void call_with_bytes(mod_go_fenced *pool, size_t length)
{
	aerospike_udf_go_value bytes = {AEROSPIKE_UDF_GO_BYTES, 0, 0, calloc(1, length), length};

	CHECK_NUMBER(fenced_call(pool, "echo", 20000, NULL, &bytes, 1).status, AEROSPIKE_UDF_GO_OK);
	free(bytes.data);
}

static void call_shortly(mod_go_fenced *pool)
{
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	call_with_bytes(pool, 10);
}

static void call_with_long_values(mod_go_fenced *pool)
{
	static const size_t LENGTHS[] = {5000, 70000, 600000, LONG};

	for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++)
		call_with_bytes(pool, LENGTHS[i]);
}

static void call_in_vain(mod_go_fenced *pool)
{
	aerospike_udf_go_value many[6000];

	for (size_t i = 0; i < sizeof(many) / sizeof(*many); i++)
		many[i] = integer_value((long long)i);
	CHECK_NUMBER(fenced_ask(pool, "no such function").status, AEROSPIKE_UDF_GO_NOT_FOUND);
	CHECK_NUMBER(fenced_ask(pool, "fail").status, AEROSPIKE_UDF_GO_FAILED);
	CHECK_NUMBER(fenced_call(pool, "echo", 10000, NULL, many, sizeof(many) / sizeof(*many)).status,
	             AEROSPIKE_UDF_GO_BAD_ARGUMENTS);
}

static void ask_for_properties(mod_go_fenced *pool)
{
	char *known = mod_go_fenced_property(pool, "functions"), *unknown = mod_go_fenced_property(pool, "none");

	CHECK_TEXT(known, "[{\"name\": \"who\", \"bins\": []}]");
	CHECK_TEXT(unknown, "");
	free(known);
	free(unknown);
}

static void use_large_record(mod_go_fenced *pool)
{
	aerospike_udf_go_record record = {0};
	aerospike_udf_go_value name = text_value("b100");

	for (int i = 0; i < 200; i++) {
		char bin[16];
		aerospike_udf_go_value value = integer_value(i);

		snprintf(bin, sizeof(bin), "b%d", i);
		CHECK(record_set(&record, bin, strlen(bin), &value) == NULL);
	}
	CHECK(record_create(&record) == NULL);
	CHECK_NUMBER(fenced_call(pool, "get", 10000, &record, &name, 1).integer, 100);
	CHECK_NUMBER(fenced_call(pool, "names", 10000, &record, NULL, 0).status, AEROSPIKE_UDF_GO_OK);
	record_clear(&record);
}

TEST(a_worker_frees_all_memory_of_calls_with_values)
{
	mod_go_fenced *pool = one_worker("good", "[{\"name\": \"who\", \"bins\": []}]");

	REPEAT(pool, call_shortly, call_with_long_values, call_in_vain, ask_for_properties, use_large_record);
	mod_go_fenced_close(pool);
}

/* ---- records ------------------------------------------------------------------------------------- */

/* Runs the operations of a script (script.c) on a record with the bins a and b. */
static void run_script(mod_go_fenced *pool, const char *script, const char *answer)
{
	aerospike_udf_go_value argument = text_value(script), one = integer_value(1);
	aerospike_udf_go_record record = {0};

	CHECK(record_set(&record, "a", 1, &one) == NULL && record_set(&record, "b", 1, &one) == NULL);
	CHECK(record_create(&record) == NULL);
	CHECK_CONTAINS(fenced_call(pool, "script", 10000, &record, &argument, 1).text, answer);
	record_clear(&record);
}

static void read_record(mod_go_fenced *pool)
{
	run_script(pool, "g a 0 g b 0 g c 0 2 a 3 n a 0 m a 0 e a 0 p a 0", "names 0");
}

static void write_long_bins(mod_go_fenced *pool)
{
	run_script(pool,
	           "S a 100000 S b 70000 S c 600000 S a 200000 w d 0 w e 0 t a 60 g c 0 U a 0 m a 0 U a 0 r a 0",
	           "remove 0");
	run_script(pool, "S a 12000000 S b 5000 u b 0 n a 0 U a 0 g a 0", "update 0");
}

/* The host refuses the store that comes with the result, and the function is applied again. */
static void store_in_vain(mod_go_fenced *pool)
{
	run_script(pool, "s longer_than_15_bytes 1 U a 0 m a 0 U a 0", "update 6");
	run_script(pool, "w longer_than_15_bytes 1 S c 100000 n a 0 c a 0", "create 6");
	run_script(pool, "t a 999999999 S c 100000 U a 0", "the host refused the time to live");
}

TEST(a_worker_frees_all_memory_of_calls_with_records)
{
	static const char *const MANIFESTS[] = {NULL, "[{\"name\": \"script\", \"bins\": []}]",
	                                        "[{\"name\": \"script\", \"bins\": [\"a\"]}]"};

	for (size_t i = 0; i < sizeof(MANIFESTS) / sizeof(*MANIFESTS); i++) {
		mod_go_fenced *pool = one_worker("script", MANIFESTS[i]);

		REPEAT(pool, read_record, write_long_bins, store_in_vain);
		mod_go_fenced_close(pool);
	}
}

/* ---- streams ------------------------------------------------------------------------------------- */

static void run_flow(mod_go_fenced *pool, const char *function, struct flow flow, long long argument,
                     int status)
{
	struct answer answer = flow_run_with(pool, function, &flow, argument);

	if (!CHECK_NUMBER(answer.status, status))
		printf("    %s: %s\n", function, answer.text);
	flow_clear(&flow);
	flow_host = (struct flow_host){0};
}

static void add_texts(struct flow *flow, size_t count, size_t length)
{
	char *text = calloc(1, length + 1);
	aerospike_udf_go_value value;

	memset(text, 'x', length);
	value = text_value(text);
	for (size_t i = 0; i < count; i++)
		CHECK(stream_add(&flow->in, &value));
	free(text);
}

static struct flow flow_of_texts(size_t count, size_t length)
{
	struct flow flow = {0};

	add_texts(&flow, count, length);
	return flow;
}

static struct flow flow_of_records(size_t count, size_t large)
{
	struct flow flow = {0};

	for (size_t i = 0; i < count; i++)
		flow_add_record(&flow, (long long)i, "key", large);
	return flow;
}

static void copy_elements(mod_go_fenced *pool)
{
	struct flow late = flow_of_integers(60);

	add_texts(&late, 1, LONG); /* not in the first batch */
	run_flow(pool, "copy", flow_of_integers(3000), -1, AEROSPIKE_UDF_GO_OK);
	run_flow(pool, "copy_lists", flow_of_integers(3000), 100, AEROSPIKE_UDF_GO_OK);
	run_flow(pool, "copy_lists", flow_of_texts(8, 300000), 3, AEROSPIKE_UDF_GO_OK);
	run_flow(pool, "copy_lists", flow_of_texts(1, LONG), 3, AEROSPIKE_UDF_GO_OK);
	flow_host.single = true;
	run_flow(pool, "copy", flow_of_texts(8, 300000), -1, AEROSPIKE_UDF_GO_OK);
	flow_host.single = true;
	run_flow(pool, "copy", late, -1, AEROSPIKE_UDF_GO_OK);
	run_flow(pool, "write_long", flow_of_integers(0), LONG, AEROSPIKE_UDF_GO_OK);
	run_flow(pool, "log", flow_of_integers(100), 30, AEROSPIKE_UDF_GO_OK);
}

static void stream_records(mod_go_fenced *pool)
{
	run_flow(pool, "records", flow_of_records(40, 0), 0, AEROSPIKE_UDF_GO_OK);
	run_flow(pool, "large_bins", flow_of_records(6, 100000), 1, AEROSPIKE_UDF_GO_OK);
	flow_host.unlisted = true;
	run_flow(pool, "large_bins", flow_of_records(6, 100000), 1, AEROSPIKE_UDF_GO_OK);
	flow_host.unlisted = true;
	run_flow(pool, "large_bins", flow_of_records(1, LONG), 1, AEROSPIKE_UDF_GO_OK);
}

static void stream_in_vain(mod_go_fenced *pool)
{
	run_flow(pool, "no such function", flow_of_integers(10), 0, AEROSPIKE_UDF_GO_NOT_FOUND);
	run_flow(pool, "fail", flow_of_texts(8, 300000), 2, AEROSPIKE_UDF_GO_FAILED);
	flow_host.refuses_from = 3;
	run_flow(pool, "write_on", flow_of_integers(0), 100000, AEROSPIKE_UDF_GO_REFUSED);
	flow_host.fails_at = 20;
	flow_host.single = true;
	run_flow(pool, "copy", flow_of_texts(40, 50000), -1, AEROSPIKE_UDF_GO_REFUSED);
	flow_host.lists_fail = 1;
	run_flow(pool, "copy", flow_of_integers(100), -1, AEROSPIKE_UDF_GO_FAILED);
}

TEST(a_worker_frees_all_memory_of_calls_with_streams)
{
	mod_go_fenced *pool = one_worker("streams", NULL);

	REPEAT(pool, copy_elements, stream_records, stream_in_vain);
	mod_go_fenced_close(pool);
}
