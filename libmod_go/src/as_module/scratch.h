/* scratch.h - memory that is given back all at once: for what is lent to a module. Small needs cost no allocation. */
#ifndef MOD_GO_SCRATCH_H
#define MOD_GO_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

typedef struct mod_go_scratch {
	size_t used; /* bytes of `room` */
	struct mod_go_scratch_block *blocks;
	_Alignas(16) uint8_t inline_bytes[1008]; /* not initialised: it would cost more than all else */
} mod_go_scratch;

static inline void mod_go_scratch_init(mod_go_scratch *scratch)
{
	scratch->used = 0;
	scratch->blocks = NULL;
}

/* `size` bytes, aligned for anything; NULL where there is no memory. */
void *mod_go_scratch_take(mod_go_scratch *scratch, size_t size);

void mod_go_scratch_free_blocks(mod_go_scratch *scratch);

/* Gives all back; the scratch may be used again. */
static inline void mod_go_scratch_clear(mod_go_scratch *scratch)
{
	scratch->used = 0;
	if (scratch->blocks != NULL)
		mod_go_scratch_free_blocks(scratch);
}

#endif
