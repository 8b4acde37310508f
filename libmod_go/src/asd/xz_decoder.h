/* xz_decoder.h - undoes xz, piece by piece, with bounded memory. Knows nothing of files or modules. */
#ifndef MOD_GO_UNPACK_H
#define MOD_GO_UNPACK_H

#include <stdbool.h>

#include "common/public.h"

/* What a stream may want to be unpacked: the largest of xz's own presets wants 65 MiB. */
#define MOD_GO_XZ_MEMORY_MAX ((uint64_t)72 << 20)

/* What a module may have unpacked, so that a small file cannot fill the memory. */
#define MOD_GO_UNPACKED_MAX ((size_t)256 << 20)

#define MOD_GO_XZ_MAGIC                                                                                      \
	"\xFD"                                                                                                   \
	"7zXZ"

typedef struct mod_go_xz_decoder mod_go_xz_decoder;

/* NULL where there is no memory. */
mod_go_xz_decoder *mod_go_xz_decoder_new(void);

/* Gives what is wrong with the stream, NULL where nothing is. */
const char *mod_go_xz_decoder_add(mod_go_xz_decoder *unpack, const uint8_t *bytes, size_t size);

/* Ends it. What was unpacked is the caller's then, from page_allocator.h. Gives what is wrong, NULL where nothing is. */
const char *mod_go_xz_decoder_finish(mod_go_xz_decoder *unpack, uint8_t **bytes, size_t *size);

/* Lets it go, ended or not. NULL is fine. */
void mod_go_xz_decoder_free(mod_go_xz_decoder *unpack);

#endif
