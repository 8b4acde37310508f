/*
 * record.h - the record of a call as its module sees it: the bins and metadata that came with the call, writes that
 * were not sent yet, and requests to the host for the rest. See call.h for threads.
 */
#ifndef MOD_GO_WORKER_RECORD_H
#define MOD_GO_WORKER_RECORD_H

#include "fenced/wire.h"

/* One bin, as this worker knows it. Its memory is the message's or the call's. */
struct cell {
	const char *name;
	size_t name_length;
	aerospike_udf_go_value value; /* nil: the record has no such bin */
	size_t capacity;              /* bytes at the value's data that may be overwritten */
	bool written;                 /* not sent to the host yet */
};

/* What the module's handle points to. */
struct aerospike_udf_go_record {
	struct cell *cells;
	size_t count;
	size_t capacity;
	bool complete;   /* the record has no bins without a cell */
	bool named_only; /* no other bins than those in cells can be had: the stream may have moved on */
	size_t written;  /* the number of cells to send */
	bool sets_ttl;
	uint32_t ttl;
	bool may_defer;    /* the host takes a create or update with the result */
	uint32_t deferred; /* such an operation, whose writes are those of the cells; 0: none */
	bool again;        /* the host has refused one, which the module believes to be done */
	mod_go_metadata_head metadata_head;
	aerospike_udf_go_metadata metadata;
	/* The first write that the host refused: the answer to the next store. */
	int refused;
	const char *refusal;
	size_t refusal_length;
};

/* Reads the metadata and the `bins` bins of a record, which point into the message. No operation is deferred unless the
 * caller sets `may_defer`. */
void record_begin(aerospike_udf_go_record *record, mod_go_reader *reader, uint32_t bins, bool complete);

/* The cell of that name, valid until one is added; NULL where there is none. */
struct cell *record_find(const aerospike_udf_go_record *record, const char *name, size_t length);

/* A new cell, whose name must last as long as the call; NULL where there is no memory. */
struct cell *record_add(aerospike_udf_go_record *record, const char *name, size_t length);

/* Copies a value into a cell. False, with the cell unchanged, where there is no memory. */
bool record_set_cell(struct cell *cell, const aerospike_udf_go_value *value);

/* Copies the metadata from an answer into the call's memory. */
void record_copy_metadata(aerospike_udf_go_record *record, mod_go_reader *reader);

/* Sets a bin, or with nil removes it. The host gets it with the next message that has writes. */
int record_write(aerospike_udf_go_record *record, const char *name, size_t name_length,
                 const aerospike_udf_go_value *value, aerospike_udf_go_value *why);

/* Has the host perform a deferred operation now. Comes before every request and write, which must see its outcome. */
void record_settle(aerospike_udf_go_record *record);

/* prefetched.c: puts the bins that came with the call, and buffers for writes, into the call, so that the module
 * need not call the host for them. */
void record_prefetch(aerospike_udf_go_record *record, aerospike_udf_go_call *call, uint32_t functions);

/* prefetched.c: performs the writes that the module left in the call's buffers. Every function of the host table
 * that depends on bins calls this first, so that the module's operations keep their order. */
void record_take_writes(aerospike_udf_go_record *record, aerospike_udf_go_call *call);

/* Adds the writes to a message; `record` may be NULL. */
void record_flush(aerospike_udf_go_record *record, mod_go_writer *writer);

/* record_functions.c: sets the host table to the functions about records among `functions` (MOD_GO_HAS_...). */
void record_functions(aerospike_udf_go_host *host, uint32_t functions);

#endif
