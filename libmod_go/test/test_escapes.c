/*
 * test_escapes.c - tries all attacks on the fence: unfenced, to check that the attack works here at all; from a
 * worker, as mod-go-worker --check does; and under each part of the fence alone, so that a hole in one is found even
 * where another part covers it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "check/attacks.h"
#include "check/stand_in.h"
#include "fenced/landlock_version.h"
#include "refuse.h"
#include "worker/landlock_rules.h"
#include "worker/syscall_filter.h"

/* Parts of the fence under which a copy of the stand-in attacks. */
struct parts {
	bool filter;
	int landlock; /* its version, 0 for none */
};

static bool restrict_self(void *context)
{
	const struct parts *parts = context;
	const mod_go_grants none = {0};
	const char *missing;

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       (parts->landlock == 0 || landlock_restrict(parts->landlock, &none, &missing)) &&
	       (!parts->filter || syscall_filter_install(parts->landlock, false));
}

/* Landlock is tested for an ordinary user, because a process with fewer capabilities could not trace the other
 * anyway. */
static attacker under(struct parts *parts)
{
	return (attacker){.ordinary = parts->landlock > 0, .restrict_self = restrict_self, .context = parts};
}

static attacker from_worker(void)
{
	static char program[4096];
	char *slash;

	snprintf(program, sizeof(program), "%s", check_app);
	slash = strrchr(program, '/');
	snprintf(slash, sizeof(program) - (size_t)(slash - program), "/mod-go-worker");
	CHECK(access(program, X_OK) == 0);
	return (attacker){.worker = program};
}

static void prepare(void)
{
	CHECK(stand_in_prepare(check_folder()) == NULL);
}

static bool needs_secret(const struct attack *attack)
{
	return (attack->stopped_by & ENVIRONMENT) != 0 || strcmp(attack->function, "host_environ") == 0;
}

/* Runs the rows that one of the parts stops; none of them achieves anything. */
static void hold_all(attacker by, int parts)
{
	size_t held = 0;

	for (size_t i = 0; i < attack_count; i++) {
		const struct attack *attack = &attack_list[i];
		const char *result;

		if ((attack->stopped_by & parts) == 0)
			continue;
		alarm(100);
		result = stand_in_attacked(attack, &by);
		if (result != NULL)
			printf("%s: %s (%.80s)\n", attack->name, result, stand_in_answer());
		CHECK(result == NULL);
		if (!CHECK(stand_in_answer()[0] != '\0'))
			printf("%s: did not run\n", attack->name);
		held += result == NULL;
	}
	printf("%zu held\n", held);
}

TEST(some_part_of_the_fence_stops_every_attack)
{
	for (size_t i = 0; i < attack_count; i++)
		CHECK(attack_list[i].stopped_by != 0);
}

TEST(every_way_out_is_one_where_there_is_no_fence)
{
	attacker unfenced = {0};
	size_t through = 0;

	prepare();
	for (size_t i = 0; i < attack_count; i++) {
		const struct attack *attack = &attack_list[i];
		const char *result = stand_in_attacked(attack, &unfenced);
		bool sure = attack->needs == NULL && (!needs_secret(attack) || getenv(ATTACK_SECRET) != NULL);

		alarm(100);
		if (result == NULL)
			printf("%s: not on this machine (%.80s)\n", attack->name, stand_in_answer());
		CHECK(result != NULL || !sure);
		through += result != NULL;
	}
	printf("%zu of %zu get through\n", through, attack_count);
}

TEST(no_way_out_gets_through_the_fence)
{
	prepare();
	hold_all(from_worker(), fence_parts());
}

TEST(the_filter_holds_by_itself)
{
	struct parts parts = {.filter = true};

	prepare();
	hold_all(under(&parts), FILTER | OPENING);
}

TEST(a_kernel_without_landlock_has_fewer_ways_out)
{
	prepare();
	refuse_call(444 /* landlock_create_ruleset */, -1, ENOSYS);
	CHECK_NUMBER(fence_parts() & ~CAPABILITIES, FILTER | OPENING | ENVIRONMENT);
	hold_all(from_worker(), fence_parts());
}

TEST(landlock_holds_by_itself)
{
	struct parts parts = {.landlock = mod_go_landlock_version()};

	if (parts.landlock == 0) {
		printf("not run: this kernel has no Landlock\n");
		return;
	}
	prepare();
	hold_all(under(&parts), fence_parts() & (LANDLOCK | TRUNCATING | TCP | SCOPES));
}

