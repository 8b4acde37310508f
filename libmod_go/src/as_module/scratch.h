/*
 * scratch.h - memory that is freed all at once, for what a module borrows. Small needs cost no allocation. A
 * scratch belongs to one thread.
 */
#ifndef MOD_GO_SCRATCH_H
#define MOD_GO_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

typedef struct mod_go_scratch {
	size_t used; /* bytes of `inline_bytes` */
	struct mod_go_scratch_block *blocks;
	_Alignas(16) uint8_t inline_bytes[1008]; /* not initialised: that would cost more than a short call */
} mod_go_scratch;

static inline void mod_go_scratch_init(mod_go_scratch *scratch)
{
	scratch->used = 0;
	scratch->blocks = NULL;
}

/* `size` bytes, aligned for any type, valid until the scratch is cleared; NULL where there is no memory. */
void *mod_go_scratch_take(mod_go_scratch *scratch, size_t size);

/* Frees what was allocated on the heap. Only for mod_go_scratch_clear, which inlines the rest. */
void mod_go_scratch_free_blocks(mod_go_scratch *scratch);

/* Frees everything; the scratch can be used again. */
static inline void mod_go_scratch_clear(mod_go_scratch *scratch)
{
	scratch->used = 0;
	if (scratch->blocks != NULL)
		mod_go_scratch_free_blocks(scratch);
}

#endif
