/*
 * record.h - records in memory behind Aerospike's own as_rec and as_aerospike, for the tests and the benchmark.
 *
 * Made as the server makes its own (udf_record.c and udf_aerospike.c there), so that mod_go and mod_lua find what
 * they would find there. A record has two arrays of bins, each searched by name: those that are stored, and a cache of
 * those that the call has read or set. get lends, set takes ownership, key and digest are given away. Create and
 * update store the bins that were set. remove stores none, and the record still exists for the call: another create
 * or update stores it again. Generation and time to live change only after the call.
 */
#ifndef TEST_RECORD_H
#define TEST_RECORD_H

#include <aerospike/as_aerospike.h>
#include <aerospike/as_module.h>
#include <aerospike/as_rec.h>

enum { RECORD_BINS = 512 };

typedef struct record_bin {
	char name[16];
	as_val *value; /* nil: to be removed */
	bool dirty;    /* set since the last create or update */
} record_bin;

/* What an as_rec has. The tests set and check it directly. */
struct record {
	record_bin bins[RECORD_BINS]; /* the cache */
	uint32_t count;
	record_bin stored[RECORD_BINS];
	uint32_t stored_count;
	bool exists; /* it did when the call began, or was created */
	uint32_t ttl;
	uint32_t next_ttl; /* after the call */
	uint16_t generation;
	uint64_t last_update; /* milliseconds since 2010, as in the server */
	const char *set_name;
	const char *key;
	uint32_t creates, updates, removes; /* that succeeded */
	int refusal;                        /* where not 0, the code that create, update, remove and set return */
	uint32_t complaints; /* how often something was asked for that a record which is not there lacks */
	uint32_t *destroyed; /* incremented when the last reference is destroyed */
};

/* A record that exists, on the heap, with one reference. */
as_rec *record_new(void);

/* Stores the bins that were set, as if the call began now. */
void record_store(const as_rec *rec);

/* Ends a call: what it has not stored is dropped, and a record without bins does not exist. */
void record_end(const as_rec *rec);

struct record *record_of(const as_rec *rec);

/* The functions create, update, remove, exists and log. Its source may be a record_log. */
typedef struct record_log {
	char text[4096]; /* "LEVEL FILE:LINE MESSAGE\n" a line */
} record_log;

void record_aerospike(as_aerospike *aerospike, record_log *log);

#endif
