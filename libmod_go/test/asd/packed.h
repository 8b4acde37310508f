/* packed.h - content that is compressed by xz. */
#ifndef TEST_ASD_PACKED_H
#define TEST_ASD_PACKED_H

#include <stddef.h>
#include <stdint.h>

/* `size` bytes compressed by xz; the caller frees them. */
uint8_t *packed(const void *bytes, size_t size, uint32_t preset, size_t *packed_size);

#endif
