/* upload_check.c - checks a file that a client puts, before any node has it. */
#include "elf/elf_file.h"
#include "common/error.h"
#include "asd/package.h"
#include "asd/page_allocator.h"
#include "asd/part_sets.h"

/* A client that calls "stats" cannot choose between stats.so and stats.lua. */
static mod_go_status check_against_lua(const char *module, mod_go_error *error)
{
	if (!mod_go_part_sets_have_lua(module))
		return MOD_GO_OK;
	return mod_go_fail(
		error, MOD_GO_NO_FILE,
		"%s.so: there is a %s.lua, which clients call by the same name; remove that, or name the"
		" module otherwise",
		module, module);
}

static mod_go_status check_packed(const char *filename, const uint8_t *content, size_t size,
                                  mod_go_error *error)
{
	uint8_t *bytes;
	size_t unpacked;
	mod_go_status status = mod_go_xz_decode(filename, content, size, &bytes, &unpacked, error);

	if (status == MOD_GO_OK)
		status = mod_go_elf_check(bytes, unpacked, filename, error);
	mod_go_pages_free(bytes);
	return status;
}

static mod_go_status check_part_manifest(const char *filename, const uint8_t *content, size_t size,
                                         mod_go_error *error)
{
	mod_go_part_manifest manifest;
	const char *fault = mod_go_part_manifest_read(content, size, &manifest);

	return fault == NULL ? MOD_GO_OK : mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: %s", filename, fault);
}

mod_go_status mod_go_upload_check(const char *filename, const uint8_t *content, size_t size,
                                  mod_go_error *error)
{
	mod_go_file_name name;
	mod_go_status status;

	if (!mod_go_file_name_read(filename, &name))
		return mod_go_fail(error, MOD_GO_NO_FILE,
		                   "%.200s: a module is named by up to %d letters, digits, _ and -, then .so",
		                   filename, MOD_GO_MODULE_NAME_MAX);
	if (name.index > 0)
		return mod_go_succeed(error);
	status = check_against_lua(name.module, error);
	if (status != MOD_GO_OK)
		return status;
	switch (mod_go_content_kind_of(content, size)) {
	case MOD_GO_CONTENT_XZ:
		return check_packed(filename, content, size, error);
	case MOD_GO_CONTENT_PART_MANIFEST:
		return check_part_manifest(filename, content, size, error);
	default: /* also reports entries that are of no known kind */
		return mod_go_elf_check(content, size, filename, error);
	}
}
