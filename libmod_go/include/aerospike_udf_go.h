/*
 * aerospike_udf_go.h - the native ABI between a UDF module and its host, version 1.0.
 *
 * This header is the one definition of the ABI. The Go SDK, libmod_go, the documentation and the
 * lint rules are written from it or generated from it. A shared object in any language that exports
 * the six functions below, with these prototypes and contracts, is a valid UDF module.
 *
 * A *module* is the shared object; its *host* is the program that loads it (libmod_go for the
 * Aerospike server, the modgo command or the language server).
 *
 * Rules that hold for everything here
 *   - No exported function is variadic, and none takes a pointer to const: cgo can export neither.
 *   - Any number of threads may call the exported functions at once; none blocks another.
 *   - A module calls the host's functions for a call only until its apply function returns, from one thread at a time.
 *   - Memory that is passed is *borrowed* until the call returns, unless a comment says who frees it.
 *   - Strings are UTF-8 with an explicit length; only names passed as `char *name` without a length end in a NUL.
 *   - A struct that begins with `size` may grow at its end in a later minor version. Whoever reads it
 *     must check `size` before it reads a field that is not in version 1.0, and accepts any size of at least
 *     that in version 1.0.
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

/* How deeply lists and maps may nest in a value. A value without collections has depth 0. */
#define AEROSPIKE_UDF_GO_DEPTH_MAX 64

/* ---- return codes ------------------------------------------------------------------------------- */

/* What the apply functions and the host functions return. With any code but OK the result (or `why`)
 * holds a string: the message, followed by the frames of the UDF as "file:line function", one a line. */
typedef enum aerospike_udf_go_status {
	AEROSPIKE_UDF_GO_OK = 0,            /* done; the result holds the value */
	AEROSPIKE_UDF_GO_NOT_FOUND = 1,     /* no function of that name is registered */
	AEROSPIKE_UDF_GO_BAD_ARGUMENTS = 2, /* wrong number or type of arguments, or one out of range */
	AEROSPIKE_UDF_GO_FAILED = 3,        /* the UDF returned an error */
	AEROSPIKE_UDF_GO_PANICKED = 4,      /* the UDF panicked and was recovered */
	AEROSPIKE_UDF_GO_DEADLINE = 5,      /* the deadline of the call had passed */
	AEROSPIKE_UDF_GO_REFUSED = 6,       /* the host refuses it, or does not offer it */
	AEROSPIKE_UDF_GO_INTERNAL = 7       /* a defect in the module or the host, never the user's doing */
} aerospike_udf_go_status;

/* ---- values ------------------------------------------------------------------------------------- */

/* The types of a value are Aerospike's. Their numbers are the ABI's own: scalars first, collections last. */
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
 * A value. Scalars are in `integer`; everything else is a pointer and a length, borrowed for the call.
 * `data` may be NULL where `length` is 0.
 *
 * A list or a map is one msgpack document in the Aerospike server's own dialect:
 *   - integer, double, boolean, nil: plain msgpack;
 *   - string, bytes, GeoJSON, HLL: a msgpack str whose first byte is the particle type
 *     (3 string, 4 bytes, 23 GeoJSON, 18 HLL; other blob types keep theirs), the payload after it;
 *   - list: a msgpack array; an ordered one begins with an ext entry of length 0 whose type is 1, counted;
 *   - map: a msgpack map; an ordered one begins with an ext entry of length 0 whose type is the order
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
 * Where an apply function puts its result. The host sets `size`, `buffer` and `capacity` and zeroes
 * `value`. The module puts data that fits into `buffer`; for more it sets `value.data` to memory from the C
 * library's malloc. Afterwards the host frees `value.data` where it is neither NULL nor `buffer`.
 */
typedef struct aerospike_udf_go_result {
	uint32_t size;                /* of this struct, in bytes */
	uint32_t reserved;            /* 0 */
	aerospike_udf_go_value value; /* the result; with any status but OK the reason, a string */
	uint8_t *buffer;              /* the host's, for short data; may be NULL */
	size_t capacity;              /* bytes of `buffer` */
} aerospike_udf_go_result;

/* ---- what a call borrows from the host ------------------------------------------------------------ */

/* Opaque handles of the host, valid during the call that they were passed to. */
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

