/* apply.h - applying a function to a record: one as_module_apply_record. */
#ifndef MOD_GO_APPLY_H
#define MOD_GO_APPLY_H

#include "modules.h"

/* What calls are given from now on. */
void mod_go_apply_configure(const mod_go_config *config);

int mod_go_apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *record, as_list *arguments, as_result *result);

int mod_go_apply_no_stream(as_module *module, as_udf_context *context, const char *filename,
                           const char *function, as_stream *input, as_list *arguments, as_stream *output,
                           as_result *result);

#endif
