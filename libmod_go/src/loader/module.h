/* module.h - an open module, for the loader's own sources and for workers. */
#ifndef MOD_GO_MODULE_H
#define MOD_GO_MODULE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "loader/call_counters.h"
#include "loader/manifest.h"
#include "loader/module_file.h"

/* The functions that every module exports, with the types that aerospike_udf_go.h declares. */
typedef struct mod_go_functions {
	__typeof__(&aerospike_udf_go_get_api_version_major) get_api_version_major;
	__typeof__(&aerospike_udf_go_get_api_version_minor) get_api_version_minor;
	__typeof__(&aerospike_udf_go_get_property) get_property;
	__typeof__(&aerospike_udf_go_setup) setup;
	__typeof__(&aerospike_udf_go_apply_single) apply_single;
	__typeof__(&aerospike_udf_go_apply_stream) apply_stream;
} mod_go_functions;

/* One function of the manifest. All pointers are the module's or its manifest's. */
struct mod_go_function {
	const mod_go_module *module;
	const char *name;
	const char *symbol;                     /* NULL for one that is called by name */
	aerospike_udf_go_record_symbol *record; /* with a symbol, of a record UDF */
	aerospike_udf_go_stream_symbol *stream; /* with a symbol, of a stream UDF */
	aerospike_udf_go_bin *bins;
	size_t bin_count;
	const mod_go_manifest_function *described;
	bool no_deadline; /* a record UDF that does not use its call's deadline */
};

/* Everything is set by mod_go_open and never changed, but for what a comment says. */
struct mod_go_module {
	char *path; /* as the caller gave it: for messages */
	mod_go_private_copy copy;
	void *handle;
	mod_go_functions functions;
	int major;
	int minor;
	pthread_mutex_t setup_lock; /* guards the next two */
	bool setup_done;
	mod_go_error setup_error;
	/* These two are set by setup before `ready`, and not changed after that: who has seen `ready` (acquire) reads
	 * them without the lock. */
	mod_go_manifest manifest;
	mod_go_function *listed; /* one for each function of the manifest, in its order */
	atomic_bool ready;       /* setup succeeded */
	mod_go_call_counters *call_counters;
	bool stays; /* it cannot be unloaded, and is counted in mod_go_staying_versions */
};

/* functions.c: reads the manifest and looks up its symbols, after a successful setup, with setup_lock held. A
 * manifest that cannot be read leaves the list empty. */
void mod_go_functions_list(mod_go_module *module);

/* functions.c: frees what mod_go_functions_list allocated. No call may run. */
void mod_go_functions_free(mod_go_module *module);

/* The first half of mod_go_open: reads and checks the file, and copies it. Runs no code of the module. With
 * MOD_GO_OK the caller releases the copy, or passes it to mod_go_open_copy. */
mod_go_status mod_go_copy_checked_file(const char *path, mod_go_private_copy *copy, mod_go_error *error);

/* The second half: loads the copy, which another process may have made and which is the module's from here on, also
 * where this fails. With MOD_GO_OK the caller closes `*module`. */
mod_go_status mod_go_open_copy(const char *path, const mod_go_private_copy *copy, mod_go_module **module,
                               mod_go_error *error);

#endif
