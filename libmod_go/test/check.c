/* check.c - the test runner; files and random numbers for tests. */
#include "check.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TESTS_MAX    512
#define TEST_SECONDS 120

struct test {
	const char *name;
	const char *file;
	void (*run)(void);
};

static struct test tests[TESTS_MAX];
static size_t test_count;
static size_t failed_checks;
static char folder[PATH_MAX];

const char *check_modules;
const char *check_app;
const char *check_library;

void check_register(const char *name, const char *file, void (*run)(void))
{
	if (test_count == TESTS_MAX)
		abort();
	tests[test_count++] = (struct test){name, file, run};
}

bool check_has(const char *name)
{
	for (size_t i = 0; i < test_count; i++)
		if (strcmp(tests[i].name, name) == 0)
			return true;
	return false;
}

bool check_that(bool held, const char *file, int line, const char *what)
{
	if (!held) {
		failed_checks++;
		printf("%s:%d: does not hold: %s\n", file, line, what);
	}
	return held;
}

bool check_number(long long actual, long long expected, const char *file, int line, const char *what)
{
	if (actual != expected) {
		failed_checks++;
		printf("%s:%d: %s is %lld, not %lld\n", file, line, what, actual, expected);
	}
	return actual == expected;
}

bool check_text(const char *actual, const char *expected, const char *file, int line, const char *what)
{
	bool held = actual != NULL && strcmp(actual, expected) == 0;

	if (!held) {
		failed_checks++;
		printf("%s:%d: %s is \"%.2000s\", not \"%.2000s\"\n", file, line, what,
		       actual != NULL ? actual : "(NULL)", expected);
	}
	return held;
}

bool check_contains(const char *actual, const char *part, const char *file, int line, const char *what)
{
	bool held = actual != NULL && strstr(actual, part) != NULL;

	if (!held) {
		failed_checks++;
		printf("%s:%d: %s is \"%.2000s\", which lacks \"%s\"\n", file, line, what,
		       actual != NULL ? actual : "(NULL)", part);
	}
	return held;
}

const char *check_module(const char *name)
{
	static char paths[8][PATH_MAX];
	static size_t next;
	char *path = paths[next++ % 8];

	snprintf(path, PATH_MAX, "%s/%s.so", check_modules, name);
	return path;
}

const char *check_program(const char *name)
{
	static char paths[4][PATH_MAX];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%.*s/%s", (int)(strrchr(check_app, '/') - check_app), check_app, name);
	return path;
}

int check_command(const char *command, char *output, size_t capacity)
{
	FILE *from = popen(command, "r");
	size_t used = fread(output, 1, capacity - 1, from);

	output[used] = '\0';
	return WEXITSTATUS(pclose(from));
}

const char *check_folder(void)
{
	const char *parent = getenv("TMPDIR");

	if (folder[0] == '\0') {
		snprintf(folder, sizeof(folder), "%s/mod-go-test-XXXXXX",
		         parent != NULL && parent[0] != '\0' ? parent : "/tmp");
		CHECK(mkdtemp(folder) != NULL);
	}
	return folder;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *place)
{
	(void)facts, (void)type, (void)place;
	return remove(path);
}

bool check_write(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");
	bool written = file != NULL && fwrite(bytes, 1, length, file) == length;

	if (file != NULL && fclose(file) != 0)
		written = false;
	return CHECK(written);
}

unsigned char *check_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes = NULL;
	long size = -1;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
		rewind(file);
		bytes = malloc((size_t)size + 1);
	}
	*length = (size_t)size;
	if (bytes != NULL && fread(bytes, 1, *length, file) != *length) {
		free(bytes);
		bytes = NULL;
	}
	if (file != NULL)
		fclose(file);
	CHECK(bytes != NULL);
	return bytes;
}

double check_fuzz_seconds(void)
{
	const char *text = getenv("MODGO_FUZZ_SECONDS");

	return text != NULL ? atof(text) : 0.7;
}

unsigned long long check_fuzz_seed(void)
{
	const char *text = getenv("MODGO_FUZZ_SEED");
	unsigned long long seed = text != NULL ? strtoull(text, NULL, 10) : 20261101;

	return seed != 0 ? seed : 1;
}

unsigned long long check_random(unsigned long long *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull;
}

double check_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void check_in_child(void (*run)(void))
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		run();
		fflush(stdout);
		_exit(failed_checks > 0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* In the child: runs the test and ends. */
static void run_here(const struct test *test)
{
	alarm(TEST_SECONDS);
	test->run();
	if (folder[0] != '\0')
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	exit(failed_checks > 0); /* exit, not _exit, so that the leak checker runs */
}

static bool run(const struct test *test)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		run_here(test);
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror(test->name);
		return false;
	}
	if (WIFSIGNALED(status))
		printf("%s: %s: ended by signal %d (%s)\n", test->file, test->name, WTERMSIG(status),
		       strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		printf("%s: failed: %s\n", test->file, test->name);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Whether the test's name or file contains one of the parts; every one does without parts. */
static bool is_wanted(const struct test *test, char **parts)
{
	bool selected = *parts == NULL;

	for (; *parts != NULL; parts++)
		selected = selected || strstr(test->name, *parts) != NULL || strstr(test->file, *parts) != NULL;
	return selected;
}

int main(int argc, char **argv)
{
	size_t passed = 0;
	size_t chosen = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: %s MODULE_FOLDER TEST_APP LIBRARY [PART_OF_NAME_OR_FILE...]\n", argv[0]);
		return 2;
	}
	check_modules = argv[1];
	check_app = argv[2];
	check_library = argv[3];
	for (size_t i = 0; i < test_count; i++) {
		if (!is_wanted(&tests[i], argv + 4))
			continue;
		chosen++;
		passed += run(&tests[i]);
	}
	printf("%zu passed, %zu failed\n", passed, chosen - passed);
	return passed == chosen && chosen > 0 ? 0 : 1;
}

size_t check_entries(const char *path)
{
	DIR *open = opendir(path);
	size_t count = 0;

	while (open != NULL && readdir(open) != NULL)
		count++;
	if (open != NULL)
		closedir(open);
	return count >= 2 ? count - 2 : 0; /* without . and .. */
}

unsigned long check_mapped_pages(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	CHECK(file != NULL && fscanf(file, "%lu", &pages) == 1);
	if (file != NULL)
		fclose(file);
	return pages;
}

const char *check_script(const char *text)
{
	static char path[PATH_MAX + 16];
	FILE *file;

	snprintf(path, sizeof(path), "%s/script", check_folder());
	unlink(path); /* it may be running */
	file = fopen(path, "w");
	CHECK(file != NULL && fprintf(file, "#!/bin/sh\n%s\n", text) > 0 && fclose(file) == 0);
	CHECK(chmod(path, 0700) == 0);
	return path;
}

double check_processor_time(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

unsigned long long check_blocked_signals(const char *thread)
{
	unsigned long long blocked = 0;
	DIR *threads = opendir("/proc/self/task");
	struct dirent *entry;

	while ((entry = readdir(threads)) != NULL) {
		char path[PATH_MAX], line[256];
		bool is_it = false;
		FILE *status;

		snprintf(path, sizeof(path), "/proc/self/task/%s/status", entry->d_name);
		status = fopen(path, "r");
		while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			if (strncmp(line, "Name:", 5) == 0)
				is_it = strcmp(line + 6, thread) == 0;
			if (is_it && strncmp(line, "SigBlk:", 7) == 0)
				blocked = strtoull(line + 8, NULL, 16);
		}
		if (status != NULL)
			fclose(status);
	}
	closedir(threads);
	return blocked;
}
