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
	const char *program = check_program("mod-go-worker");

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

/* Runs the rows that none of the parts stops. Each gets through, or the list lacks a part that stops it. Landlock stops
 * open_permissions only where the file may not be read. */
static void let_all_through(attacker by, int parts)
{
	for (size_t i = 0; i < attack_count; i++) {
		const struct attack *attack = &attack_list[i];

		if ((attack->stopped_by & parts) != 0 || attack->needs != NULL || needs_secret(attack) ||
		    strcmp(attack->function, "open_permissions") == 0)
			continue;
		alarm(100);
		if (!CHECK(stand_in_attacked(attack, &by) != NULL))
			printf("%s: held (%.80s)\n", attack->name, stand_in_answer());
	}
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
	let_all_through(under(&parts), FILTER | OPENING);
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
	let_all_through(under(&parts), fence_parts() & (LANDLOCK | TRUNCATING | TCP | SCOPES));
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
