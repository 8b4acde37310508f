/*
 * module_state.h - publishes what became of a module on this node, in a file NAME.state beside the server's own,
 * for clients (udf-get:filename=NAME.state). docs/server-files.md has its format. The server does not list such
 * files, and removes everything in its folder when it starts. part_sets.c's lock is held for all calls.
 */
#ifndef MOD_GO_MODULE_STATE_H
#define MOD_GO_MODULE_STATE_H

#include "asd/package.h"

/* Writes the file. `state` is loading, loaded, waiting or refused; `file` is the digest of the server's NAME.so;
 * `why` is the reason that the module is not loaded, or NULL. A failure is logged. */
void mod_go_module_state_write(const char *folder, const char *module, const mod_go_digest *file,
                               const char *state, const char *why);

/* Removes the file. A failure is ignored: the file may be missing. */
void mod_go_module_state_remove(const char *folder, const char *module);

/* Replaces the file at `path` at once, so that a reader gets the old content or the new one. False with errno.
 * Needs no lock, but one writer of a path at a time. */
bool mod_go_module_state_replace(const char *path, const char *text);

#endif
