/* join_parts.c - from parts, or one compressed file, to the shared object. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "asd/package.h"
#include "asd/page_allocator.h"
#include "asd/xz_decoder.h"

/* Parts on their way into one shared object. */
typedef struct joining {
	mod_go_xz_decoder *unpack;
	mod_go_sha256 sha;
	const mod_go_part_manifest *head;
} joining;

/* Takes in what is in the file. Gives what is wrong, NULL where nothing is. */
static const char *take_file(joining *joining, int descriptor)
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
		if (joining->sha.length > joining->head->packed_size)
			return "it has more bytes than the head says";
		fault = mod_go_xz_decoder_add(joining->unpack, bytes, (size_t)got);
		if (fault != NULL)
			return fault;
	}
}

static mod_go_status take_part(joining *joining, const char *path, mod_go_error *error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *fault = descriptor < 0 ? strerror(errno) : take_file(joining, descriptor);

	if (descriptor >= 0)
		close(descriptor);
	if (fault == NULL)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: %s; put the module again", path, fault);
}

/* Whether the digest and size of `bytes` are what the head says. */
static bool is_content(const mod_go_part_manifest *head, const uint8_t *bytes, size_t size)
{
	mod_go_sha256 sha;

	mod_go_sha256_begin(&sha);
	mod_go_sha256_add(&sha, bytes, size);
	return size == head->size && strcmp(mod_go_sha256_end(&sha).text, head->content.text) == 0;
}

/* What came of the parts, compared with the head. */
static mod_go_status finish(joining *joining, const char *module, uint8_t **bytes, size_t *size,
                            mod_go_error *error)
{
	const mod_go_part_manifest *head = joining->head;
	bool whole = joining->sha.length == head->packed_size;
	const char *fault;

	if (!whole || strcmp(mod_go_sha256_end(&joining->sha).text, head->packed.text) != 0)
		return mod_go_fail(
			error, MOD_GO_NOT_A_MODULE,
			"%s.so: its %u parts are not those that its head names (packed-sha256 differs); put the"
			" module again",
			module, head->parts);
	fault = mod_go_xz_decoder_finish(joining->unpack, bytes, size);
	if (fault != NULL)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s.so: %s; put the module again", module, fault);
	if (is_content(head, *bytes, *size))
		return MOD_GO_OK;
	mod_go_pages_free(*bytes);
	*bytes = NULL;
	return mod_go_fail(error, MOD_GO_NOT_A_MODULE,
	                   "%s.so: unpacked it is not what its head names (sha256 differs); put the module again",
	                   module);
}

mod_go_status mod_go_parts_join(const char *folder, const char *module, const mod_go_part_manifest *head,
                                uint8_t **bytes, size_t *size, mod_go_error *error)
{
	joining joining = {.unpack = mod_go_xz_decoder_new(), .head = head};
	mod_go_status status = MOD_GO_OK;

	*bytes = NULL;
	if (joining.unpack == NULL)
		return mod_go_no_memory(error, module, sizeof(joining));
	mod_go_sha256_begin(&joining.sha);
	for (uint32_t index = 1; index <= head->parts && status == MOD_GO_OK; index++) {
		char path[1280];

		mod_go_part_path(folder, module, head, index, path, sizeof(path));
		status = take_part(&joining, path, error);
	}
	if (status == MOD_GO_OK)
		status = finish(&joining, module, bytes, size, error);
	mod_go_xz_decoder_free(joining.unpack);
	return status;
}

mod_go_status mod_go_xz_decode(const char *filename, const uint8_t *packed, size_t packed_size,
                               uint8_t **bytes, size_t *size, mod_go_error *error)
{
	mod_go_xz_decoder *unpack = mod_go_xz_decoder_new();
	const char *fault;

	*bytes = NULL;
	if (unpack == NULL)
		return mod_go_no_memory(error, filename, packed_size);
	fault = mod_go_xz_decoder_add(unpack, packed, packed_size);
	if (fault == NULL)
		fault = mod_go_xz_decoder_finish(unpack, bytes, size);
	mod_go_xz_decoder_free(unpack);
	if (fault == NULL)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: %s", filename, fault);
}
