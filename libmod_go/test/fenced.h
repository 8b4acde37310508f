/* fenced.h - functions for the tests of fenced modules: a pool, its calls, and a process's descriptors and
 * children. */
#ifndef TEST_FENCED_H
#define TEST_FENCED_H

#include "check.h"
#include "mod_go_fenced.h"
#include "record.h"

/* Opens and sets up a pool, NULL with a failed check. `options` may be NULL. Uses the worker beside the test app. */
mod_go_fenced *fenced_ready(const char *path, const mod_go_fenced_options *options);
mod_go_status fenced_open(const char *path, const mod_go_fenced_options *options, mod_go_fenced **pool,
                          mod_go_error *error);

/* The result of a call: a text, a number or the message. */
struct answer {
	int status;
	long long integer;
	char text[4096];
	double seconds;
	mod_go_fenced_outcome outcome;
};

struct answer fenced_call(mod_go_fenced *pool, const char *function, unsigned timeout_ms,
                          aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count);

/* The same without a record and arguments, with a deadline of ten seconds. */
struct answer fenced_ask(mod_go_fenced *pool, const char *function);

aerospike_udf_go_value integer_value(long long integer);
aerospike_udf_go_value text_value(const char *text);

mod_go_fenced_counters fenced_counters(mod_go_fenced *pool);

/* Waits up to a second for this process to have that many descriptors; returns how many it has. */
size_t settled_descriptors(size_t expected);

/* Forks a host that opens a pool and ends by a signal, so that it cannot end its worker. Whether the worker then
 * ends by itself. `open` returns NULL for a failure. */
bool worker_ends_with_host(mod_go_fenced *(*open)(void));

/* Children of this process that have not been collected. */
size_t children(void);

#endif