/* Metadata of a record. What the host does not know is 0 or NULL. Pointers are borrowed for the call. */
typedef struct aerospike_udf_go_metadata {
	uint32_t size;              /* of this struct, in bytes: the host fills in no more */
	uint32_t exists;            /* 1 where the record is stored, 0 where only its key is known */
	uint32_t ttl;               /* seconds until it expires; 0xFFFFFFFF never, 0 the namespace's default */
	uint32_t generation;        /* the number of its writes */
	uint64_t last_update;       /* milliseconds since 1970-01-01T00:00:00Z */
	uint64_t storage_size;      /* bytes on its storage */
	uint8_t *digest;            /* 20 bytes */
	char *namespace_name;       /* ends in NUL */
	char *set_name;             /* ends in NUL */
	aerospike_udf_go_value key; /* the user's key: integer, string or bytes; nil where it was not sent */
} aerospike_udf_go_metadata;

/*
 * The host's functions. The table is append-only and has its size; a host that lacks a function leaves it
 * NULL, and the SDK reports that to the UDF. Arguments are flat (type, integer, pointer, length), so that a Go
 * caller never passes a struct that holds Go pointers. What a host function returns by pointer is
 * borrowed until the next call of the host's functions for the same record or stream.
 *
 * Each returns an aerospike_udf_go_status. On any but OK it may set `why` to a string.
 */
typedef struct aerospike_udf_go_host {
	uint32_t size;     /* of this table, in bytes: functions beyond it do not exist */
	uint32_t reserved; /* 0 */

	/* One bin's value; nil where the record has no such bin. */
	int (*record_get)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
	                  size_t name_length, aerospike_udf_go_value *value);
	/* `count` bins at once. `names` holds the names one after another, each followed by a NUL,
	 * `names_length` bytes in all; `values` is an array of `count`. */
	int (*record_get_many)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
	                       size_t names_length, uint32_t count, aerospike_udf_go_value *values);
	/* Sets a bin in memory. Only create and update store it. */
	int (*record_set)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
	                  size_t name_length, uint32_t type, int64_t integer, uint8_t *data, size_t length,
	                  aerospike_udf_go_value *why);
	/* Removes a bin in memory. */
	int (*record_unset)(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
	                    size_t name_length, aerospike_udf_go_value *why);
	/* The names of all bins, as a string in the form that record_get_many takes. */
	int (*record_bin_names)(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
	                        aerospike_udf_go_value *names);
	/* Fills in what the host knows of the record; the caller sets `metadata->size`. */
	int (*record_metadata)(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
	                       aerospike_udf_go_metadata *metadata);
	/* Sets the seconds to live from the next write on; 0xFFFFFFFF: never expires, 0: the namespace's default. */
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
	/* Up to `limit` elements of a stream of values as one list; an empty list at the end. REFUSED where a list
	 * cannot hold the next one (a record, a string with a NUL): stream_read returns it. */
	int (*stream_read_many)(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t limit,
	                        aerospike_udf_go_value *values);
	/* Adds an element to the output. Nil is refused: it would end the stream. */
	int (*stream_write)(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
	                    int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why);
	/* Adds the elements of a list, whose msgpack is `data`. */
	int (*stream_write_many)(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint8_t *data,
	                         size_t length, aerospike_udf_go_value *why);

	/* Writes a line to the host's log. `location` is "file:line", or NULL with length 0. */
	void (*log)(aerospike_udf_go_call *call, int level, char *message, size_t message_length, char *location,
	            size_t location_length);
} aerospike_udf_go_host;

/* A bin that the host has prefetched. */
typedef struct aerospike_udf_go_bin {
	char *name; /* need not end in NUL */
	size_t name_length;
	aerospike_udf_go_value value; /* nil where the record has no such bin */
} aerospike_udf_go_bin;

/* A bin that the module sets or, with nil, unsets. */
typedef struct aerospike_udf_go_write {
	char name[AEROSPIKE_UDF_GO_BIN_NAME_MAX + 1];
	size_t name_length;
	aerospike_udf_go_value value; /* `data` is in the call's `write_data` */
} aerospike_udf_go_write;

