/*
 * wire.h - the messages of a host and its worker, and how their fields are encoded. Both sides use this; channel.h
 * moves the bytes.
 *
 * The fields of a message follow each other without padding, in the machine's byte order. "text" is a length (4
 * bytes) and the bytes. A reader that runs past the end records that and returns zeros.
 *
 *   to the worker
 *   OPEN      path of the module: text. The module itself is descriptor MOD_GO_MODULE_DESCRIPTOR
 *   SETUP     nothing
 *   PROPERTY  name: text
 *   CALL      head (mod_go_call_head), name: text, arguments: values; with a record its metadata and bins;
 *             with an input stream its first batch
 *   ANSWER    to GET       status, value (the reason where it fails)
 *             to NAMES     status and reason of the writes, then as to GET
 *             to METADATA  status and reason of the writes, metadata
 *             to STORE     status, reason, metadata
 *             to WRITE     status, reason
 *             to READ      as to WRITE, then a batch
 *             to LOGS      nothing
 *   CONTINUE  asks for the next piece
 *   to the host
 *   DONE      status (mod_go_status), reason: text, major, minor
 *   TEXT      the property: text
 *   RESULT    writes, deferred operation (0: none), status, value; of a stream UDF then elements
 *   AGAIN     nothing: the host has refused a deferred operation, so the call must be made once more
 *   GET       name: text
 *   NAMES     writes
 *   METADATA  writes
 *   STORE     writes, operation
 *   LOGS      nothing: the log area is full
 *   READ      elements; 1 to get a list, 0 for any element. Only in a call of a stream UDF, as WRITE
 *   WRITE     elements
 *
 * "elements", which a UDF writes to its stream, are a count and, for each, its form and its value. A "batch", which
 * it reads, is a head (mod_go_batch_head), elements and, where it ends with a failure, the reason as a value. A
 * record in a batch is which bins follow (MOD_GO_BINS_...), their number, metadata and bins. One with some of its bins
 * is the last of its batch: the host's stream has not moved on, so that the host can be asked for the rest. One with
 * those that the manifest names has no others for the UDF, since the stream may have moved on.
 */
#ifndef MOD_GO_WIRE_H
#define MOD_GO_WIRE_H

#include "common/public.h"
#include "fenced/channel.h"

enum {
	MOD_GO_MESSAGE_OPEN = 1,
	MOD_GO_MESSAGE_SETUP,
	MOD_GO_MESSAGE_PROPERTY,
	MOD_GO_MESSAGE_CALL,
	MOD_GO_MESSAGE_ANSWER,
	MOD_GO_MESSAGE_CONTINUE,
	MOD_GO_MESSAGE_DONE = 16,
	MOD_GO_MESSAGE_TEXT,
	MOD_GO_MESSAGE_RESULT,
	MOD_GO_MESSAGE_GET,
	MOD_GO_MESSAGE_NAMES,
	MOD_GO_MESSAGE_STORE,
	MOD_GO_MESSAGE_LOGS,
	MOD_GO_MESSAGE_READ,
	MOD_GO_MESSAGE_WRITE,
	MOD_GO_MESSAGE_METADATA,
	MOD_GO_MESSAGE_AGAIN
};

/* The forms of a stream's element: a value, a list of elements, a record. */
enum { MOD_GO_ELEMENT_VALUE, MOD_GO_ELEMENT_LIST, MOD_GO_ELEMENT_RECORD };

/* Which bins a record of a stream comes with: some, with the others on request; all; those that the manifest names. */
enum { MOD_GO_BINS_SOME, MOD_GO_BINS_ALL, MOD_GO_BINS_NAMED };

enum { MOD_GO_STORE_CREATE = 1, MOD_GO_STORE_UPDATE, MOD_GO_STORE_REMOVE };

/* The descriptors that a worker starts with, after the three standard ones. */
enum {
	MOD_GO_LIFELINE_DESCRIPTOR = 3, /* a socket: end of file means that the host has ended */
	MOD_GO_SHARED_DESCRIPTOR,
	MOD_GO_MODULE_DESCRIPTOR,
	MOD_GO_DESCRIPTOR_END
};

/* The functions that the host has: the worker's host table has the same ones. */
enum {
	MOD_GO_HAS_GET = 1 << 0,
	MOD_GO_HAS_SET = 1 << 1,
	MOD_GO_HAS_UNSET = 1 << 2,
	MOD_GO_HAS_NAMES = 1 << 3,
	MOD_GO_HAS_METADATA = 1 << 4,
	MOD_GO_HAS_TTL = 1 << 5,
	MOD_GO_HAS_CREATE = 1 << 6,
	MOD_GO_HAS_UPDATE = 1 << 7,
	MOD_GO_HAS_REMOVE = 1 << 8,
	MOD_GO_HAS_EXISTS = 1 << 9,
	MOD_GO_HAS_LOG = 1 << 10,
	MOD_GO_HAS_READ = 1 << 11,
	MOD_GO_HAS_READ_MANY = 1 << 12,
	MOD_GO_HAS_WRITE = 1 << 13,
	MOD_GO_HAS_WRITE_MANY = 1 << 14
};

