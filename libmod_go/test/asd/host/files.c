/* files.c - UDF files as the server stores them. */
#include "host.h"

#include <aerospike/mod_lua.h>
#include <aerospike/mod_lua_config.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_CAPACITY = 128, MOST = 1024 * 1024 };

static char stored[600], folder[600];

static char *path_in(const char *where, const char *filename)
{
	static char path[1000];

	snprintf(path, sizeof(path), "%s/%s", where, filename);
	return path;
}

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *bytes = malloc(MOST + 4096);

	*size = 0;
	if (file == NULL)
		return bytes;
	*size = fread(bytes, 1, MOST + 4096, file);
	fclose(file);
	return bytes;
}

static void write_file(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(bytes, 1, size, file) != size)
		abort();
	fclose(file);
}

static void send_event(as_module_event_type type, const char *filename)
{
	as_module_event event = {.type = type, .data.filename = filename};

	as_module_update(&mod_lua, &event);
}

/* What each node of the server does with a file that was put. */
static void accept_file(const char *filename)
{
	size_t size;
	char *bytes = read_file(path_in(stored, filename), &size);

	mod_lua_wrlock(&mod_lua);
	write_file(path_in(folder, filename), bytes, size);
	send_event(AS_MODULE_EVENT_FILE_ADD, filename);
	mod_lua_unlock(&mod_lua);
	free(bytes);
}

static const char *name_fault(const char *filename)
{
	const char *dot = strchr(filename, '.');

	if (strlen(filename) >= NAME_CAPACITY || dot == NULL || dot == filename || strlen(dot) == 1)
		return "error=invalid_filename";
	return NULL;
}

const char *host_put(const char *filename, const char *path)
{
	static char refusal[1400];
	const char *fault = name_fault(filename);
	as_module_error error;
	size_t size;
	char *bytes;

	if (fault != NULL)
		return fault;
	bytes = read_file(path, &size);
	if ((size + 2) / 3 * 3 > MOST)
		fault = "error=invalid_udf_content_len,>1M";
	memset(&error, 0xA5, sizeof(error)); /* the server does not clear it */
	if (fault == NULL && as_module_validate(&mod_lua, NULL, filename, bytes, (uint32_t)size, &error) != 0) {
		snprintf(refusal, sizeof(refusal), "error=compile_error;file=%s;line=%u;message=%s", error.file,
		         error.line, error.message);
		fault = refusal;
	}
	if (fault == NULL) {
		write_file(path_in(stored, filename), bytes, size);
		accept_file(filename);
	}
	free(bytes);
	return fault;
}

void host_remove(const char *filename)
{
	unlink(path_in(stored, filename));
	mod_lua_wrlock(&mod_lua);
	unlink(path_in(folder, filename));
	send_event(AS_MODULE_EVENT_FILE_REMOVE, filename);
	mod_lua_unlock(&mod_lua);
}

void host_clear_cache(void)
{
	mod_lua_wrlock(&mod_lua);
	send_event(AS_MODULE_EVENT_CLEAR_CACHE, NULL);
	mod_lua_unlock(&mod_lua);
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int backwards(const struct dirent **a, const struct dirent **b)
{
	return alphasort(b, a);
}

void host_files_start(const char *root, bool reverse)
{
	mod_lua_config config = {.server_mode = true, .cache_enabled = true};
	as_module_event event = {.type = AS_MODULE_EVENT_CONFIGURE, .data.config = &config};
	struct dirent **files;
	int count;

	snprintf(stored, sizeof(stored), "%s/smd", root);
	snprintf(folder, sizeof(folder), "%s/lua", root);
	if (strlen(folder) >= sizeof(config.user_path))
		abort();
	strcpy(config.user_path, folder);
	as_module_update(&mod_lua, &event);
	as_log_set_callback(host_log);
	as_log_set_level(AS_LOG_LEVEL_TRACE);
	count = scandir(folder, &files, is_file, alphasort);
	for (int i = 0; i < count; i++)
		unlink(path_in(folder, files[i]->d_name));
	count = scandir(stored, &files, is_file, reverse ? backwards : alphasort);
	for (int i = 0; i < count; i++)
		accept_file(files[i]->d_name);
}
