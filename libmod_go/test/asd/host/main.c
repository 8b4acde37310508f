/*
 * main.c - the host program's commands, a line each on standard input; an answer is a line on standard output.
 *
 *   put NAME PATH                            "ok" or "refused TEXT"
 *   remove NAME                              "ok"
 *   clear                                    "ok"
 *   store KEY BINS                           "ok"
 *   fetch KEY                                "success BINS" or "none"
 *   apply KEY MODULE FUNCTION ARGUMENTS      "success VALUE", "failure TEXT", "error TEXT"
 *   references                               how many of its record the last call left
 *   aggregate MODULE FUNCTION ARGUMENTS      the same
 *   load THREADS KEY MODULE FUNCTION ARGUMENTS   "ok"
 *   unload                                   "CALLS FAILURES MILLISECONDS", these of the slowest
 *
 * BINS, VALUE, ARGUMENTS and TEXT are in hexadecimal: all but TEXT as msgpack.
 */
#include <aerospike/as_log.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

#ifndef BUILD_ID
#define BUILD_ID "8.1.2.0"
#endif

/* The server's build. */
__attribute__((visibility("default"))) const char aerospike_build_id[] = BUILD_ID;

bool host_log(as_log_level level, const char *function, const char *file, uint32_t line, const char *format,
              ...)
{
	va_list arguments;
	char text[4096];

	(void)function;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "%d (%s:%u) %s\n", (int)level, file, line, text);
	return true;
}

static size_t from_hexadecimal(const char *text, uint8_t **bytes)
{
	size_t size = text != NULL ? strlen(text) / 2 : 0;

	*bytes = malloc(size + 1);
	for (size_t i = 0; i < size; i++) {
		unsigned byte;

		sscanf(text + 2 * i, "%2x", &byte);
		(*bytes)[i] = (uint8_t)byte;
	}
	return size;
}

static void print(const char *word, const uint8_t *bytes, size_t size)
{
	printf("%s ", word);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

static void print_answer(host_answer answer)
{
	print(answer.word, answer.bytes, answer.size);
	free(answer.bytes);
}

enum { WORDS = 8 };

static void run_file_command(char *const *words)
{
	const char *refusal = NULL;

	if (strcmp(words[0], "put") == 0)
		refusal = host_put(words[1], words[2]);
	else if (strcmp(words[0], "clear") == 0)
		host_clear_cache();
	else
		host_remove(words[1]);
	if (refusal != NULL)
		print("refused", (const uint8_t *)refusal, strlen(refusal));
	else
		printf("ok\n");
}

static void run_record_command(char *const *words)
{
	uint8_t *bins;
	size_t size;

	if (strcmp(words[0], "store") == 0) {
		size = from_hexadecimal(words[2], &bins);
		printf("%s\n", host_store(words[1], bins, size) ? "ok" : "no map");
	} else if (host_fetch(words[1], &bins, &size)) {
		print("success", bins, size);
	} else {
		printf("none\n");
	}
	free(bins);
}

static void run_call_command(char *const *words, int count)
{
	uint8_t *arguments;
	size_t size = from_hexadecimal(words[count - 1], &arguments);
	uint64_t calls, failures, slowest;

	if (strcmp(words[0], "apply") == 0) {
		print_answer(host_apply(words[1], words[2], words[3], arguments, size));
	} else if (strcmp(words[0], "aggregate") == 0) {
		print_answer(host_aggregate(words[1], words[2], arguments, size));
	} else if (strcmp(words[0], "load") == 0) {
		host_load(atoi(words[1]), words[2], words[3], words[4], arguments, size);
		printf("ok\n");
	} else {
		host_unload(&calls, &failures, &slowest);
		printf("%llu %llu %llu\n", (unsigned long long)calls, (unsigned long long)failures,
		       (unsigned long long)slowest);
	}
	free(arguments);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t capacity = 0;

	if (argc < 2)
		return 2;
	host_files_start(argv[1], argc > 2 && strcmp(argv[2], "reverse") == 0);
	printf("ready\n");
	fflush(stdout);
	while (getline(&line, &capacity, stdin) > 0) {
		char *parts[WORDS + 1] = {NULL};
		int given = 0;

		for (char *word = strtok(line, " \n"); word != NULL && given < WORDS; word = strtok(NULL, " \n"))
			parts[given++] = word;
		if (given == 0)
			continue;
		if (strcmp(parts[0], "references") == 0)
			printf("%u\n", host_references);
		else if (strcmp(parts[0], "put") == 0 || strcmp(parts[0], "remove") == 0 ||
		         strcmp(parts[0], "clear") == 0)
			run_file_command(parts);
		else if (strcmp(parts[0], "store") == 0 || strcmp(parts[0], "fetch") == 0)
			run_record_command(parts);
		else
			run_call_command(parts, given);
		fflush(stdout);
	}
	free(line);
	return 0;
}
