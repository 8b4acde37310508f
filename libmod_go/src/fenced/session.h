/*
 * session.h - one call across the fence: sends the call, answers the worker's requests by the host's functions, and
 * takes the result. pool.h chooses the worker.
 *
 * A session lives on the stack of the thread that calls, which is the only one that uses it. It owns nothing: the
 * pointers are the caller's. Nothing here needs a lock.
 */
#ifndef MOD_GO_SESSION_H
#define MOD_GO_SESSION_H

#include "fenced/worker.h"

typedef struct mod_go_session {
	mod_go_worker *worker;
	const char *name;
	aerospike_udf_go_call *call;
	const aerospike_udf_go_value *arguments;
	size_t argument_count;
	/* In a call of a stream UDF the last one read, while it may be asked for. */
	aerospike_udf_go_record *record;
	/* A create or update may come with the result; if that is refused, the call is made again without. */
	bool defers;

	/* For a call of a stream UDF only. */
	bool stream; /* it is one */
	int scope;
	aerospike_udf_go_stream *input;
	aerospike_udf_go_stream *output;
	bool ended;          /* the end of the input was read */
	uint32_t batch;      /* the most elements of the next batch; 0 for the first */
	mod_go_buffer first; /* the first batch, for a call that is tried again; the owner frees it */
	size_t first_length;
	uint32_t sent;      /* elements of the last batch */
	uint64_t sent_at;   /* when that was sent */
	uint64_t stall;     /* nanoseconds without progress, 0 for no limit */
	uint64_t stalls_at; /* when the worker is killed if it makes no progress */
	bool progress;      /* an element was read or written since `stalls_at` was set */

	/* Nanoseconds of CLOCK_MONOTONIC. */
	uint64_t started;
	uint64_t deadline; /* the call's, or the pool's own */
	uint64_t until;    /* when the worker is killed */

	bool timed;  /* `started` is set */
	int64_t now; /* the time that the module reads, 0: the real one */
	size_t base; /* the offset of answers in the lane */
	uint32_t trips;
} mod_go_session;

/* Runs the call in its worker. With MOD_GO_ARRIVED `*status` and the result are set; else the worker cannot be used
 * again. */
mod_go_arrival mod_go_session_run(mod_go_session *session, const aerospike_udf_go_value *arguments,
                                  size_t count, aerospike_udf_go_result *result, int *status);

/* Whether the call has been without progress for too long. */
bool mod_go_session_is_stalled(const mod_go_session *session);

/* Whether the host has a function: its table may be older and shorter. */
#define MOD_GO_HOST_HAS(call, function)                                                                      \
	((call)->host != NULL &&                                                                                 \
	 (call)->host->size >= offsetof(aerospike_udf_go_host, function) + sizeof((call)->host->function) &&     \
	 (call)->host->function != NULL)

/* ---- worker_requests.c --------------------------------------------------------------------------- */

/* Answers a request of the worker; `*sent` is how sending the answer went. False, with nothing sent, for a message
 * that is not a valid request of this call. */
bool mod_go_session_serve(mod_go_session *session, const mod_go_message *message, mod_go_arrival *sent);

/* Passes the lines in the log area to the host. */
void mod_go_session_forward_logs(mod_go_session *session);

/* Reads one bin, as record_get does. The value is valid until the next function of the host is called. */
int mod_go_session_get(mod_go_session *session, const char *name, size_t length,
                       aerospike_udf_go_value *value);

/* Performs the writes at the reader's position. Returns the first status that is not OK, with the reason in `why`. */
int mod_go_session_apply_writes(mod_go_session *session, mod_go_reader *reader, char *why, size_t capacity);

/* Adds the record's metadata to a message; the first only whether the record is there, with the rest on request. */
void mod_go_session_defer_metadata(mod_go_session *session, mod_go_writer *writer);
void mod_go_session_write_metadata(mod_go_session *session, mod_go_writer *writer);

/* Performs a create, update or remove (MOD_GO_STORE_...). */
int mod_go_session_store(mod_go_session *session, uint32_t operation, char *why, size_t capacity);

/* Copies a reason of the host, which is valid only until its next function is called, as text that ends in a NUL. */
void mod_go_copy_reason(const aerospike_udf_go_value *why, char *text, size_t capacity);

/* ---- session_bins.c ------------------------------------------------------------------------------ */

/* Adds the bins of the record of a call of a record UDF: those that the manifest names, with those that the
 * arguments name; all of them where the manifest does not say. Sets `bins` and `complete` in `head`. */
void mod_go_session_write_call_bins(mod_go_session *session, mod_go_writer *writer, mod_go_call_head *head,
                                    const aerospike_udf_go_value *arguments, size_t count);

/* Adds the bins of a stream's record: those that the manifest and the arguments name, or all. Counts them, and returns
 * which they are, MOD_GO_BINS_... */
uint32_t mod_go_session_write_stream_bins(mod_go_session *session, mod_go_writer *writer, uint32_t *count);

/* ---- stream_requests.c --------------------------------------------------------------------------- */

/* Adds the first batch of the input to a call, the same one each time. */
void mod_go_session_write_first_batch(mod_go_session *session, mod_go_writer *writer);

/* Writes the elements at the reader's position to the output, up to the first that is refused. Returns its status, with
 * the reason in `why`. */
int mod_go_session_write_elements(mod_go_session *session, mod_go_reader *reader, char *why, size_t capacity);

/* Answer READ and WRITE. */
void mod_go_session_read(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer);
void mod_go_session_write(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer);

#endif
