/*
 * record.h - a record in memory, with the semantics of Aerospike's records under a UDF.
 * Changes of bins are working state until they are stored by create or update. Knows no module and no call.
 */
#ifndef TEST_APP_RECORD_H
#define TEST_APP_RECORD_H

#include <stdbool.h>

#include "aerospike_udf_go.h"

/* Aerospike's limits. */
enum {
	RECORD_BINS_MAX = 512,
	RECORD_TTL_MAX = 10 * 365 * 24 * 3600 /* seconds */
};

#define RECORD_TTL_NEVER 0xFFFFFFFFu

struct bin {
	char name[AEROSPIKE_UDF_GO_BIN_NAME_MAX + 1];
	aerospike_udf_go_value value; /* data is the bin's own */
};

struct bins {
	struct bin *items;
	size_t count;
};

/* What the module's handle points to. */
struct aerospike_udf_go_record {
	struct bins stored;
	struct bins working;
	bool exists;
	uint32_t ttl;      /* seconds, as stored */
	uint32_t next_ttl; /* what the next write stores */
	uint32_t generation;
	uint64_t last_update;       /* milliseconds since 1970 */
	aerospike_udf_go_value key; /* data is the record's own */
	char *names;                /* the last result of record_bin_names */
};

/* These return NULL on success, else the reason. */

/* Sets or, with nil, removes a bin of the working state; copies name and value. */
const char *record_set(aerospike_udf_go_record *record, const char *name, size_t name_length,
                       const aerospike_udf_go_value *value);
const char *record_set_ttl(aerospike_udf_go_record *record, uint32_t ttl);
const char *record_create(aerospike_udf_go_record *record);
const char *record_update(aerospike_udf_go_record *record);
const char *record_remove(aerospike_udf_go_record *record);

/* The bin of that name, or NULL. */
const struct bin *bins_find(const struct bins *bins, const char *name, size_t name_length);

/* Whether the working state has changes that are not stored. */
bool record_has_unstored(const aerospike_udf_go_record *record);

/* Stores the working state, as for a record that exists before a call. */
const char *record_store(aerospike_udf_go_record *record);

/* A record that a call removed, or stored without bins, still exists for that call; not for the next. */
void record_end_call(aerospike_udf_go_record *record);

/* Frees the record's memory, but not the struct. */
void record_clear(aerospike_udf_go_record *record);

#endif
