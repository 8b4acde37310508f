/* options.h - parses the command line of the test app. */
#ifndef TEST_APP_OPTIONS_H
#define TEST_APP_OPTIONS_H

#include <stdbool.h>

#include "aerospike_udf_go.h"
#include "record.h"
#include "stream.h"

/* What the process exits with. */
enum {
	EXIT_FINE = 0,
	EXIT_CALL_FAILED = 1,
	EXIT_USAGE = 2 /* or the module could not be loaded */
};

struct options {
	bool stream;  /* else record */
	bool fenced;  /* through a worker process */
	char *target; /* MODULE.FUNCTION; main.c splits it at the dot */
	aerospike_udf_go_value *arguments;
	size_t argument_count;
	aerospike_udf_go_log_level log_level;
	unsigned timeout; /* milliseconds, 0 for none */
	aerospike_udf_go_record record;
	aerospike_udf_go_stream input; /* of a stream: its records and values */
};

/* Reads the command line. Returns -1 where the app should continue, else its exit code, after printing what there
 * was to print. The caller frees the options by options_clear in both cases. */
int options_read(int count, char **words, struct options *options);

void options_clear(struct options *options);

#endif
