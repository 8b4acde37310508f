/*
 * channel.h - the shared memory between a host and one of its workers, and how messages cross it. Both sides use
 * this. What the messages say is wire.h's business.
 *
 * Two lanes, one a direction; the sides take turns, so each lane holds one message. The one who waits spins for a
 * bounded time, then sleeps on a futex. A message longer than a lane crosses in pieces. The worker runs code that
 * may write anything anywhere, so the host reads every number once, checks it, and copies what it uses.
 */
#ifndef MOD_GO_CHANNEL_H
#define MOD_GO_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOD_GO_CHANNEL_MAGIC   0x6f67646fu
#define MOD_GO_CHANNEL_VERSION 3u

/* Bytes of a lane's data, and of those that a worker goes on reading in the lane: it copies a longer message. The
 * answers to what a call asks for find room behind the call. */
#define MOD_GO_LANE_BYTES  ((size_t)1 << 20)
#define MOD_GO_FIRST_BYTES (MOD_GO_LANE_BYTES / 2)

/* Bytes for log lines until they are handed on. */
#define MOD_GO_LOG_BYTES ((size_t)64 << 10)

/* The longest message in pieces that a host takes: 128 MiB. */
#define MOD_GO_MESSAGE_MAX ((size_t)128 << 20)

/* How long to spin before sleeping, in pauses of the processor. */
#define MOD_GO_SPIN 2000

typedef struct mod_go_message_head {
	uint32_t kind;
	uint32_t offset; /* in the lane's data, where the message begins */
	uint32_t length;
	uint32_t more;  /* 1 where another piece follows */
	uint32_t spin;  /* to the worker: how long to spin for the next message */
	uint32_t used;  /* to the host: bytes of the log area that are in use */
	uint32_t taken; /* to the worker: set by it when it has the message */
} mod_go_message_head;

typedef struct mod_go_lane {
	/* Four times the count of messages, and the two flags of channel.c. */
	_Alignas(128) _Atomic uint32_t word;
	mod_go_message_head head;
	uint8_t data[MOD_GO_LANE_BYTES];
} mod_go_lane;

typedef struct mod_go_shared {
	uint32_t magic;
	uint32_t version;
	uint64_t size; /* of this struct: the two sides may be of different builds */
	mod_go_lane to_worker;
	mod_go_lane to_host;
	uint8_t log[MOD_GO_LOG_BYTES];
} mod_go_shared;

/* Memory that grows as needed; `data` is from malloc. */
typedef struct mod_go_buffer {
	uint8_t *data;
	size_t capacity;
} mod_go_buffer;

bool mod_go_buffer_reserve(mod_go_buffer *room, size_t length);

/* Keeps what the next message is likely to need, no more: long ones are rare. */
void mod_go_buffer_trim(mod_go_buffer *room);
void mod_go_buffer_free(mod_go_buffer *room);

/* One side's end. */
typedef struct mod_go_channel {
	mod_go_shared *shared;
	mod_go_lane *in;
	mod_go_lane *out;
	uint32_t received; /* the last word of each lane, without flags */
	uint32_t sent;
	uint32_t spin;
	bool copies;       /* the host's end, which copies what it reads */
	atomic_bool *gone; /* the host's: whether the worker has ended; else NULL */
} mod_go_channel;

typedef struct mod_go_message {
	uint32_t kind;
	const uint8_t *data;
	size_t length;
	bool in_lane; /* the data is in the lane itself */
} mod_go_message;

/* How waiting for a message ended. */
typedef enum mod_go_arrival {
	MOD_GO_ARRIVED,
	MOD_GO_LATE,         /* `until` has passed */
	MOD_GO_GONE,         /* the other side has ended */
	MOD_GO_MANGLED,      /* what came is no message */
	MOD_GO_OUT_OF_MEMORY /* no memory for it */
} mod_go_arrival;

/* The host's end of new memory that the kernel gave, and the worker's of what the host handed over. The second says
 * false where the memory is of another version. */
void mod_go_channel_create(mod_go_channel *channel, mod_go_shared *shared, atomic_bool *gone);
bool mod_go_channel_join(mod_go_channel *channel, mod_go_shared *shared);

/* Sends `length` bytes, which may stand in the lane already, at `offset`. Blocks only where pieces are needed, and
 * then until `until` (nanoseconds of CLOCK_MONOTONIC, 0 for ever). */
mod_go_arrival mod_go_channel_send(mod_go_channel *channel, uint32_t kind, const uint8_t *data, size_t length,
                                   size_t offset, uint64_t until);

/* Waits for the next message. The host's end copies it to `room`; the worker's lends it out of the lane where it is
 * short enough, and the host sends the next one elsewhere. */
mod_go_arrival mod_go_channel_receive(mod_go_channel *channel, uint64_t until, mod_go_buffer *room,
                                      mod_go_message *message);

/* Whether the worker has taken the message that was sent last. It may lie. */
bool mod_go_channel_was_taken(const mod_go_channel *channel);

/* Wakes a host that waits for a worker of which `gone` was set. */
void mod_go_channel_hang_up(mod_go_channel *channel);

/* Nanoseconds of CLOCK_MONOTONIC; and some milliseconds less than that, for a fifth of the time that it takes. */
uint64_t mod_go_now(void);
uint64_t mod_go_now_or_before(void);

#endif