/* On older kernels only abstract sockets are not protected. */
TEST(the_filter_and_an_older_landlock_hold_together)
{
	struct parts parts = {.filter = true};

	prepare();
	for (parts.landlock = 1;
	     parts.landlock < MOD_GO_LANDLOCK_SCOPES && parts.landlock <= mod_go_landlock_version();
	     parts.landlock++)
		hold_all(under(&parts), FILTER | OPENING | LANDLOCK | TRUNCATING);
}

/* ---- the self-test ------------------------------------------------------------------------------------ */

/* The exit code of the self-test, whose output is in `text`. */
static int self_test(const char *option, char *text, size_t capacity)
{
	char command[4200];
	size_t used;
	FILE *output;

	snprintf(command, sizeof(command), "%s --check %s", from_worker().worker, option);
	output = popen(command, "r");
	used = fread(text, 1, capacity - 1, output);
	text[used] = '\0';
	return WEXITSTATUS(pclose(output));
}

TEST(the_self_test_prints_a_row_an_attack)
{
	static char text[65536];
	char summary[64];
	size_t lines = 0;

	CHECK_NUMBER(self_test("", text, sizeof(text)), 0);
	for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
		lines += strncmp(line, "held ", 5) == 0 || strncmp(line, "not on this kernel ", 19) == 0;
	CHECK_NUMBER(lines, attack_count);
	snprintf(summary, sizeof(summary), "of %zu attacks are held", attack_count);
	CHECK_CONTAINS(text, summary);
	CHECK_CONTAINS(text, "writing the host's memory through /proc/PID/mem");
	CHECK_NUMBER(self_test("--unfenced", text, sizeof(text)), 0);
	CHECK_CONTAINS(text, "succeed without the fence");
	CHECK_NUMBER(self_test("--json", text, sizeof(text)), 0);
	CHECK_CONTAINS(text, "\"failed\": 0");
	CHECK_NUMBER(self_test("--no-such-option 2>&1", text, sizeof(text)), 2);
	CHECK_CONTAINS(text, "mod-go-worker --check [--unfenced]");
}

TEST(the_self_test_fails_where_no_worker_can_be_fenced)
{
	static char text[65536];

	refuse_call(SYS_prctl, PR_SET_SECCOMP, EINVAL);
	CHECK_NUMBER(self_test("", text, sizeof(text)), 1);
	CHECK_CONTAINS(text, "failed ");
}

TEST(the_self_test_counts_what_failed)
{
	static char text[65536];

	refuse_call(SYS_setpriority, -1, EPERM); /* without the fence, every attack must succeed */
	CHECK_NUMBER(self_test("--unfenced", text, sizeof(text)), 1);
	CHECK_CONTAINS(text, ", 1 failed (Linux ");
	CHECK_CONTAINS(text, "setpriority: the attack did not succeed: Operation not permitted\n");
}

TEST(the_self_test_tries_the_fence_and_not_the_settings)
{
	static char text[65536];

	setenv("MODGO_FENCE", "off", 1);
	setenv("MODGO_ENV", ATTACK_SECRET, 1);
	CHECK_NUMBER(self_test("", text, sizeof(text)), 0);
}

TEST(a_worker_attacks_the_target_that_was_written)
{
	const attack_target target = {.host = 1,
	                              .canary = 2,
	                              .secret = 3,
	                              .segment = 4,
	                              .descriptor = 5,
	                              .port = 6,
	                              .folder = "/folder",
	                              .socket = "socket",
	                              .terminal = "/terminal"};
	attack_words words;
	char *list[ATTACK_WORDS];
	attack_target read;

	attack_target_write(&target, words);
	for (int i = 0; i < ATTACK_WORDS; i++)
		list[i] = words[i];
	read = attack_target_read(list);
	CHECK_NUMBER(read.host, 1);
	CHECK_NUMBER(read.canary, 2);
	CHECK_NUMBER(read.secret, 3);
	CHECK_NUMBER(read.segment, 4);
	CHECK_NUMBER(read.descriptor, 5);
	CHECK_NUMBER(read.port, 6);
	CHECK_TEXT(read.folder, "/folder");
	CHECK_TEXT(read.socket, "socket");
	CHECK_TEXT(read.terminal, "/terminal");
}
