/* abi_symbols.h - the one list of the symbols that a module exports. */
#ifndef MOD_GO_ABI_SYMBOLS_H
#define MOD_GO_ABI_SYMBOLS_H

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

/* Their full names, by index. */
extern const char *const mod_go_abi_names[MOD_GO_ABI_SYMBOL_COUNT];

/* MOD_GO_OK, without touching the error, where no entry of `present` is 0; else MOD_GO_MISSING_SYMBOL with one
 * message that lists every missing symbol. `path` is for the message. */
mod_go_status mod_go_abi_complete(const int present[MOD_GO_ABI_SYMBOL_COUNT], const char *path,
                                  mod_go_error *error);

#endif
