/* lookup.h - from the names that a call comes with to a version and its function. */
#ifndef MOD_GO_LOOKUP_H
#define MOD_GO_LOOKUP_H

#include "modules.h"

/* What a call is of. */
typedef struct mod_go_target {
	const mod_go_loaded *version;    /* NULL where there is no such module */
	const mod_go_function *function; /* NULL where the manifest does not list it, or the version is fenced */
} mod_go_target;

/* To be called by a reader (readers.h), who may use what it finds until it leaves. What the thread called last is found
 * without a search. */
mod_go_target mod_go_lookup(const char *filename, const char *function);

#endif
