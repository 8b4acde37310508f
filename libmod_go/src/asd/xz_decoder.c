/* xz_decoder.c - liblzma, the field's own decoder, compiled in. */
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
		return "it wants more than 72 MiB to unpack; compress it with xz -9 or less";
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
	(void)unused;
	return size == 0 || count <= SIZE_MAX / size ? mod_go_pages_alloc(count * size) : NULL;
}

static void free_pages(void *unused, void *pages)
{
	(void)unused;
	mod_go_pages_free(pages);
}

mod_go_xz_decoder *mod_go_xz_decoder_new(void)
{
	static const lzma_allocator allocator = {.alloc = take_pages, .free = free_pages};
	mod_go_xz_decoder *unpack = calloc(1, sizeof(*unpack));

	if (unpack == NULL)
		return NULL;
	unpack->stream = (lzma_stream)LZMA_STREAM_INIT;
	unpack->stream.allocator = &allocator;
	if (lzma_stream_decoder(&unpack->stream, MOD_GO_XZ_MEMORY_MAX, 0) == LZMA_OK)
		return unpack;
	free(unpack);
	return NULL;
}

/* Room for more; what is wrong where there can be none. */
static const char *grow(mod_go_xz_decoder *unpack)
{
	size_t capacity = unpack->capacity > 0 ? 2 * unpack->capacity : (size_t)1 << 20;
	uint8_t *bytes;

	if (unpack->size > MOD_GO_UNPACKED_MAX)
		return "it has more than 256 MiB unpacked";
	if (capacity > MOD_GO_UNPACKED_MAX + 1)
		capacity = MOD_GO_UNPACKED_MAX + 1;
	bytes = mod_go_pages_realloc(unpack->bytes, capacity);
	if (bytes == NULL)
		return "the host has no memory";
	unpack->bytes = bytes;
	unpack->capacity = capacity;
	return NULL;
}

const char *mod_go_xz_decoder_add(mod_go_xz_decoder *unpack, const uint8_t *bytes, size_t size)
{
	lzma_stream *stream = &unpack->stream;

	stream->next_in = bytes;
	stream->avail_in = size;
	while (stream->avail_in > 0 || unpack->size == unpack->capacity) {
		const char *fault = unpack->size == unpack->capacity ? grow(unpack) : NULL;
		lzma_ret code;

		if (fault != NULL)
			return fault;
		if (unpack->ended)
			return stream->avail_in > 0 ? "something follows its end" : NULL;
		stream->next_out = unpack->bytes + unpack->size;
		stream->avail_out = unpack->capacity - unpack->size;
		code = lzma_code(stream, LZMA_RUN);
		unpack->size = unpack->capacity - stream->avail_out;
		unpack->ended = code == LZMA_STREAM_END;
		if (code == LZMA_BUF_ERROR) /* nothing came in and nothing went out: more is to come */
			return NULL;
		if (code != LZMA_OK && code != LZMA_STREAM_END)
			return name_fault(code);
	}
	return NULL;
}

const char *mod_go_xz_decoder_finish(mod_go_xz_decoder *unpack, uint8_t **bytes, size_t *size)
{
	if (!unpack->ended)
		return name_fault(LZMA_BUF_ERROR);
	if (unpack->size > MOD_GO_UNPACKED_MAX)
		return "it has more than 256 MiB unpacked";
	*bytes = unpack->bytes;
	*size = unpack->size;
	unpack->bytes = NULL;
	return NULL;
}

void mod_go_xz_decoder_free(mod_go_xz_decoder *unpack)
{
	if (unpack == NULL)
		return;
	lzma_end(&unpack->stream);
	mod_go_pages_free(unpack->bytes);
	free(unpack);
}
