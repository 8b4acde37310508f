/* loaded_module.h - one version of a module: loads it and frees it. modules.h has the table of all. */
#ifndef MOD_GO_LOADED_MODULE_H
#define MOD_GO_LOADED_MODULE_H

#include "as_module/modules.h"

/* Loads the file at `path` as the module `name` and sets it up. With MOD_GO_OK the caller owns `*version`. One
 * thread at a time, as everything here: modules.c's lock sees to that. */
mod_go_status mod_go_loaded_module_open(const char *name, size_t name_length, const char *path,
                                        const mod_go_config *config, mod_go_loaded_module **version,
                                        mod_go_error *error);

/* A version that is not loaded and only has the reason, which calls report. The caller owns it; NULL without
 * memory. */
mod_go_loaded_module *mod_go_loaded_module_broken(const char *name, size_t name_length, const char *path,
                                                  const char *why);

/* Replaces the file of a fenced version's pool, while calls run. */
mod_go_status mod_go_loaded_module_replace(mod_go_loaded_module *version, const char *path,
                                           mod_go_error *error);

/* Whether the version was loaded from `file` as it is now. */
bool mod_go_loaded_module_is_of(const mod_go_loaded_module *version, const struct stat *file);

/* The counters of a loaded version, fenced or not; those of workers are 0 where it is unfenced. Any thread. */
mod_go_fenced_counters mod_go_loaded_module_counters(const mod_go_loaded_module *version);

/* Closes and frees a mod_go_loaded_module that no call uses: a release function for mod_go_readers_retire. */
void mod_go_loaded_module_free(void *version);

#endif
