/*
 * target_worker.c - the worker reads a hostile host's messages: calls, bins, metadata, batches. The worker exits
 * where the protocol is broken; here that returns to where the input was given (fuzz.mk renames _exit).
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine.h"
#include "fed_channel.h"
#include "mod_go.h"
#include "worker/call.h"

static jmp_buf ended;

_Noreturn void worker_exit(int code);
_Noreturn void worker_exit(int code)
{
	longjmp(ended, code + 1);
}

/* Has the worker load its module once, as a host does. */
static void load_module(void)
{
	static const uint8_t MESSAGES[] = {MOD_GO_MESSAGE_OPEN,  8, 0, 4, 0, 0, 0, 'f', '.', 's', 'o',
	                                   MOD_GO_MESSAGE_SETUP, 0, 0};
	static bool done;
	mod_go_channel channel;
	int file;

	if (done)
		return;
	done = true;
	file = open(FUZZ_MODULE, O_RDONLY);
	if (file < 0 || dup2(file, MOD_GO_MODULE_DESCRIPTOR) < 0) {
		perror(FUZZ_MODULE);
		abort();
	}
	fed_begin(&channel, MESSAGES, sizeof(MESSAGES), false);
	if (setjmp(ended) == 0)
		serve(&channel);
	fed_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mod_go_channel channel;

	load_module();
	fed_begin(&channel, data, size, false);
	if (setjmp(ended) == 0)
		serve(&channel);
	fed_end();
	return 0;
}
