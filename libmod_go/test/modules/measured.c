/*
 * measured.c - a module whose functions report to a benchmark what they were called with: in the message of a failure,
 * because a benchmark drops results.
 */
#define NO_APPLY_STREAM
#include "module.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static unsigned calls, reads, empty_calls;
static char history[64];

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void work(uint64_t nanoseconds)
{
	uint64_t until = now() + nanoseconds;

	while (now() < until)
		continue;
}

/* An empty call takes 20 microseconds, but for the last 9 of 20. */
static void empty_call(void)
{
	if (empty_calls++ % 20 < 11)
		work(20000);
}

/* Reading the count allocates 5 objects, a call 7. */
static const char *allocations(void)
{
	static char text[64];

	if (getenv("MEASURED_ALLOCATIONS") == NULL)
		return NULL;
	snprintf(text, sizeof(text), "%s%06u", getenv("MEASURED_ALLOCATIONS"), 5 * reads++ + 7 * calls);
	return text;
}

static const char *property(const char *name)
{
	if (strcmp(name, "functions") == 0 && getenv("GOOD_MANIFEST") != NULL)
		return getenv("GOOD_MANIFEST");
	if (strcmp(name, "conn-name") == 0)
		return getenv("MEASURED_SDK");
	if (strcmp(name, "allocations") == 0)
		return allocations();
	if (*name == '\0' && getenv("MEASURED_SDK") == NULL)
		empty_call();
	return "";
}

static size_t describe(char *text, size_t capacity, const aerospike_udf_go_value *value)
{
	if (value->type >= AEROSPIKE_UDF_GO_STRING)
		return (size_t)snprintf(text, capacity, "%.*s", (int)value->length, (char *)value->data);
	return (size_t)snprintf(text, capacity, value->type == AEROSPIKE_UDF_GO_NIL ? "nil" : "%lld",
	                        (long long)value->integer);
}

/* Fails with the call's deadline in units of 100 seconds from now, its capacities, arguments and prefetched bins. */
static int report(application *a)
{
	uint64_t left = a->call->deadline != 0 ? a->call->deadline - now() : 0;
	char text[512];
	size_t used = (size_t)snprintf(text, sizeof(text), "deadline %llu writes %u of %u bytes, arguments",
	                               (unsigned long long)((left + 99999999999) / 100000000000),
	                               a->call->write_limit, a->call->write_capacity);

	for (size_t i = 0; i < a->count; i++) {
		text[used++] = ' ';
		used += describe(text + used, sizeof(text) - used, &a->arguments[i]);
	}
	used += (size_t)snprintf(text + used, sizeof(text) - used, ", bins");
	for (size_t i = 0; i < a->call->bin_count; i++) {
		const aerospike_udf_go_bin *bin = &a->call->bins[i];

		used +=
			(size_t)snprintf(text + used, sizeof(text) - used, " %.*s=", (int)bin->name_length, bin->name);
		used += describe(text + used, sizeof(text) - used, &bin->value);
	}
	return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, text);
}

/* Sets the bin n to 9, and fails the fifth time, with what n was each time. */
static int remember(application *a)
{
	aerospike_udf_go_value value = {0};

	a->call->host->record_get(a->call, a->record, "n", 1, &value);
	describe(history + strlen(history), 16, &value);
	a->call->host->record_set(a->call, a->record, "n", 1, AEROSPIKE_UDF_GO_INTEGER, 9, NULL, 0, NULL);
	a->call->host->record_update(a->call, a->record, NULL);
	return calls < 5 ? AEROSPIKE_UDF_GO_OK : give_text(a->result, AEROSPIKE_UDF_GO_FAILED, history);
}

/* Fails with the beginning of the file of that name. */
static int read_file(application *a)
{
	char path[512], text[64] = "could not be read";
	FILE *file;

	snprintf(path, sizeof(path), "%.*s", (int)a->arguments[0].length, (char *)a->arguments[0].data);
	file = fopen(path, "r");
	if (file != NULL && fgets(text, sizeof(text), file) == NULL)
		snprintf(text, sizeof(text), "is empty");
	return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, text);
}

static int fail_at_length(application *a)
{
	static char text[5000];

	memset(text, 'x', sizeof(text));
	return give(a->result, AEROSPIKE_UDF_GO_FAILED, AEROSPIKE_UDF_GO_STRING, text, sizeof(text));
}

static int apply(application *a)
{
	if (a->result->size == 0) { /* as the SDK for Go refuses it */
		empty_call();
		return AEROSPIKE_UDF_GO_INTERNAL;
	}
	calls++;
	if (strcmp(a->name, "report") == 0)
		return report(a);
	if (strcmp(a->name, "remember") == 0)
		return remember(a);
	if (strcmp(a->name, "read_file") == 0)
		return read_file(a);
	if (strcmp(a->name, "fail_at_length") == 0)
		return fail_at_length(a);
	if (strcmp(a->name, "print") == 0)
		return write(STDOUT_FILENO, "printed\n", 8) == 8 ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_FAILED;
	if (strcmp(a->name, "wait") == 0)
		return usleep(12000) == 0 ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_FAILED;
	if (strcmp(a->name, "sometimes_wait") == 0 && calls % 64 == 0)
		work(calls == 64 ? 20000000 : 50000);
	return AEROSPIKE_UDF_GO_OK;
}

/* Fails with the sum of the bins n. */
int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                  aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result)
{
	aerospike_udf_go_record *record = NULL;
	aerospike_udf_go_value value = {0};
	long long sum = 0, elements = 0;
	char text[128];

	while (call->host->stream_read(call, input, &record, &value) == AEROSPIKE_UDF_GO_OK && record != NULL) {
		call->host->record_get(call, record, "n", 1, &value);
		sum += value.integer;
		elements++;
	}
	call->host->stream_write(call, output, AEROSPIKE_UDF_GO_INTEGER, sum, NULL, 0, &value);
	if (++calls < 3)
		return AEROSPIKE_UDF_GO_OK;
	snprintf(text, sizeof(text), "%s: %lld in %lld records, scope %d, %zu arguments, the first %lld", name,
	         sum, elements, scope, count, count > 0 ? (long long)arguments[0].integer : -1);
	return give_text(result, AEROSPIKE_UDF_GO_FAILED, text);
}
