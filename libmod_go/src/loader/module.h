/* module.h - an open module, as the sources of the loader see it. */
#ifndef MOD_GO_MODULE_H
#define MOD_GO_MODULE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "loader/call_counters.h"
#include "loader/module_file.h"
#include "loader/manifest.h"

/* The module's functions, of the types that aerospike_udf_go.h declares. */
typedef struct mod_go_functions {
	__typeof__(&aerospike_udf_go_get_api_version_major) get_api_version_major;
	__typeof__(&aerospike_udf_go_get_api_version_minor) get_api_version_minor;
	__typeof__(&aerospike_udf_go_get_property) get_property;
	__typeof__(&aerospike_udf_go_setup) setup;
	__typeof__(&aerospike_udf_go_apply_single) apply_single;
	__typeof__(&aerospike_udf_go_apply_stream) apply_stream;
} mod_go_functions;

/* One function that the manifest lists. */
struct mod_go_function {
	mod_go_module *module;
	const char *name;
	const char *symbol;                     /* NULL where it is called by name */
	aerospike_udf_go_record_symbol *record; /* of these two the one of its kind, where there is a symbol */
	aerospike_udf_go_stream_symbol *stream;
	aerospike_udf_go_bin *bins;
	size_t bin_count;
	const mod_go_manifest_function *described;
	bool no_deadline; /* a record UDF that does not look at it */
};

struct mod_go_module {
	char *path; /* as it was given: for messages */
	mod_go_private_copy copy;
	void *handle;
	mod_go_functions functions;
	int major;
	int minor;
	pthread_mutex_t setup_lock; /* guards the two fields below it */
	bool setup_done;
	mod_go_error setup_error;
	/* Made by setup, and never changed again. */
	mod_go_manifest manifest;
	mod_go_function *listed; /* as many as the manifest has, in its order */
	atomic_bool ready;       /* setup succeeded: apply may go on without the lock */
	mod_go_call_counters *call_counters;
	bool stays; /* it cannot be unloaded, and is one of those that are counted */
};

/* functions.c: reads the manifest of a module whose setup succeeded, and lets go of what came of that. */
void mod_go_functions_list(mod_go_module *module);
void mod_go_functions_free(mod_go_module *module);

/* The two halves of mod_go_open: what needs the file, and what runs code of it. The second takes the copy over,
 * which may be one that another process made. */
mod_go_status mod_go_private_copy_check_and_make(const char *path, mod_go_private_copy *copy,
                                                 mod_go_error *error);
mod_go_status mod_go_open_copy(const char *path, const mod_go_private_copy *copy, mod_go_module **module,
                               mod_go_error *error);

#endif
