/* calls.c - see calls.h. */
#include "calls.h"

#include <aerospike/as_arraylist.h>
#include <aerospike/as_orderedmap.h>
#include <aerospike/as_timer.h>
#include <aerospike/as_types.h>
#include <aerospike/mod_lua_config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record.h"

static as_aerospike aerospike;

/* A server passes each call a timer for its transaction, which mod_lua and mod_go both ask once a call. */
enum { TRANSACTION_MS = 10000 };

static _Thread_local uint64_t transaction_end;

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool timed_out(const as_timer *timer)
{
	(void)timer;
	return clock_ns() >= transaction_end;
}

static uint64_t timeslice(const as_timer *timer)
{
	uint64_t now = clock_ns();

	(void)timer;
	return transaction_end > now ? (transaction_end - now) / 1000000 : 1;
}

static const as_timer_hooks timer_hooks = {.timedout = timed_out, .timeslice = timeslice};

void calls_add(const char *folder, const char *name, mod_go_mode mode, const char *worker)
{
	char file[256];
	as_module_event add = {.type = AS_MODULE_EVENT_FILE_ADD, .data.filename = file};
	mod_go_config config;

	record_aerospike(&aerospike, NULL);
	snprintf(file, sizeof(file), "%s.so", name);
	mod_go_config_init(&config);
	config.mode = mode;
	snprintf(config.user_path, sizeof(config.user_path), "%s", folder);
	snprintf(config.worker, sizeof(config.worker), "%s", worker);
	if (as_module_configure(&mod_go, &config) != 0 || as_module_update(&mod_go, &add) != 0) {
		fprintf(stderr, "%s/%s.so cannot be loaded\n", folder, name);
		exit(2);
	}
}

void calls_add_lua(const char *folder)
{
	mod_lua_config lua = {.server_mode = true, .cache_enabled = true};

	snprintf(lua.user_path, sizeof(lua.user_path), "%s", folder);
	if (as_module_configure(&mod_lua, &lua) != 0) {
		fprintf(stderr, "mod_lua does not take the folder %s\n", folder);
		exit(2);
	}
}

as_rec *calls_record(void)
{
	as_rec *rec = record_new();

	as_rec_set(rec, "a", (as_val *)as_integer_new(1));
	record_store(rec);
	return rec;
}

static as_val *ten_numbers(void)
{
	as_arraylist *list = as_arraylist_new(10, 1);

	for (int64_t i = 0; i < 10; i++)
		as_arraylist_append_int64(list, i);
	return (as_val *)list;
}

static as_val *ten_pairs(void)
{
	as_orderedmap *map = as_orderedmap_new(10);

	for (int64_t i = 0; i < 10; i++) {
		char key[] = {(char)('a' + i), '\0'};

		as_orderedmap_set(map, (as_val *)as_string_new_strdup(key), (as_val *)as_integer_new(i));
	}
	return (as_val *)map;
}

as_list *calls_arguments(const char *function)
{
	as_list *list = (as_list *)as_arraylist_new(1, 1);

	if (strcmp(function, "string_arg") == 0)
		as_list_append(list, (as_val *)as_string_new_strdup("a"));
	else if (strcmp(function, "add") == 0)
		as_list_append_int64(list, 1);
	else if (strcmp(function, "list10") == 0)
		as_list_append(list, ten_numbers());
	else if (strcmp(function, "map10") == 0)
		as_list_append(list, ten_pairs());
	return list;
}

double calls_now(void)
{
	return (double)clock_ns();
}

static void call(as_module *module, const char *name, const char *function, as_rec *rec, as_list *arguments,
                 as_result *result)
{
	as_timer timer;
	as_udf_context context = {.as = &aerospike, .timer = &timer};

	as_timer_init(&timer, NULL, &timer_hooks);
	as_result_init(result);
	as_val_reserve(rec); /* a call drops one */
	if (as_module_apply_record(module, &context, name, function, rec, arguments, result) != 0 ||
	    !result->is_success) {
		char *why = as_val_tostring(result->value);

		fprintf(stderr, "%s.%s: %s\n", name, function, why != NULL ? why : "failed");
		exit(1);
	}
}

double calls_time(as_module *module, const char *name, const char *function, as_rec *rec, as_list *arguments,
                  int count)
{
	double start = calls_now();

	transaction_end = (uint64_t)start + (uint64_t)TRANSACTION_MS * 1000000;
	for (int i = 0; i < count; i++) {
		as_result result;

		call(module, name, function, rec, arguments, &result);
		as_result_destroy(&result);
	}
	return (calls_now() - start) / count;
}

int64_t calls_integer(const char *name, const char *function, as_rec *rec)
{
	as_list *arguments = calls_arguments(function);
	as_result result;
	int64_t integer;

	transaction_end = clock_ns() + (uint64_t)TRANSACTION_MS * 1000000;
	call(&mod_go, name, function, rec, arguments, &result);
	integer = as_integer_get(as_integer_fromval(result.value));
	as_result_destroy(&result);
	as_list_destroy(arguments);
	return integer;
}
