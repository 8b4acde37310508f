/*
 * aerospike_udf_go.h - the native ABI between a UDF module and its host, version 1.0.
 *
 * This header is the one definition of the ABI. The Go SDK, libmod_go, the documentation and the
 * lint rules are written from it or generated from it. A shared object in any language that exports
 * the six functions below, with these prototypes and contracts, is a valid UDF module.
 *
 * Words: a *module* is the shared object; its *host* is the program that loads it (libmod_go on
 * behalf of the Aerospike server, the modgo command or the language server).
 *
 * Rules that hold for everything here
 *   - No exported function is variadic in C and none takes a pointer to const: cgo can export neither.
 *   - Every exported function may be called from any number of threads at once; none blocks another.
 *   - The host's functions are called for a call before its apply function returns, by one thread at a time.
 *   - Memory handed over is *borrowed* for the length of the call, unless it says "freed by".
 *   - Strings are UTF-8 with an explicit length; only names given as `char *name` alone end in NUL.
 *   - A struct that begins with `size` may grow at its end in a later minor version. Whoever reads it
 *     must look at `size` before it reads a field that was not in version 1.0.
 */
#ifndef AEROSPIKE_UDF_GO_H
#define AEROSPIKE_UDF_GO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version that this header defines. A host refuses a module of another major version. A feature of
 * a newer minor version is used only when both sides have it. */
#define AEROSPIKE_UDF_GO_API_VERSION_MAJOR 1
#define AEROSPIKE_UDF_GO_API_VERSION_MINOR 0

/* The longest function name, in bytes, without the NUL. A name matches [A-Za-z_][A-Za-z0-9_]*. */
#define AEROSPIKE_UDF_GO_NAME_MAX 127

/* The longest bin name that Aerospike stores, in bytes. */
#define AEROSPIKE_UDF_GO_BIN_NAME_MAX 15

/* How deep lists and maps may nest in a value. A value without collections has depth 0. */
#define AEROSPIKE_UDF_GO_DEPTH_MAX 64

/* ---- return codes ------------------------------------------------------------------------------- */

/* What the apply functions and the host functions return. With any code but OK the result (or `why`)
 * holds a string: the message and, after a newline each, the frames of the UDF as "file:line function". */
typedef enum aerospike_udf_go_status {
	AEROSPIKE_UDF_GO_OK = 0,            /* done; the result holds the value */
	AEROSPIKE_UDF_GO_NOT_FOUND = 1,     /* no function of that name is registered */
	AEROSPIKE_UDF_GO_BAD_ARGUMENTS = 2, /* wrong number or type of arguments, or one out of range */
	AEROSPIKE_UDF_GO_FAILED = 3,        /* the UDF returned an error */
	AEROSPIKE_UDF_GO_PANICKED = 4,      /* the UDF panicked and was recovered */
	AEROSPIKE_UDF_GO_DEADLINE = 5,      /* the deadline of the call had passed */
	AEROSPIKE_UDF_GO_REFUSED = 6,       /* the host would not do it, or does not offer it */
	AEROSPIKE_UDF_GO_INTERNAL = 7       /* a defect in the module or the host, never the user's doing */
} aerospike_udf_go_status;

/* ---- values ------------------------------------------------------------------------------------- */

/* The types of a value: Aerospike's. Their numbers are the ABI's own: scalars first, collections last. */
typedef enum aerospike_udf_go_type {
	AEROSPIKE_UDF_GO_NIL = 0,
	AEROSPIKE_UDF_GO_BOOLEAN = 1, /* `integer` is 0 or 1 */
	AEROSPIKE_UDF_GO_INTEGER = 2, /* `integer` */
	AEROSPIKE_UDF_GO_DOUBLE = 3,  /* `integer` holds the bits of an IEEE 754 binary64 */
	AEROSPIKE_UDF_GO_STRING = 4,  /* `data`, `length`: UTF-8, no NUL at the end */
	AEROSPIKE_UDF_GO_BYTES = 5,   /* `data`, `length` */
	AEROSPIKE_UDF_GO_GEOJSON = 6, /* `data`, `length`: UTF-8 */
	AEROSPIKE_UDF_GO_HLL = 7,     /* `data`, `length`: opaque */
	AEROSPIKE_UDF_GO_LIST = 8,    /* `data`, `length`: msgpack in the server's dialect, see below */
	AEROSPIKE_UDF_GO_MAP = 9      /* likewise */
} aerospike_udf_go_type;

