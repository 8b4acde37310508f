/*
 * host.h - a program that treats mod_lua as the Aerospike server does, for the tests of the plugin: it keeps files as
 * the server keeps UDFs, and applies functions to records in memory. It knows nothing of Go.
 *
 * What it does as the server: the order of its start (configure, log, delete the folder, put all files again), the
 * rules of udf-put (names, size in base64, validate, then store), the write lock while files change, the name without
 * extension in calls, the as_rec of the heap that the module drops a reference of, what it does where a module could
 * not be called.
 */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <aerospike/as_log.h>
#include <aerospike/as_module.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* files.c: what is put is kept in FOLDER/smd, and by the server's ways in FOLDER/lua. `reverse`: the files are put
 * again in the other order. */
void host_files_start(const char *folder, bool reverse);

/* NULL, or why not, in a static buffer. */
const char *host_put(const char *filename, const char *path);
void host_remove(const char *filename);

/* udf-clear-cache. */
void host_clear_cache(void);

/* calls.c: an answer as its word ("success", "failure", "error") and a value or text, both from malloc. */
typedef struct host_answer {
	const char *word;
	uint8_t *bytes;
	size_t size;
} host_answer;

/* Values are msgpack. A record is a map of bins; NULL where there is none. */
bool host_store(const char *key, const uint8_t *bins, size_t size);
bool host_fetch(const char *key, uint8_t **bins, size_t *size);
host_answer host_apply(const char *key, const char *module, const char *function, const uint8_t *arguments,
                       size_t size);

/* The references of its record that the last call of host_apply left; one is this program's. */
extern uint32_t host_references;

/* Over all records; the answer is a list of what was written. */
host_answer host_aggregate(const char *module, const char *function, const uint8_t *arguments, size_t size);

/* Has `threads` call the function until host_unload, which counts, and says how long the slowest call took. */
void host_load(int threads, const char *key, const char *module, const char *function,
               const uint8_t *arguments, size_t size);
void host_unload(uint64_t *calls, uint64_t *failures, uint64_t *slowest_ms);

/* Writes one to the log, as the server does: standard error. */
bool host_log(as_log_level level, const char *function, const char *file, uint32_t line, const char *format,
              ...);

#endif
