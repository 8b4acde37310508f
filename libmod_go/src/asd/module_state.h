/*
 * module_state.h - what became of a module on this node, in a file beside the server's own, for whoever asks the server
 * (udf-get:filename=NAME.state). docs/server-files.md has its form. The server lists no such file, and removes all that
 * is in its folder when it starts.
 */
#ifndef MOD_GO_STATE_H
#define MOD_GO_STATE_H

#include "asd/package.h"

/* `state` is a word: loading, loaded, waiting, refused. `file` is the digest of the server's file NAME.so that it is
 * about; `why` is NULL, or says why it is not loaded. */
void mod_go_module_state_write(const char *folder, const char *module, const mod_go_digest *file,
                               const char *state, const char *why);

void mod_go_module_state_remove(const char *folder, const char *module);

#endif
