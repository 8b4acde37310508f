/* allow.c - reads MODGO_ALLOW. */
#include "as_module/allow.h"

#include <string.h>

/* Where the entry, grant or name that begins here ends. */
static size_t length_until(const char *text, size_t length, char end)
{
	const char *found = memchr(text, end, length);

	return found != NULL ? (size_t)(found - text) : length;
}

/* The text goes on behind its length, with a separator or NUL. */
static bool is_grant(const char *text, size_t length)
{
	return (length == 7 && strncmp(text, "network", 7) == 0) ||
	       (strncmp(text, "read:/", 6) == 0 && memchr(text, '\n', length) == NULL);
}

/* Calls for each grant of each entry. False where something is none. */
static bool visit(const char *allow,
                  void (*take)(void *context, const char *name, size_t name_length, const char *grant,
                               size_t length),
                  void *context)
{
	while (*allow != '\0') {
		size_t entry = strcspn(allow, ";"), name = length_until(allow, entry, '=');

		for (size_t at = name + 1; at <= entry;) {
			size_t length = length_until(allow + at, entry - at, ',');

			if (!is_grant(allow + at, length))
				return false;
			take(context, allow, name, allow + at, length);
			at += length + 1;
		}
		if (entry > 0 && (name == 0 || name == entry))
			return false;
		allow += entry + (allow[entry] == ';');
	}
	return true;
}

static void take_nothing(void *context, const char *name, size_t name_length, const char *grant,
                         size_t length)
{
	(void)context, (void)name, (void)name_length, (void)grant, (void)length;
}

bool mod_go_allow_is_valid(const char *allow)
{
	return visit(allow, take_nothing, NULL);
}

/* The grants of one module, as lines. */
struct collected {
	const char *name;
	size_t name_length;
	char *end; /* of the lines */
};

static void take_own(void *context, const char *name, size_t name_length, const char *grant, size_t length)
{
	struct collected *own = context;

	if (!(name_length == 1 && *name == '*') &&
	    !(name_length == own->name_length && strncmp(name, own->name, name_length) == 0))
		return;
	memcpy(own->end, grant, length);
	if (*grant == 'r')
		own->end[4] = ' '; /* "read:PATH" becomes "read PATH" */
	own->end[length] = '\n';
	own->end += length + 1;
}

void mod_go_allow_read(const char *allow, const char *name, size_t name_length, char *lines)
{
	struct collected own = {name, name_length, lines};

	visit(allow, take_own, &own);
	*own.end = '\0';
}
