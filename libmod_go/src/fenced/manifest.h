/* manifest.h - which bins each function of a module reads, from its property `functions`. Nothing else of it. */
#ifndef MOD_GO_MANIFEST_H
#define MOD_GO_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mod_go_function_bins {
	char *name;
	char *bins; /* one after another, each followed by a NUL */
	size_t bins_length;
	unsigned count;
} mod_go_function_bins;

typedef struct mod_go_manifest {
	mod_go_function_bins *functions; /* those with bins, in the order of their names */
	size_t count;
} mod_go_manifest;

/* Reads the JSON that a module gave. False where it is none; the manifest is empty then, and nothing is lost but
 * time: all bins are sent. */
bool mod_go_manifest_read(mod_go_manifest *manifest, const char *json);

/* The bins that `name` reads, NULL where that is not known. */
const mod_go_function_bins *mod_go_manifest_find(const mod_go_manifest *manifest, const char *name);

void mod_go_manifest_clear(mod_go_manifest *manifest);

#endif
