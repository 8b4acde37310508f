/* placement.c - moves the serving thread of a worker, by sched_setaffinity. */
#include "fenced/placement.h"

void mod_go_placement_begin(mod_go_placement *placement, pid_t thread)
{
	placement->thread =
		sched_getaffinity(thread, sizeof(placement->allowed), &placement->allowed) == 0 ? thread : 0;
	placement->avoided = -1;
	atomic_store(&placement->processor, -1);
}

/* Where the system refuses once, it is not asked again. */
static void move(mod_go_placement *placement, const cpu_set_t *to, int processor, int avoided)
{
	if (sched_setaffinity(placement->thread, sizeof(*to), to) == 0) {
		placement->avoided = avoided;
		atomic_store_explicit(&placement->processor, processor, memory_order_relaxed);
	} else {
		placement->thread = 0;
	}
}

static bool is_allowed(const mod_go_placement *placement, int processor)
{
	return processor >= 0 && processor < CPU_SETSIZE && CPU_ISSET(processor, &placement->allowed);
}

void mod_go_placement_follow(mod_go_placement *placement)
{
	int processor = sched_getcpu();
	cpu_set_t one;

	if (placement->thread == 0 ||
	    processor == atomic_load_explicit(&placement->processor, memory_order_relaxed))
		return;
	/* The caller may run where its worker may not. */
	if (!is_allowed(placement, processor)) {
		mod_go_placement_release(placement);
		return;
	}
	CPU_ZERO(&one);
	CPU_SET(processor, &one);
	move(placement, &one, processor, -1);
}

void mod_go_placement_avoid(mod_go_placement *placement)
{
	int processor = sched_getcpu();
	cpu_set_t others;

	if (placement->thread == 0 || processor == placement->avoided)
		return;
	if (!is_allowed(placement, processor) || CPU_COUNT(&placement->allowed) == 1) {
		mod_go_placement_release(placement);
		return;
	}
	others = placement->allowed;
	CPU_CLR(processor, &others);
	move(placement, &others, -1, processor);
}

void mod_go_placement_release(mod_go_placement *placement)
{
	bool is_bound =
		placement->avoided >= 0 || atomic_load_explicit(&placement->processor, memory_order_relaxed) >= 0;

	if (placement->thread != 0 && is_bound)
		move(placement, &placement->allowed, -1, -1);
}
