/*
 * part_sets.h - loads modules from the files that the server has. part_sets.c has the design: when a module is
 * complete, when it is loaded, and what calls report until then. package.h has the format of files.
 *
 * Any thread may call these functions. The events take a lock for as long as a module takes to load.
 */
#ifndef MOD_GO_PART_SETS_H
#define MOD_GO_PART_SETS_H

#include "asd/settings.h"
#include "common/public.h"

/* Copies the server's folder of files and the settings. */
void mod_go_part_sets_configure(const char *folder, const mod_go_settings *settings);

/* The event that a file with a name in ".so" was put, or put again. Returns 0, also for a part and for a manifest
 * whose parts are not all there; 2 for a file that cannot be used, which is logged. */
int mod_go_part_sets_add(const char *filename);

/* The event that such a file was removed. */
int mod_go_part_sets_remove(const char *filename);

/* Whether the server has a Lua file of the module's name. Waits for no event. */
bool mod_go_part_sets_have_lua(const char *module);

/* upload_check.c: checks a file that a client puts, before any node has it. */
mod_go_status mod_go_upload_check(const char *filename, const uint8_t *content, size_t size,
                                  mod_go_error *error);

#endif
