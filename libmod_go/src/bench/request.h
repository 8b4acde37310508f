/*
 * request.h - reads what to measure from the standard input: words separated by spaces, a line each. Texts and bytes
 * are hexadecimal, "-" for none; a VALUE is its type, its integer and its data.
 *
 *   function NAME
 *   stream                                          the function is a stream UDF, and all records are its input
 *   timeout MILLISECONDS                            of one call
 *   argument VALUE
 *   record TTL GENERATION LAST_UPDATE NAMESPACE SET DIGEST VALUE-OF-THE-KEY
 *   bin NAME VALUE                                  of the last record
 *   start
 */
#ifndef MOD_GO_BENCH_REQUEST_H
#define MOD_GO_BENCH_REQUEST_H

#include "bench/record.h"

typedef struct bench_request {
	char *function;
	bool is_stream;
	uint64_t timeout; /* milliseconds */
	aerospike_udf_go_value *arguments;
	size_t argument_count;
	aerospike_udf_go_record *records; /* not to be moved after the last line */
	size_t record_count;
} bench_request;

/* Reads up to `start`. Returns false for a line that it does not understand, or where there is no memory. What it
 * allocates lives as long as the process. */
bool bench_request_read(bench_request *request);

#endif
