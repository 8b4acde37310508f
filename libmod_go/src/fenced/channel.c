/*
 * channel.c - messages over shared memory.
 *
 * The memory has two lanes, one for each direction: a word, a head and data. The sides take turns: whoever has sent
 * waits for the other's message. So there is one message at a time in all, and each lane holds at most one.
 *
 * The word of a lane is four times the number of messages that were sent in it, plus two flags:
 *
 *   SLEEPS  the reader sleeps on the word (futex) and must be woken
 *   HUNG    the supervisor has found that the lane's writer, a worker, is gone
 *
 * Who may change what:
 *
 *   head and data  the lane's writer, while it has the turn. Exceptions: the worker sets `taken` in the head that it
 *                  reads, and the host resets `used`, the length of the log, in the head that it reads, both after a
 *                  message
 *   word           the writer replaces it (publish); the reader adds SLEEPS by a compare-and-swap; the supervisor adds
 *                  HUNG
 *   log            the worker, while it has the turn: a line first, then `used`, with a release fence between, because
 *                  a host that reads the log of a worker that has crashed must find whole lines
 *
 * Order of memory operations. The writer fills data and head by plain stores, then exchanges the word, which orders
 * the stores before it (release); the reader loads the word (acquire), then reads head and data. The exchange
 * returns the old word and clears its flags in one step, and wakes the reader where SLEEPS was set. No wake-up is
 * lost: if the exchange comes before the reader's compare-and-swap, that fails and the reader looks again; if it
 * comes after, the writer sees SLEEPS and wakes, and a reader that does not sleep yet is kept awake by futex(2),
 * which finds another value. With a load and a store in place of the exchange, a SLEEPS set between the two would
 * be lost.
 *
 * Hanging up: the supervisor stores `gone`, then adds HUNG and wakes. HUNG changes the word for the sake of a
 * reader that has checked `gone` but does not sleep yet: futex(2) then finds another value. Without it that reader
 * would sleep for RECHECK.
 *
 * What a hostile worker can do. It runs code that may write anything to the memory at any time:
 *   it clears SLEEPS           the host is not woken. It never sleeps longer than RECHECK, and then checks the word,
 *                              the deadline and `gone`
 *   it counts the word wrong   MANGLED
 *   it changes head or data    the host reads each field of a head once (volatile), checks that copy, and copies the
 *     while the host reads     data before anything reads it. Nothing here or above reads the shared memory twice
 *   it sends pieces forever    each must have at least one byte, all together at most MOD_GO_MESSAGE_MAX, by the
 *                              deadline
 *   it sets `taken` falsely    a call that it has not begun is not tried again in another worker
 * The host is trusted by the worker, which therefore reads short messages where they are.
 *
 * A message longer than what is left of the lane crosses in pieces: each but the last has `more` set and is
 * answered by CONTINUE. The receiver copies it before it answers, for the next piece overwrites it.
 */
#include "fenced/channel.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced/wire.h"

#define SLEEPS 1u
#define HUNG   2u
#define FLAGS  (SLEEPS | HUNG)
#define STEP   4u

/* The longest sleep of a host, in nanoseconds: a worker may have cleared the flag that has it woken. */
#define RECHECK 50000000u

bool mod_go_buffer_reserve(mod_go_buffer *buffer, size_t length)
{
	size_t capacity = buffer->capacity > 0 ? buffer->capacity : 4096;
	uint8_t *grown;

	if (length <= buffer->capacity)
		return true;
	while (capacity < length)
		capacity *= 2;
	grown = realloc(buffer->data, capacity);
	if (grown == NULL)
		return false;
	buffer->data = grown;
	buffer->capacity = capacity;
	return true;
}

void mod_go_buffer_trim(mod_go_buffer *buffer)
{
	if (buffer->capacity > MOD_GO_LANE_BYTES)
		mod_go_buffer_free(buffer);
}

