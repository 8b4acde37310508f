/*
 * call_counters.c - counts calls without a lock.
 *
 * Each thread owns a slot, a small number, from its first call to its end; then another thread may own it. A module
 * has a shard for each slot, allocated at the slot's first call of that module. Only the slot's owner writes to a
 * shard, so its counts need atomic loads and stores (readers add them up at any time), but no atomic additions.
 *
 * A thread without a slot (all are taken, or there is no thread-specific key) and one without a shard (no memory) count
 * in the module's shared shard, by atomic additions.
 *
 * A thread that ends releases its slot after its last count (release), and the next owner takes it by a
 * compare-and-swap (sequentially consistent), so it reads the counts that it continues. A shard's pointer is stored
 * with release, and readers load it with acquire, so they find the counts zeroed at least. Shards are freed only with
 * the module.
 */
#include "loader/call_counters.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

enum { SLOTS = 512, STATUSES = 8, LATENCIES = 64, NO_SLOT = SLOTS, NOT_ASKED = SLOTS + 1 };

/* One call of a thread in so many is timed: reading the clock is a good part of a short call. */
enum { TIMED = 64 };

struct shard {
	_Atomic uint64_t by_status[STATUSES];
	_Atomic uint64_t latency[LATENCIES];
};

struct mod_go_call_counters {
	_Atomic(struct shard *) shards[SLOTS];
	struct shard shared;
};

static atomic_bool taken[SLOTS];
static pthread_key_t thread_end;
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static _Thread_local uint32_t slot = NOT_ASKED;
static _Thread_local uint32_t calls;

/* Runs at the thread's end. A key's value of 0 would not get here, so it is the slot + 1. */
static void release_slot(void *slot_plus_one)
{
	atomic_store_explicit(&taken[(uintptr_t)slot_plus_one - 1], false, memory_order_release);
	slot = NOT_ASKED;
}

static void make_key(void)
{
	has_key = pthread_key_create(&thread_end, release_slot) == 0;
}

static void take_slot(void)
{
	pthread_once(&once, make_key);
	slot = NO_SLOT;
	for (uint32_t i = 0; has_key && i < SLOTS; i++) {
		bool expected = false;

		if (!atomic_compare_exchange_strong(&taken[i], &expected, true))
			continue;
		if (pthread_setspecific(thread_end, (void *)(uintptr_t)(i + 1)) == 0)
			slot = i;
		else
			atomic_store(&taken[i], false);
		return;
	}
}

mod_go_call_counters *mod_go_call_counters_new(void)
{
	return calloc(1, sizeof(mod_go_call_counters));
}

void mod_go_call_counters_free(mod_go_call_counters *counters)
{
	for (size_t i = 0; counters != NULL && i < SLOTS; i++)
		free(counters->shards[i]);
	free(counters);
}

uint64_t mod_go_call_counters_begin(void)
{
	return calls++ % TIMED == 0 ? mod_go_now() : 0;
}

/* The shard of this thread, NULL where it has none of its own. */
static struct shard *own_shard(mod_go_call_counters *counters)
{
	struct shard *own;

	if (slot == NOT_ASKED)
		take_slot();
	if (slot >= SLOTS)
		return NULL;
	own = atomic_load_explicit(&counters->shards[slot], memory_order_relaxed);
	if (own == NULL) {
		own = calloc(1, sizeof(*own));
		atomic_store_explicit(&counters->shards[slot], own, memory_order_release);
	}
	return own;
}

/* Adds one to a count of this thread's own shard. */
static void add_one(_Atomic uint64_t *count)
{
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
}

/* Not inlined, so that mod_go_call_counters_end stays small for the calls that are not timed. */
__attribute__((noinline)) static void count_call(mod_go_call_counters *counters, int status, uint64_t began)
{
	struct shard *own = own_shard(counters);
	uint64_t took = began != 0 ? mod_go_now() - began + 1 : 0;
	int latency = took != 0 ? 63 - __builtin_clzll(took) : 0;

	if (own != NULL) {
		add_one(&own->by_status[status]);
		if (took != 0)
			add_one(&own->latency[latency]);
	} else {
		atomic_fetch_add_explicit(&counters->shared.by_status[status], 1, memory_order_relaxed);
		if (took != 0)
			atomic_fetch_add_explicit(&counters->shared.latency[latency], 1, memory_order_relaxed);
	}
}

void mod_go_call_counters_end(mod_go_call_counters *counters, int status, uint64_t began)
{
	struct shard *own =
		slot < SLOTS ? atomic_load_explicit(&counters->shards[slot], memory_order_relaxed) : NULL;

	if (own != NULL && began == 0)
		add_one(&own->by_status[status]);
	else
		count_call(counters, status, began);
}

static void add_shard(mod_go_counters *sum, const struct shard *shard)
{
	for (size_t i = 0; i < STATUSES; i++) {
		uint64_t count = atomic_load_explicit(&shard->by_status[i], memory_order_relaxed);

		sum->by_status[i] += count;
		sum->calls += count;
	}
	for (size_t i = 0; i < LATENCIES; i++)
		sum->latency[i] += atomic_load_explicit(&shard->latency[i], memory_order_relaxed);
}

void mod_go_call_counters_read(const mod_go_call_counters *counters, mod_go_counters *sum)
{
	mod_go_counters all = {.size = sum->size};

	add_shard(&all, &counters->shared);
	for (size_t i = 0; i < SLOTS; i++) {
		const struct shard *one = atomic_load_explicit(&counters->shards[i], memory_order_acquire);

		if (one != NULL)
			add_shard(&all, one);
	}
	memcpy(sum, &all, all.size < sizeof(all) ? all.size : sizeof(all));
}
