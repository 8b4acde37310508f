/* flow.h - functions for the tests of fenced streams: calls with streams in memory, and a host that may misbehave. */
#ifndef TEST_FLOW_H
#define TEST_FLOW_H

#include "fenced.h"
#include "stream.h"

/* How the host misbehaves, 0 for not at all, and what it counted in the last call. Thread-local, because the host's
 * functions are called in the thread that applies. */
extern _Thread_local struct flow_host {
	size_t fails_at; /* the read that fails */
	size_t kills_at; /* the read at which it kills the worker that is `victim` */
	long victim;
	size_t refuses_from;               /* the write that is refused first */
	unsigned slow;                     /* microseconds a read */
	bool silent;                       /* refuses without a reason */
	int lists_fail;                    /* reading lists: 1 fails, 2 returns what is no list */
	bool single;                       /* no lists */
	bool unlisted;                     /* no names of bins, so that each bin is asked for */
	size_t reads, ends, writes, lines; /* reads at the end */
} flow_host;

/* The streams of one call: the test fills the input and checks the output. */
struct flow {
	aerospike_udf_go_stream in;
	aerospike_udf_go_stream out;
};

/* Applies a stream function; without a flow the host has no streams. */
struct answer flow_run(mod_go_fenced *pool, const char *function, int scope, struct flow *flow,
                       unsigned timeout_ms, aerospike_udf_go_value *arguments, size_t count);

/* The same with both scopes, one integer and twenty seconds. */
struct answer flow_run_with(mod_go_fenced *pool, const char *function, struct flow *flow, long long argument);

/* An input of 0, 1, 2, … */
struct flow flow_of_integers(size_t count);

/* Adds a record with a bin n, which is also its generation, and with a key and a bin large unless these are NULL
 * and 0. */
void flow_add_record(struct flow *flow, long long n, const char *key, size_t large);

void flow_clear(struct flow *flow);

/* Whether the elements are 0, 1, 2, … */
bool flow_is_in_order(const aerospike_udf_go_stream *out, size_t count);

#endif