/*
 * A value. Scalars travel in `integer`; everything else by pointer and length, borrowed for the call.
 * `data` may be NULL where `length` is 0.
 *
 * A list or a map is one msgpack document in the Aerospike server's own dialect:
 *   - integer, double, boolean, nil: plain msgpack;
 *   - string, bytes, GeoJSON, HLL: a msgpack str whose first byte is the particle type
 *     (3 string, 4 bytes, 23 GeoJSON, 18 HLL; other blob types keep theirs), the payload after it;
 *   - list: a msgpack array; an ordered one begins with an ext entry of length 0 whose type is 1, counted;
 *   - map: a msgpack map; one with order begins with an ext entry of length 0 whose type is the order
 *     (1 key-ordered, 3 key-value-ordered) and the value nil, and counts that pair.
 * Map keys are integers, strings or bytes. Modules write maps key-ordered, in Aerospike's order of keys:
 * integers, then strings, then bytes, each ascending.
 */
typedef struct aerospike_udf_go_value {
	uint32_t type;     /* aerospike_udf_go_type */
	uint32_t reserved; /* 0 */
	int64_t integer;   /* of a boolean or integer; of a double its bits */
	uint8_t *data;     /* of everything else but nil */
	size_t length;     /* bytes at `data` */
} aerospike_udf_go_value;

/*
 * Where an apply function leaves its answer. The host sets `size`, `buffer` and `capacity` and zeroes
 * `value`. The module puts what fits into `buffer`; for more it sets `value.data` to memory from the C
 * library's malloc. Afterwards the host frees `value.data` where it is neither NULL nor `buffer`.
 */
typedef struct aerospike_udf_go_result {
	uint32_t size;                /* of this struct, in bytes */
	uint32_t reserved;            /* 0 */
	aerospike_udf_go_value value; /* the answer; with any status but OK a string that says why */
	uint8_t *buffer;              /* the host's room for a short one; may be NULL */
	size_t capacity;              /* bytes of it */
} aerospike_udf_go_result;

/* ---- what the host lends to a call ---------------------------------------------------------------- */

/* Opaque handles of the host, valid for the call they were given to. */
typedef struct aerospike_udf_go_record aerospike_udf_go_record;
typedef struct aerospike_udf_go_stream aerospike_udf_go_stream;

typedef struct aerospike_udf_go_call aerospike_udf_go_call;

/* Log levels: those of Aerospike's as_log. */
typedef enum aerospike_udf_go_log_level {
	AEROSPIKE_UDF_GO_LOG_ERROR = 0,
	AEROSPIKE_UDF_GO_LOG_WARN = 1,
	AEROSPIKE_UDF_GO_LOG_INFO = 2,
	AEROSPIKE_UDF_GO_LOG_DEBUG = 3,
	AEROSPIKE_UDF_GO_LOG_TRACE = 4
} aerospike_udf_go_log_level;

/* Facts of a record. What its host does not know is 0 or NULL. Pointers are borrowed for the call. */
typedef struct aerospike_udf_go_metadata {
	uint32_t size;              /* of this struct, in bytes: the host fills in no more */
	uint32_t exists;            /* 1 where the record is stored, 0 where only its key is known */
	uint32_t ttl;               /* seconds until it expires; 0xFFFFFFFF never, 0 the namespace's default */
	uint32_t generation;        /* counts its writes */
	uint64_t last_update;       /* milliseconds since 1970-01-01T00:00:00Z */
	uint64_t storage_size;      /* bytes on its storage */
	uint8_t *digest;            /* 20 bytes */
	char *namespace_name;       /* ends in NUL */
	char *set_name;             /* ends in NUL */
	aerospike_udf_go_value key; /* the user's key: integer, string or bytes; nil where it was not sent */
} aerospike_udf_go_metadata;

