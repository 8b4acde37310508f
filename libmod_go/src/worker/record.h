/*
 * record.h - the record of a call as its module sees it: bins and facts that came with the call, writes that wait
 * to be sent, and what is asked of the host when that does not do.
 */
#ifndef MOD_GO_WORKER_RECORD_H
#define MOD_GO_WORKER_RECORD_H

#include "fenced/wire.h"

/* One bin, as this worker knows it. */
typedef struct cell {
	const char *name;
	size_t name_length;
	aerospike_udf_go_value value; /* nil: the record has no such bin */
	size_t capacity;              /* bytes at the value's data that may be written over */
	bool written;                 /* the host does not know that yet */
} cell;

/* The module's handle is this very struct; a call has one at a time. */
struct aerospike_udf_go_record {
	cell *cells;
	size_t count;
	size_t capacity;
	bool complete;  /* what has no cell is no bin */
	size_t written; /* how many cells are */
	bool sets_ttl;
	uint32_t ttl;
	mod_go_metadata_head metadata_head;
	aerospike_udf_go_metadata metadata;
	/* What the host said of writes that it refused before their store: the store's answer, then. */
	int refused;
	const char *refusal;
	size_t refusal_length;
};

/* Takes the facts and the `bins` bins of a record out of a message. */
void record_begin(aerospike_udf_go_record *record, mod_go_reader *reader, uint32_t bins, bool complete);

/* The cell of that name, NULL where there is none; a new one, whose name must last as long as the call. */
cell *record_find(const aerospike_udf_go_record *record, const char *name, size_t length);
cell *record_add(aerospike_udf_go_record *record, const char *name, size_t length);

/* Copies a value into a cell, over what it has where that fits. False where there is no memory. */
bool record_keep(cell *cell, const aerospike_udf_go_value *value);

/* Takes the facts that came with an answer, and keeps them beyond it. */
void record_copy_metadata(aerospike_udf_go_record *record, mod_go_reader *reader);

/* Sets a bin, with nil unsets it: the host hears of it with the next message that tells it of writes. */
int record_write(aerospike_udf_go_record *record, const char *name, size_t name_length,
                 const aerospike_udf_go_value *value, aerospike_udf_go_value *why);

/* prefetched.c: puts the bins that came with the call, and room for writes, into the call; takes the writes out of it, before
 * anything else is done with the record. */
void record_prefetch(aerospike_udf_go_record *record, aerospike_udf_go_call *call, uint32_t functions);
void record_take_writes(aerospike_udf_go_record *record, aerospike_udf_go_call *call);

/* Adds the writes that wait to a message; they then wait no more. */
void record_flush(aerospike_udf_go_record *record, mod_go_writer *writer);

/* record_functions.c: the functions of the host table that are about records, those of `functions` (MOD_GO_HAS_...). */
void record_functions(aerospike_udf_go_host *host, uint32_t functions);

#endif
