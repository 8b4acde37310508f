/* session.c - sends a call to a worker, and takes its answer. */
#include "fenced/session.h"

#include <stdlib.h>
#include <string.h>

#include "loader/result.h"

/* What a stream UDF may do with a record: records of a stream can only be read. */
#define READING (MOD_GO_HAS_GET | MOD_GO_HAS_NAMES | MOD_GO_HAS_METADATA | MOD_GO_HAS_EXISTS)
#define STREAMS (MOD_GO_HAS_READ | MOD_GO_HAS_READ_MANY | MOD_GO_HAS_WRITE | MOD_GO_HAS_WRITE_MANY)

static uint32_t functions_of(const mod_go_session *session)
{
	const aerospike_udf_go_call *call = session->call;
	const aerospike_udf_go_host *host = call->host;
	bool whole =
		host != NULL && host->size >= sizeof(*host); /* as it mostly is: one question for all of them */
	uint32_t functions = 0;

#define NOTE(function, bit)                                                                                  \
	functions |= (whole ? host->function != NULL : MOD_GO_HOST_HAS(call, function)) ? (bit) : 0;
	NOTE(record_get, MOD_GO_HAS_GET)
	NOTE(record_get_many, MOD_GO_HAS_GET)
	NOTE(record_set, MOD_GO_HAS_SET)
	NOTE(record_unset, MOD_GO_HAS_UNSET)
	NOTE(record_bin_names, MOD_GO_HAS_NAMES)
	NOTE(record_metadata, MOD_GO_HAS_METADATA)
	NOTE(record_set_ttl, MOD_GO_HAS_TTL)
	NOTE(record_create, MOD_GO_HAS_CREATE)
	NOTE(record_update, MOD_GO_HAS_UPDATE)
	NOTE(record_remove, MOD_GO_HAS_REMOVE)
	NOTE(record_exists, MOD_GO_HAS_EXISTS)
	NOTE(stream_read, MOD_GO_HAS_READ)
	NOTE(stream_read_many, MOD_GO_HAS_READ_MANY)
	NOTE(stream_write, MOD_GO_HAS_WRITE)
	NOTE(stream_write_many, MOD_GO_HAS_WRITE_MANY)
	NOTE(log, MOD_GO_HAS_LOG)
#undef NOTE
	return functions & (session->stream ? READING | STREAMS | MOD_GO_HAS_LOG : ~(uint32_t)STREAMS);
}

/* Adds the bins of these names; counts those it could read. Gives whether these are all. */
static bool write_bins(mod_go_session *session, mod_go_writer *writer, const char *names, size_t length,
                       uint32_t *count)
{
	bool all = true;

	for (size_t at = 0; at < length;) {
		size_t name_length = strnlen(names + at, length - at);
		aerospike_udf_go_value value;

		if (mod_go_session_get(session, names + at, name_length, &value) == AEROSPIKE_UDF_GO_OK) {
			mod_go_write_text(writer, names + at, name_length);
			mod_go_write_value(writer, &value);
			++*count;
		} else {
			all = false;
		}
		at += name_length + 1;
	}
	return all;
}

/* Adds all bins that the record has, where the host can say which these are. */
static void write_all_bins(mod_go_session *session, mod_go_writer *writer, mod_go_call_head *head)
{
	aerospike_udf_go_call *call = session->call;
	aerospike_udf_go_value names = {.type = AEROSPIKE_UDF_GO_NIL};
	char small[512];
	char *copy = small;

	if (!MOD_GO_HOST_HAS(call, record_bin_names) ||
	    call->host->record_bin_names(call, session->record, &names) != AEROSPIKE_UDF_GO_OK)
		return;
	/* They are lent only until the first bin is read. */
	if (names.length > sizeof(small))
		copy = malloc(names.length);
	if (copy == NULL)
		return;
	if (names.length > 0)
		memcpy(copy, names.data, names.length);
	head->complete = write_bins(session, writer, copy, names.length, &head->bins);
	if (copy != small)
		free(copy);
}

