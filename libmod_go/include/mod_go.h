/*
 * mod_go.h - libmod_go's loader: opens UDF modules, checks them, sets them up and applies their functions.
 *
 * A module is loaded *unfenced*: into the calling process, by dlopen. Go cannot unload a shared object
 * (golang/go#11100), so the code of a closed module stays mapped unless its property `supports-dlclose` is "true".
 *
 * Any thread may call any function at any time; the library takes its own locks. The close of a module comes last:
 * no other call with that module may run then. A result, a call and its arguments belong to one thread.
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

/* Why a module could not be opened or set up. mod_go_status_name returns the word that begins each comment. */
typedef enum mod_go_status {
	MOD_GO_OK = 0,             /* ok */
	MOD_GO_NO_FILE = 1,        /* no-file: it does not exist, or cannot be read */
	MOD_GO_NOT_A_MODULE = 2,   /* not-a-module: not an ELF shared object, or a damaged one */
	MOD_GO_WRONG_MACHINE = 3,  /* wrong-machine: of another architecture, word size or byte order */
	MOD_GO_MISSING_SYMBOL = 4, /* missing-symbol: the error lists every missing symbol */
	MOD_GO_ABI_MISMATCH = 5,   /* abi-mismatch: its major version is not this library's */
	MOD_GO_LOAD_FAILED = 6,    /* load-failed: the dynamic linker refused it */
	MOD_GO_SETUP_FAILED = 7,   /* setup-failed: the error has the module's reason */
	MOD_GO_NO_MEMORY = 8,      /* no-memory */
	MOD_GO_WORKER_FAILED = 9   /* worker-failed: no worker could be started for it (mod_go_fenced.h) */
} mod_go_status;

/* An error, which the caller owns. The message ends in a NUL; a longer one is cut. Every function accepts NULL in
 * its place. */
typedef struct mod_go_error {
	mod_go_status status;
	char message[2048];
} mod_go_error;

typedef struct mod_go_module mod_go_module;

/* The name of a status in lower case, "unknown" for any other number. A static text. */
const char *mod_go_status_name(mod_go_status status);

/* The text of a call's status (aerospike_udf_go_status), "unknown status" for any other number. A static text. */
const char *mod_go_call_status_text(int status);

/* Checks what can be checked without running the file: that it is a complete ELF shared object of this machine and
 * exports every symbol of the ABI. Safe on hostile files. */
mod_go_status mod_go_check(const char *path, mod_go_error *error);

/* Finds `name` (without ".so") as NAME.so in the current folder, the folders of $MODGO_PATH (separated by colons),
 * then `library_folder`, which may be NULL. Writes the path with a NUL. */
mod_go_status mod_go_find(const char *name, const char *library_folder, char *path, size_t capacity,
                          mod_go_error *error);

/* Does mod_go_check, loads the module from a private copy of the file, which may therefore change at any time, and
 * compares versions. With MOD_GO_OK the caller closes `*module`; else that is not set. Loading runs code of the
 * module: open only what you trust. */
mod_go_status mod_go_open(const char *path, mod_go_module **module, mod_go_error *error);

/* Runs the module's setup, which must succeed before any apply. Further calls return the first one's outcome, after
 * waiting for it where it still runs. */
mod_go_status mod_go_setup(mod_go_module *module, mod_go_error *error);

/* The module's version of the ABI. */
void mod_go_api_version(const mod_go_module *module, int *major, int *minor);

/* A property of the module (see aerospike_udf_go.h), which the caller frees with free(3); "" for an unknown one,
 * NULL where there is no memory. */
char *mod_go_property(mod_go_module *module, const char *name);

/* Prepares a result. Values of up to `capacity` bytes are put into `buffer`, which may be NULL with capacity 0 and
 * must outlive the result. */
void mod_go_result_init(aerospike_udf_go_result *result, uint8_t *buffer, size_t capacity);

/* Frees the memory of the result's value. The result can be initialised again. */
void mod_go_result_clear(aerospike_udf_go_result *result);

/* Apply a function. Return an aerospike_udf_go_status; on any but OK the result holds the message as a string.
 * `call`, `record`, `arguments` and the streams stay the caller's, and the module uses them only until this
 * returns. The caller clears the result. What the module returns is checked: an unknown type, a length past the
 * buffer or text that is not UTF-8 becomes AEROSPIKE_UDF_GO_INTERNAL. A module that was not set up returns
 * AEROSPIKE_UDF_GO_REFUSED. */
int mod_go_apply_single(const mod_go_module *module, const char *name, aerospike_udf_go_call *call,
                        aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count,
                        aerospike_udf_go_result *result);
int mod_go_apply_stream(const mod_go_module *module, const char *name, aerospike_udf_go_call *call, int scope,
                        aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                        aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result);

/*
 * A function of a module that was set up, with its entry in the manifest. Finding it once for many calls saves the
 * search by name, and calls use the function's own symbol if it has one. It belongs to the module and is valid
 * until that is closed. So is what the functions below return.
 */
typedef struct mod_go_function mod_go_function;

/* The function `name`; NULL where the manifest does not list it. The module may know it all the same, by its name. */
const mod_go_function *mod_go_find_function(const mod_go_module *module, const char *name);

/* The bins that the function is known to read: their names, with nil for values. A host that prefetches them puts
 * them into the call (aerospike_udf_go_call.bins). */
const aerospike_udf_go_bin *mod_go_function_bins(const mod_go_function *function, size_t *count);

/* The positions, from 0, of the arguments whose strings name further bins that it reads. */
const uint32_t *mod_go_function_bin_arguments(const mod_go_function *function, size_t *count);

/* Whether the function may use its call's deadline. For one that does not, the host can leave it 0 and need not
 * read a clock. */
bool mod_go_function_has_deadline(const mod_go_function *function);

/* The symbol that calls of the function go to. NULL where they go by its name: it has no symbol, or the one in the
 * manifest is not a function of the module. */
const char *mod_go_function_symbol(const mod_go_function *function);

/* As mod_go_apply_single and mod_go_apply_stream. */
int mod_go_apply_function(const mod_go_function *function, aerospike_udf_go_call *call,
                          aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result);
int mod_go_apply_stream_function(const mod_go_function *function, aerospike_udf_go_call *call, int scope,
                                 aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                 aerospike_udf_go_value *arguments, size_t count,
                                 aerospike_udf_go_result *result);

/* The calls of a module so far. Each call counts once in `calls` and once in `by_status`. One in 64 of each
 * thread's calls, the first among them, is timed and counts in `latency`. */
typedef struct mod_go_counters {
	uint32_t size; /* set by the caller */
	uint32_t reserved;
	uint64_t calls;
	uint64_t by_status[8]; /* indexed by aerospike_udf_go_status; panics are [AEROSPIKE_UDF_GO_PANICKED] */
	uint64_t latency[64];  /* [i]: calls of at least 2^i nanoseconds and less than twice that */
} mod_go_counters;

/* Fills in as much of `counters` as its `size` covers. */
void mod_go_read_counters(const mod_go_module *module, mod_go_counters *counters);

/* How many versions of modules cannot be unloaded and stay mapped until the process ends: one in Go takes some 2 MB
 * and 5 threads. With a limit (0, the default, for none) mod_go_open fails with MOD_GO_LOAD_FAILED at that number. */
uint32_t mod_go_staying_versions(void);
void mod_go_limit_staying_versions(uint32_t limit);

/* Closes the module. No call of it may run. NULL is allowed. */
void mod_go_close(mod_go_module *module);

#ifdef __cplusplus
}
#endif

#endif
