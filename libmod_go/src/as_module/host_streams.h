/*
 * host_streams.h - the host table of a call of a stream UDF: the ABI's stream functions over as_stream. What a
 * module writes is checked before the output gets it. A stream call belongs to the thread that makes the call.
 */
#ifndef MOD_GO_HOST_STREAMS_H
#define MOD_GO_HOST_STREAMS_H

#include <aerospike/as_stream.h>

#include "as_module/host_table.h"

/* The stream that is read. The module's handle is a pointer to this struct, or to the next. */
typedef struct mod_go_input {
	as_stream *stream;
	bool owns_values; /* whoever reads a value owns it */
	bool ended;
	as_val *borrowed;       /* the element that the module has */
	as_val *next;           /* an element that was read already */
	mod_go_scratch scratch; /* what a borrowed value points to, where that is not the as_val */
	uint8_t *list;          /* the result of stream_read_many */
	size_t list_capacity;
} mod_go_input;

typedef struct mod_go_output {
	as_stream *stream;
	bool stopped; /* it accepts no more, which is not a failure */
} mod_go_output;

/* One call; `host_call` must be first. */
typedef struct mod_go_stream_call {
	mod_go_host_call host_call;
	mod_go_input input;
	mod_go_output output;
} mod_go_stream_call;

/* The host table for such calls, in which records can only be read. Static; any thread. */
aerospike_udf_go_host *mod_go_stream_host(void);

/* Begins the streams; the caller begins `host_call`, and ends all of it by mod_go_stream_call_end. */
void mod_go_stream_call_begin(mod_go_stream_call *stream_call, as_stream *input, as_stream *output,
                              bool owns_values);

/* Frees what the module has borrowed, what was read and not used, and the host call. */
void mod_go_stream_call_end(mod_go_stream_call *stream_call);

#endif