/* Adds the bins that the function is known to read: those of its manifest, and those that its arguments name. */
static void write_known_bins(mod_go_session *session, mod_go_writer *writer,
                             const mod_go_manifest_function *known, const aerospike_udf_go_value *arguments,
                             size_t count, uint32_t *bins)
{
	write_bins(session, writer, known->bins, known->bins_length, bins);
	for (unsigned i = 0; i < known->bin_argument_count; i++) {
		uint32_t at = known->bin_arguments[i];
		const aerospike_udf_go_value *name = at < count ? &arguments[at] : NULL;

		if (name != NULL && name->type == AEROSPIKE_UDF_GO_STRING && name->length > 0 &&
		    name->length <= AEROSPIKE_UDF_GO_BIN_NAME_MAX && memchr(name->data, 0, name->length) == NULL &&
		    !mod_go_manifest_function_has_bin(known, (char *)name->data, name->length))
			write_bins(session, writer, (char *)name->data, name->length, bins);
	}
}

static void write_call(mod_go_session *session, mod_go_writer *writer,
                       const aerospike_udf_go_value *arguments, size_t count)
{
	const mod_go_manifest_function *known;
	mod_go_call_head head = {.deadline = session->deadline,
	                         .functions = functions_of(session),
	                         .log_level = session->call->log_level,
	                         .arguments = (uint32_t)count,
	                         .record = session->record != NULL,
	                         .stream = session->stream,
	                         .input = session->input != NULL,
	                         .output = session->output != NULL,
	                         .scope = session->scope};

	mod_go_write_bytes(writer, &head, sizeof(head));
	mod_go_write_text(writer, session->name, strlen(session->name) + 1);
	for (size_t i = 0; i < count; i++)
		mod_go_write_value(writer, &arguments[i]);
	if (session->record != NULL) {
		mod_go_session_defer_metadata(session, writer);
		known = mod_go_manifest_find(&session->worker->version->manifest, session->name);
		if (known != NULL && known->bins_known)
			write_known_bins(session, writer, known, arguments, count, &head.bins);
		else
			write_all_bins(session, writer, &head);
	}
	if (!writer->failed)
		memcpy(writer->data, &head, sizeof(head)); /* now that it is known how many bins there are */
}

/* Copies the worker's answer to where the caller wants it, and checks it as a module's. */
static mod_go_arrival take_result(mod_go_session *session, const mod_go_message *message,
                                  aerospike_udf_go_result *result, int *status)
{
	mod_go_reader reader = mod_go_read_begin(message);
	aerospike_udf_go_value value;
	char why[256];
	int32_t code;

	/* Unfenced, nobody hears of a set that failed before the end of a call either. */
	mod_go_session_apply_writes(session, &reader, why, sizeof(why));
	code = (int32_t)mod_go_read_number(&reader);
	mod_go_read_value(&reader, &value);
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

mod_go_arrival mod_go_session_run(mod_go_session *session, const aerospike_udf_go_value *arguments,
                                  size_t count, aerospike_udf_go_result *result, int *status)
{
	mod_go_channel *channel = &session->worker->channel;
	mod_go_message message;
	mod_go_arrival arrival;
	mod_go_writer writer;

	mod_go_write_begin(&writer, channel, 0, MOD_GO_FIRST_BYTES);
	write_call(session, &writer, arguments, count);
	/* A longer call is read from a copy, and leaves the lane free. */
	session->base = writer.length <= MOD_GO_FIRST_BYTES ? (writer.length + 63) & ~(size_t)63 : 0;
	arrival = mod_go_write_send(&writer, channel, MOD_GO_MESSAGE_CALL, session->until);
	for (;;) {
		if (arrival == MOD_GO_ARRIVED)
			arrival = mod_go_channel_receive(channel, session->until, &session->worker->message, &message);
		mod_go_session_forward_logs(session);
		if (arrival != MOD_GO_ARRIVED)
			return arrival;
		session->trips++;
		if (message.kind == MOD_GO_MESSAGE_RESULT) {
			arrival = take_result(session, &message, result, status);
			mod_go_buffer_trim(&session->worker->message);
			return arrival;
		}
		if (session->until != 0 && mod_go_now() >= session->until)
			return MOD_GO_LATE;
		if (!mod_go_session_serve(session, &message, &arrival))
			return MOD_GO_MANGLED;
	}
}
