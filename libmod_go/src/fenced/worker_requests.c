/* worker_requests.c - answers a worker's requests by the host's functions. Nothing that the worker sends is
 * trusted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "fenced/session.h"
#include "value/value_check.h"

/* The ABI has no const, but its functions do not write there. */
static char *unconst(const char *text)
{
	return (char *)(uintptr_t)text;
}

void mod_go_session_forward_logs(mod_go_session *session)
{
	mod_go_worker *worker = session->worker;
	volatile mod_go_message_head *head = &worker->channel.in->head;
	aerospike_udf_go_call *call = session->call;
	uint32_t used = head->used;
	mod_go_reader reader;

	if (used == 0)
		return;
	head->used = 0;
	if (used > MOD_GO_LOG_BYTES || !MOD_GO_HOST_HAS(call, log) || !mod_go_buffer_reserve(&worker->logs, used))
		return;
	atomic_thread_fence(memory_order_acquire);
	memcpy(worker->logs.data, worker->shared->log, used);
	reader = (mod_go_reader){.data = worker->logs.data, .length = used};
	while (reader.offset < used) {
		uint32_t line[3];
		const uint8_t *message, *location;

		mod_go_read_bytes(&reader, line, sizeof(line));
		message = mod_go_read_span(&reader, line[1]);
		location = mod_go_read_span(&reader, line[2]);
		if (reader.failed)
			return;
		if (line[0] <= call->log_level)
			call->host->log(call, (int)line[0], unconst((const char *)message), line[1],
			                line[2] > 0 ? unconst((const char *)location) : NULL, line[2]);
	}
}

static size_t length_with_nul(const char *text)
{
	return text != NULL ? strlen(text) + 1 : 0;
}

static mod_go_metadata_head deferred_head(mod_go_session *session)
{
	aerospike_udf_go_call *call = session->call;
	mod_go_metadata_head head = {.status = MOD_GO_METADATA_DEFERRED,
	                             .present_status = AEROSPIKE_UDF_GO_REFUSED};

	if (MOD_GO_HOST_HAS(call, record_exists))
		head.present_status = (uint8_t)call->host->record_exists(call, session->record, &head.present);
	return head;
}

void mod_go_session_defer_metadata(mod_go_session *session, mod_go_writer *writer)
{
	mod_go_metadata_head head = deferred_head(session);

	mod_go_write_bytes(writer, &head, sizeof(head));
}

void mod_go_session_write_metadata(mod_go_session *session, mod_go_writer *writer)
{
	aerospike_udf_go_call *call = session->call;
	aerospike_udf_go_metadata metadata = {.size = sizeof(metadata)};
	/* Called first: the metadata is valid only until the host's next function. */
	mod_go_metadata_head head = deferred_head(session);
	mod_go_metadata_fields fields;

	head.status = AEROSPIKE_UDF_GO_REFUSED;
	if (MOD_GO_HOST_HAS(call, record_metadata))
		head.status = (uint8_t)call->host->record_metadata(call, session->record, &metadata);
	mod_go_write_bytes(writer, &head, sizeof(head));
	if (head.status != AEROSPIKE_UDF_GO_OK)
		return;
	fields = (mod_go_metadata_fields){.last_update = metadata.last_update,
	                                  .storage_size = metadata.storage_size,
	                                  .exists = metadata.exists,
	                                  .ttl = metadata.ttl,
	                                  .generation = metadata.generation};
	mod_go_write_bytes(writer, &fields, sizeof(fields));
	mod_go_write_text(writer, metadata.digest, metadata.digest != NULL ? 20 : 0);
	mod_go_write_text(writer, metadata.namespace_name, length_with_nul(metadata.namespace_name));
	mod_go_write_text(writer, metadata.set_name, length_with_nul(metadata.set_name));
	mod_go_write_value(writer, &metadata.key);
}

