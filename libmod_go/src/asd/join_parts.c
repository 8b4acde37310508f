/* join_parts.c - joins the parts of a set, or decompresses one file, into the shared object. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "asd/package.h"
#include "asd/page_allocator.h"
#include "asd/xz_decoder.h"

/* The parts being joined. */
struct joining {
	mod_go_xz_decoder *decoder;
	mod_go_sha256 sha;
	const mod_go_part_manifest *manifest;
};

/* Adds the content of a file. Returns what is wrong, or NULL. */
static const char *take_file(struct joining *joining, int descriptor)
{
	uint8_t bytes[32768];

	for (;;) {
		ssize_t got = read(descriptor, bytes, sizeof(bytes));
		const char *fault;

		if (got == 0)
			return NULL;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return strerror(errno);
		mod_go_sha256_add(&joining->sha, bytes, (size_t)got);
		if (joining->sha.length > joining->manifest->packed_size)
			return "it has more bytes than the part manifest says";
		fault = mod_go_xz_decoder_add(joining->decoder, bytes, (size_t)got);
		if (fault != NULL)
			return fault;
	}
}

static mod_go_status take_part(struct joining *joining, const char *path, mod_go_error *error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *fault = descriptor < 0 ? strerror(errno) : take_file(joining, descriptor);

	if (descriptor >= 0)
		close(descriptor);
	if (fault == NULL)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: %s; put the module again", path, fault);
}

/* Whether size and digest of `bytes` are the manifest's. */
static bool is_content(const mod_go_part_manifest *manifest, const uint8_t *bytes, size_t size)
{
	return size == manifest->size && strcmp(mod_go_sha256_of(bytes, size).text, manifest->content.text) == 0;
}

/* Ends the joined parts, and compares them with the manifest. */
static mod_go_status finish(struct joining *joining, const char *module, uint8_t **bytes, size_t *size,
                            mod_go_error *error)
{
	const mod_go_part_manifest *manifest = joining->manifest;
	bool whole = joining->sha.length == manifest->packed_size;
	const char *fault;

	if (!whole || strcmp(mod_go_sha256_end(&joining->sha).text, manifest->packed.text) != 0)
		return mod_go_fail(
			error, MOD_GO_NOT_A_MODULE,
			"%s.so: its %u parts are not those of its part manifest (packed-sha256 differs); put the"
			" module again",
			module, manifest->parts);
	fault = mod_go_xz_decoder_finish(joining->decoder, bytes, size);
	if (fault != NULL)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s.so: %s; put the module again", module, fault);
	if (is_content(manifest, *bytes, *size))
		return MOD_GO_OK;
	mod_go_pages_free(*bytes);
	*bytes = NULL;
	return mod_go_fail(
		error, MOD_GO_NOT_A_MODULE,
		"%s.so: decompressed it does not match its part manifest (sha256 differs); put the module again",
		module);
}

mod_go_status mod_go_parts_join(const char *folder, const char *module, const mod_go_part_manifest *manifest,
                                uint8_t **bytes, size_t *size, mod_go_error *error)
{
	struct joining joining = {.decoder = mod_go_xz_decoder_new(), .manifest = manifest};
	mod_go_status status = MOD_GO_OK;

	*bytes = NULL;
	if (joining.decoder == NULL)
		return mod_go_no_memory(error, module, sizeof(joining));
	mod_go_sha256_begin(&joining.sha);
	for (uint32_t index = 1; index <= manifest->parts && status == MOD_GO_OK; index++) {
		char path[1280];

		mod_go_part_path(folder, module, manifest, index, path, sizeof(path));
		status = take_part(&joining, path, error);
	}
	if (status == MOD_GO_OK)
		status = finish(&joining, module, bytes, size, error);
	mod_go_xz_decoder_free(joining.decoder);
	return status;
}

mod_go_status mod_go_xz_decode(const char *filename, const uint8_t *packed, size_t packed_size,
                               uint8_t **bytes, size_t *size, mod_go_error *error)
{
	mod_go_xz_decoder *decoder = mod_go_xz_decoder_new();
	const char *fault;

	*bytes = NULL;
	if (decoder == NULL)
		return mod_go_no_memory(error, filename, packed_size);
	fault = mod_go_xz_decoder_add(decoder, packed, packed_size);
	if (fault == NULL)
		fault = mod_go_xz_decoder_finish(decoder, bytes, size);
	mod_go_xz_decoder_free(decoder);
	if (fault == NULL)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: %s", filename, fault);
}