/*
 * The host's functions. The table is append-only and carries its size; a host that lacks one leaves it
 * NULL and the SDK says so to the UDF. Arguments are flat (type, integer, pointer, length), so that a Go
 * caller never passes a struct that holds Go pointers. What a host function returns by pointer is
 * borrowed until the next call into the host for the same record or stream.
 *
 * Each returns an aerospike_udf_go_status. On any but OK it may set `why` to a string.
 */
typedef struct aerospike_udf_go_host {
	uint32_t size;     /* of this table, in bytes: what is beyond it is not there */
	uint32_t reserved; /* 0 */

	/* One bin's value; nil where the record has no such bin. */
	int (*record_get)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
	                  size_t name_length, aerospike_udf_go_value *value);
	/* `count` bins at once. `names` holds the names one after another, each followed by a NUL,
	 * `names_length` bytes in all; `values` has room for `count`. */
	int (*record_get_many)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
	                       size_t names_length, uint32_t count, aerospike_udf_go_value *values);
	/* Sets a bin in memory. Nothing is stored before create or update. */
	int (*record_set)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
	                  size_t name_length, uint32_t type, int64_t integer, uint8_t *data, size_t length,
	                  aerospike_udf_go_value *why);
	/* Removes a bin in memory. */
	int (*record_unset)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
	                    size_t name_length, aerospike_udf_go_value *why);
	/* The names of all bins, as a string in the form that record_get_many takes. */
	int (*record_bin_names)(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
	                        aerospike_udf_go_value *names);
	/* Fills in what the record's host knows; the caller sets `metadata->size`. */
	int (*record_metadata)(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
	                       aerospike_udf_go_metadata *metadata);
	/* Seconds to live from the next write on; 0xFFFFFFFF never expires, 0 the namespace's default. */
	int (*record_set_ttl)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl);
	/* Store a record that does not exist, store the changes of one that does, remove it. */
	int (*record_create)(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
	                     aerospike_udf_go_value *why);
	int (*record_update)(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
	                     aerospike_udf_go_value *why);
	int (*record_remove)(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
	                     aerospike_udf_go_value *why);
	/* Sets `*exists` to 1 or 0. */
	int (*record_exists)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t *exists);

	/* The next element: a record (`*record` not NULL, valid until the next read) or a value.
	 * At the end `*record` is NULL and the value nil. */
	int (*stream_read)(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
	                   aerospike_udf_go_record **record, aerospike_udf_go_value *value);
	/* Up to `limit` elements of a stream of values as one list; an empty list at the end. REFUSED where the next
	 * one stands in no list (a record, a string with a NUL): stream_read gives it. */
	int (*stream_read_many)(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t limit,
	                        aerospike_udf_go_value *values);
	/* One more element of the output. Nil is none: it would end the stream. */
	int (*stream_write)(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
	                    int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why);
	/* The elements of one list, `data` being its msgpack. */
	int (*stream_write_many)(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint8_t *data,
	                         size_t length, aerospike_udf_go_value *why);

	/* A line for the host's log. `location` is "file:line", or NULL with length 0. */
	void (*log)(aerospike_udf_go_call *call, int level, char *message, size_t message_length, char *location,
	            size_t location_length);
} aerospike_udf_go_host;

/* A bin that the host has read before the call. */
typedef struct aerospike_udf_go_bin {
	char *name; /* need not end in NUL */
	size_t name_length;
	aerospike_udf_go_value value; /* nil where the record has no such bin */
} aerospike_udf_go_bin;

/* A bin that the module has set, or, with nil, unset. */
typedef struct aerospike_udf_go_write {
	char name[AEROSPIKE_UDF_GO_BIN_NAME_MAX + 1];
	size_t name_length;
	aerospike_udf_go_value value; /* `data` is in the call's `write_data` */
} aerospike_udf_go_write;

/*
 * One call of one UDF, lent to the module for its length.
 *
 * The last fields spare the module calls of the host; a host need not offer them, and a module need not use them.
 * Both are about the record that the apply function is given.
 *
 * `bins` are those that the host has read ahead, for it knows from the manifest that the function reads them. A bin
 * that is not among them says nothing: record_get knows. What costs the host more than a pointer (lists and maps,
 * say) it leaves out. A value is good until the module sets or unsets that bin, or has the record created, updated
 * or removed; the module may change the array to remember that.
 *
 * `writes` take bins to set or unset that need no answer at once. The host does them in their order and sets
 * `write_count` and `write_used` to 0: before all else when one of its functions is called for the record, and
 * after the apply function has returned. One that fails is an error of the next create or update.
 */
