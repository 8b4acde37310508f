/* scratch.c - allocates from a scratch's own bytes, then from blocks of the heap. */
#include "as_module/scratch.h"

#include <stdlib.h>

typedef struct mod_go_scratch_block {
	struct mod_go_scratch_block *next;
	_Alignas(16) uint8_t bytes[];
} block;

void *mod_go_scratch_take(mod_go_scratch *scratch, size_t size)
{
	size_t rounded = (size + 15) & ~(size_t)15;
	block *added;

	if (rounded >= size && rounded <= sizeof(scratch->inline_bytes) - scratch->used) {
		void *taken = scratch->inline_bytes + scratch->used;

		scratch->used += rounded;
		return taken;
	}
	if (size > SIZE_MAX - sizeof(*added))
		return NULL;
	added = malloc(sizeof(*added) + size);
	if (added == NULL)
		return NULL;
	added->next = scratch->blocks;
	scratch->blocks = added;
	return added->bytes;
}

void mod_go_scratch_free_blocks(mod_go_scratch *scratch)
{
	while (scratch->blocks != NULL) {
		block *first = scratch->blocks;

		scratch->blocks = first->next;
		free(first);
	}
}
