/* server.c - a server's part in the tests of the plugin. */
#include "server.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asd/hooks.h"
#include "asd/server_symbols.h"
#include "call.h"

#include <aerospike/mod_lua_config.h>

#undef g_as_log
#undef as_nil

mod_go_server_data mod_go_server;
mod_go_settings server_settings;

char server_lua_calls[4096];
int server_lua_code;
bool server_lua_held;
int server_lua_locked, server_lua_unlocked;

static char folder[200], cache[200];

const char *server_folder(void)
{
	return folder;
}

const char *server_cache(void)
{
	return cache;
}

const char *server_path(const char *filename)
{
	static char paths[4][600];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, filename);
	return path;
}

/* ---- in the place of server_symbols.c ----------------------------------------------------------- */

bool server_is_there;
const char *server_lacks = "";

bool mod_go_server_is_there(void)
{
	return server_is_there;
}

bool mod_go_server_find(char *missing, size_t capacity)
{
	snprintf(missing, capacity, "%s", server_lacks);
	return missing[0] == '\0';
}

/* ---- mod_lua ------------------------------------------------------------------------------------ */

__attribute__((format(printf, 1, 2))) static int note(const char *format, ...)
{
	size_t used = strlen(server_lua_calls);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(server_lua_calls + used, sizeof(server_lua_calls) - used, format, arguments);
	va_end(arguments);
	return server_lua_code;
}

static int destroy(as_module *module)
{
	(void)module;
	return note("destroy ");
}

static int update(as_module *module, as_module_event *event)
{
	switch (event->type) {
	case AS_MODULE_EVENT_CONFIGURE:
		return note("configure ");
	case AS_MODULE_EVENT_CLEAR_CACHE:
		return note("clear ");
	default:
		return note("%s %s %s", module == &server_lua ? "lua" : "other",
		            event->type == AS_MODULE_EVENT_FILE_ADD ? "add" : "remove", event->data.filename);
	}
}

static int validate(as_module *module, as_aerospike *aerospike, const char *filename, const char *content,
                    uint32_t size, as_module_error *error)
{
	(void)module, (void)aerospike;
	error->line = 7;
	return note("validate %s %.*s", filename, (int)size, content);
}

static int apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *arguments, as_result *result)
{
	(void)module, (void)context;
	as_result_setsuccess(result, (as_val *)as_integer_new(5));
	return note("record %s %s %s%u", filename, function, record != NULL ? "with a record " : "",
	            as_list_size(arguments));
}

static int apply_stream(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_stream *input, as_list *arguments, as_stream *output,
                        as_result *result)
{
	(void)module, (void)context, (void)input, (void)output, (void)result;
	return note("stream %s %s %u", filename, function, as_list_size(arguments));
}

static const as_module_hooks lua_hooks = {.destroy = destroy,
                                          .update = update,
                                          .validate = validate,
                                          .apply_record = apply_record,
                                          .apply_stream = apply_stream};

as_module server_lua = {.hooks = &lua_hooks};

static void lock_lua(as_module *lua)
{
	CHECK(lua == &server_lua && !server_lua_held);
	server_lua_held = true;
	server_lua_locked++;
}

static void unlock_lua(as_module *lua)
{
	CHECK(lua == &server_lua && server_lua_held);
	server_lua_held = false;
	server_lua_unlocked++;
}

/* ---- the log ------------------------------------------------------------------------------------ */

static pthread_mutex_t logging = PTHREAD_MUTEX_INITIALIZER;
static char logged[32768];

static bool take_line(as_log_level level, const char *function, const char *file, uint32_t line,
                      const char *format, ...)
{
	static const char *const LEVELS[] = {"error", "warn", "info", "debug", "trace"};
	size_t used;
	va_list arguments;

	(void)function, (void)file, (void)line;
	pthread_mutex_lock(&logging);
	used = strlen(logged);
	used += (size_t)snprintf(logged + used, sizeof(logged) - used, "%s%s ", server_lua_held ? "held " : "",
	                         LEVELS[level]);
	va_start(arguments, format);
	used += (size_t)vsnprintf(logged + used, sizeof(logged) - used, format, arguments);
	va_end(arguments);
	snprintf(logged + used, sizeof(logged) - used, "\n");
	pthread_mutex_unlock(&logging);
	return true;
}

