/*
 * crash_output.h - what a worker printed, and what of that explains its end. A UDF's ordinary output is in it as well: it
 * is text, and proves nothing.
 */
#ifndef MOD_GO_WORDS_H
#define MOD_GO_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes kept of what a worker printed last, or of what follows the first line of Go's own last words. */
#define MOD_GO_CRASH_OUTPUT_BYTES 32768

typedef struct mod_go_crash_output {
	size_t length;
	bool last; /* a line of Go's last words has come: from there on nothing is thrown away */
	char text[MOD_GO_CRASH_OUTPUT_BYTES + 1];
} mod_go_crash_output;

void mod_go_crash_output_add(mod_go_crash_output *words, const char *text, size_t length);

/* What explains the end, in UTF-8 and ending in NUL: Go's "fatal error: " or "panic: " line and after a newline
 * the first frame that is neither Go's nor the SDK's as "file:line function"; else the last line; else "". */
void mod_go_crash_output_explain(const mod_go_crash_output *words, char *text, size_t capacity);

#endif
