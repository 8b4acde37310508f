/* call.h - the call under way in this worker: its end of the channel, and memory that lasts as long as the call. */
#ifndef MOD_GO_WORKER_CALL_H
#define MOD_GO_WORKER_CALL_H

#include "fenced/wire.h"
#include "common/public.h"

/* Memory for the length of the call, NULL where there is none. */
void *call_memory(size_t size);
void *call_copy(const void *data, size_t length);

/* How much of that memory is in use, and back to it: what was taken since is free again. There must have been some. */
typedef struct call_mark {
	void *block;
	size_t used;
} call_mark;

call_mark call_mark_now(void);
void call_free_to(call_mark place);

/* Begins a request to the host, sends it, and gives the host's answer, which is lent until the next request. A
 * worker that has lost its host ends here. */
void call_request(mod_go_writer *writer);
mod_go_reader call_ask(mod_go_writer *writer, uint32_t kind);

/* Serves calls of the module until the host is gone. */
_Noreturn void serve(mod_go_channel *channel);

/* Answers whatever the host asks with `why`, after the module's path, until it is gone. No module is loaded. */
_Noreturn void serve_refusal(mod_go_channel *channel, const char *path, const mod_go_error *why);

#endif
