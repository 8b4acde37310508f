/* both_ways.h - stream functions in Go, in this process and in workers, on streams in memory. */
#ifndef TEST_BOTH_WAYS_H
#define TEST_BOTH_WAYS_H

#include "flow.h"

/* Loads a module ("go/streams") twice: as "streams" in this process and as "fenced" in workers. */
void use_both(const char *module, uint32_t timeout);
void use_streams(uint32_t timeout);

/* Which part of a stream Lua and Go run (aerospike_udf_go_scope); at first the server's. */
void set_scope(uint32_t scope);
void set_scope_of_go(uint32_t scope);

/* Has Go run the function, as "streams" or "fenced". The scope decides who owns what it reads. */
struct outcome run_go(const char *module, const char *function, struct flow *flow, as_val *arguments);

/* Elements, by their index from 0: 1, 2, 3, ...; records with the bins id, campaign and views. */
as_val *from_one(uint32_t index);
as_val *campaign(uint32_t index);

#endif
