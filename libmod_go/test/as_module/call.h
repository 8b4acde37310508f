/*
 * call.h - what the tests of as_module use: short forms of values, calls of mod_go and mod_lua, and results as text
 * with type and content.
 */
#ifndef TEST_CALL_H
#define TEST_CALL_H

#include <aerospike/as_module.h>
#include <aerospike/as_types.h>

#include "check.h"
#include "mod_go_as_module.h"
#include "record.h"

/* New values. A list or map owns its items. */
#define INT(number)  ((as_val *)as_integer_new(number))
#define REAL(number) ((as_val *)as_double_new(number))
#define BOOL(truth)  ((as_val *)as_boolean_new(truth))
#define TEXT(text)   ((as_val *)as_string_new_strdup(text))
#define GEO(text)    ((as_val *)as_geojson_new_strdup(text))
#define BLOB(text)   blob_of((text), sizeof(text) - 1, AS_BYTES_BLOB)
#define NIL          ((as_val *)(uintptr_t)&as_nil)
#define LIST(...)    list_of((as_val *[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define MAP(...)     map_of((as_val *[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

as_val *blob_of(const char *bytes, uint32_t size, as_bytes_type type);
as_val *list_of(as_val **values);
as_val *map_of(as_val **keys_and_values); /* key-ordered */

/* "nil", "true", "12", "1.5 real", "\"abc\"", "bytes 0001ff", "geo {…}", "hll 00", "[…]", "{key: value}" with the
 * keys in order, "nothing" for NULL. In one of a few static buffers. */
const char *show(const as_val *val);

/* How a call went. */
struct outcome {
	int rc;
	bool success;
	char text[8192]; /* the result by `show`, or the failure's text */
};

/* Applies `module.function` to the record, which may be NULL, and destroys the arguments (a LIST, or NULL). The
 * caller's reference of the record stays. */
struct outcome call(as_module *module, const char *filename, const char *function, as_rec *rec,
                    as_val *arguments);
struct outcome call_in(as_module *module, as_udf_context *context, const char *filename, const char *function,
                       as_rec *rec, as_val *arguments);

/* Configures mod_go for the folder below the tests' (c, go), or for a path, and adds the module. */
void use_folder(const char *folder);
bool add_module(const char *name);
void use_go(const char *name);
void use_c(const char *name);

/* Sends an event of the kind that names a file. */
int event(as_module_event_type type, const char *filename);

/* Copies a test module ("c/good") to the path. */
bool copy_module(const char *name, const char *path);

/* The log that aerospike:log of `call` goes to. */
extern record_log call_log;

#endif
