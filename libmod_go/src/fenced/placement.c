/* placement.c - moves the serving thread of a worker, by sched_setaffinity. */
#include "fenced/placement.h"

void mod_go_placement_begin(mod_go_placement *placement, pid_t thread)
{
	placement->thread =
		sched_getaffinity(thread, sizeof(placement->allowed), &placement->allowed) == 0 ? thread : 0;
	atomic_store(&placement->processor, -1);
}

/* Where the system refuses once, it is not asked again. */
static void move(mod_go_placement *placement, const cpu_set_t *to, int processor)
{
	if (sched_setaffinity(placement->thread, sizeof(*to), to) == 0)
		atomic_store_explicit(&placement->processor, processor, memory_order_relaxed);
	else
		placement->thread = 0;
}

void mod_go_placement_follow(mod_go_placement *placement)
{
	int processor = sched_getcpu();
	cpu_set_t one;

	if (placement->thread == 0 ||
	    processor == atomic_load_explicit(&placement->processor, memory_order_relaxed))
		return;
	/* The caller may run where its worker may not. */
	if (processor < 0 || processor >= CPU_SETSIZE || !CPU_ISSET(processor, &placement->allowed)) {
		mod_go_placement_release(placement);
		return;
	}
	CPU_ZERO(&one);
	CPU_SET(processor, &one);
	move(placement, &one, processor);
}

void mod_go_placement_release(mod_go_placement *placement)
{
	if (placement->thread != 0 && atomic_load_explicit(&placement->processor, memory_order_relaxed) >= 0)
		move(placement, &placement->allowed, -1);
}
