/* part_sets.c - one event at a time, as the server sends them. The files are read from its folder each time: it alone knows
 * what is there. */
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

static pthread_mutex_t events = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static pthread_mutex_t configured =
	PTHREAD_MUTEX_INITIALIZER; /* the folder is read with either, written with both */
static char folder[1024];
static mod_go_settings settings;

/* What the file of a module was when it was loaded: the same again is no news. */
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

/* Without memory it is as if it were not loaded: it is loaded again some time. */
static void note_loaded(const char *module, const mod_go_digest *digest)
{
	loaded *one = find_loaded(module);

	if (one == NULL) {
		one = malloc(sizeof(*one) + strlen(module) + 1);
		if (one == NULL)
			return;
		strcpy(one->module, module);
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
	int reason = descriptor < 0 ? errno : 0;

	while (reason == 0 && size > 0) {
		ssize_t count = write(descriptor, bytes, size);

		if (count < 0 && errno != EINTR)
			reason = errno;
		if (count > 0) {
			bytes += count;
			size -= (size_t)count;
		}
	}
	if (descriptor >= 0)
		close(descriptor);
	if (reason == 0)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_LOAD_FAILED,
	                   "%s: cannot be written (%s); make room, or name another folder in"
	                   " MODGO_CACHE",
	                   path, strerror(reason));
}

/* Loads a shared object that is in memory: by a folder of its own, which is gone afterwards, for the loader reads
 * files. Logs what comes of it. */
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

/* The parts of a head as one shared object; MOD_GO_NO_FILE where some are not there yet. */
static mod_go_status open_parts(const char *module, const uint8_t *file, size_t file_size, uint8_t **bytes,
                                size_t *size, mod_go_error *error)
{
	mod_go_part_manifest head;
	const char *fault = mod_go_part_manifest_read(file, file_size, &head);
	uint32_t missing, first = 0;

	if (fault != NULL)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s.so: %s", module, fault);
	missing = mod_go_parts_missing(folder, module, &head, &first);
	if (missing == 0)
		return mod_go_parts_join(folder, module, &head, bytes, size, error);
	return mod_go_fail(error, MOD_GO_NO_FILE,
	                   "%s.so waits for %u of its %u parts, the first of them %s.%.*s-%u.so; put them, or the"
	                   " module again",
	                   module, missing, head.parts, module, MOD_GO_SET_DIGITS, head.packed.text, first);
}

/* The shared object that the server's file of the module stands for, from page_allocator.h. */
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
		                   "%s: is neither a shared object, nor one compressed by xz, nor a head of parts",
		                   filename);
	}
}

/* Where the module is not loaded, calls are told why. `file` is NULL where the server's file could not be read. */
static int refuse(const char *module, const mod_go_digest *file, const mod_go_error *error)
{
	mod_go_error ignored;

	if (file != NULL)
		mod_go_module_state_write(folder, module, file,
		                          error->status == MOD_GO_NO_FILE ? "waiting" : "refused", error->message);
	mod_go_modules_refuse(module, error->message, &ignored);
	if (error->status == MOD_GO_NO_FILE) {
		as_log_info("mod_go: %s", error->message);
		return DONE;
	}
	as_log_error("mod_go: %s%s", error->message,
	             find_loaded(module) != NULL ? "; the version before stays loaded" : "");
	return FAILED;
}

static mod_go_digest digest_of(const uint8_t *bytes, size_t size)
{
	mod_go_sha256 sha;

	mod_go_sha256_begin(&sha);
	mod_go_sha256_add(&sha, bytes, size);
	return mod_go_sha256_end(&sha);
}

/* Loads what the server's file of the module says, where it is whole and not loaded already. */
static int load_file(const char *module, uint8_t *file, size_t file_size)
{
	mod_go_digest digest = digest_of(file, file_size);
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

/* The server's file of a module, from malloc; NULL where it cannot be read. */
static uint8_t *read_module_file(const char *module, size_t *size, mod_go_error *error)
{
	char path[sizeof(folder) + MOD_GO_MODULE_NAME_MAX + 8];
	uint8_t *bytes;

	snprintf(path, sizeof(path), "%s/%s.so", folder, module);
	return mod_go_file_read(path, "", &bytes, size, error) == MOD_GO_OK ? bytes : NULL;
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

/* Whether the file of the part's module is there, and a head that names the part. */
static bool is_wanted(const mod_go_file_name *name, uint8_t **file, size_t *size)
{
	mod_go_error ignored;
	mod_go_part_manifest head;

	*file = read_module_file(name->module, size, &ignored);
	return *file != NULL && mod_go_content_kind_of(*file, *size) == MOD_GO_CONTENT_PART_MANIFEST &&
	       mod_go_part_manifest_read(*file, *size, &head) == NULL && mod_go_part_manifest_names(&head, name);
}

static int add_part(const mod_go_file_name *name)
{
	uint8_t *file;
	size_t size;
	int code = DONE;

	if (is_wanted(name, &file, &size))
		code = load_file(name->module, file, size);
	free(file);
	return code;
}

int mod_go_part_sets_add(const char *filename)
{
	mod_go_file_name name;
	int code;

	if (!mod_go_file_name_read(filename, &name)) {
		as_log_error("mod_go: %s is neither the name of a module nor of a part of one; it is of no use here",
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

	if (is_wanted(name, &file, &size))
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

	/* Not the other lock, which is held as long as a module takes to load. */
	pthread_mutex_lock(&configured);
	snprintf(path, sizeof(path), "%s/%s.lua", folder, module);
	pthread_mutex_unlock(&configured);
	return access(path, F_OK) == 0;
}
