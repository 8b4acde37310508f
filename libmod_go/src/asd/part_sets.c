/*
 * part_sets.c - what the server's files mean for the modules that are loaded.
 *
 * The server sends an event for each file that is put or removed, and for all files when it starts, in any order.
 * Its folder is the only record of which files exist, so each event reads the files again: nothing here can
 * disagree with it.
 *
 *   NAME.so put      an ELF or xz file is loaded. A part manifest is loaded if all its parts are there; else the
 *                    module waits
 *   a part put       if NAME.so is a manifest that names the part, the same as if NAME.so had been put; else nothing
 *   NAME.so removed  the module is removed, once its calls have ended
 *   a part removed   a warning; a loaded module stays until the server restarts
 *
 * The states that clients see (module_state.h):
 *
 *   waiting   parts are missing. Calls of a module that was never loaded fail with that reason
 *   loading   setup runs
 *   loaded
 *   refused   the reason is in the file. The version before, if there is one, stays loaded
 *
 * A module is loaded once for each content of NAME.so: its digest is in `all_loaded`, so that a part that is put
 * again, or a file that is put unchanged, loads nothing. For a manifest that is enough, because it has the digest
 * of the parts. The digest is recorded only after the module was loaded: a load that failed is tried again with the
 * next event.
 *
 * A new version of a set has other parts (their names have the manifest's digest), so the old parts may be removed
 * before or after the new ones are put. Parts are put before the manifest and removed after it: a node that has the
 * manifest has the parts, or waits for them.
 *
 * `events` is held for a whole event, so there is one load at a time. Validation runs in clients' threads at any
 * time and needs only `folder`; that is why it has a lock of its own, `configured`: with `events` alone every
 * upload would wait for a load. Whoever writes the folder holds both, in this order.
 */
#include "asd/part_sets.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as_module/apply.h"
#include "common/error.h"
#include "loader/module_file.h"
#include "as_module/modules.h"
#include "asd/package.h"
#include "asd/page_allocator.h"
#include "asd/server_symbols.h"
#include "asd/module_state.h"

enum { DONE = 0, FAILED = 2 };

/* `events` guards everything below. `folder` is written with both locks held, and read with either. */
static pthread_mutex_t events = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t configured = PTHREAD_MUTEX_INITIALIZER;
static char folder[1024];
static mod_go_settings settings;

/* The digest of NAME.so as it was loaded. */
typedef struct loaded {
	struct loaded *next;
	mod_go_digest digest;
	char module[];
} loaded;

static loaded *all_loaded;

static loaded *find_loaded(const char *module)
{
	loaded *one = all_loaded;

	while (one != NULL && strcmp(one->module, module) != 0)
		one = one->next;
	return one;
}

static void forget_loaded(const char *module)
{
	for (loaded **link = &all_loaded; *link != NULL; link = &(*link)->next) {
		loaded *one = *link;

		if (strcmp(one->module, module) == 0) {
			*link = one->next;
			free(one);
			return;
		}
	}
}

/* Without memory the module is loaded again at the next event. */
static void note_loaded(const char *module, const mod_go_digest *digest)
{
	loaded *one = find_loaded(module);

	if (one == NULL) {
		size_t size = strlen(module) + 1;

		one = malloc(sizeof(*one) + size);
		if (one == NULL)
			return;
		memcpy(one->module, module, size);
		one->next = all_loaded;
		all_loaded = one;
	}
	one->digest = *digest;
}

void mod_go_part_sets_configure(const char *server_folder, const mod_go_settings *given)
{
	pthread_mutex_lock(&events);
	pthread_mutex_lock(&configured);
	snprintf(folder, sizeof(folder), "%s", server_folder);
	pthread_mutex_unlock(&configured);
	settings = *given;
	mod_go_apply_configure(&settings.config);
	pthread_mutex_unlock(&events);
}

/* ---- loading ------------------------------------------------------------------------------------ */

static mod_go_status write_file(const char *path, const uint8_t *bytes, size_t size, mod_go_error *error)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int reason = descriptor < 0 ? errno : mod_go_file_write(descriptor, bytes, size);

	if (descriptor >= 0)
		close(descriptor);
	if (reason == 0)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_LOAD_FAILED,
	                   "%s: cannot be written (%s); free space, or name another folder in MODGO_CACHE", path,
	                   strerror(reason));
}

/* Loads a shared object that is in memory, from a temporary folder, because the loader reads files. Logs the
 * outcome. */
