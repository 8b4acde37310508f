/* hooks.c - which calls are a Go module's and which are Lua's. What is Lua's is passed on untouched. */
#include "asd/hooks.h"

#include <aerospike/as_rec.h>
#include <aerospike/mod_lua_config.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "as_module/modules.h"
#include "asd/package.h"
#include "as_module/readers.h"
#include "asd/server_symbols.h"
#include "asd/part_sets.h"

static const as_module_hooks *lua;
static mod_go_settings settings;
static const char *greeting;
static atomic_bool greeted;

/* The server sets up its log after it has configured its modules. */
static void greet(void)
{
	if (g_as_log.callback == NULL || atomic_exchange(&greeted, true))
		return;
	as_log_info("mod_go: %s", greeting);
	for (const char *line = settings.problems; *line != '\0'; line += strcspn(line, "\n") + 1)
		as_log_warn("mod_go: %.*s", (int)strcspn(line, "\n"), line);
}

/* Clients call a module by its name alone. */
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

/* Two files of one name, for which no client can say which it means: the Go module is called. */
static void warn_of_twin(const char *filename)
{
	char name[256];
	size_t length = strcspn(filename, ".");

	snprintf(name, sizeof(name), "%.*s", (int)length, filename);
	if (strcmp(filename + length, ".lua") == 0 && is_known(name))
		as_log_warn(
			"mod_go: %s has the name of a Go module, %s.so, which is the one that is called; remove one",
			filename, name);
}

/* The server holds Lua's lock while a file comes or goes, so that no Lua runs meanwhile. Ours is none of Lua's, and to
 * load it takes as long as its setup does: whoever calls Lua shall not wait for that. */
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

	if (event->type != AS_MODULE_EVENT_CONFIGURE)
		greet();
	switch (event->type) {
	case AS_MODULE_EVENT_CONFIGURE:
		mod_go_part_sets_configure(((const mod_lua_config *)event->data.config)->user_path, &settings);
		return lua->update(module, event);
	case AS_MODULE_EVENT_FILE_ADD:
		if (mod_go_name_is_ours(event->data.filename))
			return without_lock(module, mod_go_part_sets_add, event->data.filename);
		code = lua->update(module, event);
		warn_of_twin(event->data.filename);
		return code;
	case AS_MODULE_EVENT_FILE_REMOVE:
		if (mod_go_name_is_ours(event->data.filename))
			return without_lock(module, mod_go_part_sets_remove, event->data.filename);
		return lua->update(module, event);
	default: /* AS_MODULE_EVENT_CLEAR_CACHE: what the server has put is what is loaded, so we have nothing to clear */
		return lua->update(module, event);
	}
}

/* The server puts the file's name and the message in its answer to the client. */
static int validate(as_module *module, as_aerospike *aerospike, const char *filename, const char *content,
                    uint32_t size, as_module_error *out)
{
	mod_go_error error;

	if (!mod_go_name_is_ours(filename))
		return lua->validate(module, aerospike, filename, content, size, out);
	memset(out, 0, sizeof(*out));
	if (mod_go_upload_check(filename, (const uint8_t *)content, size, &error) == MOD_GO_OK)
		return 0;
	out->scope = 2; /* the module's doing, in as_module.h's words */
	out->code = error.status;
	snprintf(out->message, sizeof(out->message), "%.*s", (int)sizeof(out->message) - 1, error.message);
	mod_go_trim_cut_text(out->message);
	snprintf(out->file, sizeof(out->file), "%.*s", (int)sizeof(out->file) - 1, filename);
	return (int)out->code;
}

/* Of a call that could not be made the server would tell the client a number only, and lose our words. */
static int told(int code, as_rec *record, const as_result *result)
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
	return told(mod_go.hooks->apply_record(&mod_go, context, filename, function, record, arguments, result),
	            record, result);
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

void mod_go_hooks_wrap(const mod_go_settings *given, const char *words)
{
	lua = mod_go_server.lua->hooks;
	settings = *given;
	greeting = words;
	hooks = *lua;
	hooks.update = update;
	hooks.validate = validate;
	hooks.apply_record = apply_record;
	hooks.apply_stream = apply_stream;
	mod_go_server.lua->hooks = &hooks;
}
