/* module_state.c - writes a new file and renames it, so that readers see the old content or the new one. Without it
 * only reporting is lost. */
#include "asd/module_state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "asd/server_symbols.h"

enum { PATH_CAPACITY = 1024 + MOD_GO_MODULE_NAME_MAX + 16 };

static bool write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	bool written;

	if (file == NULL)
		return false;
	written = fputs(text, file) != EOF;
	return fclose(file) == 0 && written;
}

bool mod_go_module_state_replace(const char *path, const char *text)
{
	char fresh[PATH_CAPACITY];
	int reason;

	snprintf(fresh, sizeof(fresh), "%s~", path);
	if (write_text(fresh, text) && rename(fresh, path) == 0)
		return true;
	reason = errno;
	unlink(fresh);
	errno = reason;
	return false;
}

void mod_go_module_state_write(const char *folder, const char *module, const mod_go_digest *file,
                               const char *state, const char *why)
{
	char path[PATH_CAPACITY - 1], text[4096];
	int length;

	length = snprintf(text, sizeof(text), "modgo-state 1\nfile-sha256 %s\nstate %s\n", file->text, state);
	if (why != NULL) {
		char *reason = text + length;

		snprintf(reason, sizeof(text) - (size_t)length - 1, "why %s", why);
		for (char *end = strchr(reason, '\n'); end != NULL; end = strchr(end, '\n'))
			*end = ' ';
		memcpy(reason + strlen(reason), "\n", 2);
	}
	snprintf(path, sizeof(path), "%s/%s.state", folder, module);
	if (!mod_go_module_state_replace(path, text)) {
		as_log_warn("mod_go: %s cannot be written (%s): clients cannot ask for the state of %s.so", path,
		            strerror(errno), module);
	}
}

void mod_go_module_state_remove(const char *folder, const char *module)
{
	char path[PATH_CAPACITY];

	snprintf(path, sizeof(path), "%s/%s.state", folder, module);
	unlink(path);
}
