/* test_self_test.c - the table and the JSON of mod-go-worker --check, and what it needs and leaves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "check/attacks.h"
#include "check/stand_in.h"
#include "fenced/landlock_version.h"
#include "mod_go_fenced.h"
#include "refuse.h"

static char output[65536], expected[65536];

/* The exit code of mod-go-worker --check; what it prints is in `output`. */
static int self_test(const char *options)
{
	char command[4400];

	snprintf(command, sizeof(command), "exec '%s' --check %s", check_program("mod-go-worker"), options);
	return check_command(command, output, sizeof(output));
}

/* An attack's name as the self-test prints it. */
static const char *plain_name(const struct attack *attack)
{
	static char name[128];
	size_t used = 0;

	for (const char *text = attack->name; *text != '\0'; text++) {
		if (*text != '`')
			name[used++] = *text;
	}
	name[used] = '\0';
	return name;
}

enum { HELD, ABSENT, FAILED, SUCCEEDED };

/* Checks the rows and the summary of a table, and writes the same as JSON into `expected`. Returns the count of each
 * verdict. */
static const unsigned *check_table(bool unfenced)
{
	static const char *const WORDS[] = {"held", "not on this kernel", "failed", "succeeded"};
	static unsigned counts[4];
	char row[1024], summary[512], more[64] = "", failed[64] = "";
	size_t used = (size_t)sprintf(expected, "{\"attacks\": [");
	const char *line = output;
	struct utsname system;

	memset(counts, 0, sizeof(counts));
	for (size_t i = 0; i < attack_count; i++, line = strchr(line, '\n') + 1) {
		const char *name = plain_name(&attack_list[i]), *why = "";
		int verdict = HELD;

		for (; verdict < 4; verdict++) {
			snprintf(row, sizeof(row), "%-19s  %s",
			         unfenced && verdict == ABSENT ? "not on this machine" : WORDS[verdict], name);
			if (strncmp(line, row, strlen(row)) == 0)
				break;
		}
		if (!CHECK(verdict < 4 && strchr(line, '\n') != NULL)) {
			printf("    %s: %.80s\n", name, line);
			return counts;
		}
		counts[verdict]++;
		line += strlen(row);
		why = strncmp(line, ": ", 2) == 0 ? line + 2 : line;
		CHECK(why != line || *line == '\n');
		CHECK((verdict == ABSENT || verdict == FAILED) == (*why != '\n'));
		used += (size_t)sprintf(
			expected + used, "%s{\"attack\": \"%s\", \"verdict\": \"%s\", \"message\": \"%.*s\"}",
			i == 0 ? "" : ", ", name, unfenced && verdict == ABSENT ? "not on this machine" : WORDS[verdict],
			(int)strcspn(why, "\n"), why);
	}
	uname(&system);
	if (counts[ABSENT] > 0)
		snprintf(more, sizeof(more), ", %u not on this %s", counts[ABSENT], unfenced ? "machine" : "kernel");
	if (counts[FAILED] > 0)
		snprintf(failed, sizeof(failed), ", %u failed", counts[FAILED]);
	snprintf(summary, sizeof(summary), "%u of %zu attacks %s%s%s (Linux %.64s, Landlock %d, %s)",
	         counts[unfenced ? SUCCEEDED : HELD], attack_count,
	         unfenced ? "succeed without the fence" : "are held", more, failed, system.release,
	         mod_go_landlock_version(), geteuid() == 0 ? "as root" : "not as root");
	snprintf(row, sizeof(row), "\n%s\n%s%s", summary, mod_go_fenced_lacks(),
	         *mod_go_fenced_lacks() != '\0' ? "\n" : "");
	CHECK_TEXT(line, row);
	sprintf(expected + used,
	        "], \"held\": %u, \"absent\": %u, \"failed\": %u, \"succeeded\": %u, \"summary\": \"%s\", "
	        "\"lacks\": \"%s\"}\n",
	        counts[HELD], counts[ABSENT], counts[FAILED], counts[SUCCEEDED], summary, mod_go_fenced_lacks());
	return counts;
}

TEST(the_self_test_prints_the_same_as_a_table_and_as_json)
{
	const unsigned *counts;

	CHECK_NUMBER(self_test(""), 0);
	counts = check_table(false);
	CHECK(counts[HELD] > 0 && counts[FAILED] == 0 && counts[SUCCEEDED] == 0);
	CHECK_NUMBER(self_test("--json"), 0);
	CHECK_TEXT(output, expected);
	CHECK_NUMBER(self_test("--unfenced"), 0);
	counts = check_table(true);
	CHECK(counts[SUCCEEDED] > 0 && counts[FAILED] == 0 && counts[HELD] == 0);
	CHECK_NUMBER(self_test("--json --unfenced"), 0);
	CHECK_TEXT(output, expected);
}

