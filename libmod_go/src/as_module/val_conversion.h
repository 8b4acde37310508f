/*
 * val_conversion.h - converts between as_val and the ABI's values. Scalars and texts are converted directly; lists
 * and maps go through Aerospike's as_msgpack, which trusts its input and is therefore checked on our side in both
 * directions. Any thread may call these functions; no lock is needed.
 */
#ifndef MOD_GO_VAL_CONVERSION_H
#define MOD_GO_VAL_CONVERSION_H

#include <aerospike/as_val.h>

#include "as_module/scratch.h"
#include "common/public.h"

/* Converts `val` (NULL is nil) to a value that points into it or into `scratch`, and is valid as long as both.
 * Returns what is wrong, a static text, or NULL. */
const char *mod_go_value_from_val(const as_val *val, mod_go_scratch *scratch, aerospike_udf_go_value *value);

/* Converts a value, which mod_go_value_check must have accepted, to a new as_val with one reference, the caller's.
 * Nil becomes as_nil. Returns what is wrong, a static text, or NULL. */
const char *mod_go_value_to_val(const aerospike_udf_go_value *value, as_val **val);

#endif