struct aerospike_udf_go_call {
	uint32_t size;      /* of this struct, in bytes */
	uint32_t log_level; /* levels above this one are not wanted: the module need not call log */
	aerospike_udf_go_host *host;
	void *context;              /* the host's own; the module leaves it alone */
	uint64_t deadline;          /* nanoseconds of CLOCK_MONOTONIC; 0 where there is none */
	aerospike_udf_go_bin *bins; /* read ahead */
	size_t bin_count;
	aerospike_udf_go_write *writes; /* to be done later */
	uint32_t write_count;           /* how many the module has put there */
	uint32_t write_limit;           /* how many there is room for; 0 where the host does not offer that */
	uint8_t *write_data;            /* room for what the writes point to */
	uint32_t write_used;            /* bytes of it that the module has used */
	uint32_t write_capacity;        /* bytes that it has */
};

/* Which part of a stream UDF is asked for: up to and with the local reduce, the final reduce, or all. */
typedef enum aerospike_udf_go_scope {
	AEROSPIKE_UDF_GO_SCOPE_SERVER = 1, /* on a node, of its own records; what it gives goes to the client */
	AEROSPIKE_UDF_GO_SCOPE_CLIENT = 2, /* at the client, of what all nodes gave */
	AEROSPIKE_UDF_GO_SCOPE_BOTH = 3    /* everything in one place */
} aerospike_udf_go_scope;

/* ---- what a module exports ------------------------------------------------------------------------ */

/* The version of the ABI that the module was built for. May be called before setup. */
int aerospike_udf_go_get_api_version_major(void);
int aerospike_udf_go_get_api_version_minor(void);

/*
 * A property of the module, as a string from malloc that the host frees; "" where `name` is not known.
 * May be called before setup, but `functions` and `setup-error` are only complete after it.
 *   conn-name         the connection package (SDK) of the module
 *   conn-version      its version
 *   go-version        the Go release that built the module; "" for another language
 *   suports-dlclose   "true" where the module survives dlclose, else "false" (the spelling is the seed's)
 *   supports-dlclose  the same
 *   functions         a JSON array, one object a registered function: name, kind ("record" or "stream"),
 *                     params [{name, type}], results [type], doc, location "file:line", symbol (a C function
 *                     of its own, see below, or ""), bins (the names of all that it reads; null where that is not
 *                     known), bin_arguments (the positions, from 0, of arguments whose strings name further
 *                     ones), context (false: a record UDF that has no use for its deadline, so a host may
 *                     leave that 0 and need not read a clock)
 *   dispatch          "registry", "exported" or "reflect"
 *   build             a JSON object: target, flags, source (hash)
 *   setup-error       why setup failed; "" where it did not
 */
char *aerospike_udf_go_get_property(char *name);

/* Makes the module ready; called before any apply. 0, or an aerospike_udf_go_status; the reason is the
 * property `setup-error`. It runs once: a further call gives the first one's answer. */
int aerospike_udf_go_setup(void);

/* Applies the record UDF `name` to `record` with `count` arguments. `record` is NULL where the host has
 * none. `call`, `arguments` and `result` follow the structs above. Returns an aerospike_udf_go_status. */
int aerospike_udf_go_apply_single(char *name, aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result);

/* Applies the stream UDF `name` to `input`, writing to `output`. Returns an aerospike_udf_go_status. */
int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                  aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result);

/*
 * A function may have a C function of its own besides, which the manifest names as its `symbol`. Its parameters are
 * those of the apply function of its kind, without the name; it is called instead of that one. The module exports
 * it under any name that C allows, but for those that begin with aerospike_udf_go_.
 */
typedef int aerospike_udf_go_record_symbol(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                                           aerospike_udf_go_value *arguments, size_t count,
                                           aerospike_udf_go_result *result);
typedef int aerospike_udf_go_stream_symbol(aerospike_udf_go_call *call, int scope,
                                           aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                           aerospike_udf_go_value *arguments, size_t count,
                                           aerospike_udf_go_result *result);

#ifdef __cplusplus
}
#endif

#endif
