/*
 * part_sets.h - from the files that the server keeps to the modules that are loaded: what makes a module whole, when it is
 * loaded, what calls are told as long as it is not. How files look is package.h's.
 */
#ifndef MOD_GO_SETS_H
#define MOD_GO_SETS_H

#include "common/public.h"
#include "asd/settings.h"

/* `folder` is the server's, in which it keeps the files. */
void mod_go_part_sets_configure(const char *folder, const mod_go_settings *settings);

/* A file whose name ends in ".so" was put, or put again. 0, or 2 where it is no good; the log says why. A part, or a
 * head whose parts are not all there, is fine. */
int mod_go_part_sets_add(const char *filename);

/* One was removed. */
int mod_go_part_sets_remove(const char *filename);

/* Whether the server has a Lua file of the module's name. */
bool mod_go_part_sets_have_lua(const char *module);

/* upload_check.c: whether what is to be put is one that may be. `error` says why not. */
mod_go_status mod_go_upload_check(const char *filename, const uint8_t *content, size_t size,
                                  mod_go_error *error);

#endif
