/*
 * grants.h - what a module may do beyond the fence, and what it wants. As text, both are lines: "network", or "read"
 * with a blank and the absolute path of a folder or file. The host passes each line to its workers as an argument.
 */
#ifndef MOD_GO_GRANTS_H
#define MOD_GO_GRANTS_H

#include <stdbool.h>
#include <stddef.h>

enum { MOD_GO_GRANTS_MAX = 32 };

typedef struct mod_go_grants {
	bool network;
	size_t count;
	const char *read[MOD_GO_GRANTS_MAX]; /* paths */
} mod_go_grants;

/* Reads grants from lines, which must stay valid. Returns the first line that is none, or one too many; NULL where all
 * are. */
const char *mod_go_grants_read(mod_go_grants *grants, const char *const *lines, size_t count);

/* Splits a text into its lines, in place, and writes up to `most` pointers to them. Returns how many. */
size_t mod_go_grants_split(char *text, const char **lines, size_t most);

/* Whether the text `granted` covers each line of the text `requested`: the same line, or a folder around its path. Else
 * `missing` gets the first line that it does not cover. NULL is no lines. */
bool mod_go_grants_cover(const char *granted, const char *requested, char *missing, size_t capacity);

#endif