int mod_go_session_get(mod_go_session *session, const char *name, size_t length,
                       aerospike_udf_go_value *value)
{
	aerospike_udf_go_call *call = session->call;
	char one[AEROSPIKE_UDF_GO_BIN_NAME_MAX + 2];

	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (MOD_GO_HOST_HAS(call, record_get))
		return call->host->record_get(call, session->record, unconst(name), length, value);
	if (length > AEROSPIKE_UDF_GO_BIN_NAME_MAX || !MOD_GO_HOST_HAS(call, record_get_many))
		return AEROSPIKE_UDF_GO_REFUSED;
	memcpy(one, name, length);
	one[length] = '\0';
	return call->host->record_get_many(call, session->record, one, length + 1, 1, value);
}

static int write_bin(mod_go_session *session, const char *name, size_t length, aerospike_udf_go_value *value,
                     aerospike_udf_go_value *why)
{
	aerospike_udf_go_call *call = session->call;
	mod_go_fault fault = mod_go_value_check(value);

	if (fault.what != NULL)
		return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, fault.what);
	if (value->type == AEROSPIKE_UDF_GO_NIL && MOD_GO_HOST_HAS(call, record_unset))
		return call->host->record_unset(call, session->record, unconst(name), length, why);
	if (!MOD_GO_HOST_HAS(call, record_set))
		return AEROSPIKE_UDF_GO_REFUSED;
	return call->host->record_set(call, session->record, unconst(name), length, value->type, value->integer,
	                              value->data, value->length, why);
}

void mod_go_copy_reason(const aerospike_udf_go_value *why, char *text, size_t capacity)
{
	text[0] = '\0';
	if (why->type == AEROSPIKE_UDF_GO_STRING && why->data != NULL)
		snprintf(text, capacity, "%.*s", (int)(why->length < capacity ? why->length : capacity - 1),
		         (const char *)why->data);
	mod_go_trim_cut_text(text);
}

int mod_go_session_apply_writes(mod_go_session *session, mod_go_reader *reader, char *why, size_t capacity)
{
	aerospike_udf_go_call *call = session->call;
	int first = AEROSPIKE_UDF_GO_OK;
	mod_go_writes_head head;

	why[0] = '\0';
	mod_go_read_bytes(reader, &head, sizeof(head));
	for (uint32_t i = 0; i < head.count && !reader->failed; i++) {
		aerospike_udf_go_value reason = {.type = AEROSPIKE_UDF_GO_NIL};
		aerospike_udf_go_value value;
		size_t length;
		const char *name = mod_go_read_text(reader, &length);
		int status;

		mod_go_read_value(reader, &value);
		reader->failed = reader->failed || session->record == NULL || session->stream;
		if (reader->failed)
			break;
		status = write_bin(session, name, length, &value, &reason);
		if (status != AEROSPIKE_UDF_GO_OK && first == AEROSPIKE_UDF_GO_OK) {
			first = status;
			mod_go_copy_reason(&reason, why, capacity);
		}
	}
	if (head.sets_ttl != 0 && !reader->failed && session->record != NULL && !session->stream &&
	    MOD_GO_HOST_HAS(call, record_set_ttl)) {
		int status = call->host->record_set_ttl(call, session->record, head.ttl);

		if (status != AEROSPIKE_UDF_GO_OK && first == AEROSPIKE_UDF_GO_OK) {
			first = status;
			snprintf(why, capacity, "the host refused the time to live, %u s", head.ttl);
		}
	}
	return first;
}

int mod_go_session_store(mod_go_session *session, uint32_t operation, char *text, size_t capacity)
{
	aerospike_udf_go_call *call = session->call;
	aerospike_udf_go_value why = {.type = AEROSPIKE_UDF_GO_NIL};
	int status = AEROSPIKE_UDF_GO_REFUSED;

	if (operation == MOD_GO_STORE_CREATE && MOD_GO_HOST_HAS(call, record_create))
		status = call->host->record_create(call, session->record, &why);
	else if (operation == MOD_GO_STORE_UPDATE && MOD_GO_HOST_HAS(call, record_update))
		status = call->host->record_update(call, session->record, &why);
	else if (operation == MOD_GO_STORE_REMOVE && MOD_GO_HOST_HAS(call, record_remove))
		status = call->host->record_remove(call, session->record, &why);
	mod_go_copy_reason(&why, text, capacity);
	return status;
}

