/*
 * readers.h - epoch-based reclamation: many threads read what a few replace, without a lock between them. readers.c
 * has the design.
 *
 * A reader enters, follows shared pointers, and leaves. A writer swaps a pointer (sequentially consistent), then
 * retires the old object, which is released once every reader that was in has left. Entering writes only to memory
 * of the thread's own, so that threads that call at the same time do not slow each other down, as a reference count
 * would.
 */
#ifndef MOD_GO_READERS_H
#define MOD_GO_READERS_H

#include <stdbool.h>
#include <stdint.h>

/* Any thread; may be nested. False, and not entered, where there is no memory. Each enter that succeeds needs one
 * leave. Neither waits or releases anything. */
bool mod_go_readers_enter(void);
void mod_go_readers_leave(void);

/* The first member of whatever can be retired, so that retiring needs no memory and cannot fail. */
typedef struct mod_go_retired {
	struct mod_go_retired *next;
	void (*release)(void *object);
	uint64_t epoch; /* the last one in which a reader could find the object */
} mod_go_retired;

/* Calls `release` with the object that begins with this, when no reader can have it any more: at once, in a thread that
 * retires later, or in a thread of this file. New readers must not be able to find it. Any thread, a reader too; no
 * lock of the caller's may be needed by `release`. */
void mod_go_readers_retire(mod_go_retired *object, void (*release)(void *object));

#endif
