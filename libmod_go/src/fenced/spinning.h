/* spinning.h - whether the two sides of a call wait for each other by spinning. Used with the pool's lock held. */
#ifndef MOD_GO_SPINNING_H
#define MOD_GO_SPINNING_H

#include <stdbool.h>
#include <stdint.h>

/* Zero to begin with. */
typedef struct mod_go_spinning {
	uint32_t period;     /* the number of the current period, which no other pool has; 0 for none yet */
	unsigned left;       /* calls until the next one begins */
	unsigned callers[2]; /* threads that have called in the current period, and in the one before */
	unsigned in_vain;    /* calls in a row that spun and slept nevertheless */
	unsigned pause;      /* calls without spinning after the next such row */
	unsigned paused;     /* calls without spinning that are left */
} mod_go_spinning;

/* Whether the sides of a call of this thread spin, where so many calls run, with this one. */
bool mod_go_spinning_pays(mod_go_spinning *spinning, unsigned processors, unsigned busy);

/* After a call that spun: whether a side has slept nevertheless. */
void mod_go_spinning_note(mod_go_spinning *spinning, bool slept);

#endif
