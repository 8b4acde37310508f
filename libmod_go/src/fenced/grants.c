/* grants.c - reads and compares grants. */
#include "fenced/grants.h"

#include <stdio.h>
#include <string.h>

#define READ "read "

static bool is_read(const char *line, size_t length)
{
	return length > strlen(READ) && strncmp(line, READ "/", strlen(READ) + 1) == 0;
}

const char *mod_go_grants_read(mod_go_grants *grants, const char *const *lines, size_t count)
{
	memset(grants, 0, sizeof(*grants));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(lines[i], "network") == 0)
			grants->network = true;
		else if (is_read(lines[i], strlen(lines[i])) && grants->count < MOD_GO_GRANTS_MAX)
			grants->read[grants->count++] = lines[i] + strlen(READ);
		else
			return lines[i];
	}
	return NULL;
}

size_t mod_go_grants_split(char *text, const char **lines, size_t most)
{
	size_t count = 0;

	while (*text != '\0' && count < most) {
		size_t length = strcspn(text, "\n");
		bool ends = text[length] == '\0';

		text[length] = '\0';
		if (length > 0)
			lines[count++] = text;
		text += length + !ends;
	}
	return count;
}

/* Whether a grant covers a wish; both are lines with these lengths. */
static bool covers(const char *grant, size_t length, const char *wish, size_t wish_length)
{
	while (is_read(grant, length) && length > strlen(READ "/") && grant[length - 1] == '/')
		length--;
	if (length > wish_length || strncmp(grant, wish, length) != 0)
		return false;
	return length == wish_length ||
	       (is_read(grant, length) && (wish[length] == '/' || grant[length - 1] == '/'));
}

bool mod_go_grants_cover(const char *granted, const char *requested, char *missing, size_t capacity)
{
	while (requested != NULL && *requested != '\0') {
		size_t wish = strcspn(requested, "\n");
		const char *grant = granted != NULL ? granted : "";
		bool found = wish == 0;

		while (!found && *grant != '\0') {
			size_t length = strcspn(grant, "\n");

			found = covers(grant, length, requested, wish);
			grant += length + (grant[length] == '\n');
		}
		if (!found) {
			snprintf(missing, capacity, "%.*s", (int)wish, requested);
			return false;
		}
		requested += wish + (requested[wish] == '\n');
	}
	return true;
}
