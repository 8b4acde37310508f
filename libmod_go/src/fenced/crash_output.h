/*
 * crash_output.h - the tail of a worker's output, and the reason of a crash in it. A UDF's ordinary output is in
 * it, too: the text proves nothing. No function locks: worker.h's output_lock guards it.
 */
#ifndef MOD_GO_CRASH_OUTPUT_H
#define MOD_GO_CRASH_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#define MOD_GO_CRASH_OUTPUT_BYTES 32768

/* The last bytes of the output or, once Go's runtime has begun to report a crash, the first ones from there. */
typedef struct mod_go_crash_output {
	size_t length;
	/* A line that begins a crash report has come: nothing after it is dropped while there is capacity. */
	bool crashed;
	char text[MOD_GO_CRASH_OUTPUT_BYTES + 1];
	char line[24]; /* the first bytes of the current line */
	size_t line_length;
} mod_go_crash_output;

/* Takes time in proportion to `length`, however the output is cut into pieces. */
void mod_go_crash_output_add(mod_go_crash_output *output, const char *text, size_t length);

/* Writes the reason of the crash, as UTF-8 with a NUL: Go's "fatal error: " or "panic: " line, and, after a
 * newline, the first frame that is neither Go's nor the SDK's, as "file:line function"; else the last line; else
 * "". */
void mod_go_crash_output_explain(const mod_go_crash_output *output, char *text, size_t capacity);

#endif