const char *server_log(void)
{
	static char copies[4][sizeof(logged)];
	static size_t next;
	char *copy = copies[next++ % 4];

	pthread_mutex_lock(&logging);
	memcpy(copy, logged, sizeof(logged));
	pthread_mutex_unlock(&logging);
	return copy;
}

void server_forget_log(void)
{
	pthread_mutex_lock(&logging);
	logged[0] = '\0';
	pthread_mutex_unlock(&logging);
}

bool server_logs(const char *text)
{
	double until = check_now() + 10;

	while (strstr(server_log(), text) == NULL && check_now() < until)
		usleep(5000);
	return CHECK_CONTAINS(server_log(), text);
}

/* ---- files -------------------------------------------------------------------------------------- */

void server_prepare(void)
{
	snprintf(folder, sizeof(folder), "%s/files", check_folder());
	snprintf(cache, sizeof(cache), "%s/cache", check_folder());
	CHECK(mkdir(folder, 0700) == 0 && mkdir(cache, 0700) == 0);
	mod_go_server = (mod_go_server_data){.lua = &server_lua,
	                                     .log = &g_as_log,
	                                     .nil = &as_nil,
	                                     .build = "8.1.2.0",
	                                     .lock_lua = lock_lua,
	                                     .unlock_lua = unlock_lua};
	mod_go_settings_read(&server_settings);
	server_settings.config.mode = MOD_GO_UNFENCED;
	server_settings.config.memory = 0; /* a worker under AddressSanitizer maps a lot */
	snprintf(server_settings.cache, sizeof(server_settings.cache), "%s", cache);
	as_log_set_callback(take_line);
	as_log_set_level(AS_LOG_LEVEL_TRACE);
}

const char *server_load_plugin(void)
{
	static char text[4096];
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	size_t got;

	dup2(fileno(file), STDERR_FILENO);
	mod_go_plugin_begin();
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	got = fread(text, 1, sizeof(text) - 1, file);
	text[got] = '\0';
	fclose(file);
	return text;
}

void server_configure(void)
{
	mod_lua_config config = {.server_mode = true};
	as_module_event event = {.type = AS_MODULE_EVENT_CONFIGURE, .data.config = &config};

	snprintf(config.user_path, sizeof(config.user_path), "%s", folder);
	CHECK_NUMBER(as_module_update(&server_lua, &event), 0);
}

void server_start(void)
{
	if (folder[0] == '\0')
		server_prepare();
	mod_go_hooks_wrap(&server_settings);
	server_configure();
}

static int send(as_module_event_type type, const char *filename)
{
	as_module_event event = {.type = type, .data.filename = filename};
	int code;

	server_lua_held = true;
	code = as_module_update(&server_lua, &event);
	CHECK(server_lua_held);
	server_lua_held = false;
	return code;
}

int server_put(const char *filename, const void *bytes, size_t size)
{
	check_write(server_path(filename), bytes, size);
	return send(AS_MODULE_EVENT_FILE_ADD, filename);
}

int server_put_text(const char *filename, const char *text)
{
	return server_put(filename, text, strlen(text));
}

int server_put_module(const char *filename, const char *module)
{
	char name[100];

	snprintf(name, sizeof(name), "c/%s", module);
	copy_module(name, server_path(filename));
	return send(AS_MODULE_EVENT_FILE_ADD, filename);
}

int server_remove(const char *filename)
{
	unlink(server_path(filename));
	return send(AS_MODULE_EVENT_FILE_REMOVE, filename);
}

const char *server_text(const char *filename)
{
	static char texts[4][16384];
	static size_t next;
	char *text = texts[next++ % 4];
	FILE *file = fopen(server_path(filename), "r");
	size_t got = file != NULL ? fread(text, 1, sizeof(texts[0]) - 1, file) : 0;

	text[got] = '\0';
	if (file != NULL)
		fclose(file);
	return text;
}
