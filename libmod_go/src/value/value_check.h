/*
 * value_check.h - whether a value is what the ABI says it is, before anyone else sees it.
 * Nothing here builds or changes values.
 */
#ifndef MOD_GO_VALUE_H
#define MOD_GO_VALUE_H

#include <stdbool.h>

#include "common/public.h"

/* What is wrong with a value: `what` is NULL where nothing is. `offset` counts bytes of its data. */
typedef struct mod_go_fault {
	const char *what;
	size_t offset;
} mod_go_fault;

/* The particle types that stand before strings and bytes in a list or map. */
enum {
	MOD_GO_PARTICLE_STRING = 3,
	MOD_GO_PARTICLE_BYTES = 4,
	MOD_GO_PARTICLE_HLL = 18,
	MOD_GO_PARTICLE_GEOJSON = 23
};

/* Type, payload, text and collections of a value. `length` bytes at `data` must be readable. */
mod_go_fault mod_go_value_check(const aerospike_udf_go_value *value);

/* The index of the first byte that is not UTF-8, `length` where all is. No surrogates, nothing overlong. */
size_t mod_go_utf8_end(const uint8_t *text, size_t length);

/* One list or map (`type`) in the server's msgpack, exactly `length` bytes long. Needs no memory and no stack
 * that grows with the input. */
mod_go_fault mod_go_msgpack_check(uint32_t type, const uint8_t *data, size_t length);

#endif