static mod_go_status load(const char *module, const uint8_t *bytes, size_t size, mod_go_error *error)
{
	mod_go_config config = settings.config;
	char path[sizeof(config.user_path) + MOD_GO_MODULE_NAME_MAX + 8];
	mod_go_status status;

	snprintf(config.user_path, sizeof(config.user_path), "%s/modgo-XXXXXX", settings.cache);
	if (mkdtemp(config.user_path) == NULL) {
		status = mod_go_fail(error, MOD_GO_LOAD_FAILED,
		                     "%s.so: no folder to unpack it in could be made in %s (%s); name another one in"
		                     " MODGO_CACHE",
		                     module, settings.cache, strerror(errno));
		as_log_error("mod_go: %s", error->message);
		return status;
	}
	snprintf(path, sizeof(path), "%s/%s.so", config.user_path, module);
	status = write_file(path, bytes, size, error);
	if (status == MOD_GO_OK)
		status = mod_go_modules_configure(&config, error);
	if (status == MOD_GO_OK) {
		status = mod_go_modules_add(module, error);
	} else {
		as_log_error("mod_go: %s", error->message);
	}
	unlink(path);
	rmdir(config.user_path);
	return status;
}

/* Joins the parts of a manifest into the shared object. MOD_GO_NO_FILE where some are missing. */
static mod_go_status open_parts(const char *module, const uint8_t *file, size_t file_size, uint8_t **bytes,
                                size_t *size, mod_go_error *error)
{
	mod_go_part_manifest manifest;
	const char *fault = mod_go_part_manifest_read(file, file_size, &manifest);
	uint32_t missing, first = 0;

	if (fault != NULL)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s.so: %s", module, fault);
	missing = mod_go_parts_missing(folder, module, &manifest, &first);
	if (missing == 0)
		return mod_go_parts_join(folder, module, &manifest, bytes, size, error);
	return mod_go_fail(error, MOD_GO_NO_FILE,
	                   "%s.so waits for %u of its %u parts, the first of them %s.%.*s-%u.so; put them, or the"
	                   " module again",
	                   module, missing, manifest.parts, module, MOD_GO_SET_DIGITS, manifest.packed.text,
	                   first);
}

/* Reads the shared object out of the content of NAME.so. With MOD_GO_OK the caller frees it by mod_go_pages_free. */
static mod_go_status open_content(const char *module, uint8_t *file, size_t file_size, uint8_t **bytes,
                                  size_t *size, mod_go_error *error)
{
	char filename[MOD_GO_MODULE_NAME_MAX + 4];

	snprintf(filename, sizeof(filename), "%s.so", module);
	switch (mod_go_content_kind_of(file, file_size)) {
	case MOD_GO_CONTENT_ELF:
		*bytes = mod_go_pages_alloc(file_size);
		if (*bytes == NULL)
			return mod_go_no_memory(error, filename, file_size);
		memcpy(*bytes, file, file_size);
		*size = file_size;
		return MOD_GO_OK;
	case MOD_GO_CONTENT_XZ:
		return mod_go_xz_decode(filename, file, file_size, bytes, size, error);
	case MOD_GO_CONTENT_PART_MANIFEST:
		return open_parts(module, file, file_size, bytes, size, error);
	default:
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE,
		                   "%s: is neither a shared object, nor one compressed by xz, nor a part manifest",
		                   filename);
	}
}

/* Publishes and logs why the file is not loaded; calls report it where no version is loaded. `file`, its digest, is
 * NULL where it could not be read. */
static int refuse(const char *module, const mod_go_digest *file, const mod_go_error *error)
{
	bool waits = file != NULL && error->status == MOD_GO_NO_FILE; /* for parts */
	mod_go_error ignored;

	if (file != NULL)
		mod_go_module_state_write(folder, module, file, waits ? "waiting" : "refused", error->message);
	mod_go_modules_refuse(module, error->message, &ignored);
	if (waits) {
		as_log_info("mod_go: %s", error->message);
		return DONE;
	}
	as_log_error("mod_go: %s%s", error->message,
	             find_loaded(module) != NULL ? "; the version before stays loaded" : "");
	return FAILED;
}

