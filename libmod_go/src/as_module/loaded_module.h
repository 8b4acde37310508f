/* loaded_module.h - loads one version of a module and lets it go. The table of modules is modules.c's. */
#ifndef MOD_GO_LOADED_H
#define MOD_GO_LOADED_H

#include "as_module/modules.h"

/* Loads the file at `path` as the module `name` and sets it up. One at a time. */
mod_go_status mod_go_loaded_module_open(const char *name, size_t name_length, const char *path,
                                        const mod_go_config *config, mod_go_loaded_module **version,
                                        mod_go_error *error);

/* A version that says only why there is none. NULL where there is no memory. */
mod_go_loaded_module *mod_go_loaded_module_broken(const char *name, size_t name_length, const char *path,
                                                  const char *why);

/* Puts another file in place of the one in a fenced version's pool. */
mod_go_status mod_go_loaded_module_replace(mod_go_loaded_module *version, const char *path,
                                           mod_go_error *error);

/* Whether the file at `path` is the one that the version was made of, unchanged. */
bool mod_go_loaded_module_is_of(const mod_go_loaded_module *version, const struct stat *file);

/* Closes and frees a mod_go_loaded_module. For mod_go_readers_retire. */
void mod_go_loaded_module_free(void *version);

#endif
