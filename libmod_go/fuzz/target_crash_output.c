/* target_crash_output.c - a worker's output, any bytes in pieces, whose crash reason is searched. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "fenced/crash_output.h"
#include "value/value_check.h"

/* Adds a piece many times: more than the capacity. */
static void flood(mod_go_crash_output *output, const uint8_t *piece, size_t length)
{
	enum { TIMES = 300 };
	char *all = malloc(TIMES * length + 1);

	for (size_t i = 0; i < TIMES; i++)
		memcpy(all + i * length, piece, length);
	mod_go_crash_output_add(output, all, TIMES * length);
	free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mod_go_crash_output *output = calloc(1, sizeof(*output));
	char text[300];
	int floods = 3;

	/* A byte of length before each piece. */
	for (size_t at = 0; at < size;) {
		size_t length = data[at] < size - at - 1 ? data[at] : size - at - 1;

		if (data[at] % 16 == 15 && floods-- > 0)
			flood(output, data + at + 1, length);
		mod_go_crash_output_add(output, (const char *)data + at + 1, length);
		at += length + 1;
	}
	if (output->length > MOD_GO_CRASH_OUTPUT_BYTES)
		abort();
	mod_go_crash_output_explain(output, text, sizeof(text));
	if (strnlen(text, sizeof(text)) == sizeof(text) ||
	    mod_go_utf8_end((const uint8_t *)text, strlen(text)) != strlen(text))
		abort();
	free(output);
	return 0;
}
