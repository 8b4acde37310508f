/* hooks.c - routes calls and events to Go modules or to Lua, which gets its own unchanged. */
#include "asd/hooks.h"

#include <aerospike/as_rec.h>
#include <aerospike/mod_lua_config.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "as_module/modules.h"
#include "asd/package.h"
#include "asd/reporter.h"
#include "as_module/readers.h"
#include "asd/server_symbols.h"
#include "asd/part_sets.h"

static const as_module_hooks *lua;
static mod_go_settings settings;

/* Clients call a module by its name without ".so". */
static bool is_known(const char *name)
{
	bool known;

	if (!mod_go_readers_enter())
		return false;
	known = mod_go_modules_find(name) != NULL;
	mod_go_readers_leave();
	return known;
}

static bool is_ours(const char *name)
{
	return mod_go_name_is_ours(name) || is_known(name);
}

/* Warns of a Lua file with the name of a Go module: calls go to the Go module. */
static void warn_of_same_name(const char *filename)
{
	char name[256];
	size_t length = strcspn(filename, ".");

	snprintf(name, sizeof(name), "%.*s", (int)length, filename);
	if (strcmp(filename + length, ".lua") == 0 && is_known(name))
		as_log_warn(
			"mod_go: %s has the name of a Go module, %s.so, which is the one that is called; remove one",
			filename, name);
}

/* The server holds Lua's lock during events of files, so that no Lua runs meanwhile. Go modules do not need that,
 * and loading one takes as long as its setup: calls of Lua must not wait for it. */
static int without_lock(as_module *module, int (*handle)(const char *filename), const char *filename)
{
	bool held = mod_go_server.lock_lua != NULL && mod_go_server.unlock_lua != NULL;
	int code;

	if (held)
		mod_go_server.unlock_lua(module);
	code = handle(filename);
	if (held)
		mod_go_server.lock_lua(module);
	return code;
}

static int update(as_module *module, as_module_event *event)
{
	int code;

	switch (event->type) {
	case AS_MODULE_EVENT_CONFIGURE:
		mod_go_part_sets_configure(((const mod_lua_config *)event->data.config)->user_path, &settings);
		mod_go_reporter_start(&settings, ((const mod_lua_config *)event->data.config)->user_path);
		return lua->update(module, event);
	case AS_MODULE_EVENT_FILE_ADD:
		if (mod_go_name_is_ours(event->data.filename))
			return without_lock(module, mod_go_part_sets_add, event->data.filename);
		code = lua->update(module, event);
		warn_of_same_name(event->data.filename);
		return code;
	case AS_MODULE_EVENT_FILE_REMOVE:
		if (mod_go_name_is_ours(event->data.filename))
			return without_lock(module, mod_go_part_sets_remove, event->data.filename);
		return lua->update(module, event);
	default: /* AS_MODULE_EVENT_CLEAR_CACHE: modules are loaded from the server's files as they are */
		return lua->update(module, event);
	}
}

/* The server returns the file's name and the message to the client. */
static int validate(as_module *module, as_aerospike *aerospike, const char *filename, const char *content,
                    uint32_t size, as_module_error *out)
{
	mod_go_error error;

	if (!mod_go_name_is_ours(filename))
		return lua->validate(module, aerospike, filename, content, size, out);
	memset(out, 0, sizeof(*out));
	if (mod_go_upload_check(filename, (const uint8_t *)content, size, &error) == MOD_GO_OK)
		return 0;
	return mod_go_report_invalid(out, filename, &error);
}

/* For a call that could not be made the server returns only a number to the client. Returns 0 in its place, so that
 * the client gets the reason in `result`. */
static int keep_reason(int code, as_rec *record, const as_result *result)
{
	if (code == 0 || result == NULL || result->value == NULL)
		return code;
	if (record != NULL && record->_.free)
		as_rec_destroy(record);
	return 0;
}

static int apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *arguments, as_result *result)
{
	if (!is_ours(filename))
		return lua->apply_record(module, context, filename, function, record, arguments, result);
	return keep_reason(
		mod_go.hooks->apply_record(&mod_go, context, filename, function, record, arguments, result), record,
		result);
}

static int apply_stream(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_stream *input, as_list *arguments, as_stream *output,
                        as_result *result)
{
	if (!is_ours(filename))
		return lua->apply_stream(module, context, filename, function, input, arguments, output, result);
	return mod_go.hooks->apply_stream(&mod_go, context, filename, function, input, arguments, output, result);
}

static as_module_hooks hooks;

void mod_go_hooks_wrap(const mod_go_settings *given)
{
	lua = mod_go_server.lua->hooks;
	settings = *given;
	hooks = *lua;
	hooks.update = update;
	hooks.validate = validate;
	hooks.apply_record = apply_record;
	hooks.apply_stream = apply_stream;
	mod_go_server.lua->hooks = &hooks;
}