static void answer_store(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	char why[512];
	int status = mod_go_session_apply_writes(session, reader, why, sizeof(why));
	uint32_t operation = mod_go_read_number(reader);

	if (reader->failed)
		return;
	if (status == AEROSPIKE_UDF_GO_OK || operation == MOD_GO_STORE_REMOVE)
		status = mod_go_session_store(session, operation, why, sizeof(why));
	mod_go_write_number(writer, (uint32_t)status);
	mod_go_write_text(writer, why, status != AEROSPIKE_UDF_GO_OK ? strlen(why) : 0);
	mod_go_session_defer_metadata(session, writer);
}

static void answer_names(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	aerospike_udf_go_call *call = session->call;
	aerospike_udf_go_value names = {.type = AEROSPIKE_UDF_GO_NIL};
	char why[512];
	int status = mod_go_session_apply_writes(session, reader, why, sizeof(why));

	mod_go_write_number(writer, (uint32_t)status);
	mod_go_write_text(writer, why, strlen(why));
	status = AEROSPIKE_UDF_GO_REFUSED;
	if (MOD_GO_HOST_HAS(call, record_bin_names))
		status = call->host->record_bin_names(call, session->record, &names);
	mod_go_write_number(writer, (uint32_t)status);
	mod_go_write_value(writer, &names);
}

static void answer_metadata(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	char why[512];
	int status = mod_go_session_apply_writes(session, reader, why, sizeof(why));

	mod_go_write_number(writer, (uint32_t)status);
	mod_go_write_text(writer, why, strlen(why));
	mod_go_session_write_metadata(session, writer);
}

static void answer_get(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	aerospike_udf_go_value value;
	size_t length;
	const char *name = mod_go_read_text(reader, &length);
	int status;

	if (reader->failed)
		return;
	status = mod_go_session_get(session, name, length, &value);
	mod_go_write_number(writer, (uint32_t)status);
	mod_go_write_value(writer, &value);
}

/* Whether this call allows a request of this kind. */
static bool may_ask(const mod_go_session *session, uint32_t kind)
{
	switch (kind) {
	case MOD_GO_MESSAGE_GET:
	case MOD_GO_MESSAGE_NAMES:
	case MOD_GO_MESSAGE_METADATA:
		return session->record != NULL;
	case MOD_GO_MESSAGE_STORE:
		return session->record != NULL && !session->stream;
	case MOD_GO_MESSAGE_READ:
		return session->input != NULL && MOD_GO_HOST_HAS(session->call, stream_read);
	case MOD_GO_MESSAGE_WRITE:
		return session->stream;
	default:
		return kind == MOD_GO_MESSAGE_LOGS;
	}
}

bool mod_go_session_serve(mod_go_session *session, const mod_go_message *message, mod_go_arrival *sent)
{
	mod_go_reader reader = mod_go_read_begin(message);
	mod_go_writer writer;

	if (!may_ask(session, message->kind))
		return false;
	mod_go_write_begin(&writer, &session->worker->channel, session->base, MOD_GO_LANE_BYTES - session->base);
	switch (message->kind) {
	case MOD_GO_MESSAGE_GET:
		answer_get(session, &reader, &writer);
		break;
	case MOD_GO_MESSAGE_NAMES:
		answer_names(session, &reader, &writer);
		break;
	case MOD_GO_MESSAGE_METADATA:
		answer_metadata(session, &reader, &writer);
		break;
	case MOD_GO_MESSAGE_STORE:
		answer_store(session, &reader, &writer);
		break;
	case MOD_GO_MESSAGE_READ:
		mod_go_session_read(session, &reader, &writer);
		break;
	case MOD_GO_MESSAGE_WRITE:
		mod_go_session_write(session, &reader, &writer);
		break;
	default:
		break;
	}
	if (reader.failed) {
		mod_go_buffer_free(&writer.own);
		return false;
	}
	*sent = mod_go_write_send(&writer, &session->worker->channel, MOD_GO_MESSAGE_ANSWER, session->until);
	return true;
}
