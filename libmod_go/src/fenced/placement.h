/*
 * placement.h - on which processor the serving thread of a worker runs: on its caller's while both sleep when they
 * wait, on another one while they spin.
 *
 * A call is handed from one thread to another and back. On one processor that costs a switch of tasks; on two it
 * costs an interrupt, and the other processor may be asleep or busy. docs/decisions/0010-hand-over.md has the figures.
 *
 * Used by the worker's owner, without a lock; a thread in search of a worker may read `processor`.
 */
#ifndef MOD_GO_PLACEMENT_H
#define MOD_GO_PLACEMENT_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct mod_go_placement {
	pid_t thread;         /* that serves; 0 where it cannot be moved */
	atomic_int processor; /* the only one that it may use; -1 for all that it is allowed */
	int avoided;          /* the only one that it may not use of those allowed; -1 for none */
	cpu_set_t allowed;    /* when it started */
} mod_go_placement;

/* For a thread that has just started. Where it cannot be moved, the other functions do nothing. */
void mod_go_placement_begin(mod_go_placement *placement, pid_t thread);

/* Moves the thread, which must not be running, to the processor of the calling one. */
void mod_go_placement_follow(mod_go_placement *placement);

/* Lets the thread use all processors that it is allowed but the calling thread's. */
void mod_go_placement_avoid(mod_go_placement *placement);

/* Lets the thread use all processors that it is allowed. */
void mod_go_placement_release(mod_go_placement *placement);

#endif