/*
 * One call of one UDF, which the module borrows until it returns.
 *
 * The last fields save the module calls of the host; a host need not offer them, and a module need not use them.
 * Both concern the record that is passed to the apply function.
 *
 * `bins` are prefetched: the host knows from the manifest that the function reads them. A bin that is missing there
 * may still exist: record_get returns it. The host leaves out what costs it more than a pointer, such as lists and
 * maps. A value is valid until the module sets or unsets that bin, or has the record created, updated or removed;
 * the module may change the array to record that.
 *
 * `writes` are bins to set or unset whose outcome the module does not need at once. The host performs them in their
 * order and sets `write_count` and `write_used` to 0: first when one of its functions is called for the record, and
 * after the apply function has returned. The next create or update reports one that fails.
 */
struct aerospike_udf_go_call {
	uint32_t size;      /* of this struct, in bytes */
	uint32_t log_level; /* lines above this level are dropped: the module need not call log for them */
	aerospike_udf_go_host *host;
	void *context;              /* the host's own */
	uint64_t deadline;          /* nanoseconds of CLOCK_MONOTONIC; 0 for none */
	aerospike_udf_go_bin *bins; /* prefetched */
	size_t bin_count;
	aerospike_udf_go_write *writes; /* performed later */
	uint32_t write_count;           /* how many the module has put there */
	uint32_t write_limit;           /* how many it may put there; 0 where the host does not offer this */
	uint8_t *write_data;            /* a buffer for what the writes point to */
	uint32_t write_used;            /* bytes of it that the module has used */
	uint32_t write_capacity;        /* its size in bytes */
};

/* Which part of a stream UDF runs: up to and with the local reduce, the final reduce, or all. */
typedef enum aerospike_udf_go_scope {
	AEROSPIKE_UDF_GO_SCOPE_SERVER = 1, /* on a node, over its own records; the output goes to the client */
	AEROSPIKE_UDF_GO_SCOPE_CLIENT = 2, /* at the client, over the outputs of all nodes */
	AEROSPIKE_UDF_GO_SCOPE_BOTH = 3    /* everything in one place */
} aerospike_udf_go_scope;

/* ---- what a module exports ------------------------------------------------------------------------ */

/* The version of the ABI that the module was built for. May be called before setup. */
int aerospike_udf_go_get_api_version_major(void);
int aerospike_udf_go_get_api_version_minor(void);

/*
 * A property of the module, as a string from malloc that the host frees; "" for an unknown name.
 * May be called before setup, but `functions` and `setup-error` are complete only after it.
 *   conn-name         the connection package (SDK) of the module
 *   conn-version      its version
 *   go-version        the Go release that built the module; "" for another language
 *   suports-dlclose   "true" where the module survives dlclose, else "false" (the spelling is the seed's)
 *   supports-dlclose  the same
 *   functions         a JSON array with an object for each registered function: name, kind ("record" or "stream"),
 *                     params [{name, type}], results [type], doc, location "file:line", symbol (a C function
 *                     of its own, see below, or ""), bins (the names of all that it reads, also of a stream's
 *                     records, which come with no others; null where they are unknown), bin_arguments (the
 *                     positions, from 0, of arguments whose strings name further ones), context (false: a record
 *                     UDF that does not use its deadline, so the host may leave that 0 and need not read a clock)
 *   dispatch          "registry", "exported" or "reflect"
 *   build             a JSON object: target, flags, source (hash)
 *   setup-error       why setup has failed; "" where it has not
 *   allocations       how many objects the module has allocated so far on a heap of its own, in decimal; optional
 */
char *aerospike_udf_go_get_property(char *name);

/* Makes the module ready; called before any apply. Returns 0, or an aerospike_udf_go_status, with the reason in
 * the property `setup-error`. It runs once: further calls return the first one's outcome. */
int aerospike_udf_go_setup(void);

/* Applies the record UDF `name` to `record`, which may be NULL, with `count` arguments. `call`, `arguments` and
 * `result` are as described above. Returns an aerospike_udf_go_status. */
int aerospike_udf_go_apply_single(char *name, aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result);

/* Applies the stream UDF `name` to `input` and writes to `output`. Returns an aerospike_udf_go_status. */
int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                  aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result);

/*
 * A function may also have a C function of its own, which the manifest names as its `symbol`. Its parameters are
 * those of the apply function of its kind, without the name, and the host calls it instead. The module exports it
 * under any C name that does not begin with aerospike_udf_go_.
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
