/*
 * record.h - a record in memory that each call finds as the sample has it. Changes cost what a set costs a host: a
 * copy of the value.
 */
#ifndef MOD_GO_BENCH_RECORD_H
#define MOD_GO_BENCH_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aerospike_udf_go.h"

enum { BENCH_BINS_MAX = 512, BENCH_DIGEST_BYTES = 20 };

typedef struct bench_bin {
	char name[AEROSPIKE_UDF_GO_BIN_NAME_MAX + 1];
	size_t name_length;
	aerospike_udf_go_value value;
	bool owned; /* the value's data belongs to the bin */
} bench_bin;

/* What the module's handle points to. */
struct aerospike_udf_go_record {
	bench_bin *sample; /* the record before each call; owned */
	size_t sample_count;
	bench_bin bins[BENCH_BINS_MAX];
	size_t count;
	bool exists;     /* for the call, also after it removed the record */
	bool has_stored; /* there are stored bins */
	bool changed;    /* since the last bench_record_reset */
	aerospike_udf_go_metadata metadata;
	uint8_t digest[BENCH_DIGEST_BYTES];
	char *names; /* the last result of bin_names */
};

/* The bin of that name, or NULL. Valid until the record changes. */
const bench_bin *bench_record_find(const aerospike_udf_go_record *record, const char *name, size_t length);

/* Sets a bin to a copy of the value; nil removes it. Returns what is wrong as a static text, or NULL. */
const char *bench_record_set(aerospike_udf_go_record *record, const char *name, size_t length,
                             const aerospike_udf_go_value *value);

/* Adds a bin to the sample, whose data the record takes over. False where there is no memory. */
bool bench_record_add(aerospike_udf_go_record *record, const bench_bin *bin);

/* Makes the record the sample again. */
void bench_record_reset(aerospike_udf_go_record *record);

/* Makes the record exist with its present bins as the stored ones, which may be none. */
void bench_record_store(aerospike_udf_go_record *record);

/* Removes all bins. */
void bench_record_clear(aerospike_udf_go_record *record);

#endif
