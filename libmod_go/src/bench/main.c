/*
 * main.c - mod-go-bench: measures what a function of a module costs a host in C, such as the server.
 *
 * modgo starts it as `mod-go-bench MODE MODULE WORKER GRANTS`, MODE being fenced or unfenced, and GRANTS what the
 * module may do beyond the fence, in lines (fenced/grants.h). It writes a request (request.h), to which the program
 * answers "ready" or "failed MESSAGE". Then the program answers a line at a time, until its input ends:
 *
 *   round NANOSECONDS   calls for that long, or ROUND_CALLS times: "round CALLS MEAN P50 P99 FLOOR", in nanoseconds
 *   allocations CALLS   "allocations COUNT", the objects that the calls together allocated on Go's heap, "-" if the
 *                       module does not count them
 *
 * or "failed MESSAGE" for a call that fails. The module is trusted as any that is loaded unfenced: it runs in this
 * process, which does nothing else.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench/host.h"
#include "bench/request.h"
#include "common/clock.h"
#include "loader/module.h"
#include "mod_go_fenced.h"
#include "value/value_check.h"

/* More calls make a round longer, and its percentiles hardly better. */
enum { ROUND_CALLS = 100000, FLOOR_CALLS = 1000, RESULT_BYTES = 1024 };

static const char OUR_SDK[] = "github.com/GeertJohan/aerospike-mod-go/udf";

typedef struct bench {
	mod_go_module *module;           /* unfenced */
	const mod_go_function *function; /* of that module; NULL where calls go by name */
	mod_go_fenced *pool;             /* fenced */
	bool is_sdk;                     /* the module is made with our SDK */
	bench_request request;
	size_t next; /* the record of the next call */
	uint64_t times[ROUND_CALLS];
	FILE *out;
} bench;

static bench state;

/* The module's output must not get between the answers. */
static FILE *take_output(void)
{
	int copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	return copy >= 0 ? fdopen(copy, "w") : NULL;
}

static _Noreturn void fail(const char *message, size_t length)
{
	fputs("failed ", state.out);
	for (size_t i = 0; i < length; i++)
		fprintf(state.out, "%02x", (unsigned char)message[i]);
	fputc('\n', state.out);
	fflush(state.out);
	_exit(1); /* a module may hang in its destructors */
}

/* ---- one call ------------------------------------------------------------------------------------ */

static void prefetch(aerospike_udf_go_call *call, const aerospike_udf_go_record *record, char *name,
                     size_t length)
{
	const bench_bin *bin = bench_record_find(record, name, length);
	aerospike_udf_go_value nil = {.type = AEROSPIKE_UDF_GO_NIL};

	if (call->bin_count == BENCH_BINS || (bin != NULL && bin->value.type >= AEROSPIKE_UDF_GO_LIST) ||
	    mod_go_is_prefetched(call, name, length))
		return;
	call->bins[call->bin_count++] =
		(aerospike_udf_go_bin){.name = name, .name_length = length, .value = bin != NULL ? bin->value : nil};
}

/* Prefetches as as_module does (as_module/host_bins.c). */
static void prefetch_all(aerospike_udf_go_call *call, const aerospike_udf_go_record *record)
{
	size_t count;
	const aerospike_udf_go_bin *known = mod_go_function_bins(state.function, &count);
	const uint32_t *positions;

	for (size_t i = 0; i < count; i++)
		prefetch(call, record, known[i].name, known[i].name_length);
	positions = mod_go_function_bin_arguments(state.function, &count);
	for (size_t i = 0; i < count; i++) {
		const aerospike_udf_go_value *name =
			positions[i] < state.request.argument_count ? &state.request.arguments[positions[i]] : NULL;

		if (name != NULL && name->type == AEROSPIKE_UDF_GO_STRING)
			prefetch(call, record, (char *)name->data, name->length);
	}
}

