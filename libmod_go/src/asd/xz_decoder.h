/* xz_decoder.h - decompresses xz piece by piece, with bounded memory. A decoder belongs to one thread. */
#ifndef MOD_GO_XZ_DECODER_H
#define MOD_GO_XZ_DECODER_H

#include <stdbool.h>

#include "common/public.h"

/* The most memory that a stream may need: the largest of xz's presets needs 65 MiB. */
#define MOD_GO_XZ_MEMORY_MAX ((uint64_t)72 << 20)

/* The most bytes that a module may have decompressed, so that a small file cannot fill the memory. */
#define MOD_GO_UNPACKED_MAX ((size_t)256 << 20)

#define MOD_GO_XZ_MAGIC                                                                                      \
	"\xFD"                                                                                                   \
	"7zXZ"

typedef struct mod_go_xz_decoder mod_go_xz_decoder;

/* The caller frees the decoder; NULL where there is no memory. */
mod_go_xz_decoder *mod_go_xz_decoder_new(void);

/* Decompresses a piece. Returns what is wrong with the stream, a static text, or NULL. */
const char *mod_go_xz_decoder_add(mod_go_xz_decoder *decoder, const uint8_t *bytes, size_t size);

/* Ends the stream. With NULL the caller frees `*bytes`, by mod_go_pages_free; else the text says what is wrong. */
const char *mod_go_xz_decoder_finish(mod_go_xz_decoder *decoder, uint8_t **bytes, size_t *size);

/* NULL is allowed. */
void mod_go_xz_decoder_free(mod_go_xz_decoder *decoder);

#endif
