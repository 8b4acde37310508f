/* packed.c - compresses by xz. */
#include "packed.h"

#include <lzma.h>
#include <stdlib.h>

#include "check.h"

uint8_t *packed(const void *bytes, size_t size, uint32_t preset, size_t *packed_size)
{
	size_t capacity = lzma_stream_buffer_bound(size);
	uint8_t *out = malloc(capacity);

	*packed_size = 0;
	CHECK_NUMBER(
		lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, NULL, bytes, size, out, packed_size, capacity),
		LZMA_OK);
	return out;
}
