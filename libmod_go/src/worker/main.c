/*
 * main.c - mod-go-worker: loads one module, fenced from its host, and applies its functions one at a time.
 * libmod_go starts it; it ends when its host does.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "worker/call.h"
#include "worker/guard.h"
#include "worker/memory_limit.h"
#include "worker/module_time.h"

/* The host never writes to the lifeline: its end of file means that the host has ended. */
static void *watch_lifeline(void *unused)
{
	char byte;
	ssize_t count;

	(void)unused;
	do
		count = read(MOD_GO_LIFELINE_DESCRIPTOR, &byte, 1);
	while (count > 0 || (count < 0 && errno == EINTR));
	_exit(0);
}

static _Noreturn void fail(const char *why)
{
	fprintf(stderr, "mod-go-worker: %s\n", why);
	exit(2);
}

int main(int count, char **argv, char **environment)
{
	mod_go_shared *shared;
	mod_go_channel channel;
	pthread_t thread;
	pthread_attr_t small;
	uint64_t memory;
	mod_go_error error;

	if (count != 3)
		fail("libmod_go starts this program to run a UDF module; it is not for use by hand");
	if (!guard_close_from(MOD_GO_DESCRIPTOR_END))
		fail("can't close the descriptors that it inherited; mount /proc, or use Linux 5.9 or later");
	setsid();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, MOD_GO_SHARED_DESCRIPTOR, 0);
	if (shared == MAP_FAILED)
		fail("got no memory to share with its host, which is of another version or out of memory");
	close(MOD_GO_SHARED_DESCRIPTOR);
	if (!mod_go_channel_join(&channel, shared))
		fail("is of another version than the libmod_go that started it; install the two together");
	if (shared->settable_time != 0) {
		while (*environment != NULL)
			environment++;
		if (!module_time_make_settable(environment + 1)) {
			mod_go_fail(&error, MOD_GO_WORKER_FAILED, "the time of the module can't be set on this machine");
			serve_refusal(&channel, argv[2], &error);
		}
	}
	memory = strtoull(argv[1], NULL, 10);
	if (memory > 0)
		memory_limit_note_in(&shared->memory_limit_reached);
	if (guard_limit(memory, &error) != MOD_GO_OK ||
	    guard_drop_rights(getenv("MODGO_FENCE"), &error) != MOD_GO_OK)
		serve_refusal(&channel, argv[2], &error);
	setvbuf(stdout, NULL, _IOLBF, 0); /* so that what a module in C prints arrives during its call */
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 << 10);
	if (pthread_create(&thread, &small, watch_lifeline, NULL) != 0)
		fail("could not start a thread; raise the limit of threads or memory");
	serve(&channel);
}
