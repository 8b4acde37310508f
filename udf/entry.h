/*
 * What the C parts of this package share: how a function of the host's table is reached, and how many threads are
 * told apart. Not the ABI: that is aerospike_udf_go.h.
 */
#ifndef MODGO_ENTRY_H
#define MODGO_ENTRY_H

#include <stddef.h>
#include <stdint.h>

#include "aerospike_udf_go.h"

/* How many threads at once have frames of their own. */
#define MODGO_THREADS 256

/* A host that lacks a function leaves it NULL or has a smaller table. */
#define MODGO_MISSING (-1)
#define MODGO_HAS(call, function) \
	((call)->host != NULL && \
	 (call)->host->size >= offsetof(aerospike_udf_go_host, function) + sizeof((call)->host->function) && \
	 (call)->host->function != NULL)

/* Handles come from Go as numbers: for a pointer, cgo would look up at every call whether it is Go's. */
#define MODGO_CALL ((aerospike_udf_go_call *)call)
#define MODGO_RECORD ((aerospike_udf_go_record *)record)
#define MODGO_STREAM ((aerospike_udf_go_stream *)stream)

typedef struct {
	int status;
	aerospike_udf_go_value value; /* the answer, or why there is none */
} modgo_answer;

#endif
