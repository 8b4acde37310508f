/*
 * manifest.h - what the host uses of a module's property `functions`: which functions there are, of which kind, their
 * own symbols, and the bins they read. Whether a symbol is really there is the loader's business (functions.c).
 */
#ifndef MOD_GO_MANIFEST_H
#define MOD_GO_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A function with more arguments that name bins is one whose bins are not known. */
#define MOD_GO_BIN_ARGUMENTS 8

typedef struct mod_go_manifest_function {
	char *name;
	char *symbol;    /* NULL where it has none of its own */
	bool stream;     /* its kind; else it is one of records */
	bool bins_known; /* it says which bins it reads; where it does not, there is none in the two lists */
	char *bins;      /* one after another, each followed by a NUL */
	size_t bins_length;
	unsigned count;                               /* of bins */
	uint32_t bin_arguments[MOD_GO_BIN_ARGUMENTS]; /* the positions of arguments that name further ones */
	unsigned bin_argument_count;
	bool no_deadline; /* it says that it does not look at its deadline */
} mod_go_manifest_function;

typedef struct mod_go_manifest {
	mod_go_manifest_function *functions; /* in the order of their names */
	size_t count;
} mod_go_manifest;

/* Reads the JSON that a module gave. False where it is none; the manifest is empty then, and nothing is lost but
 * time: functions are called by name, and all bins are sent. A function without a usable name is left out. */
bool mod_go_manifest_read(mod_go_manifest *manifest, const char *json);

/* The function of that name, NULL where the manifest has none. */
const mod_go_manifest_function *mod_go_manifest_find(const mod_go_manifest *manifest, const char *name);

/* Whether a bin of that name is in the function's list. */
bool mod_go_manifest_function_has_bin(const mod_go_manifest_function *function, const char *name,
                                      size_t length);

void mod_go_manifest_clear(mod_go_manifest *manifest);

#endif
