/*
 * main.c - mod-go-worker: loads one module, fenced from its host, and applies its functions one at a time.
 * libmod_go starts it; it ends when its host does. With --check it tests its own fence.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/attacks.h"
#include "check/check.h"
#include "common/error.h"
#include "worker/call.h"
#include "worker/guard.h"
#include "worker/identity.h"
#include "worker/memory_limit.h"
#include "worker/module_time.h"
#include "worker/thread_start.h"

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

/* Everything that a worker does before its module can run: closes what it inherited, joins its host, and sets the
 * fence. Returns false with `error` where the module must not run. */
static bool prepare(mod_go_channel *channel, const char *memory_text, const mod_go_grants *grants,
                    char **environment, mod_go_error *error)
{
	uint64_t memory = strtoull(memory_text, NULL, 10);
	mod_go_shared *shared;

	if (!guard_close_from(MOD_GO_DESCRIPTOR_END))
		fail("can't close the descriptors that it inherited; mount /proc, or use Linux 5.9 or later");
	setsid();
	thread_start_note_processors();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, MOD_GO_SHARED_DESCRIPTOR, 0);
	if (shared == MAP_FAILED)
		fail("got no memory to share with its host, which is of another version or out of memory");
	close(MOD_GO_SHARED_DESCRIPTOR);
	if (!mod_go_channel_join(channel, shared))
		fail("is of another version than the libmod_go that started it; install the two together");
	if (shared->settable_time != 0) {
		while (*environment != NULL)
			environment++;
		if (!module_time_make_settable(environment + 1)) {
			mod_go_fail(error, MOD_GO_WORKER_FAILED, "the time of the module can't be set on this machine");
			return false;
		}
	}
	if (memory > 0)
		memory_limit_note_in(&shared->memory_limit_reached);
	return guard_limit(memory, error) == MOD_GO_OK &&
	       identity_become(getenv("MODGO_USER"), error) == MOD_GO_OK &&
	       guard_drop_rights(getenv("MODGO_FENCE"), grants, error) == MOD_GO_OK;
}

static void start_watching(void)
{
	pthread_t thread;
	pthread_attr_t small;

	setvbuf(stdout, NULL, _IOLBF, 0); /* so that what a module in C prints arrives during its call */
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 << 10);
	if (pthread_create(&thread, &small, watch_lifeline, NULL) != 0)
		fail("could not start a thread; raise the limit of threads or memory");
}

/* A worker that is the attacker of the self-test, in place of a module: `words` are the attack and its target. */
static _Noreturn void be_attacker(bool fenced, const mod_go_error *error, char **words)
{
	attack_target target = attack_target_read(words + 1);

	printf(ATTACK_BEGINS);
	fflush(stdout);
	if (fenced)
		printf("%s", attack_run(words[0], &target));
	else
		printf(ATTACK_THROUGH ": %s", error->message);
	fflush(stdout);
	_exit(0);
}

/* The command line is MEMORY PATH [GRANT...], or --attack MEMORY ATTACK and the words of its target. */
int main(int count, char **argv, char **environment)
{
	bool attacks = count == 4 + ATTACK_WORDS && strcmp(argv[1], "--attack") == 0;
	mod_go_grants grants = {0};
	mod_go_channel channel;
	mod_go_error error;
	bool fenced;

	if (count > 1 && strcmp(argv[1], "--check") == 0)
		return check_main(count - 2, argv + 2);
	if (count < 3)
		fail("libmod_go starts this program to run a UDF module; by hand, mod-go-worker --check tests its "
		     "fence");
	if (!attacks && mod_go_grants_read(&grants, (const char *const *)argv + 3, (size_t)(count - 3)) != NULL)
		fail("got a grant that it does not know; install the libmod_go that belongs to it");
	fenced = prepare(&channel, argv[attacks ? 2 : 1], &grants, environment, &error);
	if (!fenced && !attacks)
		serve_refusal(&channel, argv[2], &error);
	start_watching();
	if (attacks)
		be_attacker(fenced, &error, argv + 3);
	serve(&channel);
}
