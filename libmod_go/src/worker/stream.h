/*
 * stream.h - the streams of a call as its module sees them: elements that came in a batch, and written elements
 * that were not sent yet. See call.h for threads.
 */
#ifndef MOD_GO_WORKER_STREAM_H
#define MOD_GO_WORKER_STREAM_H

#include "fenced/wire.h"

/* Begins the streams of a call and stores their handles, NULL for one that the host has not. The reader is at the
 * input's first batch, and its message lasts as long as the call. What is in the call's memory by then stays; what is
 * allocated later is freed at the next element. */
void stream_begin(const mod_go_call_head *head, mod_go_reader *reader, aerospike_udf_go_stream **in,
                  aerospike_udf_go_stream **out);

/* The status of a call that has ended with `status`: that, or that of a refused write which the module has not heard
 * of. In the second case `why` is the reason. */
int stream_end(int status, aerospike_udf_go_value *why);

/* Adds the remaining elements, fewer than 48 KiB, to the message with the result. */
void stream_write_rest(mod_go_writer *writer);

/* Sets the host table's functions about streams among `functions` (MOD_GO_HAS_...). */
void stream_functions(aerospike_udf_go_host *host, uint32_t functions);

#endif
