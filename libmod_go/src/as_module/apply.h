/* apply.h - applying a function to a record: one as_module_apply_record. */
#ifndef MOD_GO_APPLY_H
#define MOD_GO_APPLY_H

#include "as_module/modules.h"

/* What calls are given from now on. */
void mod_go_apply_configure(const mod_go_config *config);

int mod_go_apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *arguments, as_result *result);

/* What calls are given, of streams as well. The deadline in nanoseconds of CLOCK_MONOTONIC; 0 for none. The sooner of the
 * configured time and the program's. */
uint64_t mod_go_apply_deadline(const as_timer *timer);
uint32_t mod_go_apply_log_level(void);

/* What cannot be called at all gives these; a stream that fails gives the second as well. */
enum { MOD_GO_NO_MODULE = 1, MOD_GO_MEMORY_LACKS = 2, MOD_GO_STREAM_FAILED = 2 };

/* apply_stream.c: applying a function to a stream. */
void mod_go_apply_stream_configure(const mod_go_config *config);

int mod_go_apply_to_stream(as_module *module, as_udf_context *context, const char *filename,
                           const char *function, as_stream *input, as_list *arguments, as_stream *output,
                           as_result *result);

#endif
