/* flow.h - as_streams over a few elements, for the tests: what was read and written, and who owns it. */
#ifndef TEST_FLOW_H
#define TEST_FLOW_H

#include <aerospike/as_stream.h>

#include "call.h"

/* One call's streams. The test sets the first part and checks the second. */
enum { FLOW_STORED = 8 };

struct flow {
	as_val *(*make)(uint32_t index); /* the elements, each new; one of NULL ends the stream */
	uint32_t count;
	bool owns;     /* the stream owns each, until the next read, as in the server; else the reader does */
	uint32_t full; /* where not 0: the output accepts fewer than that */
	as_val *stored[FLOW_STORED]; /* with `stores`, what was written, which the test owns */
	bool stores;

	uint32_t reads, read_past_end, writes, ends;
	size_t length;
	char text[16384]; /* the written elements by `show`, separated by commas; "; end" for NULL */
	as_val *owned;
	as_stream in, out;
};

/* Applies `module.function` to such streams, and destroys the arguments (a LIST, or NULL). */
struct outcome flow_run(as_module *module, const char *filename, const char *function, struct flow *flow,
                        as_val *arguments);

#endif
