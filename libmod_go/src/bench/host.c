/* host.c - the host's functions for a benchmark. */
#include "bench/host.h"

#include <stdlib.h>
#include <string.h>

#include "value/value_check.h"

static int status_of(const char *fault, aerospike_udf_go_value *why)
{
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, fault);
}

void bench_call_apply_writes(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	uint32_t count = call->write_count < call->write_limit ? call->write_count : call->write_limit;

	call->write_count = 0;
	call->write_used = 0;
	for (uint32_t i = 0; i < count; i++)
		bench_record_set(record, call->writes[i].name, call->writes[i].name_length, &call->writes[i].value);
}

static aerospike_udf_go_record *begin(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	if (call->write_count > 0)
		bench_call_apply_writes(call, record);
	return record;
}

static int record_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t length,
                      aerospike_udf_go_value *value)
{
	const bench_bin *bin = bench_record_find(begin(call, record), name, length);

	*value = bin != NULL ? bin->value : (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	return AEROSPIKE_UDF_GO_OK;
}

static int record_get_many(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
                           size_t names_length, uint32_t count, aerospike_udf_go_value *values)
{
	size_t offset = 0, length;

	for (uint32_t i = 0; i < count; i++) {
		const char *name = mod_go_next_name(names, names_length, &offset, &length);

		if (name == NULL)
			return AEROSPIKE_UDF_GO_BAD_ARGUMENTS;
		record_get(call, record, (char *)(uintptr_t)name, length, &values[i]);
	}
	return offset == names_length ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_BAD_ARGUMENTS;
}

static int record_set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t length,
                      uint32_t type, int64_t integer, uint8_t *data, size_t data_length,
                      aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = type, .integer = integer, .data = data, .length = data_length};

	return status_of(bench_record_set(begin(call, record), name, length, &value), why);
}

static int record_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                        size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value nil = {.type = AEROSPIKE_UDF_GO_NIL};

	return status_of(bench_record_set(begin(call, record), name, length, &nil), why);
}

static int record_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                            aerospike_udf_go_value *names)
{
	size_t used = 0;

	begin(call, record);
	free(record->names);
	record->names = malloc(record->count * sizeof(record->bins->name) + 1);
	if (record->names == NULL)
		return AEROSPIKE_UDF_GO_INTERNAL;
	for (size_t i = 0; i < record->count; i++) {
		memcpy(record->names + used, record->bins[i].name, sizeof(record->bins[i].name));
		used += record->bins[i].name_length + 1;
	}
	*names = (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)record->names, .length = used};
	return AEROSPIKE_UDF_GO_OK;
}

static int record_metadata(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                           aerospike_udf_go_metadata *metadata)
{
	aerospike_udf_go_metadata known = record->metadata;

	begin(call, record);
	known.size = metadata->size;
	known.exists = record->exists;
	memcpy(metadata, &known, metadata->size < sizeof(known) ? metadata->size : sizeof(known));
	return AEROSPIKE_UDF_GO_OK;
}

static int record_set_ttl(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl)
{
	(void)call, (void)record, (void)ttl;
	return AEROSPIKE_UDF_GO_OK;
}

/* A record that the call removes still exists for it, without bins, as in a server. */
static int record_create(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	begin(call, record);
	if (record->has_stored)
		return status_of("the record exists already, so it can be updated but not created", why);
	bench_record_store(record);
	return AEROSPIKE_UDF_GO_OK;
}

static int record_update(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	begin(call, record);
	if (!record->exists)
		return status_of("the record does not exist, so it can be created but not updated", why);
	bench_record_store(record);
	return AEROSPIKE_UDF_GO_OK;
}

static int record_remove(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	begin(call, record);
	if (!record->exists)
		return status_of("the record does not exist, so it cannot be removed", why);
	bench_record_clear(record);
	bench_record_store(record);
	return AEROSPIKE_UDF_GO_OK;
}

static int record_exists(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t *exists)
{
	*exists = begin(call, record)->exists;
	return AEROSPIKE_UDF_GO_OK;
}

static int stream_read(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                       aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	(void)call;
	*record = stream->next < stream->count ? &stream->records[stream->next++] : NULL;
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	return AEROSPIKE_UDF_GO_OK;
}

static int stream_write(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
                        int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	(void)call;
	(void)stream;
	(void)type;
	(void)integer;
	(void)data;
	(void)length;
	(void)why;
	return AEROSPIKE_UDF_GO_OK;
}

static void drop_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length,
                     char *location, size_t location_length)
{
	(void)call;
	(void)level;
	(void)message;
	(void)message_length;
	(void)location;
	(void)location_length;
}

static aerospike_udf_go_host table = {
	.size = sizeof(table),
	.record_get = record_get,
	.record_get_many = record_get_many,
	.record_set = record_set,
	.record_unset = record_unset,
	.record_bin_names = record_bin_names,
	.record_metadata = record_metadata,
	.record_set_ttl = record_set_ttl,
	.record_create = record_create,
	.record_update = record_update,
	.record_remove = record_remove,
	.record_exists = record_exists,
	.stream_read = stream_read,
	.stream_write = stream_write,
	.log = drop_log,
};

void bench_call_init(bench_call *call)
{
	call->call = (aerospike_udf_go_call){.size = sizeof(call->call),
	                                     .log_level = AEROSPIKE_UDF_GO_LOG_INFO,
	                                     .host = &table,
	                                     .bins = call->bins,
	                                     .writes = call->writes,
	                                     .write_data = call->write_data};
}
