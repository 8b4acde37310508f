/* channel.c - messages over shared memory: who waits, who wakes, and pieces. */
#include "fenced/channel.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fenced/wire.h"

/* The flags in a lane's word: its reader sleeps on it; its writer has ended. */
#define SLEEPS 1u
#define HUNG   2u
#define FLAGS  (SLEEPS | HUNG)
#define STEP   4u

/* A host that sleeps looks up this often, should its worker have cleared the flag that gets it woken. */
#define LOOK_UP 50000000u /* nanoseconds */

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t mod_go_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t mod_go_now_or_before(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE);
}

bool mod_go_buffer_reserve(mod_go_buffer *room, size_t length)
{
	size_t capacity = room->capacity > 0 ? room->capacity : 4096;
	uint8_t *grown;

	if (length <= room->capacity)
		return true;
	while (capacity < length)
		capacity *= 2;
	grown = realloc(room->data, capacity);
	if (grown == NULL)
		return false;
	room->data = grown;
	room->capacity = capacity;
	return true;
}

void mod_go_buffer_trim(mod_go_buffer *room)
{
	if (room->capacity > MOD_GO_LANE_BYTES)
		mod_go_buffer_free(room);
}

void mod_go_buffer_free(mod_go_buffer *room)
{
	free(room->data);
	*room = (mod_go_buffer){NULL, 0};
}

void mod_go_channel_create(mod_go_channel *channel, mod_go_shared *shared, atomic_bool *gone)
{
	*channel = (mod_go_channel){.shared = shared,
	                            .in = &shared->to_host,
	                            .out = &shared->to_worker,
	                            .spin = MOD_GO_SPIN,
	                            .copies = true,
	                            .gone = gone};
	shared->magic = MOD_GO_CHANNEL_MAGIC;
	shared->version = MOD_GO_CHANNEL_VERSION;
	shared->size = sizeof(*shared);
}

bool mod_go_channel_join(mod_go_channel *channel, mod_go_shared *shared)
{
	*channel = (mod_go_channel){
		.shared = shared, .in = &shared->to_worker, .out = &shared->to_host, .spin = MOD_GO_SPIN};
	return shared->magic == MOD_GO_CHANNEL_MAGIC && shared->version == MOD_GO_CHANNEL_VERSION &&
	       shared->size == sizeof(*shared);
}

static void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Sleeps while the word is `value`. The host's end until `until` at the latest, and never longer than LOOK_UP; the
 * worker's has no such time, and costs nothing while it has nothing to do. */
static void futex_wait(const mod_go_channel *channel, uint32_t value, uint64_t until)
{
	_Atomic uint32_t *word = &channel->in->word;
	uint64_t left = LOOK_UP;
	struct timespec time;

	if (!channel->copies) {
		syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
		return;
	}
	if (until != 0) {
		uint64_t now = mod_go_now();

		if (now >= until)
			return;
		left = until - now < LOOK_UP ? until - now : LOOK_UP;
	}
	time = (struct timespec){.tv_sec = 0, .tv_nsec = (long)left};
	syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0);
}