static int apply_unfenced(bench_call *call, aerospike_udf_go_record *record, aerospike_udf_go_result *result)
{
	bench_request *request = &state.request;
	int status;

	call->call.write_limit = BENCH_WRITES;
	call->call.write_capacity = BENCH_WRITE_BYTES;
	if (state.function == NULL)
		return mod_go_apply_single(state.module, request->function, &call->call, record, request->arguments,
		                           request->argument_count, result);
	prefetch_all(&call->call, record);
	status = mod_go_apply_function(state.function, &call->call, record, request->arguments,
	                               request->argument_count, result);
	if (call->call.write_count > 0)
		bench_call_apply_writes(&call->call, record);
	return status;
}

static int apply_record(bench_call *call, aerospike_udf_go_result *result)
{
	bench_request *request = &state.request;
	aerospike_udf_go_record *record = &request->records[state.next];

	if (state.module != NULL)
		return apply_unfenced(call, record, result);
	return mod_go_fenced_apply_single(state.pool, request->function, &call->call, record, request->arguments,
	                                  request->argument_count, result);
}

static int apply_stream(bench_call *call, aerospike_udf_go_result *result)
{
	bench_request *request = &state.request;
	aerospike_udf_go_stream input = {.records = request->records, .count = request->record_count};
	static aerospike_udf_go_stream output; /* what is written is dropped */

	if (state.module != NULL)
		return mod_go_apply_stream(state.module, request->function, &call->call,
		                           AEROSPIKE_UDF_GO_SCOPE_SERVER, &input, &output, request->arguments,
		                           request->argument_count, result);
	return mod_go_fenced_apply_stream(state.pool, request->function, &call->call,
	                                  AEROSPIKE_UDF_GO_SCOPE_SERVER, &input, &output, request->arguments,
	                                  request->argument_count, result);
}

/* Resets what a call may have changed, and moves on to the next record. */
static void prepare(void)
{
	bench_request *request = &state.request;

	if (request->is_stream)
		return;
	state.next = (state.next + 1) % request->record_count;
	bench_record_reset(&request->records[state.next]);
}

/* Makes one call, and returns its nanoseconds. */
static uint64_t call_once(void)
{
	static uint8_t buffer[RESULT_BYTES];
	bool has_deadline = state.function == NULL || mod_go_function_has_deadline(state.function);
	bench_call call;
	aerospike_udf_go_result result;
	uint64_t began, took;
	int status;

	prepare();
	began = mod_go_now();
	bench_call_init(&call);
	if (has_deadline)
		call.call.deadline = mod_go_deadline_after(state.request.timeout);
	mod_go_result_init(&result, buffer, sizeof(buffer));
	status = state.request.is_stream ? apply_stream(&call, &result) : apply_record(&call, &result);
	took = mod_go_now() - began;
	if (status != AEROSPIKE_UDF_GO_OK)
		fail((const char *)result.value.data, result.value.length);
	mod_go_result_clear(&result);
	return took;
}

/* ---- the floor ------------------------------------------------------------------------------------ */

/* The least that a call can cost. The SDK refuses a result of size 0 as soon as it is in Go. Any other module, and the
 * worker, is asked for a property that it does not have. */
static void floor_once(void)
{
	char none[] = "";

	if (state.pool != NULL) {
		free(mod_go_fenced_property(state.pool, none));
	} else if (state.is_sdk) {
		aerospike_udf_go_call call = {.size = sizeof(call)};
		aerospike_udf_go_result result = {.size = 0};

		state.module->functions.apply_single(none, &call, NULL, NULL, 0, &result);
	} else {
		free(mod_go_property(state.module, none));
	}
}

/* ---- rounds --------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static uint64_t median(const uint64_t *sorted, size_t count)
{
	return sorted[(count - 1) / 2];
}

static uint64_t less(uint64_t time, uint64_t cost)
{
	return time > cost ? time - cost : 0;
}

static void nothing_once(void)
{
}

/* The median of the times of many such calls, each less than it took by `clock`. */
static uint64_t median_of(void (*call)(void), uint64_t clock)
{
	for (size_t i = 0; i < FLOOR_CALLS; i++) {
		uint64_t began = mod_go_now();

		call();
		state.times[i] = less(mod_go_now() - began, clock);
	}
	qsort(state.times, FLOOR_CALLS, sizeof(*state.times), compare);
	return median(state.times, FLOOR_CALLS);
}

