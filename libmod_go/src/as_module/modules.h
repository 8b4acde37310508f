/*
 * modules.h - the loaded modules, by name. Every call looks one up; events change them.
 *
 * Any thread may call these functions. Those that change modules take a lock that modules.c has for itself, for as
 * long as a module takes to load; mod_go_modules_find takes none.
 */
#ifndef MOD_GO_MODULES_H
#define MOD_GO_MODULES_H

#include <sys/stat.h>

#include "as_module/public_as_module.h"
#include "as_module/readers.h"
#include "common/public.h"

#define MOD_GO_CONFIG_DEFAULTS                                                                               \
	{                                                                                                        \
		.size = sizeof(mod_go_config), .user_path = ".", .log_level = AEROSPIKE_UDF_GO_LOG_TRACE,            \
		.versions = 64, .scope = AEROSPIKE_UDF_GO_SCOPE_SERVER,                                              \
	}

/* One version of a module. One of `module` (unfenced), `pool` (fenced) and `error` (it could not be loaded) is set.
 * Calls only read it; `file` is used only with modules.c's lock. */
typedef struct mod_go_loaded_module {
	mod_go_retired retired; /* first: see readers.h */
	char *name;             /* without ".so" */
	size_t name_length;
	mod_go_module *module;
	mod_go_fenced *pool;
	char *error;
	struct stat file;                /* as it was when it was loaded */
	mod_go_fenced_counters reported; /* by the plugin's ticker, which alone uses it */
} mod_go_loaded_module;

/* The length of a module's name, without ".so" at its end. */
size_t mod_go_name_length(const char *filename);

/* The current version of `filename` (with or without ".so"); NULL where there is none. The calling thread must be a
 * reader (readers.h), and may use the version until it leaves. */
const mod_go_loaded_module *mod_go_modules_find(const char *filename);

/* Copies the configuration. */
mod_go_status mod_go_modules_configure(const mod_go_config *config, mod_go_error *error);

/* Loads or replaces a module; a failure leaves the old version in place. Logs the outcome. */
mod_go_status mod_go_modules_add(const char *filename, mod_go_error *error);

/* Removes a module; it is freed when its calls have ended. */
mod_go_status mod_go_modules_remove(const char *filename, mod_go_error *error);

/* Where no version is loaded, has calls fail with `why`; a loaded one stays. */
mod_go_status mod_go_modules_refuse(const char *filename, const char *why, mod_go_error *error);

/* Loads new and changed files of the folder, and removes modules without a file. Only a folder that cannot be read
 * is an error; failures of files are logged. */
mod_go_status mod_go_modules_scan(mod_go_error *error);

/* Calls `visit` for each module that there is. One thread at a time. */
void mod_go_modules_visit(void (*visit)(mod_go_loaded_module *module, void *context), void *context);

/* Removes all modules. */
void mod_go_modules_clear(void);

/* as_module.c: fills in what a validate hook reports of a file that is not valid, and returns the hook's code. */
int mod_go_report_invalid(as_module_error *out, const char *filename, const mod_go_error *error);

#endif
