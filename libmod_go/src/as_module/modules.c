/* modules.c - the table of modules. Each change makes a new table, so that calls read one without a lock: see
 * readers.c. */
#include "as_module/allow.h"
#include "as_module/modules.h"

#include <aerospike/as_log_macros.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "as_module/loaded_module.h"
#include "as_module/readers.h"

/* Ordered by name. Never changed once it is `current`. */
struct table {
	mod_go_retired retired;
	size_t count;
	mod_go_loaded_module *versions[];
};

static _Atomic(struct table *) current;
static pthread_mutex_t events = PTHREAD_MUTEX_INITIALIZER; /* one event at a time; guards `config` */
static mod_go_config config = MOD_GO_CONFIG_DEFAULTS;

#define PATH_CAPACITY (sizeof(config.user_path) + NAME_CAPACITY + 8)

enum { NAME_CAPACITY = 256 };

size_t mod_go_name_length(const char *filename)
{
	size_t length = strlen(filename);

	return length > 3 && memcmp(filename + length - 3, ".so", 3) == 0 ? length - 3 : length;
}

static int compare_names(const char *name, size_t length, const mod_go_loaded_module *version)
{
	int order = memcmp(name, version->name, length < version->name_length ? length : version->name_length);

	return order != 0 ? order : (length > version->name_length) - (length < version->name_length);
}

