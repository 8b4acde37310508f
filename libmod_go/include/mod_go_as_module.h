/*
 * mod_go_as_module.h - `as_module mod_go`: Go UDFs for programs built on Aerospike's as_module.h, as mod_lua is Lua's.
 *
 * A program applies functions through as_module_apply_record(&mod_go, …) and tells of files by as_module_update.
 * The module to apply is named with or without ".so". Link libmod_go_as_module.a, libmod_go.a, then
 * libaerospike-common.a. as_module_err_string is mod_lua's: nothing here defines it.
 *
 * What the hooks do
 *   update CONFIGURE    takes a mod_go_config. 0; 3 where the folder is none, and nothing changes
 *   update FILE_ADD     loads FOLDER/NAME.so; calls under way finish on the version before it. 0; 2 where it cannot be
 *                       loaded, and what was there stays. The reason is logged by as_log
 *   update FILE_REMOVE  forgets the module. 0; 2 where there is none of that name
 *   update FILE_SCAN    loads what is new or changed in the folder and forgets what is gone. 0; 3 where it is unreadable
 *   update CLEAR_CACHE  the same as FILE_SCAN, for Go cannot unload: what has not changed stays loaded
 *   validate            checks the bytes of a .so and runs nothing of it. 0, or a mod_go_status that as_module_error
 *                       explains
 *   apply_record        0 with the answer or the failure in the as_result, and one reference of the record dropped
 *                       (where it is one of the heap, as mod_lua does). 1 where there is no such module, 2 where
 *                       memory is lacking: then the record is not touched, and the as_result says why
 *   apply_stream        as mod_lua does: reads from the one as_stream, writes to the other and, where all went well,
 *                       NULL at its end: then 0, and the as_result is untouched. So it is where the output would take
 *                       no more. 1 where there is no such module, 2 where the stream failed: the as_result says why
 *   destroy             forgets all modules. 0
 *
 * All may be called from any number of threads at once; CONFIGURE comes before the rest, destroy last.
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

/* The data of CONFIGURE. mod_go_config_init fills in the defaults. */
typedef struct mod_go_config {
	uint32_t size;
	mod_go_mode mode;     /* default: unfenced. That of a module is the one it was loaded in */
	char user_path[1024]; /* the folder of the modules; default: the current one */
	uint32_t
		timeout; /* milliseconds for a call, of a stream too; default: 0, none. Unfenced it is for the module to heed */
	uint32_t
		log_level; /* aerospike_udf_go_log_level: the UDFs' lines above it are dropped; default: all go on */
	/* Unfenced: how many versions that cannot be unloaded may be loaded in all (each keeps some 2 MB and 5 threads to
	 * the end of the process); default: 64. */
	uint32_t versions;
	/* Fenced, see mod_go_fenced_options; 0 and "" give the defaults there. */
	uint32_t workers;
	uint64_t memory;
	char worker[1024];
	/* aerospike_udf_go_scope: what of a stream UDF is run. Default: the server's. In that scope what is read of a stream
	 * stays its own, the record the same all along; in the others each value or record read is given away. */
	uint32_t scope;
} mod_go_config;

void mod_go_config_init(mod_go_config *config);

extern as_module mod_go;

#ifdef __cplusplus
}
#endif

#endif
