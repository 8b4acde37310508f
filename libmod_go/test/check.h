/*
 * check.h - a small test runner. Each test runs in a process of its own, so that one that crashes or hangs is a
 * failed test and the others go on; within a test, a CHECK that fails is reported and the test goes on.
 */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* Defines a test; its name is a sentence with underscores. */
#define TEST(name)                                                                                           \
	static void name(void);                                                                                  \
	__attribute__((constructor)) static void register_##name(void)                                           \
	{                                                                                                        \
		check_register(#name, __FILE__, name);                                                               \
	}                                                                                                        \
	static void name(void)

#define CHECK(condition) check_that((condition), __FILE__, __LINE__, #condition)
#define CHECK_NUMBER(actual, expected)                                                                       \
	check_number((long long)(actual), (long long)(expected), __FILE__, __LINE__, #actual)
#define CHECK_TEXT(actual, expected) check_text((actual), (expected), __FILE__, __LINE__, #actual)
#define CHECK_CONTAINS(actual, part) check_contains((actual), (part), __FILE__, __LINE__, #actual)

void check_register(const char *name, const char *file, void (*run)(void));

/* Whether there is a test of that name. */
bool check_has(const char *name);

/* All return whether the check held. */
bool check_that(bool held, const char *file, int line, const char *what);
bool check_number(long long actual, long long expected, const char *file, int line, const char *what);
bool check_text(const char *actual, const char *expected, const char *file, int line, const char *what);
bool check_contains(const char *actual, const char *part, const char *file, int line, const char *what);

/* Runs a part of a test in a process of its own that skips exit handlers, because the leak checker cannot run under
 * a filter of system calls. Its failed checks count as the test's. */
void check_in_child(void (*run)(void));

/* What the tests are run on: the command line of the test program. */
extern const char *check_modules; /* the folder of the test modules */
extern const char *check_app;     /* the test app */
extern const char *check_library; /* libmod_go.so */

/* The path of a test module, in one of a few static buffers. */
const char *check_module(const char *name);

/* The path of a program that is built beside the test app, in one of a few static buffers. */
const char *check_program(const char *name);

/* Runs a command of the shell. Returns its exit code, and in `output` what it prints. */
int check_command(const char *command, char *output, size_t capacity);

/* A new folder in TMPDIR or /tmp, which is removed with its content when the test ends. */
const char *check_folder(void);

/* Writes a script of the shell, in the place of the one before, in a new file that may be executed. Returns its path,
 * in a static buffer. */
const char *check_script(const char *text);

/* How many entries a folder has; 0 where it cannot be read. */
size_t check_entries(const char *path);

/* How many pages this process has mapped. The kernel may make one mapping of two, so these are not counted. */
unsigned long check_mapped_pages(void);

/* The processor time that this process has used, in seconds. */
double check_processor_time(void);

/* The signals that the thread of this name blocks, a bit each; 0 where there is no such thread. */
unsigned long long check_blocked_signals(const char *thread);

/* Writes a file; false with a failed check where that fails. */
bool check_write(const char *path, const void *bytes, size_t length);

/* Reads a file; the caller frees it. NULL with a failed check where that fails. */
unsigned char *check_read(const char *path, size_t *length);

/* How long a fuzzing test runs, in seconds, and the seed of its random numbers: MODGO_FUZZ_SECONDS and
 * MODGO_FUZZ_SEED set them. check_random returns 64 random bits (xorshift64*). */
double check_fuzz_seconds(void);
unsigned long long check_fuzz_seed(void);
unsigned long long check_random(unsigned long long *state);
double check_now(void);

#endif
