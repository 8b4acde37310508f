/*
 * readers.c - epoch-based reclamation.
 *
 * There is one epoch counter, which starts at 1. Each reading thread has a slot with the epoch in which it entered,
 * 0 while it is not in. Retiring an object takes the current epoch as the object's and begins the next one. The
 * object is released when every slot is 0 or has a later epoch than the object's.
 *
 *   enter    slot = counter;  then the reader loads the shared pointer
 *   retire   (the caller has swapped the pointer)  object's epoch = counter++;  then scans the slots
 *   leave    slot = 0
 *
 * Why no reader keeps an object that was released. The loads and stores of enter, of the shared pointer and of
 * retire are sequentially consistent, so all threads agree on their order. Consider a reader and a scan that finds
 * its slot 0, because the reader has read the counter but not stored it yet. Then the reader's store comes after
 * the scan, its load of the pointer comes after that, and the swap came before the scan: it finds the new object.
 * If the scan finds the reader's epoch instead, the object stays unless that epoch is later than the object's, and
 * then the reader has read the counter after the swap and finds the new object as well. With weaker order (a
 * release store and an acquire load in enter) the load of the pointer could overtake the store of the epoch, and a
 * reader could use an object that a scan has not seen it hold.
 *
 * leave stores with release, and the scan loads with acquire at least: everything that the reader did with the object
 * happens before its release.
 *
 * Who may change what:
 *   a slot's epoch and depth    the thread that has taken the slot
 *   `taken`                     a thread takes a free slot by a compare-and-swap, and frees its own when it ends. The
 *                               memory of slots is never freed, so the list needs no protection; it is as long as the
 *                               most threads that have read at a time
 *   the list of retired objects who holds retired_lock
 *
 * Readers release nothing, because closing a module takes its time, and they serve requests. Retiring releases what
 * no reader has any more. A thread of our own releases the rest: it looks every LOOK_MILLISECONDS while there is
 * something in the list. It is created when it is first needed and stays. Objects are released without the lock.
 */
#include "as_module/readers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LOOK_MILLISECONDS 10

/* A slot, in memory of its own cache line. */
typedef struct reader {
	_Atomic uint64_t epoch; /* 0: not in */
	uint32_t depth;         /* of nested readers */
	atomic_bool taken;
	struct reader *next;
} __attribute__((aligned(64))) reader;

static _Atomic(reader *) readers;
static _Atomic uint64_t current_epoch = 1;
static _Thread_local reader *mine;
static pthread_key_t thread_end;
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static pthread_mutex_t retired_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static mod_go_retired *retired_list;
static bool has_thread; /* that releases; under the lock */
static pthread_cond_t retired_some = PTHREAD_COND_INITIALIZER;

/* Runs at a thread's end; if the thread reads again after that, it takes another slot. */
static void free_slot(void *slot)
{
	mine = NULL;
	atomic_store(&((reader *)slot)->taken, false);
}

static void make_key(void)
{
	has_key = pthread_key_create(&thread_end, free_slot) == 0;
}

static reader *take_free_slot(void)
{
	for (reader *slot = atomic_load(&readers); slot != NULL; slot = slot->next) {
		bool taken = false;

		if (atomic_compare_exchange_strong(&slot->taken, &taken, true))
			return slot;
	}
	return NULL;
}

static reader *new_slot(void)
{
	reader *slot = aligned_alloc(_Alignof(reader), sizeof(reader));

	if (slot == NULL)
		return NULL;
	atomic_init(&slot->epoch, 0);
	atomic_init(&slot->taken, true);
	slot->depth = 0;
	slot->next = atomic_load(&readers);
	while (!atomic_compare_exchange_weak(&readers, &slot->next, slot)) {
	}
	return slot;
}

static bool take_slot(void)
{
	reader *slot = take_free_slot();

	pthread_once(&once, make_key);
	if (slot == NULL)
		slot = new_slot();
	if (slot == NULL)
		return false;
	if (!has_key || pthread_setspecific(thread_end, slot) != 0) {
		free_slot(slot);
		return false;
	}
	mine = slot;
	return true;
}

bool mod_go_readers_enter(void)
{
	if (mine == NULL && !take_slot())
		return false;
	/* Sequentially consistent: see above. */
	if (mine->depth++ == 0)
		atomic_store(&mine->epoch, atomic_load(&current_epoch));
	return true;
}

/* Removes from the list, and returns, what no reader can have any more. The lock must be held. */
static mod_go_retired *take_unreachable(void)
{
	uint64_t oldest = UINT64_MAX;
	mod_go_retired *released = NULL;

	for (reader *slot = atomic_load(&readers); slot != NULL; slot = slot->next) {
		uint64_t epoch = atomic_load(&slot->epoch);

		if (epoch != 0 && epoch < oldest)
			oldest = epoch;
	}
	for (mod_go_retired **link = &retired_list; *link != NULL;) {
		mod_go_retired *item = *link;

		if (item->epoch < oldest) {
			*link = item->next;
			item->next = released;
			released = item;
		} else {
			link = &item->next;
		}
	}
	return released;
}

/* The lock must not be held. */
static void release_all(mod_go_retired *released)
{
	while (released != NULL) {
		mod_go_retired *item = released;

		released = item->next;
		item->release(item);
	}
}

void mod_go_readers_leave(void)
{
	if (--mine->depth == 0)
		atomic_store_explicit(&mine->epoch, 0, memory_order_release);
}

static void *release_retired(void *unused)
{
	(void)unused;
	prctl(PR_SET_NAME, "mod-go-release");
	pthread_mutex_lock(&retired_lock);
	for (;;) {
		mod_go_retired *released = take_unreachable();

		if (released != NULL) {
			pthread_mutex_unlock(&retired_lock);
			release_all(released);
			pthread_mutex_lock(&retired_lock);
		} else if (retired_list == NULL) {
			pthread_cond_wait(&retired_some, &retired_lock);
		} else {
			pthread_mutex_unlock(&retired_lock);
			usleep(LOOK_MILLISECONDS * 1000);
			pthread_mutex_lock(&retired_lock);
		}
	}
	return NULL;
}

/* Has the thread look at the list. Where it cannot be created, the next retirement releases. The lock must be held. */
static void wake_thread(void)
{
	sigset_t all, before;
	pthread_t thread;

	if (!has_thread) {
		sigfillset(&all); /* signals are for the host's own threads */
		pthread_sigmask(SIG_SETMASK, &all, &before);
		has_thread = pthread_create(&thread, NULL, release_retired, NULL) == 0;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		if (has_thread)
			pthread_detach(thread);
	}
	pthread_cond_signal(&retired_some);
}

void mod_go_readers_retire(mod_go_retired *object, void (*release)(void *object))
{
	mod_go_retired *released;

	object->release = release;
	object->epoch = atomic_fetch_add(&current_epoch, 1);
	pthread_mutex_lock(&retired_lock);
	object->next = retired_list;
	retired_list = object;
	released = take_unreachable();
	if (retired_list != NULL)
		wake_thread();
	pthread_mutex_unlock(&retired_lock);
	release_all(released);
}
