/*
 * stand_in.h - a process that stands in for a host and is attacked. The attacker is its child: a real worker, or a
 * process that restricts itself. The caller of this, its parent, looks at what became of the stand-in.
 *
 * One thread at a time, in a process that has no other children that it waits for.
 */
#ifndef MOD_GO_STAND_IN_H
#define MOD_GO_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>

#include "check/attack_list.h"

/* Who attacks. */
typedef struct attacker {
	const char *worker; /* the program mod-go-worker, NULL for a copy of this process */
	bool ordinary;      /* neither the stand-in nor the attacker has root's capabilities */
	bool (*restrict_self)(
		void *context); /* called in the copy before it attacks, unless NULL; false: it failed */
	void *context;
} attacker;

/* Makes what can be attacked: files in `folder`, an empty one of the caller's, sockets, memory, a terminal. Returns
 * NULL, or what could not be made. */
const char *stand_in_prepare(const char *folder);

/* Removes what stand_in_prepare and attacks have made in the folder. */
void stand_in_clean(void);

/* Has a new stand-in attacked. Returns what the attack has achieved, NULL for nothing. */
const char *stand_in_attacked(const struct attack *attack, const attacker *by);

/* The attacker's last answer: what it read, or an error of the system. "" where it could not attack at all. */
const char *stand_in_answer(void);

/* The parts of the fence that this machine has for a worker; those that it would have with a version of Landlock. */
int fence_parts(void);
int fence_parts_with(int landlock);

#endif
