/* options.c - reads the command line. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "text.h"

#define TIMEOUT_DEFAULT 10000

static const char HELP[] =
	"test: applies one function of a UDF module to a record or a stream in memory, through libmod_go.\n"
	"\n"
	"    test [OPTION...] record MODULE.FUNCTION [ARG...]\n"
	"    test [OPTION...] stream MODULE.FUNCTION [ARG...]\n"
	"\n"
	"Prints the result, then each bin that the record has afterwards; of a stream, each element that is "
	"written.\n"
	"MODULE is found as MODULE.so in the "
	"current\n"
	"folder, the folders of $MODGO_PATH, then ../lib beside this program; with a slash in it, it is a path. "
	"ARG and\n"
	"VALUE are JSON; a word that is none is a string.\n"
	"\n"
	"    --bin NAME=VALUE   the record has this bin (may be repeated; without it the record does not exist)\n"
	"    --key VALUE        the record's key: an integer or a string\n"
	"    --ttl SECONDS      what it has left to live, or \"never\"\n"
	"    --generation N     how often it was written\n"
	"    --next             of a stream: the options before are one record of it, those behind are the next "
	"one\n"
	"    --element VALUE    of a stream: a value in it (may be repeated, also between records)\n"
	"    --fenced           load the module into a worker process (mod-go-worker), not into this one\n"
	"    --timeout MS       how long the function may take (default 10000; 0 forever)\n"
	"    --log LEVEL        print log lines up to error, warn, info (default), debug or trace\n"
	"    --help             this text\n"
	"\n"
	"Exit code: 0 done, 1 the call failed, 2 wrong usage or a module that does not load.\n"
	"\n"
	"Examples:\n"
	"    test record test1.record a b c d\n"
	"    test --bin visits=41 --bin 'tags=[\"a\", \"b\"]' record counters.hit 1\n"
	"    test --key user-7 --bin 'profile={\"name\": \"Ann\"}' record profile.merge '{\"city\": \"Oslo\"}'\n"
	"    test record ./build/stats.top 3\n"
	"    test --bin n=1 --next --bin n=2 stream stats.total n\n"
	"    test --element 1 --element 2 stream stats.squares\n";

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "test: %s%s%s; see test --help\n", what, word != NULL ? ": " : "",
	        word != NULL ? word : "");
	return EXIT_USAGE;
}

/* Reports an invalid value of the command line; of a long one, its beginning. */
static int bad_value(const char *where, const char *word, const char *why)
{
	char beginning[80];

	snprintf(beginning, sizeof(beginning), "%s", word);
	mod_go_trim_cut_text(beginning);
	fprintf(stderr, "test: %s %s%s: %s\n", where, beginning, strlen(word) > strlen(beginning) ? "..." : "",
	        why);
	return EXIT_USAGE;
}

static bool read_number(const char *text, unsigned long long max, unsigned long long *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' && *number <= max;
}

static int set_bin(struct options *options, const char *text)
{
	const char *equals = strchr(text, '=');
	aerospike_udf_go_value value;
	const char *fault;
	char why[256];

	if (equals == NULL)
		return usage("--bin wants NAME=VALUE, this has no =", text);
	if (!value_from_text(equals + 1, &value, why, sizeof(why)))
		return bad_value("--bin", text, why);
	fault = record_set(&options->record, text, (size_t)(equals - text), &value);
	free(value.data);
	return fault == NULL ? -1 : bad_value("--bin", text, fault);
}

static int set_key(struct options *options, const char *text)
{
	aerospike_udf_go_value *key = &options->record.key;
	char why[256];

	free(key->data);
	memset(key, 0, sizeof(*key));
	if (!value_from_text(text, key, why, sizeof(why))) {
		memset(key, 0, sizeof(*key));
		return bad_value("--key", text, why);
	}
	if (key->type != AEROSPIKE_UDF_GO_INTEGER && key->type != AEROSPIKE_UDF_GO_STRING)
		return usage("--key wants an integer or a string", text);
	return -1;
}

static int set_ttl(struct options *options, const char *text)
{
	unsigned long long seconds = RECORD_TTL_NEVER;

	if (strcmp(text, "never") != 0 && !read_number(text, RECORD_TTL_MAX, &seconds))
		return usage("--ttl wants up to 315360000 seconds, or \"never\"", text);
	options->record.next_ttl = (uint32_t)seconds;
	return -1;
}

static int set_generation(struct options *options, const char *text)
{
	unsigned long long generation;

	if (!read_number(text, 65535, &generation) || generation == 0)
		return usage("--generation wants a number from 1 to 65535", text);
	options->record.generation = (uint32_t)generation;
	return -1;
}

static int set_timeout(struct options *options, const char *text)
{
	unsigned long long milliseconds;

	if (!read_number(text, 86400000, &milliseconds))
		return usage("--timeout wants up to 86400000 milliseconds, or 0", text);
	options->timeout = (unsigned)milliseconds;
	return -1;
}

static int set_log(struct options *options, const char *text)
{
	static const char *const NAMES[] = {"error", "warn", "info", "debug", "trace"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		if (strcmp(text, NAMES[i]) == 0) {
			options->log_level = (aerospike_udf_go_log_level)i;
			return -1;
		}
	}
	return usage("--log wants error, warn, info, debug or trace", text);
}

