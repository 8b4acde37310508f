/*
 * modules.h - the modules that mod_go has loaded, by name. Looked up by every call, changed by events.
 * Knows files and versions, not what calls do with them.
 */
#ifndef MOD_GO_MODULES_H
#define MOD_GO_MODULES_H

#include <sys/stat.h>

#include "common/public.h"
#include "as_module/public_as_module.h"

#define MOD_GO_CONFIG_DEFAULTS                                                                               \
	{                                                                                                        \
		.size = sizeof(mod_go_config), .user_path = ".", .log_level = AEROSPIKE_UDF_GO_LOG_TRACE,            \
		.versions = 64, .scope = AEROSPIKE_UDF_GO_SCOPE_SERVER,                                              \
	}

/* One version of a module: loaded unfenced or fenced, or, where its first version could not be loaded, only why. */
typedef struct mod_go_loaded_module {
	char *name; /* without ".so" */
	size_t name_length;
	mod_go_module *module;
	mod_go_fenced *pool;
	char *error;
	struct stat file; /* the file as it was, to see that it has changed */
} mod_go_loaded_module;

/* The length of a module's name without ".so" at its end. */
size_t mod_go_name_length(const char *filename);

/* The version that `filename` (with or without ".so") has now, NULL where there is none. To be called by a reader
 * (readers.h); it may use the version until it leaves. */
const mod_go_loaded_module *mod_go_modules_find(const char *filename);

/* Takes the configuration over. */
mod_go_status mod_go_modules_configure(const mod_go_config *config, mod_go_error *error);

/* Loads, or replaces, one; forgets one. Where a new version cannot be loaded the old one stays. */
mod_go_status mod_go_modules_add(const char *filename, mod_go_error *error);
mod_go_status mod_go_modules_remove(const char *filename, mod_go_error *error);

/* Where no version works, has calls told `why`; one that works stays. */
mod_go_status mod_go_modules_refuse(const char *filename, const char *why, mod_go_error *error);

/* Makes the modules those of the folder. Only a folder that cannot be read is an error; files are logged. */
mod_go_status mod_go_modules_scan(mod_go_error *error);

/* Forgets all. */
void mod_go_modules_clear(void);

#endif
