/*
 * value_check.h - checks that a value is what the ABI declares, before Aerospike or a module uses it.
 *
 * All functions here are pure: they keep no pointer, allocate nothing, and any thread may call them.
 */
#ifndef MOD_GO_VALUE_CHECK_H
#define MOD_GO_VALUE_CHECK_H

#include <stdbool.h>
#include <string.h>

#include "common/public.h"

/* What is wrong with a value: `what` is a static text, NULL for a valid value; `offset` is a byte of its data. */
typedef struct mod_go_fault {
	const char *what;
	size_t offset;
} mod_go_fault;

/* The particle types that precede strings and bytes in a list or map. */
enum {
	MOD_GO_PARTICLE_STRING = 3,
	MOD_GO_PARTICLE_BYTES = 4,
	MOD_GO_PARTICLE_HLL = 18,
	MOD_GO_PARTICLE_GEOJSON = 23
};

/* Whether values of this type use `data` and `length`. */
static inline bool mod_go_type_has_data(uint32_t type)
{
	return type >= AEROSPIKE_UDF_GO_STRING && type <= AEROSPIKE_UDF_GO_MAP;
}

/* A string value that points to `text`, which stays the caller's. */
static inline aerospike_udf_go_value mod_go_string_value(const char *text, size_t length)
{
	return (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)(uintptr_t)text, .length = length};
}

/* Puts `reason`, a static text, into `why`, which may be NULL, and returns `status`. */
static inline int mod_go_refuse_value(aerospike_udf_go_value *why, int status, const char *reason)
{
	if (why != NULL)
		*why = mod_go_string_value(reason, strlen(reason));
	return status;
}

/* Reads the next of several names, each of which ends in a NUL, and advances `*offset`, 0 at first. Returns NULL at
 * `length`, and where the bytes end without a NUL: then `*offset` is less than `length`. */
static inline const char *mod_go_next_name(const char *names, size_t length, size_t *offset,
                                           size_t *name_length)
{
	const char *name, *end;

	if (*offset >= length)
		return NULL;
	name = names + *offset;
	end = memchr(name, '\0', length - *offset);
	if (end == NULL)
		return NULL;
	*name_length = (size_t)(end - name);
	*offset += *name_length + 1;
	return name;
}

/* Whether `call->bins` has that bin. */
static inline bool mod_go_is_prefetched(const aerospike_udf_go_call *call, const char *name, size_t length)
{
	for (size_t i = 0; i < call->bin_count; i++) {
		if (call->bins[i].name_length == length && memcmp(call->bins[i].name, name, length) == 0)
			return true;
	}
	return false;
}

/* What is wrong with the name of a bin to write, as a static text, or NULL. */
const char *mod_go_bin_name_fault(const char *name, size_t length);

/* Checks the type, the payload, and the content of text, lists and maps. `length` bytes at `data` must be readable. */
mod_go_fault mod_go_value_check(const aerospike_udf_go_value *value);

/* The index of the first byte that is not valid UTF-8 (surrogates and overlong forms are not), or `length`. */
size_t mod_go_utf8_end(const uint8_t *text, size_t length);

/* Checks one list or map (`type`) in the server's msgpack, which must be exactly `length` bytes long. The stack
 * does not grow with the input. */
mod_go_fault mod_go_msgpack_check(uint32_t type, const uint8_t *data, size_t length);

#endif
