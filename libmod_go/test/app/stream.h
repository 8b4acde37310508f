/*
 * stream.h - streams in memory: one to read from, of values or records, and one to write to. Knows no module; the
 * functions that a module calls are in host_streams.
 */
#ifndef TEST_APP_STREAM_H
#define TEST_APP_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "aerospike_udf_go.h"
#include "record.h"

/* A record, or a value with data of its own. */
struct element {
	aerospike_udf_go_record *record;
	aerospike_udf_go_value value;
};

/* The handle that modules get is this very struct. */
struct aerospike_udf_go_stream {
	struct element *items;
	size_t count;
	size_t capacity;
	size_t next;   /* to be read */
	uint8_t *list; /* what stream_read_many gave out last */
};

/* Add an element; the record is the stream's from then on. False where there is no memory. */
bool stream_add(aerospike_udf_go_stream *stream, const aerospike_udf_go_value *value);
bool stream_add_record(aerospike_udf_go_stream *stream, aerospike_udf_go_record *record);

/* Frees what the stream holds, not the stream. */
void stream_clear(aerospike_udf_go_stream *stream);

/* Makes a host's table one for streams: with their functions, and none that would change a record of one. */
void host_streams(aerospike_udf_go_host *host);

#endif