void mod_go_buffer_free(mod_go_buffer *buffer)
{
	free(buffer->data);
	*buffer = (mod_go_buffer){NULL, 0};
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

static bool is_placed(const mod_go_channel *channel)
{
	const mod_go_placement *placement = channel->placement;

	return placement != NULL && atomic_load_explicit(&placement->processor, memory_order_relaxed) >= 0;
}

/* Sleeps while the word is `value`: the host until `until`, and not longer than RECHECK; the worker without a
 * limit, so that it costs nothing while it is idle. */
static void futex_wait(const mod_go_channel *channel, uint32_t value, uint64_t until)
{
	_Atomic uint32_t *word = &channel->in->word;
	uint64_t left = RECHECK;
	struct timespec time;

	if (!channel->copies) {
		syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
		return;
	}
	if (until != 0) {
		uint64_t now = mod_go_now();

		if (now >= until)
			return;
		left = until - now < RECHECK ? until - now : RECHECK;
	}
	time = (struct timespec){.tv_sec = 0, .tv_nsec = (long)left};
	/* A long call may use other processors than its caller's, which may be busy. Not sooner: on an overloaded machine
	 * calls wait for 10 ms, and moving their workers to and fro took 12 % of the processor time. */
	if (syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0) != 0 && errno == ETIMEDOUT &&
	    is_placed(channel))
		mod_go_placement_release(channel->placement);
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

/* Waits for the other side's turn to end. */
static mod_go_arrival wait_for_turn(mod_go_channel *channel, uint64_t until)
{
	_Atomic uint32_t *word = &channel->in->word;
	uint32_t next = channel->received + STEP;
	uint32_t value = atomic_load_explicit(word, memory_order_acquire);

	for (uint32_t i = channel->spin; i > 0 && value == channel->received; i--) {
		pause_processor();
		value = atomic_load_explicit(word, memory_order_acquire);
	}
	channel->slept = channel->slept || value == channel->received;
	while ((value & ~FLAGS) == channel->received) {
		if (is_gone(channel))
			return MOD_GO_GONE;
		if (until != 0 && mod_go_now() >= until)
			return MOD_GO_LATE;
		if ((value & SLEEPS) != 0 || atomic_compare_exchange_strong(word, &value, value | SLEEPS))
			futex_wait(channel, value | SLEEPS, until);
		value = atomic_load_explicit(word, memory_order_acquire);
	}
	if ((value & ~FLAGS) != next)
		return is_gone(channel) ? MOD_GO_GONE : MOD_GO_MANGLED;
	channel->received = next;
	return MOD_GO_ARRIVED;
}

/* Ends this side's turn. */
static void publish(mod_go_channel *channel)
{
	channel->sent += STEP;
	if (channel->placement != NULL) {
		if (channel->spin == 0)
			mod_go_placement_follow(channel->placement);
		else
			mod_go_placement_avoid(channel->placement);
	}
	if ((atomic_exchange(&channel->out->word, channel->sent) & SLEEPS) != 0) {
		channel->slept = true;
		futex_wake(&channel->out->word);
	}
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
	size_t piece = MOD_GO_LANE_BYTES - offset;
	mod_go_buffer unused = {NULL, 0};

	while (length > piece) {
		mod_go_message message;
		mod_go_arrival arrival;

		memcpy(lane->data + offset, data, piece);
		put_head(channel, kind, offset, piece, true);
		publish(channel);
		arrival = mod_go_channel_receive(channel, until, &unused, &message);
		mod_go_buffer_free(&unused);
		if (arrival != MOD_GO_ARRIVED)
			return arrival;
		if (message.kind != MOD_GO_MESSAGE_CONTINUE)
			return MOD_GO_MANGLED;
		data += piece;
		length -= piece;
	}
	if (data != lane->data + offset && length > 0)
		memcpy(lane->data + offset, data, length);
	put_head(channel, kind, offset, length, false);
	publish(channel);
	return MOD_GO_ARRIVED;
}

/* Reads each field of the head in the lane once, and checks that the message is within the lane. */
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

/* Appends a piece to the `length` bytes in the buffer. */
static mod_go_arrival take_piece(mod_go_channel *channel, const mod_go_message_head *head,
                                 mod_go_buffer *buffer, size_t length)
{
	if (length + head->length > MOD_GO_MESSAGE_MAX)
		return MOD_GO_MANGLED;
	if (!mod_go_buffer_reserve(buffer, length + head->length))
		return MOD_GO_OUT_OF_MEMORY;
	if (head->length > 0)
		memcpy(buffer->data + length, channel->in->data + head->offset, head->length);
	return MOD_GO_ARRIVED;
}

mod_go_arrival mod_go_channel_receive(mod_go_channel *channel, uint64_t until, mod_go_buffer *buffer,
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
		if (!channel->copies && length == 0 && head.more == 0 && head.length <= MOD_GO_IN_LANE_BYTES) {
			*message = (mod_go_message){head.kind, channel->in->data + head.offset, head.length};
			return MOD_GO_ARRIVED;
		}
		arrival = take_piece(channel, &head, buffer, length);
		if (arrival != MOD_GO_ARRIVED)
			return arrival;
		length += head.length;
		if (head.more == 0) {
			*message = (mod_go_message){head.kind, buffer->data, length};
			return MOD_GO_ARRIVED;
		}
		/* Empty pieces could come without end. */
		if (head.length == 0)
			return MOD_GO_MANGLED;
		if (until != 0 && mod_go_now() >= until)
			return MOD_GO_LATE;
		put_head(channel, MOD_GO_MESSAGE_CONTINUE, 0, 0, false);
		publish(channel);
	}
}
