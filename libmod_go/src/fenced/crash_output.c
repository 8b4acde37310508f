/* crash_output.c - keeps the tail of a worker's output, and finds the reason of a crash in it. */
#include "fenced/crash_output.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "value/value_check.h"

static const char *const BEGINNINGS[] = {"fatal error: ", "panic: ", "runtime: out of memory", "SIGSEGV: "};

enum { BEGINNING_COUNT = sizeof(BEGINNINGS) / sizeof(*BEGINNINGS) };

/* The first line from `from` on that begins a crash report of Go's runtime, NULL where there is none. */
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

/* Whether the current line begins a crash report, now that it has one more byte. */
static bool begins_report(mod_go_crash_output *output, char byte)
{
	if (byte == '\n') {
		output->line_length = 0;
		return false;
	}
	if (output->line_length == sizeof(output->line))
		return false;
	output->line[output->line_length++] = byte;
	for (int i = 0; i < BEGINNING_COUNT; i++) {
		if (strlen(BEGINNINGS[i]) == output->line_length &&
		    memcmp(output->line, BEGINNINGS[i], output->line_length) == 0)
			return true;
	}
	return false;
}

void mod_go_crash_output_add(mod_go_crash_output *output, const char *text, size_t length)
{
	while (length > 0) {
		size_t left = MOD_GO_CRASH_OUTPUT_BYTES - output->length;
		size_t taken = length < left ? length : left;

		memcpy(output->text + output->length, text, taken);
		for (size_t i = 0; i < taken; i++) {
			if (output->text[output->length + i] == '\0')
				output->text[output->length + i] = ' ';
			output->crashed = output->crashed || begins_report(output, text[i]);
		}
		output->length += taken;
		output->text[output->length] = '\0';
		text += taken;
		length -= taken;
		if (length == 0 || (output->crashed && output->length == MOD_GO_CRASH_OUTPUT_BYTES))
			return;
		memmove(output->text, output->text + MOD_GO_CRASH_OUTPUT_BYTES / 2,
		        MOD_GO_CRASH_OUTPUT_BYTES / 2 + 1);
		output->length -= MOD_GO_CRASH_OUTPUT_BYTES / 2;
	}
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The folder of Go's own sources in a trace, as in "/usr/local/go/src/". Returns its length, 0 where it is not in
 * the trace. */
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

/* Whether a frame, a line with the function and one with the place, is the UDF's own code. */
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

	/* Without the arguments, from the last opening bracket on, and without the package's path. */
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

/* Replaces what is not UTF-8 by question marks, and control characters by spaces. */
static void clean(char *text)
{
	size_t length, at = 0;

	mod_go_trim_cut_text(text);
	length = strlen(text);
	while ((at += mod_go_utf8_end((uint8_t *)text + at, length - at)) < length)
		text[at] = '?';
	for (at = 0; at < length; at++) {
		if ((unsigned char)text[at] < ' ' && text[at] != '\n')
			text[at] = ' ';
	}
}

static void last_line(const mod_go_crash_output *output, char *text, size_t capacity)
{
	size_t end = output->length;
	size_t start;

	while (end > 0 && (output->text[end - 1] == '\n' || output->text[end - 1] == ' '))
		end--;
	start = end;
	while (start > 0 && output->text[start - 1] != '\n')
		start--;
	snprintf(text, capacity, "%.*s", (int)(end - start), output->text + start);
}

void mod_go_crash_output_explain(const mod_go_crash_output *output, char *text, size_t capacity)
{
	const char *beginning = find_beginning(output->text);
	int written;

	text[0] = '\0';
	if (beginning == NULL) {
		last_line(output, text, capacity);
	} else {
		written = snprintf(text, capacity, "%.*s", (int)strcspn(beginning, "\n"), beginning);
		if (written > 0 && (size_t)written < capacity)
			first_own_frame(beginning, text + written, capacity - (size_t)written);
	}
	clean(text);
}
