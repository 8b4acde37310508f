/* check.c - runs the self-test and prints its table. */
#include "check/check.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check/attacks.h"
#include "check/stand_in.h"
#include "common/public.h"
#include "fenced/landlock_version.h"

enum verdict { HELD, ABSENT, FAILED, SUCCEEDED };

/* As the table and the JSON name them. */
static const char *const WORDS[] = {"held", "not on this kernel", "failed", "succeeded"};
static const char *const UNFENCED_WORDS[] = {"", "not on this machine", "failed", "succeeded"};

typedef struct self_test {
	bool unfenced;
	bool json;
	unsigned counts[4]; /* by verdict */
} self_test;

/* The name of an attack without the backquotes of the documentation. */
static const char *name_of(const struct attack *attack)
{
	static char name[128];
	size_t used = 0;

	for (const char *text = attack->name; *text != '\0' && used < sizeof(name) - 1; text++) {
		if (*text != '`')
			name[used++] = *text;
	}
	name[used] = '\0';
	return name;
}

static void print_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text < ' ')
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

/* Without the fence an attack that needs nothing special must succeed; else it is no test. */
static enum verdict verdict_of(const self_test *test, const struct attack *attack, const char *result)
{
	if (test->unfenced)
		return result != NULL ? SUCCEEDED : attack->needs != NULL ? ABSENT : FAILED;
	if (result == NULL)
		return stand_in_answer()[0] != '\0' ? HELD : FAILED;
	return (attack->stopped_by & fence_parts()) == 0 ? ABSENT : FAILED;
}

/* What there is to say about a row; "" for nothing. */
static void explain(const self_test *test, const struct attack *attack, enum verdict verdict,
                    const char *result, char *text, size_t capacity)
{
	*text = '\0';
	if (verdict == ABSENT && test->unfenced)
		snprintf(text, capacity, "needs %s (%.100s)", attack->needs, stand_in_answer());
	else if (verdict == ABSENT || (verdict == FAILED && result != NULL))
		snprintf(text, capacity, "%s", result);
	else if (verdict == FAILED)
		snprintf(text, capacity, "the attack did not %s%.100s", test->unfenced ? "succeed: " : "run",
		         test->unfenced ? stand_in_answer() : "");
}

static void report(self_test *test, const struct attack *attack, const char *result)
{
	enum verdict verdict = verdict_of(test, attack, result);
	const char *word = (test->unfenced ? UNFENCED_WORDS : WORDS)[verdict];
	char why[256];

	explain(test, attack, verdict, result, why, sizeof(why));
	if (test->json) {
		printf("%s{\"attack\": ", attack == attack_list ? "" : ", ");
		print_text(name_of(attack));
		printf(", \"verdict\": \"%s\", \"message\": ", word);
		print_text(why);
		putchar('}');
	} else {
		printf("%-19s  %s%s%s\n", word, name_of(attack), *why != '\0' ? ": " : "", why);
	}
	fflush(stdout);
	test->counts[verdict]++;
}

static void summarize(const self_test *test, char *text, size_t capacity)
{
	const unsigned *counts = test->counts;
	struct utsname system;
	size_t used;

	uname(&system);
	used = (size_t)snprintf(text, capacity, "%u of %zu attacks %s", counts[test->unfenced ? SUCCEEDED : HELD],
	                        attack_count, test->unfenced ? "succeed without the fence" : "are held");
	if (counts[ABSENT] > 0)
		used += (size_t)snprintf(text + used, capacity - used, ", %u not on this %s", counts[ABSENT],
		                         test->unfenced ? "machine" : "kernel");
	if (counts[FAILED] > 0)
		used += (size_t)snprintf(text + used, capacity - used, ", %u failed", counts[FAILED]);
	snprintf(text + used, capacity - used, " (Linux %.64s, Landlock %d, %s)", system.release,
	         mod_go_landlock_version(), geteuid() == 0 ? "as root" : "not as root");
}

static int run(self_test *test, const char *folder)
{
	char program[PATH_MAX], summary[256];
	const char *missing = stand_in_prepare(folder);
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	attacker by = {.worker = test->unfenced ? NULL : program};

	if (missing != NULL || length < 0) {
		fprintf(stderr, "mod-go-worker: the self-test could not make %s (%s)\n",
		        missing != NULL ? missing : "a worker: mount /proc", strerror(errno));
		return 1;
	}
	program[length] = '\0';
	if (test->json)
		printf("{\"attacks\": [");
	for (size_t i = 0; i < attack_count; i++)
		report(test, &attack_list[i], stand_in_attacked(&attack_list[i], &by));
	summarize(test, summary, sizeof(summary));
	if (test->json) {
		printf("], \"held\": %u, \"absent\": %u, \"failed\": %u, \"succeeded\": %u, \"summary\": ",
		       test->counts[HELD], test->counts[ABSENT], test->counts[FAILED], test->counts[SUCCEEDED]);
		print_text(summary);
		printf(", \"lacks\": ");
		print_text(mod_go_fenced_lacks());
		printf("}\n");
	} else {
		printf("\n%s\n", summary);
		if (mod_go_fenced_lacks()[0] != '\0')
			printf("%s\n", mod_go_fenced_lacks());
	}
	return test->counts[FAILED] > 0;
}

static int use(FILE *stream)
{
	fprintf(stream,
	        "mod-go-worker --check [--unfenced] [--json]\n\n"
	        "Tries every known attack on the fence against a process that stands in for a host, and prints\n"
	        "what held. Exit code 0: all held that this kernel can hold; 1: something did not.\n"
	        "  --unfenced  tries them without the fence, where each one must succeed\n"
	        "  --json      prints one JSON object\n");
	return stream == stdout ? 0 : 2;
}

/* The secret must be in the environment that this program has started with: /proc shows no other. */
static void restart_with_secret(char **options)
{
	char *words[8] = {(char *)(uintptr_t) "mod-go-worker", (char *)(uintptr_t) "--check"};

	for (int i = 0; i < 5 && options[i] != NULL; i++)
		words[2 + i] = options[i];
	setenv(ATTACK_SECRET, "swordfish", 1);
	execv("/proc/self/exe", words);
}

int check_main(int count, char **options)
{
	char folder[PATH_MAX];
	const char *temporary;
	self_test test = {0};
	int code;

	for (int i = 0; i < count; i++) {
		if (strcmp(options[i], "--unfenced") == 0)
			test.unfenced = true;
		else if (strcmp(options[i], "--json") == 0)
			test.json = true;
		else
			return use(strcmp(options[i], "--help") == 0 ? stdout : stderr);
	}
	if (getenv(ATTACK_SECRET) == NULL && count <= 5)
		restart_with_secret(options);
	temporary = getenv("TMPDIR");
	snprintf(folder, sizeof(folder), "%.64s/mod-go-check-XXXXXX",
	         temporary != NULL && strlen(temporary) < 64 ? temporary : "/tmp");
	unsetenv("MODGO_FENCE"); /* the fence is tested, not the settings */
	unsetenv("MODGO_ENV");
	unsetenv("MODGO_USER");
	if (mkdtemp(folder) == NULL) {
		fprintf(stderr,
		        "mod-go-worker: %s could not be made (%s); set TMPDIR to a folder that this user can write\n",
		        folder, strerror(errno));
		return 1;
	}
	code = run(&test, folder);
	stand_in_clean();
	rmdir(folder);
	return code;
}
