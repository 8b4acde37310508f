/*
 * channel.h - sends messages between a host and one worker over shared memory. Both sides use this; wire.h has the
 * contents of messages, channel.c the design.
 *
 * A channel belongs to one thread at a time on each side: in the host the thread whose call the worker serves, in
 * the worker the thread that serves. Only mod_go_channel_hang_up may be called by another thread.
 */
#ifndef MOD_GO_CHANNEL_H
#define MOD_GO_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "fenced/placement.h"

#define MOD_GO_CHANNEL_MAGIC   0x6f67646fu
#define MOD_GO_CHANNEL_VERSION 7u

/* The bytes of a lane's data, and the longest message that a worker reads in the lane; it copies longer ones. The
 * host puts the answers to a call's requests behind the call. */
#define MOD_GO_LANE_BYTES    ((size_t)1 << 20)
#define MOD_GO_IN_LANE_BYTES (MOD_GO_LANE_BYTES / 2)

/* The bytes for log lines that were not forwarded yet. */
#define MOD_GO_LOG_BYTES ((size_t)64 << 10)

/* The longest message in pieces that is accepted: 128 MiB. */
#define MOD_GO_MESSAGE_MAX ((size_t)128 << 20)

/* How many times to pause the processor before sleeping: about 0.1 ms, so that a worker still spins when a caller
 * that does some work of its own calls again. With 500, `modgo test` made 14,900 calls a second, with 2,000 21,200. */
#define MOD_GO_SPIN 2000

typedef struct mod_go_message_head {
	uint32_t kind;
	uint32_t offset; /* of the message in the lane's data */
	uint32_t length;
	uint32_t more;  /* 1 where another piece follows */
	uint32_t spin;  /* to the worker: how many times to pause before it sleeps */
	uint32_t used;  /* to the host: bytes of the log area in use */
	uint32_t taken; /* to the worker, which sets it when it has the message */
} mod_go_message_head;

typedef struct mod_go_lane {
	/* Four times the number of messages, and the two flags of channel.c. */
	_Alignas(128) _Atomic uint32_t word;
	mod_go_message_head head;
	uint8_t data[MOD_GO_LANE_BYTES];
} mod_go_lane;

typedef struct mod_go_shared {
	uint32_t magic;
	uint32_t version;
	uint64_t size;          /* of this struct: the two sides may be of different builds */
	uint32_t settable_time; /* 1: calls may have a time of their own; read when the worker starts */
	_Atomic uint32_t memory_limit_reached; /* 1: the worker got no memory; read when it has ended */
	mod_go_lane to_worker;
	mod_go_lane to_host;
	uint8_t log[MOD_GO_LOG_BYTES];
} mod_go_shared;

/* Memory that grows as needed. Zero is an empty one; the owner frees it. */
typedef struct mod_go_buffer {
	uint8_t *data;
	size_t capacity;
} mod_go_buffer;

/* Makes the capacity at least `length`; keeps the content, and may move it. False where there is no memory. */
bool mod_go_buffer_reserve(mod_go_buffer *buffer, size_t length);

/* Frees a large buffer, because long messages are rare; keeps a small one for the next message. */
void mod_go_buffer_trim(mod_go_buffer *buffer);
void mod_go_buffer_free(mod_go_buffer *buffer);

/* One side's end. */
typedef struct mod_go_channel {
	mod_go_shared *shared;
	mod_go_lane *in;
	mod_go_lane *out;
	uint32_t received; /* the last word of each lane, without flags */
	uint32_t sent;
	uint32_t spin;
	bool slept;                  /* the host's: a side has slept since the owner reset this */
	bool copies;                 /* the host's end, which copies what it receives */
	atomic_bool *gone;           /* the host's: whether the worker has ended; else NULL */
	mod_go_placement *placement; /* the host's: of the worker's serving thread; NULL for none */
} mod_go_channel;

/* A message that was received. Its data is valid until the next one is received or `buffer` is changed. */
typedef struct mod_go_message {
	uint32_t kind;
	const uint8_t *data;
	size_t length;
} mod_go_message;

/* How waiting for a message ended. */
typedef enum mod_go_arrival {
	MOD_GO_ARRIVED,
	MOD_GO_LATE,         /* `until` has passed */
	MOD_GO_GONE,         /* the other side has ended */
	MOD_GO_MANGLED,      /* it is not a valid message */
	MOD_GO_OUT_OF_MEMORY /* there is no memory for it */
} mod_go_arrival;

/* The host's end of new, zeroed memory. `gone` must outlive the channel. */
void mod_go_channel_create(mod_go_channel *channel, mod_go_shared *shared, atomic_bool *gone);

/* The worker's end. False where the memory is of another version. */
bool mod_go_channel_join(mod_go_channel *channel, mod_go_shared *shared);

/* Sends `length` bytes at `offset` of the lane, where they may be already. Waits only for a message that needs
 * pieces, until `until` (nanoseconds of CLOCK_MONOTONIC; 0: no limit). */
mod_go_arrival mod_go_channel_send(mod_go_channel *channel, uint32_t kind, const uint8_t *data, size_t length,
                                   size_t offset, uint64_t until);

/* Waits for the next message. The host's end copies it to `buffer`. The worker's end points into the lane where the
 * message is short enough, and copies longer ones. */
mod_go_arrival mod_go_channel_receive(mod_go_channel *channel, uint64_t until, mod_go_buffer *buffer,
                                      mod_go_message *message);

/* Whether the worker has received the last message, which it may say falsely. */
bool mod_go_channel_was_taken(const mod_go_channel *channel);

/* Wakes the host's thread that waits for a worker, after `gone` was set. Any thread of the host, while the channel
 * exists. */
void mod_go_channel_hang_up(mod_go_channel *channel);

#endif
