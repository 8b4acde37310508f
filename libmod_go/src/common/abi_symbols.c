/* abi_symbols.c - the names of the ABI's symbols, and the message about missing ones. */
#include "common/abi_symbols.h"

#include <stdio.h>

#include "common/error.h"

#define X(name) "aerospike_udf_go_" #name,
const char *const mod_go_abi_names[MOD_GO_ABI_SYMBOL_COUNT] = {MOD_GO_ABI_SYMBOLS(X)};
#undef X

mod_go_status mod_go_abi_complete(const int present[MOD_GO_ABI_SYMBOL_COUNT], const char *path,
                                  mod_go_error *error)
{
	char list[64 * MOD_GO_ABI_SYMBOL_COUNT] = "";
	size_t length = 0;
	int missing = 0;

	for (int i = 0; i < MOD_GO_ABI_SYMBOL_COUNT; i++) {
		if (present[i])
			continue;
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s", missing > 0 ? ", " : "",
		                           mod_go_abi_names[i]);
		missing++;
	}
	if (missing == 0)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_MISSING_SYMBOL,
	                   "%s: is a shared object but no UDF module: it does not export %s; build it with `modgo"
	                   " build`, or export what aerospike_udf_go.h declares",
	                   path, list);
}
