/* session.c - sends a call to a worker, and takes its result. */
#include "fenced/session.h"

#include <stdlib.h>
#include <string.h>

#include "loader/result.h"

/* The functions that a stream UDF has: records of a stream can only be read. */
#define READING (MOD_GO_HAS_GET | MOD_GO_HAS_NAMES | MOD_GO_HAS_METADATA | MOD_GO_HAS_EXISTS)
#define STREAMS (MOD_GO_HAS_READ | MOD_GO_HAS_READ_MANY | MOD_GO_HAS_WRITE | MOD_GO_HAS_WRITE_MANY)

static uint32_t functions_of(const mod_go_session *session)
{
	const aerospike_udf_go_call *call = session->call;
	const aerospike_udf_go_host *host = call->host;
	bool whole =
		host != NULL && host->size >= sizeof(*host); /* most are: one check instead of one a function */
	uint32_t functions = 0;

#define ADD(function, bit)                                                                                   \
	functions |= (whole ? host->function != NULL : MOD_GO_HOST_HAS(call, function)) ? (bit) : 0;
	ADD(record_get, MOD_GO_HAS_GET)
	ADD(record_get_many, MOD_GO_HAS_GET)
	ADD(record_set, MOD_GO_HAS_SET)
	ADD(record_unset, MOD_GO_HAS_UNSET)
	ADD(record_bin_names, MOD_GO_HAS_NAMES)
	ADD(record_metadata, MOD_GO_HAS_METADATA)
	ADD(record_set_ttl, MOD_GO_HAS_TTL)
	ADD(record_create, MOD_GO_HAS_CREATE)
	ADD(record_update, MOD_GO_HAS_UPDATE)
	ADD(record_remove, MOD_GO_HAS_REMOVE)
	ADD(record_exists, MOD_GO_HAS_EXISTS)
	ADD(stream_read, MOD_GO_HAS_READ)
	ADD(stream_read_many, MOD_GO_HAS_READ_MANY)
	ADD(stream_write, MOD_GO_HAS_WRITE)
	ADD(stream_write_many, MOD_GO_HAS_WRITE_MANY)
	ADD(log, MOD_GO_HAS_LOG)
#undef ADD
	return functions & (session->stream ? READING | STREAMS | MOD_GO_HAS_LOG : ~(uint32_t)STREAMS);
}

static void write_call(mod_go_session *session, mod_go_writer *writer,
                       const aerospike_udf_go_value *arguments, size_t count)
{
	mod_go_call_head head = {.deadline = session->deadline,
	                         .now = session->now,
	                         .functions = functions_of(session),
	                         .log_level = session->call->log_level,
	                         .arguments = (uint32_t)count,
	                         .record = session->record != NULL,
	                         .stream = session->stream,
	                         .input = session->input != NULL,
	                         .output = session->output != NULL,
	                         .defers = session->defers,
	                         .batch = session->input != NULL && MOD_GO_HOST_HAS(session->call, stream_read),
	                         .scope = session->scope};

	mod_go_write_bytes(writer, &head, sizeof(head));
	mod_go_write_text(writer, session->name, strlen(session->name) + 1);
	for (size_t i = 0; i < count; i++)
		mod_go_write_value(writer, &arguments[i]);
	if (session->record != NULL) {
		mod_go_session_defer_metadata(session, writer);
		mod_go_session_write_call_bins(session, writer, &head, arguments, count);
	}
	if (head.batch != 0)
		mod_go_session_write_first_batch(session, writer);
	if (!writer->failed)
		memcpy(writer->data, &head, sizeof(head)); /* with the number of bins */
}

/* How a result is dealt with. */
typedef enum taking {
	TAKEN,
	REFUSED, /* the call has failed: the result is set */
	REPEAT,  /* the call must be made once more, without deferring */
	INVALID
} taking;

/* Performs the writes of a result, and the create or update that was deferred. */
static taking take_writes(mod_go_session *session, mod_go_reader *reader, aerospike_udf_go_result *result,
                          int *status)
{
	char why[512];
	uint32_t operation;

	*status = mod_go_session_apply_writes(session, reader, why, sizeof(why));
	operation = mod_go_read_number(reader);
	if (reader->failed || operation > MOD_GO_STORE_UPDATE || (operation != 0 && !session->defers))
		return INVALID;
	if (operation == 0) /* a set that fails at the end of a call is not reported, unfenced either */
		return TAKEN;
	if (*status == AEROSPIKE_UDF_GO_OK) {
		*status = mod_go_session_store(session, operation, why, sizeof(why));
		if (*status == AEROSPIKE_UDF_GO_OK)
			return TAKEN;
		if (*status != AEROSPIKE_UDF_GO_DEADLINE)
			return REPEAT;
	}
	mod_go_result_refuse(result, *status, "function %s: %s", session->name, why);
	return REFUSED;
}