/* Loads the module from the content of NAME.so, where it is complete and not loaded yet. */
static int load_file(const char *module, uint8_t *file, size_t file_size)
{
	mod_go_digest digest = mod_go_sha256_of(file, file_size);
	loaded *before = find_loaded(module);
	mod_go_error error = {.status = MOD_GO_OK};
	uint8_t *bytes = NULL;
	size_t size = 0;
	mod_go_status status;

	status = open_content(module, file, file_size, &bytes, &size, &error);
	if (status != MOD_GO_OK)
		return refuse(module, &digest, &error);
	if (before == NULL || strcmp(before->digest.text, digest.text) != 0) {
		mod_go_module_state_write(folder, module, &digest, "loading", NULL);
		status = load(module, bytes, size, &error);
	}
	mod_go_pages_free(bytes);
	if (status == MOD_GO_OK)
		note_loaded(module, &digest);
	mod_go_module_state_write(folder, module, &digest, status == MOD_GO_OK ? "loaded" : "refused",
	                          status == MOD_GO_OK ? NULL : error.message);
	return status == MOD_GO_OK ? DONE : FAILED;
}

/* ---- events ------------------------------------------------------------------------------------- */

/* Reads NAME.so; the caller frees it. NULL and no bytes where it cannot be read. */
static uint8_t *read_module_file(const char *module, size_t *size, mod_go_error *error)
{
	char path[sizeof(folder) + MOD_GO_MODULE_NAME_MAX + 8];
	uint8_t *bytes;

	snprintf(path, sizeof(path), "%s/%s.so", folder, module);
	mod_go_file_read(path, "", &bytes, size, error);
	return bytes;
}

static int add_module(const char *module)
{
	mod_go_error error;
	size_t size;
	uint8_t *file = read_module_file(module, &size, &error);
	int code;

	if (file == NULL)
		return refuse(module, NULL, &error);
	code = load_file(module, file, size);
	free(file);
	return code;
}

/* Whether NAME.so is a manifest that names the part. The caller frees `*file`, which may be NULL, in both cases. */
static bool is_named(const mod_go_file_name *name, uint8_t **file, size_t *size)
{
	mod_go_error ignored;
	mod_go_part_manifest manifest;

	*file = read_module_file(name->module, size, &ignored);
	return mod_go_content_kind_of(*file, *size) == MOD_GO_CONTENT_PART_MANIFEST &&
	       mod_go_part_manifest_read(*file, *size, &manifest) == NULL &&
	       mod_go_part_manifest_names(&manifest, name);
}

static int add_part(const mod_go_file_name *name)
{
	uint8_t *file;
	size_t size;
	int code = DONE;

	if (is_named(name, &file, &size))
		code = load_file(name->module, file, size);
	free(file);
	return code;
}

int mod_go_part_sets_add(const char *filename)
{
	mod_go_file_name name;
	int code;

	if (!mod_go_file_name_read(filename, &name)) {
		as_log_error("mod_go: %s is neither the name of a module nor of a part of one, and is ignored",
		             filename);
		return FAILED;
	}
	pthread_mutex_lock(&events);
	code = name.index == 0 ? add_module(name.module) : add_part(&name);
	pthread_mutex_unlock(&events);
	return code;
}

static int remove_module(const char *module)
{
	mod_go_error error;

	forget_loaded(module);
	mod_go_module_state_remove(folder, module);
	if (mod_go_modules_remove(module, &error) != MOD_GO_OK)
		return FAILED;
	as_log_info("mod_go: %s.so is removed", module);
	return DONE;
}

static int remove_part(const mod_go_file_name *name, const char *filename)
{
	uint8_t *file;
	size_t size;

	if (is_named(name, &file, &size))
		as_log_warn("mod_go: %s.so has lost a part, %s: %s; put the module again, or remove it", name->module,
		            filename,
		            find_loaded(name->module) != NULL ? "it stays loaded until the server restarts"
		                                              : "it cannot be loaded");
	free(file);
	return DONE;
}

int mod_go_part_sets_remove(const char *filename)
{
	mod_go_file_name name;
	int code;

	if (!mod_go_file_name_read(filename, &name))
		return FAILED;
	pthread_mutex_lock(&events);
	code = name.index == 0 ? remove_module(name.module) : remove_part(&name, filename);
	pthread_mutex_unlock(&events);
	return code;
}

bool mod_go_part_sets_have_lua(const char *module)
{
	char path[sizeof(folder) + MOD_GO_MODULE_NAME_MAX + 8];

	/* Not `events`, which is held as long as a module takes to load. */
	pthread_mutex_lock(&configured);
	snprintf(path, sizeof(path), "%s/%s.lua", folder, module);
	pthread_mutex_unlock(&configured);
	return access(path, F_OK) == 0;
}
