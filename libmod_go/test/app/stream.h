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

/* What the module's handle points to. */
struct aerospike_udf_go_stream {
	struct element *items;
	size_t count;
	size_t capacity;
	size_t next;   /* to be read */
	uint8_t *list; /* the last result of stream_read_many */
};

/* Add an element; the stream then owns the record. False where there is no memory. */
bool stream_add(aerospike_udf_go_stream *stream, const aerospike_udf_go_value *value);
bool stream_add_record(aerospike_udf_go_stream *stream, aerospike_udf_go_record *record);

/* Frees the stream's memory, but not the struct. */
void stream_clear(aerospike_udf_go_stream *stream);

/* Changes a host table to one for streams: with their functions, and without those that change a record. */
void host_streams(aerospike_udf_go_host *host);

#endif