/* Writes the elements that come with the result of a stream UDF. If one is refused, a call that was well has failed. */
static void take_elements(mod_go_session *session, mod_go_reader *reader, char *why, size_t capacity,
                          int32_t *code, aerospike_udf_go_value *value)
{
	int status = mod_go_session_write_elements(session, reader, why, capacity);

	if (status == AEROSPIKE_UDF_GO_OK || *code != AEROSPIKE_UDF_GO_OK)
		return;
	*code = status;
	*value = (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)why, .length = strlen(why)};
}

/* Copies the worker's result into the caller's, and checks it as a module's. */
static mod_go_arrival take_result(mod_go_session *session, const mod_go_message *message,
                                  aerospike_udf_go_result *result, int *status, bool *repeat)
{
	mod_go_reader reader = mod_go_read_begin(message);
	taking taken = take_writes(session, &reader, result, status);
	aerospike_udf_go_value value;
	char why[512];
	int32_t code;

	*repeat = taken == REPEAT;
	if (taken != TAKEN)
		return taken == INVALID ? MOD_GO_MANGLED : MOD_GO_ARRIVED;
	code = (int32_t)mod_go_read_number(&reader);
	mod_go_read_value(&reader, &value);
	if (session->stream)
		take_elements(session, &reader, why, sizeof(why), &code, &value);
	if (reader.failed)
		return MOD_GO_MANGLED;
	result->value = value;
	result->value.data = NULL;
	if (value.data != NULL && value.length > 0) {
		uint8_t *data = value.length <= result->capacity && result->buffer != NULL ? result->buffer
		                                                                           : malloc(value.length);

		if (data == NULL) {
			*status = mod_go_result_refuse(result, AEROSPIKE_UDF_GO_INTERNAL,
			                               "function %s: no memory for its answer of %zu bytes",
			                               session->name, value.length);
			return MOD_GO_ARRIVED;
		}
		memcpy(data, value.data, value.length);
		result->value.data = data;
	}
	*status = mod_go_result_accept(result, result->buffer, result->capacity, code,
	                               session->worker->version->path, session->name);
	return MOD_GO_ARRIVED;
}

bool mod_go_session_is_stalled(const mod_go_session *session)
{
	return session->stall != 0 && mod_go_now() >= session->stalls_at;
}

/* When the worker's next message must be there, 0 for no limit. */
static uint64_t next_message(mod_go_session *session)
{
	if (session->stall == 0)
		return session->until;
	if (session->progress)
		session->stalls_at = mod_go_now() + session->stall;
	session->progress = false;
	return session->until == 0 || session->stalls_at < session->until ? session->stalls_at : session->until;
}

/* Runs the call once. Sets `*repeat` where it must be made once more. */
static mod_go_arrival run(mod_go_session *session, const aerospike_udf_go_value *arguments, size_t count,
                          aerospike_udf_go_result *result, int *status, bool *repeat)
{
	mod_go_channel *channel = &session->worker->channel;
	mod_go_message message;
	mod_go_arrival arrival;
	mod_go_writer writer;

	session->progress = true;
	session->arguments = arguments;
	session->argument_count = count;
	mod_go_write_begin(&writer, channel, 0, MOD_GO_IN_LANE_BYTES);
	write_call(session, &writer, arguments, count);
	/* The worker reads a short call in the lane, so answers go behind it; it copies a longer one. */
	session->base = writer.length <= MOD_GO_IN_LANE_BYTES ? (writer.length + 63) & ~(size_t)63 : 0;
	arrival = mod_go_write_send(&writer, channel, MOD_GO_MESSAGE_CALL, session->until);
	for (;;) {
		if (arrival == MOD_GO_ARRIVED)
			arrival =
				mod_go_channel_receive(channel, next_message(session), &session->worker->message, &message);
		mod_go_session_forward_logs(session);
		if (arrival != MOD_GO_ARRIVED)
			return arrival;
		session->trips++;
		if (message.kind == MOD_GO_MESSAGE_RESULT) {
			arrival = take_result(session, &message, result, status, repeat);
			mod_go_buffer_trim(&session->worker->message);
			return arrival;
		}
		if (message.kind == MOD_GO_MESSAGE_AGAIN && session->defers) {
			*repeat = true;
			return arrival;
		}
		if ((session->until != 0 && mod_go_now() >= session->until) || mod_go_session_is_stalled(session))
			return MOD_GO_LATE;
		if (!mod_go_session_serve(session, &message, &arrival))
			return MOD_GO_MANGLED;
	}
}

mod_go_arrival mod_go_session_run(mod_go_session *session, const aerospike_udf_go_value *arguments,
                                  size_t count, aerospike_udf_go_result *result, int *status)
{
	bool repeat = false;
	mod_go_arrival arrival = run(session, arguments, count, result, status, &repeat);

	if (!repeat)
		return arrival;
	session->defers = repeat = false;
	return run(session, arguments, count, result, status, &repeat);
}