static void measure_round(uint64_t nanoseconds)
{
	/* To read the clock twice, which is in each measured time. */
	uint64_t cost = median_of(nothing_once, 0), least = median_of(floor_once, cost), sum = 0, until;
	size_t count = 0;

	until = mod_go_now() + nanoseconds;
	do {
		state.times[count] = less(call_once(), cost);
		sum += state.times[count++];
	} while (count < ROUND_CALLS && mod_go_now_coarse() < until);
	qsort(state.times, count, sizeof(*state.times), compare);
	fprintf(state.out, "round %zu %.1f %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", count,
	        (double)sum / (double)count, median(state.times, count), state.times[(count - 1) * 99 / 100],
	        least);
}

/* The module's own count of its allocations so far; false where it has none. */
static bool read_allocations(uint64_t *count)
{
	char *text = state.module != NULL ? mod_go_property(state.module, "allocations")
	                                  : mod_go_fenced_property(state.pool, "allocations");
	bool found = text != NULL && text[0] >= '0' && text[0] <= '9';

	*count = found ? strtoull(text, NULL, 10) : 0;
	free(text);
	return found;
}

static void count_allocations(uint64_t calls)
{
	uint64_t first, before, after;

	/* Reading the count allocates as well: by as much the first time as the second. */
	if (!read_allocations(&first) || !read_allocations(&before)) {
		fputs("allocations -\n", state.out);
		return;
	}
	for (uint64_t i = 0; i < calls; i++)
		call_once();
	read_allocations(&after);
	fprintf(state.out, "allocations %" PRIu64 "\n", less(after - before, before - first));
}

/* ---- start ---------------------------------------------------------------------------------------- */

static mod_go_status open_fenced(const char *path, const char *worker, const char *grants,
                                 mod_go_error *error)
{
	mod_go_fenced_options options = {
		.size = sizeof(options), .limit = 1, .no_spare = 1, .worker = worker, .grants = grants};
	mod_go_status status = mod_go_fenced_open(path, &options, &state.pool, error);

	return status == MOD_GO_OK ? mod_go_fenced_setup(state.pool, error) : status;
}

static mod_go_status open_unfenced(const char *path, mod_go_error *error)
{
	mod_go_status status = mod_go_open(path, &state.module, error);
	char *name;

	if (status == MOD_GO_OK)
		status = mod_go_setup(state.module, error);
	if (status != MOD_GO_OK)
		return status;
	state.function = mod_go_find_function(state.module, state.request.function);
	name = mod_go_property(state.module, "conn-name");
	state.is_sdk = name != NULL && strcmp(name, OUR_SDK) == 0;
	free(name);
	return status;
}

static void serve(void)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *number = strchr(line, ' ');

		if (number == NULL)
			return;
		if (strncmp(line, "round ", 6) == 0)
			measure_round(strtoull(number, NULL, 10));
		else if (strncmp(line, "allocations ", 12) == 0)
			count_allocations(strtoull(number, NULL, 10));
		fflush(state.out);
	}
}

int main(int argc, char **argv)
{
	mod_go_error error = {.status = MOD_GO_OK};
	mod_go_status status;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	state.out = take_output();
	if (argc != 5 || state.out == NULL || !bench_request_read(&state.request)) {
		fputs("modgo starts mod-go-bench; it is not for use by hand\n", stderr);
		return 2;
	}
	status = strcmp(argv[1], "fenced") == 0 ? open_fenced(argv[2], argv[3], argv[4], &error)
	                                        : open_unfenced(argv[2], &error);
	if (status != MOD_GO_OK)
		fail(error.message, strlen(error.message));
	call_once();
	fputs("ready\n", state.out);
	fflush(state.out);
	serve();
	/* A module in Go cannot be unloaded, and its threads need not end. A worker ends with its host. */
	_exit(0);
}