/* Without Landlock, as on older kernels, some attacks are not held: a secret in a file is read. */
TEST(the_self_test_names_what_an_older_kernel_does_not_hold)
{
	refuse_call(444 /* landlock_create_ruleset */, -1, ENOSYS);
	CHECK_NUMBER(self_test(""), 0);
	CHECK(check_table(false)[ABSENT] > 1);
	CHECK_CONTAINS(output,
	               "\nnot on this kernel   a secret in a file of the host's user: a secret is known\n");
	CHECK_CONTAINS(output, ", Landlock 0, ");
	CHECK_NUMBER(self_test("--json"), 0);
	CHECK_TEXT(output, expected);
}

TEST(the_self_test_names_what_a_machine_lacks_for_an_attack)
{
	refuse_call(SYS_setpriority, -1, EPERM);
	refuse_call(425 /* io_uring_setup */, -1, ENOSYS);
	CHECK_NUMBER(self_test("--unfenced"), 1);
	CHECK_NUMBER(check_table(true)[FAILED], 1);
	CHECK_CONTAINS(
		output,
		"\nfailed               setting the host's priority: setpriority: the attack did not succeed: "
		"Operation not permitted\n");
	CHECK_CONTAINS(
		output, "\nnot on this machine  system calls past the filter: io_uring: needs a kernel with io_uring "
				"(Function not implemented)\n");
	CHECK_NUMBER(self_test("--unfenced --json"), 1);
	CHECK_TEXT(output, expected);
}

TEST(the_self_test_brings_the_secret_that_is_attacked)
{
	unsetenv(ATTACK_SECRET);
	CHECK_NUMBER(self_test("--unfenced --json"), 0);
	CHECK_CONTAINS(output, "{\"attack\": \"a secret in /proc/self/environ\", \"verdict\": \"succeeded\"");
	CHECK_CONTAINS(output,
	               "{\"attack\": \"a secret in the environment: getenv\", \"verdict\": \"succeeded\"");
	CHECK_NUMBER(self_test("--unfenced --unfenced --unfenced --unfenced --json"), 0);
	CHECK_CONTAINS(output, "{\"attacks\": ");
	CHECK_NUMBER(self_test(""), 0);
	CHECK_CONTAINS(output, "are held");
}

TEST(the_self_test_leaves_nothing_in_its_folder)
{
	char where[256];

	setenv("TMPDIR", check_folder(), 1);
	CHECK_NUMBER(self_test("--unfenced"), 0);
	CHECK_NUMBER(check_entries(check_folder()), 0);
	setenv("TMPDIR", "/no/such/folder", 1);
	CHECK_NUMBER(self_test("2>&1"), 1);
	CHECK_CONTAINS(output, "mod-go-worker: /no/such/folder/mod-go-check-");
	CHECK_CONTAINS(output, " could not be made (No such file or directory); set TMPDIR to a folder that");
	/* A socket's path has 107 characters: a longer folder is not used. */
	memset(where, 'x', 100);
	where[100] = '\0';
	where[0] = '/';
	setenv("TMPDIR", where, 1);
	CHECK_NUMBER(self_test("--unfenced"), 0);
}

TEST(the_self_test_explains_its_options)
{
	CHECK_NUMBER(self_test("--help 2>/dev/null"), 0);
	CHECK_CONTAINS(output, "mod-go-worker --check [--unfenced] [--json]\n\nTries every known attack");
	CHECK_NUMBER(self_test("--json --nonsense 2>/dev/null"), 2);
	CHECK_TEXT(output, "");
}

TEST(the_self_test_names_what_it_cannot_make)
{
	refuse_call(SYS_getsockname, -1, EPERM);
	setenv("TMPDIR", check_folder(), 1);
	CHECK_NUMBER(self_test("2>&1"), 1);
	CHECK_TEXT(output,
	           "mod-go-worker: the self-test could not make a port on 127.0.0.1 (Operation not permitted)\n");
	CHECK_NUMBER(rmdir(getenv("TMPDIR")), 0); /* nothing is left in it */
}

TEST(the_self_test_fails_where_no_worker_can_be_fenced)
{
	refuse_call(SYS_prctl, PR_SET_SECCOMP, EINVAL);
	CHECK_NUMBER(self_test(""), 1);
	CHECK(check_table(false)[FAILED] > 0);
	CHECK_CONTAINS(output, "/proc/PID/mem: got through\n");
}

TEST(the_self_test_tries_the_fence_and_not_the_settings)
{
	setenv("MODGO_FENCE", "off", 1);
	setenv("MODGO_ENV", ATTACK_SECRET, 1);
	setenv("MODGO_USER", "no-such-user", 1);
	CHECK_NUMBER(self_test(""), 0);
}