static inline void pause_processor(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

void mod_go_channel_hang_up(mod_go_channel *channel)
{
	atomic_fetch_or(&channel->in->word, HUNG);
	futex_wake(&channel->in->word);
}

bool mod_go_channel_was_taken(const mod_go_channel *channel)
{
	const volatile mod_go_message_head *head = &channel->out->head;

	return head->taken != 0;
}

static bool is_gone(const mod_go_channel *channel)
{
	return channel->gone != NULL && atomic_load_explicit(channel->gone, memory_order_acquire);
}

/* Waits until the lane's word is the next one. */
static mod_go_arrival wait_for_turn(mod_go_channel *channel, uint64_t until)
{
	_Atomic uint32_t *word = &channel->in->word;
	uint32_t next = channel->received + STEP;
	uint32_t seen = atomic_load_explicit(word, memory_order_acquire);

	for (uint32_t i = channel->spin; i > 0 && seen == channel->received; i--) {
		pause_processor();
		seen = atomic_load_explicit(word, memory_order_acquire);
	}
	while ((seen & ~FLAGS) == channel->received) {
		if (is_gone(channel))
			return MOD_GO_GONE;
		if (until != 0 && mod_go_now() >= until)
			return MOD_GO_LATE;
		if ((seen & SLEEPS) != 0 || atomic_compare_exchange_strong(word, &seen, seen | SLEEPS))
			futex_wait(channel, seen | SLEEPS, until);
		seen = atomic_load_explicit(word, memory_order_acquire);
	}
	if ((seen & ~FLAGS) != next)
		return is_gone(channel) ? MOD_GO_GONE : MOD_GO_MANGLED;
	channel->received = next;
	return MOD_GO_ARRIVED;
}

/* Gives the turn to the other side. */
static void publish(mod_go_channel *channel)
{
	channel->sent += STEP;
	if ((atomic_exchange(&channel->out->word, channel->sent) & SLEEPS) != 0)
		futex_wake(&channel->out->word);
}

static void put_head(mod_go_channel *channel, uint32_t kind, size_t offset, size_t length, bool more)
{
	mod_go_message_head *head = &channel->out->head;

	head->kind = kind;
	head->offset = (uint32_t)offset;
	head->length = (uint32_t)length;
	head->more = more;
	head->spin = channel->spin;
	if (channel->copies)
		head->taken = 0;
}

mod_go_arrival mod_go_channel_send(mod_go_channel *channel, uint32_t kind, const uint8_t *data, size_t length,
                                   size_t offset, uint64_t until)
{
	mod_go_lane *lane = channel->out;
	size_t room = MOD_GO_LANE_BYTES - offset;
	mod_go_buffer none = {NULL, 0};

	while (length > room) {
		mod_go_message message;
		mod_go_arrival arrival;

		memcpy(lane->data + offset, data, room);
		put_head(channel, kind, offset, room, true);
		publish(channel);
		arrival = mod_go_channel_receive(channel, until, &none, &message);
		mod_go_buffer_free(&none);
		if (arrival != MOD_GO_ARRIVED)
			return arrival;
		if (message.kind != MOD_GO_MESSAGE_CONTINUE)
			return MOD_GO_MANGLED;
		data += room;
		length -= room;
	}
	if (data != lane->data + offset && length > 0)
		memcpy(lane->data + offset, data, length);
	put_head(channel, kind, offset, length, false);
	publish(channel);
	return MOD_GO_ARRIVED;
}

/* The head of the message that is in the lane, each field read once. */
static bool take_head(const mod_go_channel *channel, mod_go_message_head *head)
{
	const volatile mod_go_message_head *shared = &channel->in->head;

	head->kind = shared->kind;
	head->offset = shared->offset;
	head->length = shared->length;
	head->more = shared->more;
	head->spin = shared->spin;
	return head->offset <= MOD_GO_LANE_BYTES && head->length <= MOD_GO_LANE_BYTES - head->offset;
}

/* Copies a piece behind the `length` bytes that the room holds. */
static mod_go_arrival take_piece(mod_go_channel *channel, const mod_go_message_head *head,
                                 mod_go_buffer *room, size_t length)
{
	if (length + head->length > MOD_GO_MESSAGE_MAX)
		return MOD_GO_MANGLED;
	if (!mod_go_buffer_reserve(room, length + head->length))
		return MOD_GO_OUT_OF_MEMORY;
	if (head->length > 0)
		memcpy(room->data + length, channel->in->data + head->offset, head->length);
	return MOD_GO_ARRIVED;
}

mod_go_arrival mod_go_channel_receive(mod_go_channel *channel, uint64_t until, mod_go_buffer *room,
                                      mod_go_message *message)
{
	mod_go_message_head head;
	size_t length = 0;

	for (;;) {
		mod_go_arrival arrival = wait_for_turn(channel, until);

		if (arrival != MOD_GO_ARRIVED)
			return arrival;
		if (!take_head(channel, &head))
			return MOD_GO_MANGLED;
		if (!channel->copies) {
			channel->spin = head.spin;
			channel->in->head.taken = 1;
		}
		if (!channel->copies && length == 0 && head.more == 0 && head.length <= MOD_GO_FIRST_BYTES) {
			*message = (mod_go_message){head.kind, channel->in->data + head.offset, head.length, true};
			return MOD_GO_ARRIVED;
		}
		arrival = take_piece(channel, &head, room, length);
		if (arrival != MOD_GO_ARRIVED)
			return arrival;
		length += head.length;
		if (head.more == 0) {
			*message = (mod_go_message){head.kind, room->data, length, false};
			return MOD_GO_ARRIVED;
		}
		/* Pieces that never end, as fast as they may come, or have nothing in them. */
		if (head.length == 0)
			return MOD_GO_MANGLED;
		if (until != 0 && mod_go_now() >= until)
			return MOD_GO_LATE;
		put_head(channel, MOD_GO_MESSAGE_CONTINUE, 0, 0, false);
		publish(channel);
	}
}
