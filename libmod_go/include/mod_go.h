/*
 * mod_go.h - libmod_go's loader: opens UDF modules, checks them, sets them up and applies their functions.
 *
 * The module is loaded *unfenced*: into the calling process, by dlopen. Go cannot unload a shared object
 * (golang/go#11100), so closing a module drops the handle but keeps its code mapped where the module says
 * so in its property `supports-dlclose`.
 *
 * All functions may be called from any number of threads at once; of one module, close comes last.
 */
#ifndef MOD_GO_H
#define MOD_GO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aerospike_udf_go.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a module could not be opened or set up. mod_go_status_name gives the word in the comment. */
typedef enum mod_go_status {
	MOD_GO_OK = 0,             /* ok */
	MOD_GO_NO_FILE = 1,        /* no-file: it does not exist, or cannot be read */
	MOD_GO_NOT_A_MODULE = 2,   /* not-a-module: not an ELF shared object, or a damaged one */
	MOD_GO_WRONG_MACHINE = 3,  /* wrong-machine: of another architecture, word size or byte order */
	MOD_GO_MISSING_SYMBOL = 4, /* missing-symbol: the error lists every symbol that it lacks */
	MOD_GO_ABI_MISMATCH = 5,   /* abi-mismatch: its major version is not this library's */
	MOD_GO_LOAD_FAILED = 6,    /* load-failed: the dynamic linker refused it */
	MOD_GO_SETUP_FAILED = 7,   /* setup-failed: the error holds the module's reason */
	MOD_GO_NO_MEMORY = 8,      /* no-memory */
	MOD_GO_WORKER_FAILED = 9   /* worker-failed: no worker could be started for it (mod_go_fenced.h) */
} mod_go_status;

/* Room for one message, always ending in NUL; a longer one is cut. */
typedef struct mod_go_error {
	mod_go_status status;
	char message[2048];
} mod_go_error;

typedef struct mod_go_module mod_go_module;

/* The status as its word in lower case, "unknown" for any other number. Never NULL. */
const char *mod_go_status_name(mod_go_status status);

/* The status of a call (aerospike_udf_go_status) in words, "unknown status" for any other number. */
const char *mod_go_call_status_text(int status);

/* What can be known without running the file: that it is an ELF shared object of this machine, whole,
 * and exports every symbol of the ABI. Safe on hostile files: nothing of the file runs. */
mod_go_status mod_go_check(const char *path, mod_go_error *error);

/* Finds `name` (without ".so") as NAME.so in the current folder, the folders of $MODGO_PATH (colons
 * between them), then `library_folder` where that is not NULL. Writes the path, ending in NUL. */
mod_go_status mod_go_find(const char *name, const char *library_folder, char *path, size_t capacity,
                          mod_go_error *error);

/* mod_go_check, then loads the module from a private copy of the file (so that the original may be
 * rewritten at any time) and compares versions. `*module` is set only where MOD_GO_OK is returned.
 * Loading runs the code of the module: only open what you trust. */
mod_go_status mod_go_open(const char *path, mod_go_module **module, mod_go_error *error);

/* Runs the module's setup; a further call gives the first one's answer. Needed before any apply. */
mod_go_status mod_go_setup(mod_go_module *module, mod_go_error *error);

/* The module's ABI version. */
void mod_go_api_version(const mod_go_module *module, int *major, int *minor);

/* A property of the module (see aerospike_udf_go.h), to be freed with free; "" where not known, NULL
 * where there is no memory. */
char *mod_go_property(mod_go_module *module, const char *name);

/* Prepares a result: `buffer` (may be NULL with capacity 0) takes small answers. */
void mod_go_result_init(aerospike_udf_go_result *result, uint8_t *buffer, size_t capacity);

/* Frees what the module allocated for the answer. The result may then be initialised again. */
void mod_go_result_clear(aerospike_udf_go_result *result);

/* Apply a function. Return an aerospike_udf_go_status; on any but OK the result holds the message as a
 * string. Whatever the module returns is checked before it is given on: a type that does not exist, a
 * length past the buffer or text that is not UTF-8 becomes AEROSPIKE_UDF_GO_INTERNAL. A module that was
 * not set up gives AEROSPIKE_UDF_GO_REFUSED. */
int mod_go_apply_single(mod_go_module *module, const char *name, aerospike_udf_go_call *call,
                        aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count,
                        aerospike_udf_go_result *result);
int mod_go_apply_stream(mod_go_module *module, const char *name, aerospike_udf_go_call *call, int scope,
                        aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                        aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result);

/*
 * A function of a module that was set up, found once for many calls: what its manifest says of it is then at hand, and
 * a call goes straight to the function's own symbol where it has one. mod_go_apply_single and mod_go_apply_stream find
 * it anew each time. Valid until the module is closed.
 */
typedef struct mod_go_function mod_go_function;

/* NULL where the manifest does not list it; it may be there all the same, and is applied by its name then. */
const mod_go_function *mod_go_find_function(const mod_go_module *module, const char *name);

/* The bins that the function is known to read: their names, with nil for values. A host that reads them ahead puts
 * them into the call (aerospike_udf_go_call.bins). */
const aerospike_udf_go_bin *mod_go_function_bins(const mod_go_function *function, size_t *count);

/* The positions of the arguments, from 0, whose strings name further bins that it reads. */
const uint32_t *mod_go_function_bin_arguments(const mod_go_function *function, size_t *count);

/* Whether the function may look at its call's deadline. Where it does not, none need be told, for which the host would
 * have to read a clock. */
bool mod_go_function_has_deadline(const mod_go_function *function);

/* The symbol that calls of the function go to, NULL where they go by its name: it has none, or the one that the
 * manifest names is no function of the module. */
const char *mod_go_function_symbol(const mod_go_function *function);

/* As mod_go_apply_single and mod_go_apply_stream. */
int mod_go_apply_function(const mod_go_function *function, aerospike_udf_go_call *call,
                          aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result);
int mod_go_apply_stream_function(const mod_go_function *function, aerospike_udf_go_call *call, int scope,
                                 aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                 aerospike_udf_go_value *arguments, size_t count,
                                 aerospike_udf_go_result *result);

/* What came of a module's calls so far. Each is counted once in `calls` and once in `by_status`; one of a thread's calls
 * in 64, the first among them, is timed and counted in `latency`. */
typedef struct mod_go_counters {
	uint32_t size; /* set by the caller */
	uint32_t reserved;
	uint64_t calls;
	uint64_t by_status[8]; /* indexed by aerospike_udf_go_status; panics are [AEROSPIKE_UDF_GO_PANICKED] */
	uint64_t latency[64];  /* [i]: calls of at least 2^i nanoseconds and less than twice that */
} mod_go_counters;

void mod_go_read_counters(const mod_go_module *module, mod_go_counters *counters);

/* How many versions of modules are mapped that cannot be unloaded, and so stay to the end of the process: one in Go is
 * some 2 MB and 5 threads. With a limit (0: none, as it is to begin with) mod_go_open gives MOD_GO_LOAD_FAILED where
 * there are that many. */
uint32_t mod_go_staying_versions(void);
void mod_go_limit_staying_versions(uint32_t limit);

/* Closes the module. No call of it may be under way. NULL is fine. */
void mod_go_close(mod_go_module *module);

#ifdef __cplusplus
}
#endif

#endif
