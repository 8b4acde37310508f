/* flow.c - functions for the tests of fenced streams. */
#include "flow.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

_Thread_local struct flow_host flow_host;

static int refuse(aerospike_udf_go_value *why, const char *text)
{
	*why = text_value(text);
	return AEROSPIKE_UDF_GO_REFUSED;
}

static int reading(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                   aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	aerospike_udf_go_host own = {.size = sizeof(own)};

	if (flow_host.slow > 0)
		usleep(flow_host.slow);
	if (++flow_host.reads == flow_host.fails_at)
		return refuse(value, "the disk is gone");
	if (flow_host.reads == flow_host.kills_at)
		kill((pid_t)flow_host.victim, SIGKILL);
	flow_host.ends += stream->next == stream->count;
	host_streams(&own);
	return own.stream_read(call, stream, record, value);
}

static int reading_lists(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t limit,
                         aerospike_udf_go_value *values)
{
	aerospike_udf_go_host own = {.size = sizeof(own)};

	*values = text_value("the lists are gone");
	if (flow_host.lists_fail == 1)
		return AEROSPIKE_UDF_GO_FAILED;
	if (flow_host.lists_fail == 2)
		return AEROSPIKE_UDF_GO_OK;
	host_streams(&own);
	return own.stream_read_many(call, stream, limit, values);
}

static int writing(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
                   int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_host own = {.size = sizeof(own)};

	if (++flow_host.writes >= flow_host.refuses_from && flow_host.refuses_from > 0)
		return flow_host.silent ? AEROSPIKE_UDF_GO_REFUSED : refuse(why, "the stream is full");
	host_streams(&own);
	return own.stream_write(call, stream, type, integer, data, length, why);
}

static void count_line(aerospike_udf_go_call *call, int level, char *message, size_t length, char *location,
                       size_t location_length)
{
	(void)call, (void)level, (void)message, (void)length, (void)location, (void)location_length;
	flow_host.lines++;
}

struct answer flow_run(mod_go_fenced *pool, const char *function, int scope, struct flow *flow,
                       unsigned timeout_ms, aerospike_udf_go_value *arguments, size_t count)
{
	aerospike_udf_go_host table = host_table;
	aerospike_udf_go_call call = {
		.size = sizeof(call), .log_level = AEROSPIKE_UDF_GO_LOG_INFO, .host = &table};
	struct answer answer = {.integer = -1, .outcome = {.size = sizeof(answer.outcome)}};
	double start = check_now();
	aerospike_udf_go_result result;
	uint8_t buffer[256];
	size_t length;

	host_streams(&table);
	table.stream_read = reading;
	table.stream_read_many = reading_lists;
	table.stream_write = writing;
	table.log = count_line;
	if (flow_host.single)
		table.stream_read_many = NULL, table.stream_write_many = NULL;
	if (flow_host.unlisted)
		table.record_bin_names = NULL;
	flow_host.reads = flow_host.ends = flow_host.writes = flow_host.lines = 0;
	if (timeout_ms > 0)
		call.deadline = (uint64_t)(start * 1e9) + timeout_ms * 1000000ull;
	mod_go_result_init(&result, buffer, sizeof(buffer));
	answer.status = mod_go_fenced_apply_stream(pool, function, &call, scope, flow != NULL ? &flow->in : NULL,
	                                           flow != NULL ? &flow->out : NULL, arguments, count, &result);
	answer.seconds = check_now() - start;
	if (result.value.type == AEROSPIKE_UDF_GO_INTEGER)
		answer.integer = result.value.integer;
	length = result.value.length < sizeof(answer.text) ? result.value.length : sizeof(answer.text) - 1;
	if (length > 0)
		memcpy(answer.text, result.value.data, length);
	mod_go_result_clear(&result);
	mod_go_fenced_last_outcome(&answer.outcome);
	return answer;
}

struct answer flow_run_with(mod_go_fenced *pool, const char *function, struct flow *flow, long long argument)
{
	aerospike_udf_go_value value = integer_value(argument);

	return flow_run(pool, function, AEROSPIKE_UDF_GO_SCOPE_BOTH, flow, 20000, &value, 1);
}

struct flow flow_of_integers(size_t count)
{
	struct flow flow = {0};

	for (size_t i = 0; i < count; i++) {
		aerospike_udf_go_value value = integer_value((long long)i);

		CHECK(stream_add(&flow.in, &value));
	}
	return flow;
}

void flow_clear(struct flow *flow)
{
	stream_clear(&flow->in);
	stream_clear(&flow->out);
}

void flow_add_record(struct flow *flow, long long n, const char *key, size_t large)
{
	aerospike_udf_go_record *record = calloc(1, sizeof(*record));
	aerospike_udf_go_value value = integer_value(n);
	char *text = malloc(large + 1);

	memset(text, 'z', large);
	text[large] = '\0';
	CHECK(record_set(record, "n", 1, &value) == NULL);
	value = text_value(text);
	CHECK(large == 0 || record_set(record, "large", 5, &value) == NULL);
	CHECK(record_store(record) == NULL);
	record->generation = (uint32_t)n;
	if (key != NULL) {
		record->key = text_value(key);
		record->key.data = (uint8_t *)strdup(key);
	}
	CHECK(stream_add_record(&flow->in, record));
	free(text);
}

bool flow_is_in_order(const aerospike_udf_go_stream *out, size_t count)
{
	for (size_t i = 0; i < count && i < out->count; i++) {
		if (out->items[i].value.type != AEROSPIKE_UDF_GO_INTEGER ||
		    out->items[i].value.integer != (long long)i)
			return false;
	}
	return out->count == count;
}
