/* crashing.c - a module that logs before it dies, and returns invalid values. */
#include "module.h"

#ifdef LOAD_LOOPS
__attribute__((constructor)) static void loop(void)
{
	for (;;)
		;
}
#endif

int aerospike_udf_go_setup(void)
{
#ifdef SETUP_FAILS
	return AEROSPIKE_UDF_GO_FAILED;
#endif
#ifdef SETUP_HANGS
	for (;;)
		pause();
#endif
#ifdef SETUP_PRINTS
	puts("about to die");
#endif
#ifdef SETUP_DIES
	abort();
#endif
	return 0;
}

int aerospike_udf_go_apply_single(char *name, aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result)
{
	(void)record, (void)arguments, (void)count;
	if (strcmp(name, "log_and_die") == 0) {
		call->host->log(call, AEROSPIKE_UDF_GO_LOG_ERROR, "the last thing", 14, NULL, 0);
		abort();
	}
	if (strcmp(name, "bad_answer") == 0) {
		result->value.type = AEROSPIKE_UDF_GO_LIST;
		result->value.data = result->buffer;
		result->value.length = 2;
		memcpy(result->buffer, "\x93\x01", 2);
		return 0;
	}
	return AEROSPIKE_UDF_GO_NOT_FOUND;
}
