/* loaded_module.c - loads one version of a module, fenced or unfenced. */
#include "as_module/loaded_module.h"

#include <stdlib.h>
#include <string.h>

#include "as_module/allow.h"
#include "common/error.h"

/* One call in so many of each thread is timed: a sample is enough for the histogram. */
enum { TIMED = 16 };

static mod_go_loaded_module *new_version(const char *name, size_t name_length, const char *path)
{
	mod_go_loaded_module *version = calloc(1, sizeof(*version));

	if (version == NULL)
		return NULL;
	version->name = strndup(name, name_length);
	version->name_length = name_length;
	if (version->name == NULL) {
		free(version);
		return NULL;
	}
	/* Before the file is read: a change in between then counts as one. All is 0 where there is no file. */
	(void)stat(path, &version->file);
	return version;
}

void mod_go_loaded_module_free(void *given)
{
	mod_go_loaded_module *version = given;

	mod_go_close(version->module);
	mod_go_fenced_close(version->pool);
	free(version->error);
	free(version->name);
	free(version);
}

mod_go_loaded_module *mod_go_loaded_module_broken(const char *name, size_t name_length, const char *path,
                                                  const char *why)
{
	mod_go_loaded_module *version = new_version(name, name_length, path);

	if (version == NULL)
		return NULL;
	version->error = strdup(why);
	if (version->error != NULL)
		return version;
	mod_go_loaded_module_free(version);
	return NULL;
}

static mod_go_status load_unfenced(mod_go_loaded_module *version, const char *path,
                                   const mod_go_config *config, mod_go_error *error)
{
	mod_go_status status;

	mod_go_limit_staying_versions(config->versions);
	status = mod_go_open(path, &version->module, error);
	return status == MOD_GO_OK ? mod_go_setup(version->module, error) : status;
}

static mod_go_status load_fenced(mod_go_loaded_module *version, const char *path, const mod_go_config *config,
                                 mod_go_error *error)
{
	mod_go_fenced_options options = {.size = sizeof(options),
	                                 .limit = config->workers,
	                                 .worker = config->worker[0] != '\0' ? config->worker : NULL,
	                                 .memory = config->memory,
	                                 .stall = config->stall,
	                                 .idle = config->idle,
	                                 .old_calls = config->old_calls,
	                                 .deferred_stores = 1,
	                                 .timed = TIMED};
	char grants[sizeof(config->allow) + 1];
	mod_go_status status;

	mod_go_allow_read(config->allow, version->name, version->name_length, grants);
	options.grants = grants;
	status = mod_go_fenced_open(path, &options, &version->pool, error);
	return status == MOD_GO_OK ? mod_go_fenced_setup(version->pool, error) : status;
}

mod_go_status mod_go_loaded_module_open(const char *name, size_t name_length, const char *path,
                                        const mod_go_config *config, mod_go_loaded_module **version,
                                        mod_go_error *error)
{
	mod_go_loaded_module *loaded = new_version(name, name_length, path);
	mod_go_status status;

	if (loaded == NULL)
		return mod_go_no_memory(error, path, sizeof(*loaded));
	status = (config->mode == MOD_GO_FENCED ? load_fenced : load_unfenced)(loaded, path, config, error);
	if (status == MOD_GO_OK)
		*version = loaded;
	else
		mod_go_loaded_module_free(loaded);
	return status;
}

mod_go_status mod_go_loaded_module_replace(mod_go_loaded_module *version, const char *path,
                                           mod_go_error *error)
{
	struct stat file;
	bool known = stat(path, &file) == 0;
	mod_go_status status = mod_go_fenced_replace(version->pool, path, error);

	if (status == MOD_GO_OK && known)
		version->file = file;
	return status;
}

mod_go_fenced_counters mod_go_loaded_module_counters(const mod_go_loaded_module *version)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters)};
	mod_go_counters unfenced = {.size = sizeof(unfenced)};

	if (version->pool != NULL) {
		mod_go_fenced_read_counters(version->pool, &counters);
	} else if (version->module != NULL) {
		mod_go_read_counters(version->module, &unfenced);
		counters.calls = unfenced.calls;
		memcpy(counters.by_status, unfenced.by_status, sizeof(counters.by_status));
		memcpy(counters.latency, unfenced.latency, sizeof(counters.latency));
	}
	return counters;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool mod_go_loaded_module_is_of(const mod_go_loaded_module *version, const struct stat *file)
{
	const struct stat *known = &version->file;

	return known->st_dev == file->st_dev && known->st_ino == file->st_ino &&
	       known->st_size == file->st_size && same_time(known->st_mtim, file->st_mtim) &&
	       same_time(known->st_ctim, file->st_ctim);
}
