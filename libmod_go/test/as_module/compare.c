/* compare.c - the same function on equal records in Lua, in Go and in Go fenced. */
#include "compare.h"

#include <aerospike/mod_lua.h>
#include <aerospike/mod_lua_config.h>
#include <limits.h>
#include <stdio.h>

static const char *the_module;
static void (*the_fill)(as_rec *rec);

/* Once more, as the module "fenced". */
static void use_fenced(const char *module)
{
	char name[64], path[PATH_MAX];
	mod_go_config config;

	snprintf(name, sizeof(name), "go/%s", module);
	snprintf(path, sizeof(path), "%s/fenced.so", check_folder());
	copy_module(name, path);
	mod_go_config_init(&config);
	config.mode = MOD_GO_FENCED;
	config.workers = 1;
	snprintf(config.user_path, sizeof(config.user_path), "%s", check_folder());
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	add_module("fenced");
}

void compare(const char *module, void (*fill)(as_rec *rec))
{
	mod_lua_config lua = {.server_mode = true, .cache_enabled = false};

	snprintf(lua.user_path, sizeof(lua.user_path), "%s/lua", check_modules);
	CHECK_NUMBER(as_module_configure(&mod_lua, &lua), 0);
	use_go(module);
	use_fenced(module);
	the_module = module;
	the_fill = fill;
}

/* The record as text. */
static const char *show_record(const as_rec *rec)
{
	static char texts[2][16384];
	static size_t next;
	char *text = texts[next++ % 2];
	const struct record *record = record_of(rec);
	size_t length =
		(size_t)snprintf(text, sizeof(texts[0]), "exists %d, ttl %u, %u created, %u updated, %u removed;",
	                     record->exists, record->next_ttl, record->creates, record->updates, record->removes);

	for (uint32_t i = 0; i < record->stored_count; i++)
		length += (size_t)snprintf(text + length, sizeof(texts[0]) - length, " %s = %s",
		                           record->stored[i].name, show(record->stored[i].value));
	return text;
}

/* The outcome of one run. */
struct way {
	struct outcome outcome;
	char record[16384];
};

static void run(as_module *as, const char *module, const char *function, as_val *arguments, struct way *way)
{
	as_rec *rec = record_new();

	the_fill(rec);
	record_store(rec);
	as_val_reserve(arguments);
	way->outcome = call(as, module, function, rec, arguments);
	snprintf(way->record, sizeof(way->record), "%s", show_record(rec));
	as_rec_destroy(rec);
}

static void hold(const char *module, const char *function, const struct way *go, const struct way *lua)
{
	bool success = go->outcome.success;

	CHECK_NUMBER(go->outcome.rc, 0);
	if (!CHECK_NUMBER(success, lua->outcome.success) ||
	    (success && !CHECK_TEXT(go->outcome.text, lua->outcome.text)))
		printf("  in %s of %s: go \"%.300s\", lua \"%.300s\"\n", function, module, go->outcome.text,
		       lua->outcome.text);
	CHECK_TEXT(go->record, lua->record);
}

const char *same(const char *function, as_val *arguments)
{
	static struct way go, fenced, lua;

	run(&mod_go, the_module, function, arguments, &go);
	run(&mod_go, "fenced", function, arguments, &fenced);
	run(&mod_lua, the_module, function, arguments, &lua); /* last, for it may change its arguments */
	as_val_destroy(arguments);
	hold(the_module, function, &go, &lua);
	hold("fenced", function, &fenced, &lua);
	return go.outcome.success ? go.outcome.text : "failed";
}
