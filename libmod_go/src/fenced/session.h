/*
 * session.h - one call as it crosses the fence: the call's message, the host's functions that the worker asks for
 * meanwhile, and the answer. Which worker serves it is pool.h's business.
 */
#ifndef MOD_GO_SESSION_H
#define MOD_GO_SESSION_H

#include "fenced/worker.h"

typedef struct mod_go_session {
	mod_go_worker *worker;
	const char *name;
	aerospike_udf_go_call *call;
	aerospike_udf_go_record *record; /* of a stream the one that was read last, where it may be asked for */
	bool stream;                     /* it is a call of a stream UDF, and the next six are of that */
	int scope;
	aerospike_udf_go_stream *input;
	aerospike_udf_go_stream *output;
	bool ended;     /* of the input the end was read */
	uint32_t batch; /* elements of the next batch, at most */
	bool timed;
	uint64_t started;  /* nanoseconds; set where it is timed */
	uint64_t deadline; /* the call's, or the pool's own */
	uint64_t until;    /* when the worker is ended */
	size_t base;       /* where answers stand in the lane */
	uint32_t trips;
} mod_go_session;

/* Runs the call. `*status` and the result are set where that is MOD_GO_ARRIVED, else the worker is of no more use. */
mod_go_arrival mod_go_session_run(mod_go_session *session, const aerospike_udf_go_value *arguments,
                                  size_t count, aerospike_udf_go_result *result, int *status);

/* worker_requests.c: whether the host has a function, given by its place in the table. */
#define MOD_GO_HOST_HAS(call, function)                                                                      \
	((call)->host != NULL &&                                                                                 \
	 (call)->host->size >= offsetof(aerospike_udf_go_host, function) + sizeof((call)->host->function) &&     \
	 (call)->host->function != NULL)

/* stream_requests.c: does what the worker of a stream UDF asks for. */
void mod_go_session_read(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer);
void mod_go_session_write(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer);

/* Keeps what the host said, which is lent only until its next function is called. */
void mod_go_copy_reason(const aerospike_udf_go_value *why, char *text, size_t capacity);

/* Hands log lines on. */
void mod_go_session_forward_logs(mod_go_session *session);

/* Adds the record's facts to a message; only whether it is there, and the rest when it is asked for. */
void mod_go_session_defer_metadata(mod_go_session *session, mod_go_writer *writer);
void mod_go_session_write_metadata(mod_go_session *session, mod_go_writer *writer);

/* Reads one bin, as record_get does. */
int mod_go_session_get(mod_go_session *session, const char *name, size_t length,
                       aerospike_udf_go_value *value);

/* Does the writes that a message begins with. The first that fails gives the status, and why. */
int mod_go_session_apply_writes(mod_go_session *session, mod_go_reader *reader, char *why, size_t capacity);

/* Does what the worker asks for. False where it may not ask that. */
bool mod_go_session_serve(mod_go_session *session, const mod_go_message *message, mod_go_arrival *sent);

#endif
