/* wants.c - finds a module's wishes in its file, and compares them with its grants. */
#include "fenced/wants.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/error.h"
#include "fenced/grants.h"

/* The property "build" is a constant of the module, JSON, in which modgo/build/wants.py writes this. */
#define MARK    "\"wants\": \"modgo:"
#define LONGEST 8192

static char *copy_wishes(const char *text, size_t length)
{
	const char *end = memchr(text, '"', length < LONGEST ? length : LONGEST);
	char *lines = end != NULL ? strndup(text, (size_t)(end - text)) : NULL;

	for (char *at = lines; at != NULL && *at != '\0'; at++)
		*at = *at == '|' ? '\n' : *at;
	return lines;
}

char *mod_go_wants_read(int descriptor)
{
	struct stat facts;
	char *lines = NULL;
	void *mapped;
	const char *found;

	if (fstat(descriptor, &facts) != 0 || facts.st_size <= 0)
		return NULL;
	mapped = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	if (mapped == MAP_FAILED)
		return NULL;
	found = memmem(mapped, (size_t)facts.st_size, MARK, strlen(MARK));
	if (found != NULL) {
		found += strlen(MARK);
		lines = copy_wishes(found, (size_t)((const char *)mapped + facts.st_size - found));
	}
	munmap(mapped, (size_t)facts.st_size);
	return lines;
}

/* Writes all wishes as the value of MODGO_ALLOW for one module: a value with the missing one alone would take the
 * others away. */
static void write_allow(char *text, size_t capacity, const char *requested)
{
	size_t used = 0;

	text[0] = '\0';
	for (const char *line = requested; *line != '\0' && used < capacity;) {
		int length = (int)strcspn(line, "\n");
		bool read = strncmp(line, "read ", 5) == 0;

		used += (size_t)snprintf(text + used, capacity - used, "%s%s%.*s", used > 0 ? "," : "",
		                         read ? "read:" : "", read ? length - 5 : length, read ? line + 5 : line);
		line += length + (line[length] != '\0');
	}
}

mod_go_status mod_go_wants_check(const char *requested, const char *granted, const char *path,
                                 mod_go_error *error)
{
	const char *level = getenv("MODGO_FENCE"), *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	int length = (int)strcspn(name, ".");
	char missing[1024], allow[1024];

	if (mod_go_grants_cover(granted, requested, missing, sizeof(missing)) ||
	    (level != NULL && strcmp(level, "off") == 0))
		return MOD_GO_OK;
	write_allow(allow, sizeof(allow), requested);
	if (strcmp(missing, "network") == 0)
		return mod_go_fail(
			error, MOD_GO_WORKER_FAILED,
			"%s: the module wants the network, which it may not use; if you trust it with that, add"
			" --allow-network, set modgo.allow.network in your editor or, on a server,"
			" MODGO_ALLOW='%.*s=%s'",
			path, length, name, allow);
	if (strncmp(missing, "read ", 5) == 0)
		return mod_go_fail(error, MOD_GO_WORKER_FAILED,
		                   "%s: the module wants to read %s, which it may not; if you trust it with that, add"
		                   " --allow-read %s, set modgo.allow.read in your editor or, on a server,"
		                   " MODGO_ALLOW='%.*s=%s'",
		                   path, missing + 5, missing + 5, length, name, allow);
	return mod_go_fail(error, MOD_GO_WORKER_FAILED,
	                   "%s: the module wants \"%s\", which this libmod_go does not know; use a newer one",
	                   path, missing);
}