/* The head of CALL. */
typedef struct mod_go_call_head {
	uint64_t deadline;
	int64_t now;        /* the time that the module reads, in nanoseconds since 1970; 0: the real one */
	uint32_t functions; /* MOD_GO_HAS_... */
	uint32_t log_level;
	uint32_t arguments;
	uint32_t bins;
	uint8_t record;   /* whether there is one */
	uint8_t complete; /* the record has no other bins */
	uint8_t stream;   /* a call of a stream UDF */
	uint8_t input;    /* whether there is one */
	uint8_t output;   /* likewise */
	uint8_t defers;   /* a create or update may come with the result */
	uint8_t batch;    /* the first batch of the input comes with the call */
	uint8_t reserved;
	int32_t scope; /* aerospike_udf_go_scope, or any other number from the caller */
	uint32_t reserved2;
} mod_go_call_head;

/* The head of a record's metadata. Where `status` is AEROSPIKE_UDF_GO_OK these follow: mod_go_metadata_fields;
 * digest (text, empty or of 20 bytes); namespace and set (texts with their NUL, or empty); key (a value). */
typedef struct mod_go_metadata_head {
	uint32_t present;       /* the answer of record_exists */
	uint8_t present_status; /* the status of record_exists */
	uint8_t status;         /* the status of record_metadata, or MOD_GO_METADATA_DEFERRED */
	uint8_t reserved[2];
} mod_go_metadata_head;

/* The worker asks for the metadata when its function does: few do, and reading it is work for the host. */
enum { MOD_GO_METADATA_DEFERRED = 0xFF };

typedef struct mod_go_metadata_fields {
	uint64_t last_update;
	uint64_t storage_size;
	uint32_t exists;
	uint32_t ttl;
	uint32_t generation;
	uint32_t reserved;
} mod_go_metadata_fields;

/* The head of writes: `count` times a name and a value follow; nil removes the bin. */
typedef struct mod_go_writes_head {
	uint32_t count;
	uint32_t ttl;
	uint32_t sets_ttl;
} mod_go_writes_head;

/* The head of a batch of elements. */
typedef struct mod_go_batch_head {
	uint32_t count; /* of elements; a list counts as one */
	int32_t status; /* what the host's function returned after these elements */
	uint32_t ended; /* the stream has no further elements */
} mod_go_batch_head;

/* ---- writing ------------------------------------------------------------------------------------- */

/* Writes into a lane, and into memory of its own where the lane is too small. mod_go_write_send frees that memory. */
typedef struct mod_go_writer {
	uint8_t *data;
	size_t length;
	size_t capacity;
	size_t offset; /* of the message in the lane */
	mod_go_buffer own;
	bool failed; /* there was no memory */
} mod_go_writer;

/* Begins a message at `offset` of the channel's outgoing lane, with up to `capacity` bytes there. */
void mod_go_write_begin(mod_go_writer *writer, const mod_go_channel *channel, size_t offset, size_t capacity);

/* Adds `length` bytes for the caller to fill before it writes on; NULL where there is no memory. */
uint8_t *mod_go_write_reserve(mod_go_writer *writer, size_t length);

/* Each adds a field. Where there is no memory, the writer has failed and ignores it. */
void mod_go_write_bytes(mod_go_writer *writer, const void *data, size_t length);
void mod_go_write_number(mod_go_writer *writer, uint32_t number);
void mod_go_write_text(mod_go_writer *writer, const void *text, size_t length);
void mod_go_write_value(mod_go_writer *writer, const aerospike_udf_go_value *value);

/* Sends the message and frees the writer's memory, also where it fails. */
mod_go_arrival mod_go_write_send(mod_go_writer *writer, mod_go_channel *channel, uint32_t kind,
                                 uint64_t until);

/* ---- reading ------------------------------------------------------------------------------------- */

/* Reads a message. Everything that it returns points into the message and is valid as long as that. */
typedef struct mod_go_reader {
	const uint8_t *data;
	size_t length;
	size_t offset;
	bool failed; /* it ran past the end, or read an invalid field */
} mod_go_reader;

/* The message stays the caller's. One thread at a time uses a reader. */
mod_go_reader mod_go_read_begin(const mod_go_message *message);

/* The next `length` bytes, NULL where there are fewer. */
const uint8_t *mod_go_read_span(mod_go_reader *reader, size_t length);

/* Copies the next `length` bytes, or zeros. */
void mod_go_read_bytes(mod_go_reader *reader, void *data, size_t length);
uint32_t mod_go_read_number(mod_go_reader *reader);

/* A text without a NUL; "" where there is none. */
const char *mod_go_read_text(mod_go_reader *reader, size_t *length);

/* A value as the other side sent it; mod_go_value_check checks it. */
void mod_go_read_value(mod_go_reader *reader, aerospike_udf_go_value *value);

#endif
