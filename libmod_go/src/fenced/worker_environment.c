/* worker_environment.c - builds the environment of a worker. */
#include "fenced/worker_environment.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/* Go's runtime stays below GOMEMLIMIT; the rest is for memory that it does not count. */
#define GO_SHARE(memory) ((memory) / 10 * 8)

#define LIMIT_BYTES 48

static const char *const ALLOWED[] = {"TZ",         "TZDIR",       "ZONEINFO",    "LANG",
                                      "LC_*",       "GODEBUG",     "GOMAXPROCS",  "GOGC",
                                      "GOMEMLIMIT", "GOTRACEBACK", "MODGO_FENCE", "MODGO_USER"};

enum { ALLOWED_COUNT = sizeof(ALLOWED) / sizeof(*ALLOWED) };

/* Whether the name matches a pattern: a name or, with a star at its end, a prefix. */
static bool matches(const char *pattern, size_t pattern_length, const char *name, size_t length)
{
	if (pattern_length > 0 && pattern[pattern_length - 1] == '*')
		return length >= pattern_length - 1 && strncmp(pattern, name, pattern_length - 1) == 0;
	return length == pattern_length && strncmp(pattern, name, length) == 0;
}

/* Whether the name is in a list of names, separated by commas and blanks. */
static bool is_named(const char *list, const char *name, size_t length)
{
	while (list != NULL && *list != '\0') {
		size_t entry = strcspn(list, ", ");

		if (entry == length && strncmp(list, name, length) == 0)
			return true;
		list += entry + (list[entry] != '\0');
	}
	return false;
}

static bool is_allowed(const char *name, size_t length, const char *also)
{
	if (length == 0 || matches("LD_PRELOAD", 10, name, length))
		return false;
	for (int i = 0; i < ALLOWED_COUNT; i++) {
		if (matches(ALLOWED[i], strlen(ALLOWED[i]), name, length))
			return true;
	}
	return is_named(also, name, length);
}

char **mod_go_worker_environment(const char *memory)
{
	unsigned long long bytes = strtoull(memory, NULL, 10);
	const char *also = getenv("MODGO_ENV");
	size_t count = 0, used = 0;
	char **entries, *limit;

	while (environ != NULL && environ[count] != NULL)
		count++;
	entries = malloc((count + 2) * sizeof(*entries) + LIMIT_BYTES);
	if (entries == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (is_allowed(environ[i], strcspn(environ[i], "="), also))
			entries[used++] = environ[i];
	}
	if (bytes > 0 && getenv("GOMEMLIMIT") == NULL) {
		limit = (char *)(entries + count + 2);
		snprintf(limit, LIMIT_BYTES, "GOMEMLIMIT=%llu", GO_SHARE(bytes));
		entries[used++] = limit;
	}
	entries[used] = NULL;
	return entries;
}
