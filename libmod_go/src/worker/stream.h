/*
 * stream.h - the streams of a call as its module sees them: elements that came in a batch, and written ones that wait
 * to be sent.
 */
#ifndef MOD_GO_WORKER_STREAM_H
#define MOD_GO_WORKER_STREAM_H

#include "fenced/wire.h"

/* Begins the streams of a call. Gives the handles, NULL where the host has none. What is in the call's memory by then
 * stays there; what comes later lasts until the next element. */
void stream_begin(const mod_go_call_head *head, aerospike_udf_go_stream **in, aerospike_udf_go_stream **out);

/* Sends what waits, and gives how the call ended that its module says ended so: a write may have been refused that
 * the module was not told of. Then `why` is the reason. */
int stream_end(int status, aerospike_udf_go_value *why);

/* The functions of the host table that are about streams, those of `functions` (MOD_GO_HAS_...). */
void stream_functions(aerospike_udf_go_host *host, uint32_t functions);

#endif
