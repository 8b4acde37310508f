/* crash_output.c - keeps a worker's last output, and finds the reason of a crash in it. */
#include "fenced/crash_output.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "value/value_check.h"

static const char *const BEGINNINGS[] = {"fatal error: ", "panic: ", "runtime: out of memory", "SIGSEGV: "};

enum { BEGINNING_COUNT = sizeof(BEGINNINGS) / sizeof(*BEGINNINGS) };

/* The first line of those from `from` on that Go's last words begin with, NULL where there is none. */
static const char *find_beginning(const char *from)
{
	while (from != NULL && *from != '\0') {
		for (int i = 0; i < BEGINNING_COUNT; i++) {
			if (strncmp(from, BEGINNINGS[i], strlen(BEGINNINGS[i])) == 0)
				return from;
		}
		from = strchr(from, '\n');
		from = from != NULL ? from + 1 : NULL;
	}
	return NULL;
}

void mod_go_crash_output_add(mod_go_crash_output *words, const char *text, size_t length)
{
	while (length > 0) {
		size_t room = MOD_GO_CRASH_OUTPUT_BYTES - words->length;
		size_t taken = length < room ? length : room;

		memcpy(words->text + words->length, text, taken);
		for (size_t i = 0; i < taken; i++) {
			if (words->text[words->length + i] == '\0')
				words->text[words->length + i] = ' ';
		}
		words->length += taken;
		words->text[words->length] = '\0';
		text += taken;
		length -= taken;
		words->last = words->last || find_beginning(words->text) != NULL;
		if (length == 0 || (words->last && words->length == MOD_GO_CRASH_OUTPUT_BYTES))
			return;
		memmove(words->text, words->text + MOD_GO_CRASH_OUTPUT_BYTES / 2, MOD_GO_CRASH_OUTPUT_BYTES / 2 + 1);
		words->length -= MOD_GO_CRASH_OUTPUT_BYTES / 2;
	}
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Go's own source folder as the trace names it, "" where it does not: "/usr/local/go/src/". */
static size_t go_root(const char *trace, const char **root)
{
	const char *runtime = strstr(trace, "/src/runtime/");
	const char *start = runtime;

	*root = "";
	if (runtime == NULL)
		return 0;
	while (start > trace && start[-1] != '\t' && start[-1] != '\n')
		start--;
	*root = start;
	return (size_t)(runtime - start) + strlen("/src/");
}

/* Whether the frame, a line of function and one of place, is the UDF author's. */
static bool is_own(const char *function, const char *place, const char *root, size_t root_length)
{
	const char *base = place;

	if (begins(function, "runtime.") || begins(function, "runtime/") || begins(function, "reflect.") ||
	    begins(function, "panic(") || begins(function, "created by ") || begins(function, "goroutine ") ||
	    begins(function, "_cgo") || begins(function, "os.") || begins(function, "syscall."))
		return false;
	if (strstr(function, "/aerospike-mod-go/udf.") != NULL &&
	    strstr(function, "/aerospike-mod-go/udf.") < place)
		return false;
	if (strstr(function, "/aerospike-mod-go/udf/") != NULL &&
	    strstr(function, "/aerospike-mod-go/udf/") < place)
		return false;
	for (const char *at = place; *at != '\0' && *at != '\n'; at++) {
		if (*at == '/')
			base = at + 1;
	}
	return !begins(base, "zz_") && !begins(base, "_cgo_") &&
	       (root_length == 0 || strncmp(place, root, root_length) != 0);
}

/* Writes "file:line function" of a frame. */
static size_t write_frame(const char *function, const char *place, char *text, size_t capacity)
{
	size_t place_length = strcspn(place, " \n");
	size_t name_length = strcspn(function, "\n");
	const char *open;
	int written;

	/* The arguments go, from the last bracket that opens on the line; so does the package's path. */
	for (open = function + name_length; open > function && *open != '('; open--)
		continue;
	if (open > function)
		name_length = (size_t)(open - function);
	for (const char *at = function; at < open; at++) {
		if (*at == '/') {
			name_length -= (size_t)(at + 1 - function);
			function = at + 1;
		}
	}
	written = snprintf(text, capacity, "\n%.*s %.*s", (int)place_length, place, (int)name_length, function);
	return written > 0 && (size_t)written < capacity ? (size_t)written : 0;
}

static size_t first_own_frame(const char *trace, char *text, size_t capacity)
{
	const char *root;
	size_t root_length = go_root(trace, &root);
	const char *line = trace;

	while ((line = strchr(line, '\n')) != NULL) {
		const char *function = ++line;
		const char *end = strchr(function, '\n');

		if (end == NULL)
			return 0;
		if (*function == '\t' || *function == '\n' || end[1] != '\t')
			continue;
		if (is_own(function, end + 2, root, root_length))
			return write_frame(function, end + 2, text, capacity);
	}
	return 0;
}

/* What is not UTF-8 becomes question marks, and what is no text spaces. */
static void mend(char *text)
{
	size_t length = strlen(text);
	size_t at = 0;

	mod_go_trim_cut_text(text);
	length = strlen(text);
	while ((at += mod_go_utf8_end((uint8_t *)text + at, length - at)) < length)
		text[at] = '?';
	for (at = 0; at < length; at++) {
		if ((unsigned char)text[at] < ' ' && text[at] != '\n')
			text[at] = ' ';
	}
}

static void last_line(const mod_go_crash_output *words, char *text, size_t capacity)
{
	size_t end = words->length;
	size_t start;

	while (end > 0 && (words->text[end - 1] == '\n' || words->text[end - 1] == ' '))
		end--;
	start = end;
	while (start > 0 && words->text[start - 1] != '\n')
		start--;
	snprintf(text, capacity, "%.*s", (int)(end - start), words->text + start);
}

void mod_go_crash_output_explain(const mod_go_crash_output *words, char *text, size_t capacity)
{
	const char *beginning = find_beginning(words->text);
	int written;

	text[0] = '\0';
	if (beginning == NULL) {
		last_line(words, text, capacity);
	} else {
		written = snprintf(text, capacity, "%.*s", (int)strcspn(beginning, "\n"), beginning);
		if (written > 0 && (size_t)written < capacity)
			first_own_frame(beginning, text + written, capacity - (size_t)written);
	}
	mend(text);
}
