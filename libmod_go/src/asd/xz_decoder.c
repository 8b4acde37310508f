/* xz_decoder.c - decompresses by liblzma, which is linked in. */
#include "asd/xz_decoder.h"

#include <lzma.h>
#include <stdlib.h>

#include "asd/page_allocator.h"

struct mod_go_xz_decoder {
	lzma_stream stream;
	uint8_t *bytes;
	size_t capacity;
	size_t size;
	bool ended;
};

static const char *name_fault(lzma_ret code)
{
	switch (code) {
	case LZMA_MEM_ERROR:
		return "the host has no memory";
	case LZMA_MEMLIMIT_ERROR:
		return "it needs more than 72 MiB to be decompressed; compress it with xz -9 or less";
	case LZMA_FORMAT_ERROR:
		return "it is not compressed by xz";
	case LZMA_OPTIONS_ERROR:
		return "it is compressed in a way that this liblzma does not know";
	case LZMA_BUF_ERROR:
		return "it is cut short";
	default:
		return "it is damaged";
	}
}

static void *take_pages(void *unused, size_t count, size_t size)
{
	(void)unused, (void)count; /* liblzma's is always 1 */
	return mod_go_pages_alloc(size);
}

static void free_pages(void *unused, void *pages)
{
	(void)unused;
	mod_go_pages_free(pages);
}

mod_go_xz_decoder *mod_go_xz_decoder_new(void)
{
	static const lzma_allocator allocator = {.alloc = take_pages, .free = free_pages};
	mod_go_xz_decoder *decoder = calloc(1, sizeof(*decoder));

	if (decoder == NULL)
		return NULL;
	decoder->stream = (lzma_stream)LZMA_STREAM_INIT;
	decoder->stream.allocator = &allocator;
	if (lzma_stream_decoder(&decoder->stream, MOD_GO_XZ_MEMORY_MAX, 0) == LZMA_OK)
		return decoder;
	free(decoder);
	return NULL;
}

/* Makes the buffer larger. Returns what is wrong where that is not possible, or NULL. */
static const char *grow(mod_go_xz_decoder *decoder)
{
	size_t capacity = decoder->capacity > 0 ? 2 * decoder->capacity : (size_t)1 << 20;
	uint8_t *bytes;

	if (decoder->size > MOD_GO_UNPACKED_MAX)
		return "it has more than 256 MiB decompressed";
	if (capacity > MOD_GO_UNPACKED_MAX + 1)
		capacity = MOD_GO_UNPACKED_MAX + 1;
	bytes = mod_go_pages_realloc(decoder->bytes, capacity);
	if (bytes == NULL)
		return "the host has no memory";
	decoder->bytes = bytes;
	decoder->capacity = capacity;
	return NULL;
}

const char *mod_go_xz_decoder_add(mod_go_xz_decoder *decoder, const uint8_t *bytes, size_t size)
{
	lzma_stream *stream = &decoder->stream;

	stream->next_in = bytes;
	stream->avail_in = size;
	/* No stream ends in output: its footer follows, so what is left without input comes with the next. */
	while (stream->avail_in > 0) {
		const char *fault = NULL;
		lzma_ret code;

		if (decoder->ended)
			return "something follows its end";
		if (decoder->size == decoder->capacity)
			fault = grow(decoder);
		if (fault != NULL)
			return fault;
		stream->next_out = decoder->bytes + decoder->size;
		stream->avail_out = decoder->capacity - decoder->size;
		code = lzma_code(stream, LZMA_RUN);
		decoder->size = decoder->capacity - stream->avail_out;
		decoder->ended = code == LZMA_STREAM_END;
		if (code != LZMA_OK && code != LZMA_STREAM_END)
			return name_fault(code);
	}
	return NULL;
}

const char *mod_go_xz_decoder_finish(mod_go_xz_decoder *decoder, uint8_t **bytes, size_t *size)
{
	if (!decoder->ended)
		return name_fault(LZMA_BUF_ERROR);
	if (decoder->size > MOD_GO_UNPACKED_MAX)
		return "it has more than 256 MiB decompressed";
	*bytes = decoder->bytes;
	*size = decoder->size;
	decoder->bytes = NULL;
	return NULL;
}

void mod_go_xz_decoder_free(mod_go_xz_decoder *decoder)
{
	if (decoder == NULL)
		return;
	lzma_end(&decoder->stream);
	mod_go_pages_free(decoder->bytes);
	free(decoder);
}
