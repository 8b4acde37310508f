/* mutate.c - changes an input a little: bits, bytes, numbers, pieces, and values that the code has compared. */
#include "mutate.h"

#include <stdbool.h>
#include <string.h>

#include "engine.h"

uint64_t mutate_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}

/* The `width` low bytes of a number, in either order of bytes. */
static void put(uint8_t *at, uint64_t number, size_t width, bool big)
{
	for (size_t i = 0; i < width; i++)
		at[big ? width - 1 - i : i] = (uint8_t)(number >> 8 * i);
}

static void put_number(uint8_t *data, size_t size, uint64_t *state)
{
	static const uint64_t TELLING[] = {0,          1,      0x7F,   0x80,       0xFF,       0x100,
	                                   0x7FFF,     0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
	                                   UINT64_MAX, 64,     65,     1 << 20,    INT64_MAX,  0xFFFFFFFE};
	size_t width = (size_t)1 << mutate_random(state) % 4;
	uint64_t number = TELLING[mutate_random(state) % (sizeof(TELLING) / sizeof(*TELLING))];

	if (width > size)
		width = 1;
	if (mutate_random(state) % 4 == 0)
		number = mutate_random(state) % (size + 2);
	put(data + mutate_random(state) % (size - width + 1), number, width, mutate_random(state) % 2 == 0);
}

/* Overwrites or inserts a value that the code has compared with. */
static size_t put_compared(uint8_t *data, size_t size, size_t most, uint64_t *state)
{
	size_t known = coverage_compared_count < COMPARED_MAX ? coverage_compared_count : COMPARED_MAX;
	compared chosen;
	size_t at;

	if (known == 0)
		return size;
	chosen = coverage_compared[mutate_random(state) % known];
	at = mutate_random(state) % (size + 1);
	if (mutate_random(state) % 2 == 0 && size + chosen.width <= most) {
		memmove(data + at + chosen.width, data + at, size - at);
		size += chosen.width;
	}
	if (at + chosen.width <= size)
		put(data + at, chosen.value + mutate_random(state) % 3 - 1 * (mutate_random(state) % 3 == 0),
		    chosen.width, mutate_random(state) % 2 == 0);
	return size;
}

static size_t erase(uint8_t *data, size_t size, uint64_t *state)
{
	size_t at = mutate_random(state) % size;
	size_t length = 1 + mutate_random(state) % (mutate_random(state) % 4 == 0 ? size - at : 4);

	if (length > size - at)
		length = size - at;
	memmove(data + at, data + at + length, size - at - length);
	return size - length;
}

/* Copies a piece of an input, perhaps of itself, into this one. */
static size_t splice(uint8_t *data, size_t size, size_t most, const input *other, uint64_t *state)
{
	size_t from = mutate_random(state) % (other->size + 1);
	size_t length = other->size - from > 0 ? 1 + mutate_random(state) % (other->size - from) : 0;
	size_t at = mutate_random(state) % (size + 1);
	bool insert = mutate_random(state) % 2 == 0;

	if (length > most - (insert ? size : at))
		length = most - (insert ? size : at);
	if (insert)
		memmove(data + at + length, data + at, size - at);
	memcpy(data + at, other->data + from, length);
	if (insert)
		return size + length;
	return at + length > size ? at + length : size;
}

static size_t change(uint8_t *data, size_t size, size_t most, const input *other, uint64_t *state)
{
	switch (mutate_random(state) % 8) {
	case 0:
		data[mutate_random(state) % size] ^= (uint8_t)(1u << mutate_random(state) % 8);
		return size;
	case 1:
		data[mutate_random(state) % size] = (uint8_t)mutate_random(state);
		return size;
	case 2:
		put_number(data, size, state);
		return size;
	case 3:
	case 4:
		return put_compared(data, size, most, state);
	case 5:
		return size > 1 ? erase(data, size, state) : size;
	default:
		return splice(data, size, most, other, state);
	}
}

size_t mutate(uint8_t *data, size_t size, size_t most, const input *other, uint64_t *state)
{
	size_t changes = (size_t)1 << mutate_random(state) % 5;

	for (; changes > 0; changes--) {
		if (size == 0)
			data[size++] = (uint8_t)mutate_random(state);
		size = change(data, size, most, other, state);
	}
	return size;
}
