//go:build cgo

/*
 * The six functions of the ABI as the host sees them. They do what is cheaper or only possible in C: keep
 * the call of this thread for udf.Log, and read the clock. Everything else is in cgo_export.go.
 */
#include <string.h>
#include <time.h>

#include "_cgo_export.h"

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#define HIDDEN
#else
#define EXPORT __attribute__((visibility("default")))
#define HIDDEN __attribute__((visibility("hidden")))
#endif

/* The innermost call that runs on this thread. A goroutine of the UDF's own runs on another thread. */
static _Thread_local aerospike_udf_go_call *current;

HIDDEN aerospike_udf_go_call *modgo_current(void)
{
	return current;
}

HIDDEN uint64_t modgo_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

EXPORT int aerospike_udf_go_get_api_version_major(void)
{
	return AEROSPIKE_UDF_GO_API_VERSION_MAJOR;
}

EXPORT int aerospike_udf_go_get_api_version_minor(void)
{
	return AEROSPIKE_UDF_GO_API_VERSION_MINOR;
}

EXPORT char *aerospike_udf_go_get_property(char *name)
{
	return modgo_get_property(name);
}

EXPORT int aerospike_udf_go_setup(void)
{
	return modgo_setup();
}

EXPORT int aerospike_udf_go_apply_single(char *name, aerospike_udf_go_call *call,
                                         aerospike_udf_go_record *record,
                                         aerospike_udf_go_value *arguments, size_t count,
                                         aerospike_udf_go_result *result)
{
	aerospike_udf_go_call *outer = current;
	int status;

	current = call;
	status = modgo_apply_single(name, name ? strlen(name) : 0, call, record, arguments, count, result);
	current = outer;
	return status;
}

EXPORT int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                         aerospike_udf_go_stream *input,
                                         aerospike_udf_go_stream *output,
                                         aerospike_udf_go_value *arguments, size_t count,
                                         aerospike_udf_go_result *result)
{
	(void)call;
	(void)scope;
	(void)input;
	(void)output;
	(void)arguments;
	(void)count;
	return modgo_apply_stream(name, name ? strlen(name) : 0, result);
}
