/* target_manifest.c - the JSON of a module's functions, from the module. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "loader/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	mod_go_manifest manifest;

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (mod_go_manifest_read(&manifest, text)) {
		for (size_t i = 0; i < manifest.count; i++) {
			const mod_go_manifest_function *found =
				mod_go_manifest_find(&manifest, manifest.functions[i].name);
			unsigned names = 0;

			for (size_t at = 0; at < manifest.functions[i].bins_length; names++)
				at += strlen(manifest.functions[i].bins + at) + 1;
			if (found == NULL || names != manifest.functions[i].count)
				abort();
		}
	}
	mod_go_manifest_clear(&manifest);
	free(text);
	return 0;
}
