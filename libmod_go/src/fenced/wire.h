/*
 * wire.h - what a host and its worker say to each other, and how numbers, texts and values are written. Both sides
 * use this. How the bytes cross is channel.h's business.
 *
 * A message is its fields one after another, without padding, in the byte order of the machine. "text" is a length
 * (4 bytes) and the bytes. A reader that runs past the end remembers that and gives zeros.
 *
 *   to the worker
 *   OPEN      the module's path: text. The module itself is descriptor MOD_GO_MODULE_DESCRIPTOR
 *   SETUP     nothing
 *   PROPERTY  name: text
 *   CALL      head (mod_go_call_head), name, arguments (values), where there is a record its facts and bins
 *   ANSWER    to GET: status, value (or why). To NAMES: the writes' status and why, then as to GET. To STORE: status,
 *             why, facts. To FACTS: the writes' status and why, facts. To WRITE: status, why. To READ: as to WRITE, then a batch. To LOGS: nothing
 *   CONTINUE  the next piece, please
 *   to the host
 *   DONE      status (mod_go_status), why: text, major, minor
 *   TEXT      the property: text
 *   RESULT    writes, status, value
 *   GET       name: text
 *   NAMES     writes
 *   FACTS     writes
 *   STORE     writes, operation
 *   LOGS      nothing: the log area is full
 *   READ      elements; 1 to get a list, 0 for what comes. Of a call of a stream, as the next
 *   WRITE     elements
 *
 * The elements that a UDF writes to its stream are their count and, of each, a form and the value; those that it reads
 * are a batch: head (mod_go_batch_head), elements, and where the batch ends with a failure the value that says why.
 * A record among them is complete (a number), the count of its bins, facts and bins. One that is not complete is the
 * last of its batch, so that the host, whose stream has not gone on, can be asked for what did not come.
 */
#ifndef MOD_GO_WIRE_H
#define MOD_GO_WIRE_H

#include "fenced/channel.h"
#include "fenced/public_fenced.h"

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
	MOD_GO_MESSAGE_METADATA
};

/* The forms of a stream's element: one value, a list of which each item is an element, a record. */
enum { MOD_GO_ELEMENT_VALUE, MOD_GO_ELEMENT_LIST, MOD_GO_ELEMENT_RECORD };

enum { MOD_GO_STORE_CREATE = 1, MOD_GO_STORE_UPDATE, MOD_GO_STORE_REMOVE };

/* The descriptors that a worker starts with, after the three standard ones. */
enum {
	MOD_GO_LIFELINE_DESCRIPTOR = 3, /* a socket: its end of file is the host's end */
	MOD_GO_SHARED_DESCRIPTOR,
	MOD_GO_MODULE_DESCRIPTOR,
	MOD_GO_DESCRIPTOR_END
};

/* Which functions the host has, for a worker's host table has the same. */
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

/* How a CALL begins. */
typedef struct mod_go_call_head {
	uint64_t deadline;
	uint32_t functions;
	uint32_t log_level;
	uint32_t arguments;
	uint32_t bins;
	uint8_t record;   /* there is one */
	uint8_t complete; /* the bins are all that it has */
	uint8_t stream;   /* it is a call of a stream UDF */
	uint8_t input;    /* there is one; so of output */
	uint8_t output;
	uint8_t reserved[3];
	int32_t scope; /* aerospike_udf_go_scope, or whatever the caller said */
	uint32_t reserved2;
} mod_go_call_head;

/* How a record's facts begin. Where `status` is AEROSPIKE_UDF_GO_OK, mod_go_metadata_fields, digest, namespace, set (texts; the
 * first empty or of 20 bytes, the others with their NUL or empty) and key (a value) follow. */
typedef struct mod_go_metadata_head {
	uint32_t present;       /* what record_exists says */
	uint8_t present_status; /* what record_exists returned */
	uint8_t status;         /* what record_metadata returned, or MOD_GO_METADATA_DEFERRED */
	uint8_t reserved[2];
} mod_go_metadata_head;

/* Few functions want more than whether the record is there, and the rest is work for the host: it is to be asked. */
enum { MOD_GO_METADATA_DEFERRED = 0xFF };

typedef struct mod_go_metadata_fields {
	uint64_t last_update;
	uint64_t storage_size;
	uint32_t exists;
	uint32_t ttl;
	uint32_t generation;
	uint32_t reserved;
} mod_go_metadata_fields;

/* How a list of writes begins: `count` times a name and a value follow, nil for a bin to remove. */
typedef struct mod_go_writes_head {
	uint32_t count;
	uint32_t ttl;
	uint32_t sets_ttl;
} mod_go_writes_head;

/* How a batch of a stream's elements begins. */
typedef struct mod_go_batch_head {
	uint32_t count; /* of elements, a list being one */
	int32_t status; /* what the host's function returned behind these elements */
	uint32_t ended; /* nothing follows them */
} mod_go_batch_head;

/* ---- writing ------------------------------------------------------------------------------------- */

/* Writes into a lane, and into memory of its own from where the lane ends. */
typedef struct mod_go_writer {
	uint8_t *data;
	size_t length;
	size_t capacity;
	size_t offset; /* of the message in the lane */
	mod_go_buffer own;
	bool failed; /* there was no memory */
} mod_go_writer;

/* Begins a message at `offset` of the lane that `channel` sends by, which may take `capacity` bytes there. */
void mod_go_write_begin(mod_go_writer *writer, const mod_go_channel *channel, size_t offset, size_t capacity);

/* Room for `length` more bytes, NULL where there is no memory. */
uint8_t *mod_go_write_reserve(mod_go_writer *writer, size_t length);

void mod_go_write_bytes(mod_go_writer *writer, const void *data, size_t length);
void mod_go_write_number(mod_go_writer *writer, uint32_t number);
void mod_go_write_text(mod_go_writer *writer, const void *text, size_t length);
void mod_go_write_value(mod_go_writer *writer, const aerospike_udf_go_value *value);

/* Sends what was written and lets its memory go. */
mod_go_arrival mod_go_write_send(mod_go_writer *writer, mod_go_channel *channel, uint32_t kind,
                                 uint64_t until);

/* ---- reading ------------------------------------------------------------------------------------- */

typedef struct mod_go_reader {
	const uint8_t *data;
	size_t length;
	size_t offset;
	bool failed; /* it ran past the end, or read what cannot be */
} mod_go_reader;

mod_go_reader mod_go_read_begin(const mod_go_message *message);
const uint8_t *mod_go_read_span(mod_go_reader *reader, size_t length);
void mod_go_read_bytes(mod_go_reader *reader, void *data, size_t length);
uint32_t mod_go_read_number(mod_go_reader *reader);

/* Lent out of the message; not ending in NUL. */
const char *mod_go_read_text(mod_go_reader *reader, size_t *length);

/* The data is lent out of the message. Whether the value is a good one is for mod_go_value_check. */
void mod_go_read_value(mod_go_reader *reader, aerospike_udf_go_value *value);

#endif
