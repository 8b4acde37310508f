/*
 * engine.c - a fuzzer that is guided by coverage, for gcc: inputs that make the code do something new are stored and
 * changed further. What ends the process (the sanitizers, an assertion, ten seconds without an answer) leaves its
 * input as a file.
 *
 *   fuzz-TARGET [-t SECONDS] [-s SEED] [-k FOLDER] [FILE or FOLDER…]
 *
 * The inputs given are tried first; with -t 0 that is all. -k keeps those found, to grow a corpus.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "mutate.h"

enum { INPUT_MAX = 1 << 16, CORPUS_MAX = 1 << 14, HANG_SECONDS = 10 };

static input corpus[CORPUS_MAX];
static size_t corpus_count;
static input under_test;
static const char *keep;
static char crash_name[64];

void __sanitizer_set_death_callback(void (*callback)(void));
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "handle_abort=1:allocator_may_return_null=1:max_allocation_size_mb=512:detect_stack_use_after_"
		   "return=0";
}

static void write_input(const char *path, const input *what)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL || fwrite(what->data, 1, what->size, file) != what->size || fclose(file) != 0)
		perror(path);
}

static void on_death(void)
{
	write_input(crash_name, &under_test);
	fprintf(stderr, "the input is in %s\n", crash_name);
}

static void on_alarm(int number)
{
	static const char text[] = "no answer in time\n";

	(void)number;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) > 0)
		abort();
}

/* Returns whether it was new. The input is in memory of exactly its size, so that sanitizers find a read past the
 * end. */
static size_t run(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size > 0 ? size : 1);

	if (exact == NULL)
		abort();
	if (size > 0)
		memcpy(exact, data, size);
	under_test = (input){exact, size};
	alarm(HANG_SECONDS);
	coverage_begin();
	LLVMFuzzerTestOneInput(exact, size);
	under_test = (input){NULL, 0};
	free(exact);
	return coverage_is_new();
}

static void add(const uint8_t *data, size_t size)
{
	uint8_t *copy;
	char path[4200];

	if (corpus_count == CORPUS_MAX || (copy = malloc(size + 1)) == NULL)
		return;
	memcpy(copy, data, size);
	corpus[corpus_count++] = (input){copy, size};
	if (keep != NULL) {
		snprintf(path, sizeof(path), "%s/%05zu", keep, corpus_count);
		write_input(path, &corpus[corpus_count - 1]);
	}
}

static size_t try_file(const char *path)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL) {
		perror(path);
		exit(2);
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	run(data, size);
	add(data, size);
	return 1;
}

static size_t try_path(const char *path)
{
	struct dirent *entry;
	char below[4200];
	DIR *folder = opendir(path);
	size_t count = 0;

	if (folder == NULL)
		return try_file(path);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		count += try_file(below);
	}
	closedir(folder);
	return count;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t fuzz(double seconds, uint64_t state)
{
	static uint8_t data[INPUT_MAX];
	double until = now() + seconds;
	size_t runs = 0;

	for (; runs % 64 != 0 || now() < until; runs++) {
		/* The newest ones more often: they lead to the most new code. */
		size_t young = mutate_random(&state) % 2 == 0 && corpus_count > 32 ? 32 : corpus_count;
		const input *parent = &corpus[corpus_count - 1 - mutate_random(&state) % young];
		const input *other = &corpus[mutate_random(&state) % corpus_count];
		size_t most = parent->size < 2048 ? 4096 : INPUT_MAX;
		size_t size = parent->size;

		memcpy(data, parent->data, size);
		size = mutate(data, size, most, other, &state);
		if (run(data, size) > 0)
			add(data, size);
	}
	return runs;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 : argv[0];
	double seconds = 10;
	uint64_t seed = 20261101;
	size_t given = 0, runs;
	int option;

	while ((option = getopt(argc, argv, "t:s:k:")) != -1) {
		if (option == 't')
			seconds = atof(optarg);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10) | 1;
		else if (option == 'k')
			keep = optarg;
		else
			return 2;
	}
	snprintf(crash_name, sizeof(crash_name), "%.40s-crash", name);
	__sanitizer_set_death_callback(on_death);
	signal(SIGALRM, on_alarm);
	for (int i = optind; i < argc; i++)
		given += try_path(argv[i]);
	if (corpus_count == 0)
		add((const uint8_t *)"", 0);
	runs = seconds > 0 ? fuzz(seconds, seed) : 0;
	printf("%s: %zu inputs given, %zu runs, %zu inputs in the end\n", name, given, runs, corpus_count);
	return 0;
}
