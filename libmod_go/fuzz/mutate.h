/* mutate.h - changes an input a little. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

typedef struct input {
	uint8_t *data;
	size_t size;
} input;

uint64_t mutate_random(uint64_t *state);

/* `data` has `most` bytes, of which `size` are used; returns how many are used afterwards. `other` may be any input
 * to copy a piece from. */
size_t mutate(uint8_t *data, size_t size, size_t most, const input *other, uint64_t *state);

#endif
