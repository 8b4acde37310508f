/*
 * record.h - records in memory behind Aerospike's own as_rec and as_aerospike, for the tests and the benchmark.
 *
 * Made as the server makes its own: the bins of a record are a short array that is searched by name, get lends, set
 * takes ownership, key and digest are given away. So that mod_go and mod_lua find what they would find there.
 */
#ifndef TEST_RECORD_H
#define TEST_RECORD_H

#include <aerospike/as_aerospike.h>
#include <aerospike/as_module.h>
#include <aerospike/as_rec.h>

enum { RECORD_BINS = 512 };

typedef struct record_bin {
	char name[16];
	as_val *value; /* NULL: removed */
} record_bin;

/* What an as_rec has. The tests set and check it directly. */
struct record {
	record_bin bins[RECORD_BINS];
	uint32_t count;
	bool exists;
	uint32_t ttl;
	uint16_t generation;
	uint64_t last_update; /* milliseconds since 2010, as in the server */
	const char *set_name;
	const char *key;
	uint32_t creates, updates, removes; /* that succeeded */
	int refusal;                        /* where not 0, the code that create, update, remove and set return */
	uint32_t *destroyed;                /* incremented when the last reference is destroyed */
};

/* A stored record on the heap, with one reference. */
as_rec *record_new(void);

struct record *record_of(const as_rec *rec);

/* The functions create, update, remove, exists and log. Its source may be a record_log. */
typedef struct record_log {
	char text[4096]; /* "LEVEL FILE:LINE MESSAGE\n" a line */
} record_log;

void record_aerospike(as_aerospike *aerospike, record_log *log);

#endif
