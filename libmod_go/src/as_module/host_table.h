/*
 * host_table.h - what a module may ask of Aerospike during one call: the ABI's host table over as_rec and as_aerospike.
 * Nothing reaches Aerospike here that was not checked: its own path would assert.
 */
#ifndef MOD_GO_HOST_H
#define MOD_GO_HOST_H

#include <aerospike/as_module.h>
#include <stdbool.h>

#include "as_module/arguments.h"
#include "common/public.h"
#include "as_module/scratch.h"

/* How much a module may write before it has to call the host. */
enum { MOD_GO_WRITES = 16, MOD_GO_WRITE_BYTES = 512 };

/* How many bins are read ahead of a call. */
enum { MOD_GO_BINS = 8 };

/* One call of one UDF. The module has `call`, whose context this is; its record is the as_rec. */
typedef struct mod_go_host_call {
	aerospike_udf_go_call call;
	const as_aerospike *aerospike;
	as_timer *timer; /* NULL where there is none */
	aerospike_udf_go_bin bins[MOD_GO_BINS];
	/* Where the module puts writes that are done later; the first that failed since the last create or update. */
	aerospike_udf_go_write writes[MOD_GO_WRITES];
	uint8_t write_data[MOD_GO_WRITE_BYTES];
	bool refused;
	char refusal[128];
	/* What the last host function lent: good until the next one for the record. */
	mod_go_scratch borrowed;
	as_val *key;
	as_bytes *digest;
} mod_go_host_call;

extern aerospike_udf_go_host mod_go_host;

/* Whether the program's own timer says that the call has had its time. */
bool mod_go_host_call_is_late(const mod_go_host_call *application);

/* Reads the bins that the function is known to read, those too that its arguments name, but for lists and maps, which
 * are work to hand over. */
void mod_go_host_prefetch_bins(mod_go_host_call *application, const mod_go_function *function,
                               const aerospike_udf_go_record *record, const mod_go_arguments *arguments);

/* Does the writes that wait. A failure is remembered for the next create or update. */
void mod_go_host_call_apply_writes(mod_go_host_call *application, aerospike_udf_go_record *record);

/* Gives back what is still lent. */
void mod_go_host_call_end(mod_go_host_call *application);

/* The functions of the table, by the file they stand in. host_bins.c: */
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

/* host_table.c, for host_bins.c. Every function begins with the first: what was lent before is given back. NULL where the call
 * has no record, which is to be refused for that reason. */
#define MOD_GO_NO_RECORD "this call has no record"
mod_go_host_call *mod_go_host_begin(aerospike_udf_go_call *call, aerospike_udf_go_record *record);
int mod_go_host_refuse(aerospike_udf_go_value *why, const char *reason);

#endif
