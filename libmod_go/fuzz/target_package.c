/* target_package.c - names and part manifests of the files that the server plugin gets. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "asd/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	mod_go_file_name name;
	mod_go_part_manifest head;
	char path[1280];
	uint32_t first;

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (mod_go_file_name_read(text, &name) &&
	    (!mod_go_name_is_ours(text) || name.index > MOD_GO_PARTS_MAX || name.module[0] == '\0'))
		abort();
	mod_go_content_kind_of(data, size);
	if (mod_go_part_manifest_read(data, size, &head) == NULL) {
		if (head.parts == 0 || head.parts > MOD_GO_PARTS_MAX || head.packed_size == 0)
			abort();
		mod_go_part_manifest_names(&head, &name);
		mod_go_part_path("/nowhere", "m", &head, head.parts, path, sizeof(path));
		if (mod_go_parts_missing("/nowhere", "m", &head, &first) != head.parts)
			abort();
	}
	free(text);
	return 0;
}
