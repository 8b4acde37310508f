/*
 * session.h - one call as it crosses the fence: the call's message, the record functions that the worker asks for
 * meanwhile, and the answer. Which worker serves it is pool.h's business.
 */
#ifndef MOD_GO_SESSION_H
#define MOD_GO_SESSION_H

#include "fenced/worker.h"

typedef struct mod_go_session {
	mod_go_worker *worker;
	const char *name;
	aerospike_udf_go_call *call;
	aerospike_udf_go_record *record;
	uint64_t deadline; /* the call's, or the pool's own */
	uint64_t until;    /* when the worker is ended */
	size_t base;       /* where answers stand in the lane */
	uint32_t trips;
} mod_go_session;

/* Runs the call. `*status` and the result are set where that is MOD_GO_ARRIVED, else the worker is of no more use. */
mod_go_arrival mod_go_session_run(mod_go_session *session, const aerospike_udf_go_value *arguments,
                                  size_t count, aerospike_udf_go_result *result, int *status);

/* serve.c: whether the host has a function, given by its place in the table. */
#define MOD_GO_HOST_HAS(call, function)                                                                      \
	((call)->host != NULL &&                                                                                 \
	 (call)->host->size >= offsetof(aerospike_udf_go_host, function) + sizeof((call)->host->function) &&     \
	 (call)->host->function != NULL)

/* Hands log lines on. */
void mod_go_session_logs(mod_go_session *session);

/* Adds the record's facts to a message. */
void mod_go_session_facts(mod_go_session *session, mod_go_writer *writer);

/* Reads one bin, as record_get does. */
int mod_go_session_get(mod_go_session *session, const char *name, size_t length,
                       aerospike_udf_go_value *value);

/* Does the writes that a message begins with. The first that fails gives the status, and why. */
int mod_go_session_writes(mod_go_session *session, mod_go_reader *reader, char *why, size_t capacity);

/* Does what the worker asks for. False where it may not ask that. */
bool mod_go_session_answer(mod_go_session *session, const mod_go_message *message, mod_go_arrival *sent);

#endif
