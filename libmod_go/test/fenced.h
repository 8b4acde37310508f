/* fenced.h - what the tests of fenced modules share: a pool, calls of it, and what a process has open. */
#ifndef TEST_FENCED_H
#define TEST_FENCED_H

#include "check.h"
#include "mod_go_fenced.h"
#include "record.h"

/* A pool that is set up, NULL with a failed check. `options` may be NULL. Uses the worker beside the test app. */
mod_go_fenced *fenced_ready(const char *path, const mod_go_fenced_options *options);
mod_go_status fenced_open(const char *path, const mod_go_fenced_options *options, mod_go_fenced **pool,
                          mod_go_error *error);

/* What a call gave: the text, or a number, or the message. */
struct answer {
	int status;
	long long integer;
	char text[4096];
	double seconds;
	mod_go_fenced_outcome outcome;
};

struct answer fenced_call(mod_go_fenced *pool, const char *function, unsigned timeout_ms,
                          aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count);

/* The same without record and arguments, and with ten seconds. */
struct answer fenced_ask(mod_go_fenced *pool, const char *function);

aerospike_udf_go_value integer_value(long long integer);
aerospike_udf_go_value text_value(const char *text);

mod_go_fenced_counters fenced_counters(mod_go_fenced *pool);

/* Waits up to a second for the process to have that many descriptors; gives how many it has. */
size_t settled_descriptors(size_t wanted);

/* Children of this process that have not been collected. */
size_t children(void);

#endif
