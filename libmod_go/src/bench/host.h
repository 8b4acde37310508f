/* host.h - the host table of a benchmark, over records in memory, and one call of a function with it. */
#ifndef MOD_GO_BENCH_HOST_H
#define MOD_GO_BENCH_HOST_H

#include "bench/record.h"

/* The capacities that as_module gives a call (as_module/host_table.h). */
enum { BENCH_BINS = 8, BENCH_WRITES = 16, BENCH_WRITE_BYTES = 512 };

/* The input of a stream UDF: records one after another. */
struct aerospike_udf_go_stream {
	aerospike_udf_go_record *records;
	size_t count;
	size_t next;
};

typedef struct bench_call {
	aerospike_udf_go_call call;
	aerospike_udf_go_bin bins[BENCH_BINS];
	aerospike_udf_go_write writes[BENCH_WRITES];
	uint8_t write_data[BENCH_WRITE_BYTES];
} bench_call;

/* A call with the host table, without a deadline. Log lines are dropped, from "debug" on already in the module. */
void bench_call_init(bench_call *call);

/* Performs the writes that the module has put into the call. */
void bench_call_apply_writes(aerospike_udf_go_call *call, aerospike_udf_go_record *record);

#endif
