/*
 * Shared by entry.c and the C preambles of cgo_*.go: access to the host's table of functions, and the number of threads
 * with frames of their own. The ABI itself is aerospike_udf_go.h.
 */
#ifndef MODGO_ENTRY_H
#define MODGO_ENTRY_H

#include <stddef.h>
#include <stdint.h>

#include "aerospike_udf_go.h"

/* Threads have numbers below this one; frames of their own (see cgo_export.go) come with a number. */
#define MODGO_THREADS 256

/* The status of a function that the host lacks: it is NULL, or the table ends before it. */
#define MODGO_MISSING (-1)
#define MODGO_HAS(call, function)                                                                            \
	((call)->host != NULL &&                                                                                 \
	 (call)->host->size >= offsetof(aerospike_udf_go_host, function) + sizeof((call)->host->function) &&     \
	 (call)->host->function != NULL)

/* Go passes the host's pointers as numbers: for a pointer, cgo would check at each call whether it points to Go
 * memory. */
#define MODGO_CALL   ((aerospike_udf_go_call *)call)
#define MODGO_RECORD ((aerospike_udf_go_record *)record)
#define MODGO_STREAM ((aerospike_udf_go_stream *)stream)

typedef struct {
	int status;
	aerospike_udf_go_value value; /* the result or the error */
} modgo_answer;

#endif
