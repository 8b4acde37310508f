/* request.c - reads what to measure. modgo_lsp/host/bench_worker.py writes it. */
#include "bench/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of a line, from strtok_r. */
typedef struct rest_of_line {
	char *rest;
	bool failed;
} rest_of_line;

static const char *word(rest_of_line *words)
{
	char *found = strtok_r(NULL, " \n", &words->rest);

	if (found == NULL)
		words->failed = true;
	return found != NULL ? found : "0";
}

static uint64_t number(rest_of_line *words)
{
	return strtoull(word(words), NULL, 10);
}

static int digit(char c)
{
	static const char DIGITS[] = "0123456789abcdef";
	const char *found = memchr(DIGITS, c, sizeof(DIGITS) - 1);

	return found != NULL ? (int)(found - DIGITS) : -1;
}

/* The bytes of a hexadecimal word, with a NUL after them. */
static uint8_t *bytes(rest_of_line *words, size_t *length)
{
	const char *text = word(words);
	size_t digits = strcmp(text, "-") == 0 ? 0 : strlen(text);
	uint8_t *data = malloc(digits / 2 + 1);

	*length = digits / 2;
	if (data == NULL || digits % 2 != 0) {
		words->failed = true;
		free(data);
		return NULL;
	}
	for (size_t i = 0; i < *length; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			words->failed = true;
		data[i] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
	}
	data[*length] = '\0';
	return data;
}

static aerospike_udf_go_value value(rest_of_line *words)
{
	aerospike_udf_go_value read = {.type = (uint32_t)number(words)};

	read.integer = strtoll(word(words), NULL, 10);
	read.data = bytes(words, &read.length);
	return read;
}

static void read_argument(bench_request *request, rest_of_line *words)
{
	aerospike_udf_go_value *grown =
		realloc(request->arguments, (request->argument_count + 1) * sizeof(*grown));

	if (grown == NULL) {
		words->failed = true;
		return;
	}
	request->arguments = grown;
	grown[request->argument_count++] = value(words);
}

static void read_record(bench_request *request, rest_of_line *words)
{
	aerospike_udf_go_record *grown = realloc(request->records, (request->record_count + 1) * sizeof(*grown));
	aerospike_udf_go_record *record;
	uint8_t *digest;
	size_t length;

	if (grown == NULL) {
		words->failed = true;
		return;
	}
	request->records = grown;
	record = &grown[request->record_count++];
	memset(record, 0, sizeof(*record));
	record->changed = true;
	record->metadata.ttl = (uint32_t)number(words);
	record->metadata.generation = (uint32_t)number(words);
	record->metadata.last_update = number(words);
	record->metadata.namespace_name = (char *)bytes(words, &length);
	record->metadata.set_name = (char *)bytes(words, &length);
	digest = bytes(words, &length);
	if (digest != NULL && length == sizeof(record->digest))
		memcpy(record->digest, digest, length);
	free(digest);
	record->metadata.key = value(words);
}

static void read_bin(bench_request *request, rest_of_line *words)
{
	bench_bin bin = {.name_length = 0};
	uint8_t *name = bytes(words, &bin.name_length);
	bool fits = name != NULL && bin.name_length < sizeof(bin.name) && request->record_count > 0;

	bin.value = value(words);
	if (fits)
		memcpy(bin.name, name, bin.name_length);
	free(name);
	if (fits && bench_record_add(&request->records[request->record_count - 1], &bin))
		return;
	free(bin.value.data);
	words->failed = true;
}

/* Reads one line. Returns whether more follow. */
static bool read_line(bench_request *request, char *line, rest_of_line *words)
{
	const char *what = strtok_r(line, " \n", &words->rest);
	size_t length;

	if (what == NULL || strcmp(what, "start") == 0)
		return false;
	if (strcmp(what, "function") == 0)
		request->function = (char *)bytes(words, &length);
	else if (strcmp(what, "stream") == 0)
		request->is_stream = true;
	else if (strcmp(what, "timeout") == 0)
		request->timeout = number(words);
	else if (strcmp(what, "argument") == 0)
		read_argument(request, words);
	else if (strcmp(what, "record") == 0)
		read_record(request, words);
	else if (strcmp(what, "bin") == 0)
		read_bin(request, words);
	else
		words->failed = true;
	return !words->failed;
}

bool bench_request_read(bench_request *request)
{
	char *line = NULL;
	size_t capacity = 0;
	rest_of_line words = {NULL, false};

	memset(request, 0, sizeof(*request));
	while (getline(&line, &capacity, stdin) > 0 && read_line(request, line, &words))
		;
	free(line);
	for (size_t i = 0; i < request->record_count; i++) {
		request->records[i].metadata.digest = request->records[i].digest;
		bench_record_reset(&request->records[i]);
	}
	return !words.failed && request->function != NULL && request->record_count > 0;
}
