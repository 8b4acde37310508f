/*
 * apply.h - calls from Aerospike: finds the version of the module, converts arguments and results.
 *
 * Any thread may call these functions at any time after mod_go_apply_configure. They take no lock: a call is a reader
 * (readers.h) from start to end, so its version stays. Everything that a call owns is on the calling thread's stack.
 */
#ifndef MOD_GO_APPLY_H
#define MOD_GO_APPLY_H

#include "as_module/arguments.h"
#include "as_module/host_table.h"
#include "as_module/modules.h"

/* Sets the time-out, the log level and the scope of calls that begin from now on. */
void mod_go_apply_configure(const mod_go_config *config);

/* What the hooks return for a call that cannot be made. A stream that fails has the second code, too. */
enum { MOD_GO_NO_MODULE = 1, MOD_GO_MEMORY_LACKS = 2, MOD_GO_STREAM_FAILED = 2 };

/* The hooks apply_record and apply_stream; mod_go_as_module.h has their contract. */
int mod_go_apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *list, as_result *result);
int mod_go_apply_to_stream(as_module *module, as_udf_context *context, const char *filename,
                           const char *function, as_stream *input, as_list *list, as_stream *output,
                           as_result *result);

/* ---- for apply.c and apply_stream.c --------------------------------------------------------------- */

/* The parameters of a hook; all pointers are Aerospike's. */
typedef struct mod_go_as_call {
	const as_udf_context *context;
	const char *function;
	const as_list *list;
	as_result *result;
	as_rec *record; /* of a record UDF; a stream UDF has the next two */
	as_stream *input;
	as_stream *output;
} mod_go_as_call;

/* Applies the function in a version and returns the hook's code. */
typedef int mod_go_apply_version(const mod_go_loaded_module *version, const mod_go_as_call *call,
                                 const mod_go_arguments *arguments);

/* Finds the version of `filename`, converts the arguments and calls `apply`. Returns its code, `bad_arguments`
 * where an argument cannot be converted, or one of the codes above, with the reason in the as_result. */
int mod_go_apply_call(const char *filename, const mod_go_as_call *call, mod_go_apply_version *apply,
                      int bad_arguments);

/* Begins the host's side of a call; `host` is the table that the module gets. The caller ends it. */
void mod_go_host_call_begin(mod_go_host_call *host_call, const as_udf_context *context,
                            aerospike_udf_go_host *host);

/* The deadline of a call of a record UDF in nanoseconds of CLOCK_MONOTONIC, by the configured time or the program's,
 * whichever is less; 0 for none. The next is that of a stream UDF. */
uint64_t mod_go_apply_deadline(const as_timer *timer);
uint64_t mod_go_apply_stream_deadline(const as_timer *timer);

/* aerospike_udf_go_scope, as configured. */
int mod_go_apply_scope(void);

#endif