/* Makes a stored record of the options so far. */
static int store_record(struct options *options)
{
	uint32_t generation = options->record.generation;
	const char *fault;

	if (options->record.working.count == 0 && (generation != 0 || options->record.next_ttl != 0))
		return usage("--ttl and --generation are of a record that exists: give it a --bin", NULL);
	if (options->record.working.count == 0)
		return -1;
	fault = record_store(&options->record);
	options->record.generation = generation != 0 ? generation : 1;
	options->record.next_ttl = 0;
	return fault == NULL ? -1 : usage(fault, NULL);
}

/* Moves the record of the options so far to the stream. */
static int end_record(struct options *options)
{
	aerospike_udf_go_record *record;

	if (store_record(options) >= 0)
		return EXIT_USAGE;
	record = malloc(sizeof(*record));
	if (record == NULL)
		return usage("there is no memory for the stream", NULL);
	*record = options->record;
	memset(&options->record, 0, sizeof(options->record));
	if (stream_add_record(&options->input, record))
		return -1;
	record_clear(record);
	free(record);
	return usage("there is no memory for the stream", NULL);
}

static int set_element(struct options *options, const char *text)
{
	aerospike_udf_go_value value;
	char why[256];
	bool added;

	if (options->record.working.count > 0 && end_record(options) >= 0)
		return EXIT_USAGE;
	if (!value_from_text(text, &value, why, sizeof(why)))
		return bad_value("--element", text, why);
	added = value.type != AEROSPIKE_UDF_GO_NIL && stream_add(&options->input, &value);
	free(value.data);
	return added ? -1 : usage("--element wants a value other than null", text);
}

static const struct {
	const char *name;
	int (*set)(struct options *options, const char *text);
} OPTIONS[] = {
	{"--bin", set_bin},         {"--key", set_key},
	{"--ttl", set_ttl},         {"--generation", set_generation},
	{"--timeout", set_timeout}, {"--log", set_log},
	{"--element", set_element},
};

/* Reads an option without a value. -1 where it is one. */
static int read_flag(const char *word, struct options *options, bool *known)
{
	*known = true;
	if (strcmp(word, "--fenced") == 0)
		options->fenced = true;
	else if (strcmp(word, "--next") == 0)
		return end_record(options);
	else
		*known = false;
	return -1;
}

/* Reads the option at words[*at], "--name value" or "--name=value", and advances `*at`. */
static int read_option(int count, char **words, int *at, struct options *options)
{
	const char *word = words[(*at)++];
	bool known;
	int code;

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		fputs(HELP, stdout);
		return EXIT_FINE;
	}
	code = read_flag(word, options, &known);
	if (known)
		return code;
	for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++) {
		size_t length = strlen(OPTIONS[i].name);

		if (strncmp(word, OPTIONS[i].name, length) != 0)
			continue;
		if (word[length] == '=')
			return OPTIONS[i].set(options, word + length + 1);
		if (word[length] != '\0')
			continue;
		if (*at == count)
			return usage("this option wants a value", word);
		return OPTIONS[i].set(options, words[(*at)++]);
	}
	return usage("there is no such option", word);
}

static int read_arguments(int count, char **words, struct options *options)
{
	char why[256];
	char where[32];

	options->arguments = calloc((size_t)count + 1, sizeof(aerospike_udf_go_value));
	if (options->arguments == NULL)
		return usage("there is no memory for the arguments", NULL);
	for (int i = 0; i < count; i++) {
		if (!value_from_text(words[i], &options->arguments[i], why, sizeof(why))) {
			memset(&options->arguments[i], 0, sizeof(aerospike_udf_go_value));
			snprintf(where, sizeof(where), "argument %d,", i + 1);
			return bad_value(where, words[i], why);
		}
		options->argument_count++;
	}
	return -1;
}

/* Checks that options of records, and of streams, are used only for these. */
static int settle(struct options *options)
{
	if (!options->stream)
		return options->input.count == 0 ? store_record(options)
		                                 : usage("--next and --element are of a stream", NULL);
	return options->record.working.count > 0 ? end_record(options) : -1;
}

int options_read(int count, char **words, struct options *options)
{
	int at = 1;

	memset(options, 0, sizeof(*options));
	options->log_level = AEROSPIKE_UDF_GO_LOG_INFO;
	options->timeout = TIMEOUT_DEFAULT;
	while (at < count && words[at][0] == '-') {
		int code = read_option(count, words, &at, options);

		if (code >= 0)
			return code;
	}
	if (at == count)
		return usage("say record or stream, and MODULE.FUNCTION", NULL);
	options->stream = strcmp(words[at], "stream") == 0;
	if (!options->stream && strcmp(words[at], "record") != 0)
		return usage("the first word must be record or stream, not", words[at]);
	if (++at == count)
		return usage("MODULE.FUNCTION is missing", NULL);
	options->target = words[at++];
	if (settle(options) >= 0)
		return EXIT_USAGE;
	return read_arguments(count - at, words + at, options);
}

void options_clear(struct options *options)
{
	for (size_t i = 0; i < options->argument_count; i++)
		free(options->arguments[i].data);
	free(options->arguments);
	record_clear(&options->record);
	stream_clear(&options->input);
}
