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

/* files.c: a file that is put is stored in FOLDER/smd and, as in the server, in FOLDER/lua. `reverse`: files are
 * put again in the other order. */
void host_files_start(const char *folder, bool reverse);

/* NULL, or the reason in a static buffer. */
const char *host_put(const char *filename, const char *path);
void host_remove(const char *filename);

/* udf-clear-cache. */
void host_clear_cache(void);

/* calls.c: the kind of an answer ("success", "failure", "error") and a value or text, which the caller frees. */
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

/* The references of its record after the last host_apply, one of them this program's. */
extern uint32_t host_references;

/* Over all records; the answer is the list of written elements. */
host_answer host_aggregate(const char *module, const char *function, const uint8_t *arguments, size_t size);

/* Has `threads` threads call the function until host_unload, which returns the number of calls and the time of the
 * slowest. */
void host_load(int threads, const char *key, const char *module, const char *function,
               const uint8_t *arguments, size_t size);
void host_unload(uint64_t *calls, uint64_t *failures, uint64_t *slowest_ms);

/* Writes a line to the log, standard error, as the server does. */
bool host_log(as_log_level level, const char *function, const char *file, uint32_t line, const char *format,
              ...);

#endif
