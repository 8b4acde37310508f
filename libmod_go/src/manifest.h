/*
 * manifest.h - what the host uses of a module's property `functions`: which functions there are, of which kind, their
 * own symbols, and the bins they read. Whether a symbol is really there is the loader's business (functions.c).
 */
#ifndef MOD_GO_MANIFEST_H
#define MOD_GO_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mod_go_described {
	char *name;
	char *symbol; /* NULL where it has none of its own */
	bool stream;  /* its kind; else it is one of records */
	char *bins;   /* one after another, each followed by a NUL */
	size_t bins_length;
	unsigned count; /* of bins; 0 where they are not known */
	bool no_deadline; /* it says that it does not look at its deadline */
} mod_go_described;

typedef struct mod_go_manifest {
	mod_go_described *functions; /* in the order of their names */
	size_t count;
} mod_go_manifest;

/* Reads the JSON that a module gave. False where it is none; the manifest is empty then, and nothing is lost but
 * time: functions are called by name, and all bins are sent. A function without a usable name is left out. */
bool mod_go_manifest_read(mod_go_manifest *manifest, const char *json);

/* The function of that name, NULL where the manifest has none. */
const mod_go_described *mod_go_manifest_find(const mod_go_manifest *manifest, const char *name);

void mod_go_manifest_clear(mod_go_manifest *manifest);

#endif
