/* module.h - an open module, as the sources of the loader see it. */
#ifndef MOD_GO_MODULE_H
#define MOD_GO_MODULE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "file.h"

/* The module's functions, of the types that aerospike_udf_go.h declares. */
typedef struct mod_go_functions {
	__typeof__(&aerospike_udf_go_get_api_version_major) get_api_version_major;
	__typeof__(&aerospike_udf_go_get_api_version_minor) get_api_version_minor;
	__typeof__(&aerospike_udf_go_get_property) get_property;
	__typeof__(&aerospike_udf_go_setup) setup;
	__typeof__(&aerospike_udf_go_apply_single) apply_single;
	__typeof__(&aerospike_udf_go_apply_stream) apply_stream;
} mod_go_functions;

struct mod_go_module {
	char *path; /* as it was given: for messages */
	mod_go_copy copy;
	void *handle;
	mod_go_functions functions;
	int major;
	int minor;
	pthread_mutex_t setup_lock; /* guards the two fields below it */
	bool setup_done;
	mod_go_error setup_error;
	atomic_bool ready; /* setup succeeded: apply may go on without the lock */
};

/* The two halves of mod_go_open: what needs the file, and what runs code of it. The second takes the copy over,
 * which may be one that another process made. */
mod_go_status mod_go_copy_checked(const char *path, mod_go_copy *copy, mod_go_error *error);
mod_go_status mod_go_open_copy(const char *path, const mod_go_copy *copy, mod_go_module **module,
                               mod_go_error *error);

#endif
