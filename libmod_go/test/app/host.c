/* host.c - the host table: the ABI's functions over record.c, and the log. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "value/value_check.h"

static int answer(const char *fault, aerospike_udf_go_value *why)
{
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, fault);
}

static int record_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                      size_t name_length, aerospike_udf_go_value *value)
{
	const struct bin *found = bins_find(&record->working, name, name_length);

	(void)call;
	*value = found != NULL ? found->value : (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	return AEROSPIKE_UDF_GO_OK;
}

static int record_get_many(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
                           size_t names_length, uint32_t count, aerospike_udf_go_value *values)
{
	size_t offset = 0, length;

	for (uint32_t i = 0; i < count; i++) {
		const char *name = mod_go_next_name(names, names_length, &offset, &length);

		if (name == NULL)
			return AEROSPIKE_UDF_GO_BAD_ARGUMENTS; /* fewer names than announced */
		record_get(call, record, (char *)(uintptr_t)name, length, &values[i]);
	}
	return offset == names_length ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_BAD_ARGUMENTS;
}

static int host_record_set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                           size_t name_length, uint32_t type, int64_t integer, uint8_t *data, size_t length,
                           aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = type, .integer = integer, .data = data, .length = length};

	(void)call;
	return answer(record_set(record, name, name_length, &value), why);
}

static int record_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                        size_t name_length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value nil = {.type = AEROSPIKE_UDF_GO_NIL};

	(void)call;
	return answer(record_set(record, name, name_length, &nil), why);
}

static int record_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                            aerospike_udf_go_value *names)
{
	size_t length = 0;
	char *text = malloc(record->working.count * sizeof(record->working.items->name) + 1);

	(void)call;
	if (text == NULL)
		return AEROSPIKE_UDF_GO_INTERNAL;
	for (size_t i = 0; i < record->working.count; i++) {
		size_t size = strlen(record->working.items[i].name) + 1;

		memcpy(text + length, record->working.items[i].name, size);
		length += size;
	}
	free(record->names);
	record->names = text;
	*names =
		(aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)text, .length = length};
	return AEROSPIKE_UDF_GO_OK;
}

static int record_metadata(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                           aerospike_udf_go_metadata *metadata)
{
	static char namespace_name[] = HOST_NAMESPACE;
	/* There is no digest and no storage, so they stay unknown. */
	aerospike_udf_go_metadata known = {
		.exists = record->exists,
		.ttl = record->ttl,
		.generation = record->generation,
		.last_update = record->last_update,
		.namespace_name = namespace_name,
		.key = record->key,
	};

	(void)call;
	known.size = metadata->size;
	memcpy(metadata, &known, metadata->size < sizeof(known) ? metadata->size : sizeof(known));
	return AEROSPIKE_UDF_GO_OK;
}

static int host_record_set_ttl(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl)
{
	(void)call;
	return answer(record_set_ttl(record, ttl), NULL);
}

static int host_record_create(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                              aerospike_udf_go_value *why)
{
	(void)call;
	return answer(record_create(record), why);
}

static int host_record_update(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                              aerospike_udf_go_value *why)
{
	(void)call;
	return answer(record_update(record), why);
}

static int host_record_remove(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                              aerospike_udf_go_value *why)
{
	(void)call;
	return answer(record_remove(record), why);
}

static int record_exists(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t *exists)
{
	(void)call;
	*exists = record->exists;
	return AEROSPIKE_UDF_GO_OK;
}

static void host_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length,
                     char *location, size_t location_length)
{
	static const char *const NAMES[] = {"error", "warn", "info", "debug", "trace"};
	bool known = level >= AEROSPIKE_UDF_GO_LOG_ERROR && level <= AEROSPIKE_UDF_GO_LOG_TRACE;

	if (known && (uint32_t)level > call->log_level)
		return;
	/* One call to stdio, so that lines of several threads do not mix. */
	fprintf(stderr, "%s: %.*s%s%.*s\n", known ? NAMES[level] : "log", (int)location_length,
	        location != NULL ? location : "", location_length > 0 ? ": " : "", (int)message_length,
	        message != NULL ? message : "");
}

aerospike_udf_go_host host_table = {
	.size = sizeof(host_table),
	.record_get = record_get,
	.record_get_many = record_get_many,
	.record_set = host_record_set,
	.record_unset = record_unset,
	.record_bin_names = record_bin_names,
	.record_metadata = record_metadata,
	.record_set_ttl = host_record_set_ttl,
	.record_create = host_record_create,
	.record_update = host_record_update,
	.record_remove = host_record_remove,
	.record_exists = record_exists,
	.log = host_log,
};

aerospike_udf_go_call host_call(aerospike_udf_go_log_level log_level)
{
	return (aerospike_udf_go_call){
		.size = sizeof(aerospike_udf_go_call), .log_level = log_level, .host = &host_table};
}
