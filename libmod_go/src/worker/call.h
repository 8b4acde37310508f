/*
 * call.h - the call that this worker serves: its end of the channel, and memory that lasts as long as the call.
 *
 * A worker serves one call at a time, and only the thread that serves it uses this and the other state of
 * src/worker: a UDF's own threads must not call the host's functions. So there are no locks.
 */
#ifndef MOD_GO_WORKER_CALL_H
#define MOD_GO_WORKER_CALL_H

#include "common/public.h"
#include "fenced/wire.h"

/* Memory that is freed at the end of the call; NULL where there is none. The copy has a free byte behind it. */
void *call_memory(size_t size);
void *call_copy(const void *data, size_t length);

/* A point in the call's memory. It is valid until the call ends, or call_free_to frees to an earlier one. */
typedef struct call_mark {
	void *block;
	size_t used;
} call_mark;

/* The current point. Some memory must have been allocated before. */
call_mark call_mark_now(void);

/* Frees everything that was allocated after `mark`. */
void call_free_to(call_mark mark);

/* Begins a request to the host; sends it and waits for the answer, which is valid until the next request. The
 * process exits where the host is gone. */
void call_request(mod_go_writer *writer);
mod_go_reader call_ask(mod_go_writer *writer, uint32_t kind);

/* Serves the host's messages; exits when the host is gone. */
_Noreturn void serve(mod_go_channel *channel);

/* Answers every message of the host by the error `why`, with the module's path; exits when the host is gone. No
 * module is loaded. */
_Noreturn void serve_refusal(mod_go_channel *channel, const char *path, const mod_go_error *why);

#endif
