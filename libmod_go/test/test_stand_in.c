/* test_stand_in.c - the process that stands in for a host, its attackers, and what is looked at after an attack. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "check/attacks.h"
#include "check/stand_in.h"
#include "fenced/landlock_version.h"
#include "refuse.h"

static const struct attack *attack_named(const char *function)
{
	for (size_t i = 0; i < attack_count; i++) {
		if (strcmp(attack_list[i].function, function) == 0)
			return &attack_list[i];
	}
	abort();
}

static void prepare(void)
{
	CHECK(stand_in_prepare(check_folder()) == NULL);
	alarm(100);
}

/* ---- the attacker ---------------------------------------------------------------------------------------- */

static bool cannot_restrict(void *context)
{
	return context != NULL;
}

TEST(an_attacker_that_is_not_fenced_counts_as_one_that_got_through)
{
	attacker none = {.worker = "/no/such/worker"}, unrestricted = {.restrict_self = cannot_restrict},
			 restricted = {.restrict_self = cannot_restrict, .context = &none};

	prepare();
	CHECK_TEXT(stand_in_attacked(attack_named("setsig_command"), &none), ATTACK_THROUGH);
	CHECK_CONTAINS(stand_in_answer(), "got through: ");
	CHECK_CONTAINS(stand_in_answer(), "/no/such/worker");
	CHECK_TEXT(stand_in_attacked(attack_named("limits"), &unrestricted), ATTACK_THROUGH);
	CHECK_TEXT(stand_in_answer(), "got through: the fence could not be set");
	CHECK_TEXT(stand_in_attacked(attack_named("limits"), &restricted),
	           "the host is scheduled or limited otherwise");
}

/* The answer to an attack by a script in the place of a worker. */
static const char *answer_of_script(const char *text)
{
	attacker by = {.worker = check_script(text)};

	CHECK(stand_in_attacked(attack_named("limits"), &by) == NULL);
	return stand_in_answer();
}

/* What a worker prints before it attacks, such as a sanitizer's warning, is no answer. */
TEST(the_answer_of_an_attacker_is_what_it_prints_after_the_attack_begins)
{
	prepare();
	CHECK_TEXT(answer_of_script("printf 'before, the attack begins: refused'"), "refused");
	CHECK_TEXT(answer_of_script("printf 'the attack '; printf 'begins: refused'; printf ', twice'"),
	           "refused, twice");
	CHECK_TEXT(answer_of_script("printf 'the attack begins: '"), "the attacker has ended");
	CHECK_TEXT(answer_of_script("printf 'no attack'"), "");
	CHECK_TEXT(answer_of_script("exit 0"), "");
	/* More than there is memory for it. */
	CHECK_NUMBER(strlen(answer_of_script("printf 'the attack begins: %05000d' 0")), 4095 - 19);
	/* It gets the attack, and the target as nine words. */
	CHECK_CONTAINS(answer_of_script("echo \"the attack begins: $# $*\""), "12 --attack 0 limits ");
}

TEST(a_worker_attacks_the_target_that_was_written)
{
	const attack_target written = {.host = 1,
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

	attack_target_write(&written, words);
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

/* ---- the stand-in ---------------------------------------------------------------------------------------- */

TEST(what_an_attack_has_changed_does_not_count_for_the_next)
{
	static const char ONCE[] =
		"a file is changed, the host's memory is changed, the host's socket is connected to, "
		"the host got a datagram, the host's terminal got a key";
	attacker unfenced = {0};

	prepare();
	for (size_t i = 0; i < attack_count; i++) {
		const char *result = stand_in_attacked(&attack_list[i], &unfenced);

		if (result == NULL || strstr(ONCE, result) == NULL)
			continue;
		if (!CHECK_TEXT(stand_in_attacked(attack_named("netlink"), &unfenced), ATTACK_THROUGH))
			printf("    after %s\n", attack_list[i].function);
	}
	stand_in_clean();
	CHECK_NUMBER(check_entries(check_folder()), 0);
}

/* The filter holds what Landlock cannot yet. */
static void check_parts(int always)
{
	static const int PARTS_BY_VERSION[] = {OPENING,
	                                       OPENING | LANDLOCK,
	                                       OPENING | LANDLOCK,
	                                       LANDLOCK | TRUNCATING,
	                                       LANDLOCK | TRUNCATING | TCP,
	                                       LANDLOCK | TRUNCATING | TCP,
	                                       LANDLOCK | TRUNCATING | TCP | SCOPES,
	                                       LANDLOCK | TRUNCATING | TCP | SCOPES};

	for (int version = 0; version < 8; version++)
		CHECK_NUMBER(fence_parts_with(version), always | PARTS_BY_VERSION[version]);
	CHECK_NUMBER(fence_parts(), fence_parts_with(mod_go_landlock_version()));
}

static void check_parts_as_user(void)
{
	CHECK(geteuid() != 0 || seteuid(65534) == 0);
	check_parts(FILTER | ENVIRONMENT);
}

TEST(the_fence_has_the_parts_that_the_kernel_has)
{
	check_in_child(check_parts_as_user);
	if (geteuid() == 0)
		check_parts(FILTER | ENVIRONMENT | CAPABILITIES);
}

static void prepare_without_memory(void)
{
	refuse_call(SYS_shmget, -1, EPERM);
	CHECK_TEXT(stand_in_prepare(check_folder()), "shared memory");
}

static void prepare_without_sockets(void)
{
	refuse_call(SYS_socket, -1, EPERM);
	CHECK_TEXT(stand_in_prepare(check_folder()), "a socket");
}

static void prepare_without_listening(void)
{
	refuse_call(SYS_listen, -1, EPERM);
	CHECK_TEXT(stand_in_prepare(check_folder()), "a socket");
}

static void prepare_without_port(void)
{
	refuse_call(SYS_getsockname, -1, EPERM);
	CHECK_TEXT(stand_in_prepare(check_folder()), "a port on 127.0.0.1");
	stand_in_clean();
}

static void attack_without_processes(void)
{
	attacker unfenced = {0};

	prepare();
	refuse_call(SYS_clone, -1, EPERM);
	CHECK_TEXT(stand_in_attacked(attack_named("kill"), &unfenced), "no process could be started");
	stand_in_clean();
}

static void attack_without_files(void)
{
	attacker unfenced = {0};

	CHECK(stand_in_prepare("/no/such/folder") != NULL);
	CHECK_TEXT(stand_in_attacked(attack_named("kill"), &unfenced), "the files to attack could not be made");
}

static void attack_without_shared_memory(void)
{
	attacker by = {.worker = check_program("mod-go-worker")};

	prepare();
	refuse_call(SYS_memfd_create, -1, EPERM);
	CHECK_TEXT(stand_in_attacked(attack_named("kill"), &by), ATTACK_THROUGH);
	stand_in_clean();
}

TEST(what_a_system_lacks_for_the_attacks_is_named)
{
	check_folder();
	check_in_child(prepare_without_memory);
	check_in_child(prepare_without_sockets);
	check_in_child(prepare_without_listening);
	check_in_child(prepare_without_port);
	check_in_child(attack_without_processes);
	check_in_child(attack_without_files);
	check_in_child(attack_without_shared_memory);
}
