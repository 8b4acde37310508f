/*
 * manifest.h - the module's property `functions`: its functions, their kinds, symbols and the bins that they read.
 * Whether a symbol exists is functions.c's.
 *
 * The JSON may be hostile. A manifest is built by one thread; once read it does not change, and any thread may use
 * it.
 */
#ifndef MOD_GO_MANIFEST_H
#define MOD_GO_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With more arguments that name bins, a function's bins count as unknown. */
#define MOD_GO_BIN_ARGUMENTS 8

typedef struct mod_go_manifest_function {
	char *name;
	char *symbol;    /* NULL where it has none of its own */
	bool stream;     /* a stream UDF; else a record UDF */
	bool bins_known; /* the manifest says which bins it reads; else `bins` and `bin_arguments` are empty */
	char *bins;      /* names, each followed by a NUL */
	size_t bins_length;
	unsigned count;                               /* of bins */
	uint32_t bin_arguments[MOD_GO_BIN_ARGUMENTS]; /* the positions of arguments that name further bins */
	unsigned bin_argument_count;
	bool no_deadline; /* the manifest says that it does not use its deadline */
} mod_go_manifest_function;

typedef struct mod_go_manifest {
	mod_go_manifest_function *functions; /* ordered by name */
	size_t count;
} mod_go_manifest;

/* Reads the JSON into `manifest`, which the caller clears. False where it cannot be read: the manifest is empty
 * then, which costs only time, because functions are called by name and all bins are sent. Functions without a
 * usable name are left out. */
bool mod_go_manifest_read(mod_go_manifest *manifest, const char *json);

/* The function `name`, valid until the manifest is cleared; NULL where the manifest does not list it. */
const mod_go_manifest_function *mod_go_manifest_find(const mod_go_manifest *manifest, const char *name);

/* Whether the function's list has a bin `name`, which need not end in a NUL. */
bool mod_go_manifest_function_has_bin(const mod_go_manifest_function *function, const char *name,
                                      size_t length);

/* Frees everything in the manifest, which is empty then. */
void mod_go_manifest_clear(mod_go_manifest *manifest);

#endif