/* The index of `name` in the table, or the one where it would be inserted. */
static size_t index_of(const struct table *table, const char *name, size_t length, bool *found)
{
	size_t low = 0, high = table != NULL ? table->count : 0;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_names(name, length, table->versions[middle]);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const mod_go_loaded_module *mod_go_modules_find(const char *filename)
{
	const struct table *table = atomic_load(&current);
	bool found;
	size_t index = index_of(table, filename, mod_go_name_length(filename), &found);

	return found ? table->versions[index] : NULL;
}

/* Makes `next` (or NULL) the current table. */
static void swap_table(struct table *next)
{
	struct table *old = atomic_exchange(&current, next);

	if (old != NULL)
		mod_go_readers_retire(&old->retired, free);
}

/* Bounds the time of the version's calls: no new ones begin. */
static void end_calls(const mod_go_loaded_module *version)
{
	if (version->pool != NULL && config.old_calls > 0)
		mod_go_fenced_end(version->pool, config.old_calls);
}

/* Replaces the version of `name` by `version` (or by none), and retires the old one. */
static mod_go_status put(const char *name, size_t length, mod_go_loaded_module *version, mod_go_error *error)
{
	struct table *old = atomic_load(&current);
	size_t count = old != NULL ? old->count : 0;
	struct table *next = malloc(sizeof(*next) + (count + 1) * sizeof(next->versions[0]));
	bool found;
	size_t index = index_of(old, name, length, &found);
	mod_go_loaded_module *before = found ? old->versions[index] : NULL;

	if (next == NULL)
		return mod_go_no_memory(error, name, sizeof(*next));
	next->count = 0;
	for (size_t i = 0; i < index; i++)
		next->versions[next->count++] = old->versions[i];
	if (version != NULL)
		next->versions[next->count++] = version;
	for (size_t i = index + found; i < count; i++)
		next->versions[next->count++] = old->versions[i];
	swap_table(next);
	if (before != NULL) {
		end_calls(before);
		mod_go_readers_retire(&before->retired, mod_go_loaded_module_free);
	}
	return MOD_GO_OK;
}

static mod_go_status check_name(const char *filename, size_t length, mod_go_error *error)
{
	if (length == 0 || length >= NAME_CAPACITY || strchr(filename, '/') != NULL || filename[0] == '.')
		return mod_go_fail(
			error, MOD_GO_NO_FILE,
			"\"%.300s\" is not the name of a module: expected a file name, not a path, of 1 to %d bytes",
			filename, NAME_CAPACITY - 1);
	return MOD_GO_OK;
}

/* Loads the new version while calls use the old one. Where there is no old one and the new one fails, calls report
 * why. */
static mod_go_status load_and_put(const char *name, size_t length, const char *path,
                                  mod_go_loaded_module *before, mod_go_error *error)
{
	mod_go_loaded_module *version = NULL;
	mod_go_status status;

	if (before != NULL && before->pool != NULL)
		return mod_go_loaded_module_replace(before, path, error);
	status = mod_go_loaded_module_open(name, length, path, &config, &version, error);
	if (status != MOD_GO_OK && (before == NULL || before->error != NULL))
		version = mod_go_loaded_module_broken(name, length, path, error->message);
	if (version != NULL && put(name, length, version, error) != MOD_GO_OK) {
		mod_go_loaded_module_free(version);
		return MOD_GO_NO_MEMORY;
	}
	return status;
}

static mod_go_status load(const char *filename, size_t length, mod_go_error *error)
{
	char path[PATH_CAPACITY];
	struct table *old = atomic_load(&current);
	bool found;
	size_t index = index_of(old, filename, length, &found);

	snprintf(path, sizeof(path), "%s/%.*s.so", config.user_path, (int)length, filename);
	return load_and_put(filename, length, path, found ? old->versions[index] : NULL, error);
}

static mod_go_status add(const char *filename, mod_go_error *error)
{
	size_t length = mod_go_name_length(filename);
	mod_go_status status = check_name(filename, length, error);

	if (status == MOD_GO_OK)
		status = load(filename, length, error);
	if (status == MOD_GO_OK) {
		as_log_info("mod_go: %.*s.so is loaded, %s", (int)length, filename,
		            config.mode == MOD_GO_FENCED ? "fenced" : "unfenced");
	} else {
		as_log_error("mod_go: %s", error->message);
	}
	return status;
}

mod_go_status mod_go_modules_add(const char *filename, mod_go_error *error)
{
	mod_go_status status;

	pthread_mutex_lock(&events);
	status = add(filename, error);
	pthread_mutex_unlock(&events);
	return status;
}

mod_go_status mod_go_modules_refuse(const char *filename, const char *why, mod_go_error *error)
{
	size_t length = mod_go_name_length(filename);
	const mod_go_loaded_module *before;
	mod_go_status status = MOD_GO_OK;

	pthread_mutex_lock(&events);
	before = mod_go_modules_find(filename);
	if (before == NULL || before->error != NULL) {
		mod_go_loaded_module *version = mod_go_loaded_module_broken(filename, length, "", why);

		status = version != NULL ? put(filename, length, version, error)
		                         : mod_go_no_memory(error, filename, sizeof(*version));
		if (status != MOD_GO_OK && version != NULL)
			mod_go_loaded_module_free(version);
	}
	pthread_mutex_unlock(&events);
	return status;
}

mod_go_status mod_go_modules_remove(const char *filename, mod_go_error *error)
{
	mod_go_status status;

	pthread_mutex_lock(&events);
	if (mod_go_modules_find(filename) == NULL)
		status = mod_go_fail(error, MOD_GO_NO_FILE, "there is no module \"%.300s\" to remove", filename);
	else
		status = put(filename, mod_go_name_length(filename), NULL, error);
	pthread_mutex_unlock(&events);
	return status;
}

mod_go_status mod_go_modules_configure(const mod_go_config *given, mod_go_error *error)
{
	mod_go_config next;
	struct stat folder;

	mod_go_config_init(&next);
	memcpy(&next, given, given->size < sizeof(next) ? given->size : sizeof(next));
	next.size = sizeof(next);
	if (memchr(next.user_path, '\0', sizeof(next.user_path)) == NULL ||
	    memchr(next.worker, '\0', sizeof(next.worker)) == NULL)
		return mod_go_fail(error, MOD_GO_NO_FILE, "a path of the configuration of mod_go does not end");
	if (memchr(next.allow, '\0', sizeof(next.allow)) == NULL || !mod_go_allow_is_valid(next.allow))
		return mod_go_fail(
			error, MOD_GO_NO_FILE,
			"\"allow\" of the configuration of mod_go is not a list of MODULE=GRANT,... with ; between"
			" modules, where a grant is network or read:/PATH");
	if (stat(next.user_path, &folder) != 0 || !S_ISDIR(folder.st_mode))
		return mod_go_fail(
			error, MOD_GO_NO_FILE,
			"%s: is not a folder that can be read; make it, or name another as the user path of mod_go",
			next.user_path);
	pthread_mutex_lock(&events);
	config = next;
	pthread_mutex_unlock(&events);
	return MOD_GO_OK;
}

/* Loads a file of the folder, where it is a module's and not loaded yet. */
static void scan_file(const char *filename)
{
	char path[PATH_CAPACITY];
	const mod_go_loaded_module *version = mod_go_modules_find(filename);
	struct stat file;
	mod_go_error error;

	if (mod_go_name_length(filename) == strlen(filename) || filename[0] == '.')
		return;
	snprintf(path, sizeof(path), "%s/%s", config.user_path, filename);
	if (stat(path, &file) == 0 && version != NULL && mod_go_loaded_module_is_of(version, &file))
		return;
	add(filename, &error);
}

/* Removes the modules whose files are gone. */
static mod_go_status remove_missing(mod_go_error *error)
{
	struct table *before_removals = atomic_load(&current);
	mod_go_status status = MOD_GO_OK;

	/* Each removal makes a new table. This one stays valid as long as this thread is a reader. */
	if (!mod_go_readers_enter())
		return mod_go_no_memory(error, config.user_path, 64);
	for (size_t i = 0; before_removals != NULL && i < before_removals->count && status == MOD_GO_OK; i++) {
		const mod_go_loaded_module *version = before_removals->versions[i];
		char path[PATH_CAPACITY];
		struct stat file;

		snprintf(path, sizeof(path), "%s/%s.so", config.user_path, version->name);
		if (stat(path, &file) != 0 && errno == ENOENT)
			status = put(version->name, version->name_length, NULL, error);
	}
	mod_go_readers_leave();
	return status;
}

static mod_go_status scan(mod_go_error *error)
{
	DIR *folder = opendir(config.user_path);
	struct dirent *entry;

	if (folder == NULL)
		return mod_go_fail(error, MOD_GO_NO_FILE, "%s: cannot be read: %s; make it readable for this process",
		                   config.user_path, strerror(errno));
	while ((entry = readdir(folder)) != NULL)
		scan_file(entry->d_name);
	closedir(folder);
	return remove_missing(error);
}

mod_go_status mod_go_modules_scan(mod_go_error *error)
{
	mod_go_status status;

	pthread_mutex_lock(&events);
	status = scan(error);
	pthread_mutex_unlock(&events);
	return status;
}

void mod_go_modules_visit(void (*visit)(mod_go_loaded_module *module, void *context), void *context)
{
	const struct table *table;

	if (!mod_go_readers_enter())
		return;
	table = atomic_load(&current);
	for (size_t i = 0; table != NULL && i < table->count; i++)
		visit(table->versions[i], context);
	mod_go_readers_leave();
}

void mod_go_modules_clear(void)
{
	struct table *old;

	pthread_mutex_lock(&events);
	old = atomic_load(&current);
	atomic_store(&current, NULL);
	for (size_t i = 0; old != NULL && i < old->count; i++)
		mod_go_readers_retire(&old->versions[i]->retired, mod_go_loaded_module_free);
	if (old != NULL)
		mod_go_readers_retire(&old->retired, free);
	pthread_mutex_unlock(&events);
}
