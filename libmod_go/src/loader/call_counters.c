/*
 * call_counters.c - counts calls without a lock.
 *
 * A thread that calls takes a seat, a small number, and keeps it to its end; then another may have it. A module has a
 * place for each seat, made when it is first needed, that only the seat's thread writes to. Who has no seat, or no
 * place for want of memory, shares one.
 */
#include "loader/call_counters.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEATS = 512, STATUSES = 8, LATENCIES = 64, NO_SEAT = SEATS, NOT_ASKED = SEATS + 1 };

/* One call of a thread in so many is timed: reading the clock is a good part of a short call. */
enum { TIMED = 64 };

typedef struct place {
	_Atomic uint64_t by_status[STATUSES];
	_Atomic uint64_t latency[LATENCIES];
} place;

struct mod_go_call_counters {
	_Atomic(place *) places[SEATS];
	place shared;
};

static atomic_bool taken[SEATS];
static pthread_key_t thread_end;
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static _Thread_local uint32_t seat = NOT_ASKED;
static _Thread_local uint32_t calls;

/* At the thread's end. Its counts stay. */
static void leave_seat(void *one_more)
{
	atomic_store_explicit(&taken[(uintptr_t)one_more - 1], false, memory_order_release);
	seat = NOT_ASKED;
}

static void make_key(void)
{
	has_key = pthread_key_create(&thread_end, leave_seat) == 0;
}

static void take_seat(void)
{
	pthread_once(&once, make_key);
	seat = NO_SEAT;
	for (uint32_t i = 0; has_key && i < SEATS; i++) {
		bool free_one = false;

		if (!atomic_compare_exchange_strong(&taken[i], &free_one, true))
			continue;
		if (pthread_setspecific(thread_end, (void *)(uintptr_t)(i + 1)) == 0)
			seat = i;
		else
			atomic_store(&taken[i], false);
		return;
	}
}

mod_go_call_counters *mod_go_call_counters_new(void)
{
	return calloc(1, sizeof(mod_go_call_counters));
}

void mod_go_call_counters_free(mod_go_call_counters *counting)
{
	for (size_t i = 0; counting != NULL && i < SEATS; i++)
		free(counting->places[i]);
	free(counting);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t mod_go_call_counters_begin(void)
{
	return calls++ % TIMED == 0 ? now() : 0;
}

/* The place of this thread, NULL where it has none of its own. */
static place *own_place(mod_go_call_counters *counting)
{
	place *own;

	if (seat == NOT_ASKED)
		take_seat();
	if (seat == NO_SEAT)
		return NULL;
	own = atomic_load_explicit(&counting->places[seat], memory_order_relaxed);
	if (own == NULL) {
		own = calloc(1, sizeof(*own));
		atomic_store_explicit(&counting->places[seat], own, memory_order_release);
	}
	return own;
}

/* Nobody else writes there: no need for an addition that others cannot come between. */
static void add_one(_Atomic uint64_t *count)
{
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
}

__attribute__((noinline)) static void count(mod_go_call_counters *counting, int status, uint64_t began)
{
	place *own = own_place(counting);
	uint64_t took = began != 0 ? now() - began + 1 : 0;
	int latency = took != 0 ? 63 - __builtin_clzll(took) : 0;

	if (own != NULL) {
		add_one(&own->by_status[status]);
		if (took != 0)
			add_one(&own->latency[latency]);
	} else {
		atomic_fetch_add_explicit(&counting->shared.by_status[status], 1, memory_order_relaxed);
		if (took != 0)
			atomic_fetch_add_explicit(&counting->shared.latency[latency], 1, memory_order_relaxed);
	}
}

void mod_go_call_counters_end(mod_go_call_counters *counting, int status, uint64_t began)
{
	place *own = seat < SEATS ? atomic_load_explicit(&counting->places[seat], memory_order_relaxed) : NULL;

	if (own != NULL && began == 0)
		add_one(&own->by_status[status]);
	else
		count(counting, status, began);
}

static void add_place(mod_go_counters *counters, const place *place)
{
	for (size_t i = 0; i < STATUSES; i++) {
		uint64_t count = atomic_load_explicit(&place->by_status[i], memory_order_relaxed);

		counters->by_status[i] += count;
		counters->calls += count;
	}
	for (size_t i = 0; i < LATENCIES; i++)
		counters->latency[i] += atomic_load_explicit(&place->latency[i], memory_order_relaxed);
}

void mod_go_call_counters_read(const mod_go_call_counters *counting, mod_go_counters *counters)
{
	mod_go_counters sum = {.size = counters->size};

	add_place(&sum, &counting->shared);
	for (size_t i = 0; i < SEATS; i++) {
		const place *one = atomic_load_explicit(&counting->places[i], memory_order_acquire);

		if (one != NULL)
			add_place(&sum, one);
	}
	memcpy(counters, &sum, sum.size < sizeof(sum) ? sum.size : sizeof(sum));
}
