/* compare.c - the same function on equal records in Go and in Lua. */
#include "compare.h"

#include <aerospike/mod_lua.h>
#include <aerospike/mod_lua_config.h>
#include <stdio.h>

static const char *the_module;
static void (*the_fill)(as_rec *rec);

void compare(const char *module, void (*fill)(as_rec *rec))
{
	mod_lua_config lua = {.server_mode = true, .cache_enabled = false};

	snprintf(lua.user_path, sizeof(lua.user_path), "%s/lua", check_modules);
	CHECK_NUMBER(as_module_configure(&mod_lua, &lua), 0);
	use_go(module);
	the_module = module;
	the_fill = fill;
}

/* The record as text: what is stored, and every bin. */
static const char *show_record(const as_rec *rec)
{
	static char texts[2][16384];
	static size_t next;
	char *text = texts[next++ % 2];
	const record *record = record_of(rec);
	size_t length =
		(size_t)snprintf(text, sizeof(texts[0]), "exists %d, ttl %u, %u created, %u updated, %u removed;",
	                     record->exists, record->ttl, record->creates, record->updates, record->removes);

	for (uint32_t i = 0; i < record->count; i++) {
		if (record->bins[i].value == NULL)
			continue;
		length += (size_t)snprintf(text + length, sizeof(texts[0]) - length, " %s = %s", record->bins[i].name,
		                           show(record->bins[i].value));
	}
	return text;
}

const char *same(const char *function, as_val *arguments)
{
	static outcome go, lua;
	as_rec *for_go = record_new(), *for_lua = record_new();

	the_fill(for_go);
	the_fill(for_lua);
	as_val_reserve(arguments);
	go = call(&mod_go, the_module, function, for_go, arguments);
	lua = call(&mod_lua, the_module, function, for_lua, arguments);
	CHECK_NUMBER(go.rc, 0);
	if (!CHECK_NUMBER(go.success, lua.success) || (go.success && !CHECK_TEXT(go.text, lua.text)))
		printf("  in %s: go \"%.300s\", lua \"%.300s\"\n", function, go.text, lua.text);
	CHECK_TEXT(show_record(for_go), show_record(for_lua));
	as_rec_destroy(for_go);
	as_rec_destroy(for_lua);
	return go.success ? go.text : "failed";
}
