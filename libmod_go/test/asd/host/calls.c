/* calls.c - records, and functions applied to them as in the server. */
#include "host.h"

#include <aerospike/as_arraylist.h>
#include <aerospike/as_map_iterator.h>
#include <aerospike/as_msgpack.h>
#include <aerospike/as_orderedmap.h>
#include <aerospike/as_pair.h>
#include <aerospike/as_timer.h>
#include <aerospike/as_types.h>
#include <aerospike/mod_lua.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record.h"

enum { RECORDS = 256, CAPACITY = 16 * 1024 * 1024 };

struct stored {
	char key[64];
	as_rec *rec;
	pthread_mutex_t lock; /* held during a call, as the server holds the record's lock */
};

static struct stored records[RECORDS];
static int record_count;
static pthread_mutex_t records_lock = PTHREAD_MUTEX_INITIALIZER;

/* A record that was never stored does not exist. */
static struct stored *find(const char *key)
{
	struct stored *found = NULL;

	pthread_mutex_lock(&records_lock);
	for (int i = 0; i < record_count && found == NULL; i++) {
		if (strcmp(records[i].key, key) == 0)
			found = &records[i];
	}
	if (found == NULL) {
		found = &records[record_count++];
		strncpy(found->key, key, sizeof(found->key) - 1);
		found->rec = record_new();
		record_of(found->rec)->exists = false;
		record_of(found->rec)->set_name = "demo";
		pthread_mutex_init(&found->lock, NULL);
	}
	pthread_mutex_unlock(&records_lock);
	return found;
}

static as_val *unpacked(const uint8_t *bytes, size_t size)
{
	as_unpacker unpacker = {.buffer = bytes, .length = (uint32_t)size};
	as_val *val = NULL;

	return as_unpack_val(&unpacker, &val) == 0 ? val : NULL;
}

static uint8_t *packed(const as_val *val, size_t *size)
{
	as_packer packer = {.buffer = malloc(CAPACITY), .capacity = CAPACITY};

	if (as_pack_val(&packer, val) != 0 || packer.head != NULL)
		abort(); /* the server asserts this, too */
	*size = packer.offset;
	return packer.buffer;
}

static bool take_bin(const as_val *name, const as_val *value, void *context)
{
	as_val_reserve(value);
	as_rec_set(context, as_string_get((const as_string *)name), value);
	return true;
}

bool host_store(const char *key, const uint8_t *bins, size_t size)
{
	as_val *map = unpacked(bins, size);
	struct stored *stored = find(key);

	if (map == NULL || as_val_type(map) != AS_MAP)
		return false;
	pthread_mutex_lock(&stored->lock);
	record_of(stored->rec)->exists = true;
	as_map_foreach((as_map *)map, take_bin, stored->rec);
	record_store(stored->rec);
	pthread_mutex_unlock(&stored->lock);
	as_val_destroy(map);
	return true;
}

bool host_fetch(const char *key, uint8_t **bins, size_t *size)
{
	struct stored *stored = find(key);
	struct record *record = record_of(stored->rec);
	as_orderedmap map;

	pthread_mutex_lock(&stored->lock);
	as_orderedmap_init(&map, 16);
	for (uint32_t i = 0; i < record->stored_count; i++)
		as_orderedmap_set(&map, (as_val *)as_string_new_strdup(record->stored[i].name),
		                  as_val_reserve(record->stored[i].value));
	*bins = packed((as_val *)&map, size);
	as_orderedmap_destroy(&map);
	pthread_mutex_unlock(&stored->lock);
	return record->exists;
}

static host_answer text_answer(const char *word, const char *text)
{
	return (host_answer){word, (uint8_t *)strdup(text), strlen(text)};
}

static host_answer answer_of(int code, as_result *result)
{
	host_answer answer;

	if (code != 0) { /* as in the server, the result is lost */
		char *text = as_module_err_string(code);

		answer = text_answer("error", text);
		free(text);
	} else if (!result->is_success) {
		answer = text_answer("failure", as_val_type(result->value) == AS_STRING
		                                    ? as_string_get((as_string *)result->value)
		                                    : "<no text>");
		as_result_destroy(result);
	} else {
		answer.word = "success";
		answer.bytes = packed(result->value != NULL ? result->value : &as_nil, &answer.size);
		as_result_destroy(result);
	}
	return answer;
}

uint32_t host_references;

static as_rec_hooks borrowed_hooks;

/* Set once: a thread that destroys its as_rec must never call the hook that frees what it has. */
static void make_borrowed_hooks(void)
{
	as_rec *any = record_new();

	borrowed_hooks = *any->hooks;
	borrowed_hooks.destroy = NULL;
	as_rec_destroy(any);
}

/* The as_rec of one call, on the heap, with a reference for the module. What it has stays: Lua's collector may
 * destroy the as_rec much later. */
static as_rec *lend(const struct stored *stored)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	as_rec *rec;

	pthread_once(&once, make_borrowed_hooks);
	rec = as_rec_new(stored->rec->data, &borrowed_hooks);
	as_val_reserve(rec);
	return rec;
}

static int write_log(const as_aerospike *aerospike, const char *file, const int line, const int level,
                     const char *message)
{
	(void)aerospike;
	host_log((as_log_level)level, "", file, (uint32_t)line, "%s", message);
	return 0;
}

/* The record's functions, with the program's own log. */
static void lend_aerospike(as_aerospike *aerospike, as_aerospike_hooks *hooks)
{
	record_aerospike(aerospike, NULL);
	*hooks = *aerospike->hooks;
	hooks->log = write_log;
	aerospike->hooks = hooks;
}

