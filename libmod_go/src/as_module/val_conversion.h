/*
 * val_conversion.h - as_val ⇄ the ABI's values. Scalars and texts go without a detour; lists and maps through Aerospike's own
 * as_msgpack, checked on our side of it both ways, for as_msgpack trusts what it is given.
 */
#ifndef MOD_GO_VALUES_H
#define MOD_GO_VALUES_H

#include <aerospike/as_val.h>

#include "common/public.h"
#include "as_module/scratch.h"

/* Gives `val` (NULL is nil) as a value that points into it, or into `scratch`. Returns what is wrong, NULL where nothing
 * is. */
const char *mod_go_value_from_val(const as_val *val, mod_go_scratch *scratch, aerospike_udf_go_value *value);

/* Gives a value that mod_go_value_check found nothing wrong with as a new as_val, one reference of it the caller's. Nil
 * is as_nil. Returns what is wrong, NULL where nothing is. */
const char *mod_go_value_to_val(const aerospike_udf_go_value *value, as_val **val);

#endif
