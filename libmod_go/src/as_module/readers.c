/* readers.c - epochs: a reader notes the one in which it entered, a retirement begins the next. */
#include "as_module/readers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/* One thread's place in the list of readers, which only grows: places are used again. */
typedef struct reader {
	_Atomic uint64_t epoch; /* 0: not in */
	uint32_t depth;
	atomic_bool taken;
	struct reader *next;
} __attribute__((aligned(64))) reader;

typedef struct retired {
	void *object;
	void (*release)(void *object);
	uint64_t epoch; /* the last in which a reader could have found the object */
	struct retired *next;
} retired;

static _Atomic(reader *) readers;
static _Atomic uint64_t current_epoch = 1;
static _Thread_local reader *mine;
static pthread_key_t thread_end;
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static pthread_mutex_t retired_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static retired *retired_list;
static atomic_bool retired_any; /* whether it may be worth to look */

/* At a thread's end; should it read once more behind that, it takes a place anew. */
static void give_back(void *place)
{
	mine = NULL;
	atomic_store(&((reader *)place)->taken, false);
}

static void make_key(void)
{
	has_key = pthread_key_create(&thread_end, give_back) == 0;
}

static reader *take_free_place(void)
{
	for (reader *place = atomic_load(&readers); place != NULL; place = place->next) {
		bool taken = false;

		if (atomic_compare_exchange_strong(&place->taken, &taken, true))
			return place;
	}
	return NULL;
}

static reader *new_place(void)
{
	reader *place = aligned_alloc(_Alignof(reader), sizeof(reader));

	if (place == NULL)
		return NULL;
	atomic_init(&place->epoch, 0);
	atomic_init(&place->taken, true);
	place->depth = 0;
	place->next = atomic_load(&readers);
	while (!atomic_compare_exchange_weak(&readers, &place->next, place))
		;
	return place;
}

static bool take_place(void)
{
	reader *place = take_free_place();

	pthread_once(&once, make_key);
	if (place == NULL)
		place = new_place();
	if (place == NULL)
		return false;
	if (!has_key || pthread_setspecific(thread_end, place) != 0) {
		give_back(place);
		return false;
	}
	mine = place;
	return true;
}

bool mod_go_readers_enter(void)
{
	if (mine == NULL && !take_place())
		return false;
	/* Sequentially consistent, as are the loads that follow and the writer's swap: either the writer sees this
	 * reader, or the reader sees what the writer put in place. */
	if (mine->depth++ == 0)
		atomic_store(&mine->epoch, atomic_load(&current_epoch));
	return true;
}

/* Takes out what no reader can hold any more. To be called with the lock. */
static retired *take_released(void)
{
	uint64_t oldest = UINT64_MAX;
	retired *released = NULL;

	for (reader *place = atomic_load(&readers); place != NULL; place = place->next) {
		uint64_t epoch = atomic_load(&place->epoch);

		if (epoch != 0 && epoch < oldest)
			oldest = epoch;
	}
	for (retired **link = &retired_list; *link != NULL;) {
		retired *item = *link;

		if (item->epoch < oldest) {
			*link = item->next;
			item->next = released;
			released = item;
		} else {
			link = &item->next;
		}
	}
	atomic_store(&retired_any, retired_list != NULL);
	return released;
}

/* Without the lock, for a release may take its time. */
static void release_all(retired *released)
{
	while (released != NULL) {
		retired *item = released;

		released = item->next;
		item->release(item->object);
		free(item);
	}
}

void mod_go_readers_leave(void)
{
	retired *released;

	if (--mine->depth > 0)
		return;
	atomic_store_explicit(&mine->epoch, 0, memory_order_release);
	if (!atomic_load_explicit(&retired_any, memory_order_relaxed) ||
	    pthread_mutex_trylock(&retired_lock) != 0)
		return;
	released = take_released();
	pthread_mutex_unlock(&retired_lock);
	release_all(released);
}

bool mod_go_readers_retire(void *object, void (*release)(void *object))
{
	retired *item = malloc(sizeof(*item));
	retired *released;

	if (item == NULL)
		return false;
	*item = (retired){.object = object, .release = release, .epoch = atomic_fetch_add(&current_epoch, 1)};
	pthread_mutex_lock(&retired_lock);
	item->next = retired_list;
	retired_list = item;
	released = take_released();
	pthread_mutex_unlock(&retired_lock);
	release_all(released);
	return true;
}
