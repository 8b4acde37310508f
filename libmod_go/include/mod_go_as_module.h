/*
 * mod_go_as_module.h - `as_module mod_go`: Go UDFs for programs built on Aerospike's as_module.h, as mod_lua is
 * Lua's.
 *
 * A program applies functions by as_module_apply_record(&mod_go, …) and reports changed files by as_module_update.
 * The module to apply is named with or without ".so". Link libmod_go_as_module.a, libmod_go.a, then
 * libaerospike-common.a. as_module_err_string is mod_lua's: nothing here defines it.
 *
 * What the hooks do
 *   update CONFIGURE    copies a mod_go_config. 0; 3 where its folder is not one, and nothing changes
 *   update FILE_ADD     loads FOLDER/NAME.so; calls under way finish on the version before it. 0; 2 where it cannot be
 *                       loaded, and what was there stays. The reason is logged by as_log
 *   update FILE_REMOVE  removes the module. 0; 2 where there is none of that name
 *   update FILE_SCAN    loads new and changed files of the folder and removes modules without a file. 0; 3 where the
 *                       folder cannot be read
 *   update CLEAR_CACHE  the same as FILE_SCAN: Go cannot unload, so what has not changed stays loaded
 *   validate            checks the bytes of a .so without running it. 0, or a mod_go_status that as_module_error
 *                       explains
 *   apply_record        0 with the result or the failure in the as_result, and one reference of the record dropped
 *                       (of a record on the heap, as mod_lua does). 1 where there is no such module, 2 where there is
 *                       no memory: then the record is untouched, and the as_result has the reason
 *   apply_stream        as mod_lua does: reads from one as_stream, writes to the other and, on success, NULL at its
 *                       end: then 0, and the as_result is untouched. An output that accepts no more is a success.
 *                       1 where there is no such module, 2 where the stream failed: the as_result has the reason
 *   destroy             removes all modules. 0
 *
 * Any thread may call any hook at any time; the library takes its own locks. CONFIGURE comes first, destroy last.
 */
#ifndef MOD_GO_AS_MODULE_H
#define MOD_GO_AS_MODULE_H

#include <aerospike/as_module.h>
#include <stdint.h>

#include "aerospike_udf_go.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the UDFs run: in this process, or in workers of their own (mod_go.h, mod_go_fenced.h). */
typedef enum mod_go_mode { MOD_GO_UNFENCED = 0, MOD_GO_FENCED = 1 } mod_go_mode;

/* The data of CONFIGURE. mod_go_config_init sets the defaults. */
typedef struct mod_go_config {
	uint32_t size;

	/* default: unfenced. A module keeps the mode that it was loaded in */
	mod_go_mode mode;

	/* the folder of the modules; default: the current one */
	char user_path[1024];

	/* milliseconds for a call of a record UDF, or the program's own limit of that call if that is less; default: 0,
	 * the program's, see record_time. Unfenced the module has to observe these times */
	uint32_t timeout;

	/* aerospike_udf_go_log_level: lines of UDFs above it are dropped; default: none are */
	uint32_t log_level;

	/* Unfenced: how many versions that cannot be unloaded may be loaded in all (each takes some 2 MB and 5 threads
	 * until the process ends); default: 64 */
	uint32_t versions;

	/* Fenced, see mod_go_fenced_options; 0 and "" mean the defaults there */
	uint32_t workers;
	uint64_t memory;
	char worker[1024];

	/* aerospike_udf_go_scope: the part of a stream UDF that runs; default: the server's. In that scope the stream
	 * owns what is read of it, and every record read is the same one; in the others the reader owns it */
	uint32_t scope;

	/* milliseconds for a call of a record UDF where neither `timeout` nor the program limits it; default: 0, no
	 * limit */
	uint32_t record_time;

	/* milliseconds for a call of a stream UDF; default: 0, no limit */
	uint32_t stream_time;

	/* Fenced, see mod_go_fenced_options: milliseconds in which a stream UDF must make progress, after which idle
	 * workers end, and in which the calls of a version that was replaced or removed must end; default: 0, no limit */
	uint32_t stall;
	uint32_t idle;
	uint32_t old_calls;

	/* Fenced: what modules may do beyond the fence, by their names: "geo=network,read:/etc/geo;*=read:/etc/ssl"; "*" is
	 * every module. Default: "", nothing */
	char allow[2048];
} mod_go_config;

/* Sets the defaults. */
void mod_go_config_init(mod_go_config *config);

extern as_module mod_go;

#ifdef __cplusplus
}
#endif

#endif