static bool never(const as_timer *timer)
{
	(void)timer;
	return false;
}

static uint64_t two_seconds(const as_timer *timer)
{
	(void)timer;
	return 2000;
}

host_answer host_apply(const char *key, const char *module, const char *function, const uint8_t *arguments,
                       size_t size)
{
	static const as_timer_hooks timer_hooks = {.timedout = never, .timeslice = two_seconds};
	struct stored *stored = find(key);
	as_val *list = unpacked(arguments, size);
	as_aerospike aerospike;
	as_aerospike_hooks hooks;
	as_timer timer;
	as_udf_context context = {.as = &aerospike, .timer = &timer};
	as_result result;
	host_answer answer;
	as_rec *rec;
	int code;

	pthread_mutex_lock(&stored->lock);
	rec = lend(stored);
	lend_aerospike(&aerospike, &hooks);
	as_timer_init(&timer, NULL, &timer_hooks);
	as_result_init(&result);
	code = as_module_apply_record(&mod_lua, &context, module, function, rec, (as_list *)list, &result);
	host_references = rec->_.count;
	record_end(rec);
	answer = answer_of(code, &result);
	as_rec_destroy(rec);
	pthread_mutex_unlock(&stored->lock);
	as_val_destroy(list);
	return answer;
}

/* ---- streams ------------------------------------------------------------------------------------ */

static as_val *read_record(const as_stream *stream)
{
	int *at = as_stream_source(stream);

	while (*at < record_count && !record_of(records[*at].rec)->exists)
		++*at;
	return *at < record_count ? (as_val *)records[(*at)++].rec : NULL;
}

static as_stream_status write_value(const as_stream *stream, as_val *value)
{
	if (value != NULL)
		as_arraylist_append(as_stream_source(stream), value);
	return AS_STREAM_OK;
}

/* The server uses only the code, and appends the text in the result to its own. */
static host_answer stream_answer_of(int code, as_result *result, const as_arraylist *written)
{
	host_answer answer = {.word = "success"};

	if (code == 0) {
		answer.bytes = packed((const as_val *)written, &answer.size);
	} else {
		char *words = as_module_err_string(code), text[2048];

		snprintf(text, sizeof(text), "%s : %s", words,
		         result->value != NULL ? as_string_get((as_string *)result->value) : "");
		answer = text_answer("error", text);
		free(words);
	}
	as_result_destroy(result);
	return answer;
}

/* As in an aggregation in the server: an as_aerospike that logs, and no timer. */
host_answer host_aggregate(const char *module, const char *function, const uint8_t *arguments, size_t size)
{
	static const as_stream_hooks input_hooks = {.read = read_record};
	static const as_stream_hooks output_hooks = {.write = write_value};
	as_val *list = unpacked(arguments, size);
	as_arraylist *written = as_arraylist_new(16, 16);
	as_aerospike aerospike;
	as_udf_context context = {.as = &aerospike};
	as_stream input, output;
	as_result result;
	host_answer answer;
	int at = 0, code;

	record_aerospike(&aerospike, NULL);
	as_stream_init(&input, &at, &input_hooks);
	as_stream_init(&output, written, &output_hooks);
	as_result_init(&result);
	code = as_module_apply_stream(&mod_lua, &context, module, function, &input, (as_list *)list, &output,
	                              &result);
	answer = stream_answer_of(code, &result, written);
	as_arraylist_destroy(written);
	as_val_destroy(list);
	return answer;
}

/* ---- load --------------------------------------------------------------------------------------- */

typedef struct load {
	char key[64], module[64], function[64];
	uint8_t arguments[1024];
	size_t size;
	pthread_t threads[64];
	int count;
	atomic_bool over;
	_Atomic uint64_t calls, failures, slowest_ms;
} load;

static load current;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void *call_until_over(void *number)
{
	char key[80];

	snprintf(key, sizeof(key), "%s%d", current.key, (int)(intptr_t)number);
	while (!current.over) {
		uint64_t begun = now_ms(), took, slowest = current.slowest_ms;
		host_answer answer =
			host_apply(key, current.module, current.function, current.arguments, current.size);

		took = now_ms() - begun;
		while (took > slowest && !atomic_compare_exchange_weak(&current.slowest_ms, &slowest, took))
			continue;
		current.calls++;
		if (strcmp(answer.word, "success") != 0)
			current.failures++;
		free(answer.bytes);
	}
	return NULL;
}

void host_load(int threads, const char *key, const char *module, const char *function,
               const uint8_t *arguments, size_t size)
{
	snprintf(current.key, sizeof(current.key), "%s", key);
	snprintf(current.module, sizeof(current.module), "%s", module);
	snprintf(current.function, sizeof(current.function), "%s", function);
	memcpy(current.arguments, arguments, size);
	current.size = size;
	current.count = threads;
	current.over = false;
	current.calls = current.failures = current.slowest_ms = 0;
	for (int i = 0; i < threads; i++)
		pthread_create(&current.threads[i], NULL, call_until_over, (void *)(intptr_t)i);
}

void host_unload(uint64_t *calls, uint64_t *failures, uint64_t *slowest_ms)
{
	current.over = true;
	for (int i = 0; i < current.count; i++)
		pthread_join(current.threads[i], NULL);
	*calls = current.calls;
	*failures = current.failures;
	*slowest_ms = current.slowest_ms;
}
