/*
 * host_streams.h - what a module may ask of Aerospike during one call of a stream UDF: the ABI's stream functions over
 * as_stream. Nothing reaches the output that was not checked.
 */
#ifndef MOD_GO_STREAMS_H
#define MOD_GO_STREAMS_H

#include <aerospike/as_stream.h>

#include "as_module/host_table.h"

/* The stream that is read; the module's handle is this very struct, and the next. */
typedef struct mod_go_input {
	as_stream *stream;
	bool owns_values; /* who reads a value owns it */
	bool ended;
	as_val *borrowed;       /* to the module */
	as_val *next;           /* read already */
	mod_go_scratch scratch; /* what a lent value points into, where that is not the as_val */
	uint8_t *list;          /* lent by stream_read_many */
	size_t list_room;
} mod_go_input;

typedef struct mod_go_output {
	as_stream *stream;
	bool stopped; /* it would take no more, which is no failure */
} mod_go_output;

/* One call. The application is what host.h knows of it. */
typedef struct mod_go_stream_call {
	mod_go_host_call application;
	mod_go_input input;
	mod_go_output output;
} mod_go_stream_call;

/* The host table for such calls: records can only be read. */
aerospike_udf_go_host *mod_go_stream_host(void);

/* Begins; what of the application is not about streams is the caller's. */
void mod_go_stream_call_begin(mod_go_stream_call *streaming, as_stream *input, as_stream *output,
                              bool owns_values);

/* Gives back what is still lent, and what was read and not used. */
void mod_go_stream_call_end(mod_go_stream_call *streaming);

#endif
