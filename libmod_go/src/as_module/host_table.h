/*
 * host_table.h - what a module may ask of Aerospike during one call: the ABI's host table over as_rec and
 * as_aerospike. Everything is checked before Aerospike gets it, because Aerospike's own code would assert.
 *
 * A host call belongs to the thread that makes the call; the module may call the table only in that thread. No locks.
 */
#ifndef MOD_GO_HOST_TABLE_H
#define MOD_GO_HOST_TABLE_H

#include <aerospike/as_module.h>
#include <stdbool.h>

#include "as_module/arguments.h"
#include "as_module/scratch.h"
#include "common/public.h"

/* How many writes, and how many bytes of them, a module may buffer before it has to call the host. */
enum { MOD_GO_WRITES = 16, MOD_GO_WRITE_BYTES = 512 };

/* How many bins are prefetched. */
enum { MOD_GO_BINS = 8 };

/* How many bins a record may have in a UDF, and the size of a bin's name with its NUL; both are the server's. */
enum { MOD_GO_RECORD_BINS = 512, MOD_GO_BIN_NAME_SIZE = AEROSPIKE_UDF_GO_BIN_NAME_MAX + 1 };

/* One call of one UDF. The module gets `call`, whose context is this struct; its record is the as_rec. apply.h
 * begins it. */
typedef struct mod_go_host_call {
	aerospike_udf_go_call call;
	const as_aerospike *aerospike;
	as_timer *timer; /* NULL where there is none */
	aerospike_udf_go_bin bins[MOD_GO_BINS];
	aerospike_udf_go_write writes[MOD_GO_WRITES]; /* buffered by the module */
	uint8_t write_data[MOD_GO_WRITE_BYTES];
	bool refused; /* a buffered write has failed since the last create or update */
	char refusal[128];
	/* The bins that were set or unset since the record was last stored: Aerospike lists only stored ones. */
	char changed[MOD_GO_RECORD_BINS][MOD_GO_BIN_NAME_SIZE];
	uint32_t changed_count;
	/* What the last function of the table returned: valid until the next one. */
	mod_go_scratch borrowed;
	as_val *key;
	as_bytes *digest;
} mod_go_host_call;

extern aerospike_udf_go_host mod_go_host;

/* Prefetches the bins that the function is known to read, and those that its arguments name, except for lists and
 * maps, whose conversion is work that the function may not need. */
void mod_go_host_prefetch_bins(mod_go_host_call *host_call, const mod_go_function *function,
                               const aerospike_udf_go_record *record, const mod_go_arguments *arguments);

/* Performs the buffered writes. The next create or update reports the first failure. */
void mod_go_host_call_apply_writes(mod_go_host_call *host_call, aerospike_udf_go_record *record);

/* Frees what the module has borrowed. */
void mod_go_host_call_end(mod_go_host_call *host_call);

/* host_bins.c: functions of the table. Values that they return are valid until the next function is called. */
int mod_go_host_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                    size_t name_length, aerospike_udf_go_value *value);
int mod_go_host_get_many(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
                         size_t names_length, uint32_t count, aerospike_udf_go_value *values);
int mod_go_host_set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                    size_t name_length, uint32_t type, int64_t integer, uint8_t *data, size_t length,
                    aerospike_udf_go_value *why);
int mod_go_host_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                      size_t name_length, aerospike_udf_go_value *why);
int mod_go_host_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                          aerospike_udf_go_value *names);

/* host_table.c: every function of the table that depends on bins, or returns memory, begins with this. It frees what
 * was borrowed before and performs the buffered writes. Returns NULL for a call without a record: refuse with the
 * message below. */
mod_go_host_call *mod_go_host_begin(aerospike_udf_go_call *call, aerospike_udf_go_record *record);

#define MOD_GO_NO_RECORD "this call has no record"

/* Stores `reason`, a static text, in `why`, which may be NULL, and returns AEROSPIKE_UDF_GO_REFUSED. */
int mod_go_host_refuse(aerospike_udf_go_value *why, const char *reason);

#endif
