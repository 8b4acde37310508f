/*
 * readers.h - lets many threads read what a few replace, without a lock between them.
 *
 * A reader enters, follows shared pointers, and leaves. A writer swaps a pointer, then retires what it pointed to: that
 * is freed once every reader that was in at that time has left. Entering costs one write to memory of the thread's
 * own, so that threads that call side by side do not slow each other down as a count of references would.
 */
#ifndef MOD_GO_READERS_H
#define MOD_GO_READERS_H

#include <stdbool.h>

/* Enter may be nested. False, and not in, where there is no memory. */
bool mod_go_readers_enter(void);
void mod_go_readers_leave(void);

/* Has `release(object)` called once no reader can hold `object`, which must not be reachable any more: at once, or in
 * a thread that leaves, or with a later retirement. False where there is no memory: then it is never released. */
bool mod_go_readers_retire(void *object, void (*release)(void *object));

#endif
