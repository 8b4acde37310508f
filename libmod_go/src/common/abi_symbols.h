/* abi_symbols.h - the symbols of the ABI as one list, so that nothing names them twice. */
#ifndef MOD_GO_ABI_H
#define MOD_GO_ABI_H

#include "common/public.h"

#define MOD_GO_ABI_SYMBOLS(X)                                                                                \
	X(get_api_version_major)                                                                                 \
	X(get_api_version_minor)                                                                                 \
	X(get_property)                                                                                          \
	X(setup)                                                                                                 \
	X(apply_single)                                                                                          \
	X(apply_stream)

/* Their indices, MOD_GO_ABI_get_property and so on. */
#define X(name) MOD_GO_ABI_##name,
enum { MOD_GO_ABI_SYMBOLS(X) MOD_GO_ABI_SYMBOL_COUNT };
#undef X

/* Their names by index, with the prefix. */
extern const char *const mod_go_abi_names[MOD_GO_ABI_SYMBOL_COUNT];

/* Fails with one message that lists every symbol whose `present` is 0; else MOD_GO_OK, without touching the
 * error. */
mod_go_status mod_go_abi_complete(const int present[MOD_GO_ABI_SYMBOL_COUNT], const char *path,
                                  mod_go_error *error);

#endif
