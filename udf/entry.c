//go:build cgo

/*
 * The exported functions of the ABI, and the functions that the generated C functions of single UDFs call. They do
 * what is only possible or cheaper in C: store the current call of the thread for udf.Log, and read the clock. The
 * rest is in cgo_export.go.
 */
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "entry.h"
#include "_cgo_export.h"

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#define HIDDEN
#else
#define EXPORT __attribute__((visibility("default")))
#define HIDDEN __attribute__((visibility("hidden")))
#endif

/* Static TLS, as for the thread-local variable of Go's runtime: an access is no function call. */
#if defined(__linux__)
#define THREAD_LOCAL __attribute__((tls_model("initial-exec"))) _Thread_local
#else
#define THREAD_LOCAL _Thread_local
#endif

/* The innermost call on this thread. Goroutines that the UDF starts run on other threads. */
static THREAD_LOCAL aerospike_udf_go_call *current;

/* The number of this thread: unique among live threads, from 1. 0 before the first call, -1 if all numbers are taken.
 * Go uses it as an index, so that a thread's frame needs no lock. */
static THREAD_LOCAL int thread_number;

static pthread_once_t numbers_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t numbers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t numbers_key;
static int numbers_ready;
static uint8_t number_taken[MODGO_THREADS];

static void release_number(void *number)
{
	thread_number = -1; /* for calls from other destructors of this thread */
	pthread_mutex_lock(&numbers_lock);
	number_taken[(intptr_t)number] = 0;
	pthread_mutex_unlock(&numbers_lock);
}

static void make_key(void)
{
	numbers_ready = pthread_key_create(&numbers_key, release_number) == 0;
}

static void acquire_number(void)
{
	int n = 1;

	thread_number = -1;
	pthread_once(&numbers_once, make_key);
	if (!numbers_ready)
		return;
	pthread_mutex_lock(&numbers_lock);
	while (n < MODGO_THREADS && number_taken[n])
		n++;
	if (n < MODGO_THREADS && pthread_setspecific(numbers_key, (void *)(intptr_t)n) == 0) {
		number_taken[n] = 1;
		thread_number = n;
	}
	pthread_mutex_unlock(&numbers_lock);
}

/* Begins a call, and returns the number of this thread; 0 for a nested call, which can't use the thread's frame. */
static inline int begin(aerospike_udf_go_call *call, aerospike_udf_go_call **outer)
{
	*outer = current;
	current = call;
	if (*outer != NULL)
		return 0;
	if (thread_number == 0)
		acquire_number();
	return thread_number;
}

HIDDEN uint64_t modgo_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* How many nanoseconds ago the deadline passed, 0 if it did not. Go would need a call of C to read the clock. */
static inline uint64_t lateness(const aerospike_udf_go_call *call)
{
	uint64_t now;

	if (call == NULL || call->size < offsetof(aerospike_udf_go_call, bins) || call->deadline == 0)
		return 0;
	now = modgo_clock();
	return now < call->deadline ? 0 : now - call->deadline + 1;
}

HIDDEN aerospike_udf_go_call *modgo_current(void)
{
	return current;
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
                                         aerospike_udf_go_record *record, aerospike_udf_go_value *arguments,
                                         size_t count, aerospike_udf_go_result *result)
{
	aerospike_udf_go_call *outer;
	int number = begin(call, &outer);
	int status = modgo_apply_single(number, name, name ? strlen(name) : 0, lateness(call), call, record,
	                                arguments, count, result);

	current = outer;
	return status;
}

EXPORT int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                         aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                         aerospike_udf_go_value *arguments, size_t count,
                                         aerospike_udf_go_result *result)
{
	aerospike_udf_go_call *outer;
	int number = begin(call, &outer);
	int status = modgo_apply_stream(number, name, name ? strlen(name) : 0, lateness(call), call, scope, input,
	                                output, arguments, count, result);

	current = outer;
	return status;
}

/* Called by the generated C function of a UDF: apply by index in BuildInfo.Symbols instead of by name. */
HIDDEN int modgo_apply_single_at(int index, aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                                 aerospike_udf_go_value *arguments, size_t count,
                                 aerospike_udf_go_result *result)
{
	aerospike_udf_go_call *outer;
	int number = begin(call, &outer);
	int status =
		modgo_apply_single_symbol(number, index, lateness(call), call, record, arguments, count, result);

	current = outer;
	return status;
}

HIDDEN int modgo_apply_stream_at(int index, aerospike_udf_go_call *call, int scope,
                                 aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                 aerospike_udf_go_value *arguments, size_t count,
                                 aerospike_udf_go_result *result)
{
	aerospike_udf_go_call *outer;
	int number = begin(call, &outer);
	int status = modgo_apply_stream_symbol(number, index, lateness(call), call, scope, input, output,
	                                       arguments, count, result);

	current = outer;
	return status;
}
