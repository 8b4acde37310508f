/* wants.h - which grants a module wants: modgo writes them into the module's file, from its modgo.toml. */
#ifndef MOD_GO_WANTS_H
#define MOD_GO_WANTS_H

#include "common/public.h"

/* Reads them from the file of a descriptor, as lines (grants.h), which the caller frees. NULL where it wants none, or
 * cannot be read. Runs nothing. */
char *mod_go_wants_read(int descriptor);

/* MOD_GO_WORKER_FAILED, with the setting that grants it, where `requested` has a line that `granted` does not cover.
 * With MODGO_FENCE=off there is nothing to grant. `path` is the module's. */
mod_go_status mod_go_wants_check(const char *requested, const char *granted, const char *path,
                                 mod_go_error *error);

#endif
