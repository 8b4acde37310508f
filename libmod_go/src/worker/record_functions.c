/* record_functions.c - the host table's functions about records. */
#include <stdio.h>
#include <string.h>

#include "value/value_check.h"
#include "worker/call.h"
#include "worker/record.h"

static int read_answer(mod_go_reader *reader, aerospike_udf_go_value *value)
{
	int status = (int)mod_go_read_number(reader);

	mod_go_read_value(reader, value);
	return status;
}

/* Refuses a bin that did not come with its record, and that can no longer be asked for. No record has a bin whose name
 * is not valid. */
static int refuse_unnamed(const char *name, size_t length, aerospike_udf_go_value *why)
{
	static char reason[160];

	if (length == 0 || length > AEROSPIKE_UDF_GO_BIN_NAME_MAX || memchr(name, 0, length) != NULL)
		return AEROSPIKE_UDF_GO_OK;
	snprintf(reason, sizeof(reason),
	         "the module's manifest does not list the bin %.*s for this function; build the module again",
	         (int)length, name);
	return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, reason);
}

static int record_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                      size_t name_length, aerospike_udf_go_value *value)
{
	struct cell *cell;
	mod_go_writer writer;
	mod_go_reader reader;
	int status;

	record_take_writes(record, call);
	cell = record_find(record, name, name_length);
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (cell != NULL) {
		*value = cell->value;
		return AEROSPIKE_UDF_GO_OK;
	}
	if (record->complete)
		return AEROSPIKE_UDF_GO_OK;
	if (record->named_only)
		return refuse_unnamed(name, name_length, value);
	record_settle(record);
	call_request(&writer);
	mod_go_write_text(&writer, name, name_length);
	reader = call_ask(&writer, MOD_GO_MESSAGE_GET);
	status = read_answer(&reader, value);
	if (status != AEROSPIKE_UDF_GO_OK)
		return status;
	name = call_copy(name, name_length);
	cell = name != NULL ? record_add(record, name, name_length) : NULL;
	if (cell != NULL && record_set_cell(cell, value))
		*value = cell->value;
	else if (cell != NULL)
		record->count--; /* no memory to keep it, but the answer is still valid */
	return status;
}

static int record_get_many(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
                           size_t names_length, uint32_t count, aerospike_udf_go_value *values)
{
	size_t offset = 0, length;

	for (uint32_t i = 0; i < count; i++) {
		const char *name = mod_go_next_name(names, names_length, &offset, &length);
		int status = name != NULL ? record_get(call, record, (char *)(uintptr_t)name, length, &values[i])
		                          : AEROSPIKE_UDF_GO_BAD_ARGUMENTS;

		if (status != AEROSPIKE_UDF_GO_OK)
			return status;
	}
	return offset == names_length ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_BAD_ARGUMENTS;
}

static int record_set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                      size_t name_length, uint32_t type, int64_t integer, uint8_t *data, size_t length,
                      aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = type, .integer = integer, .data = data, .length = length};

	record_take_writes(record, call);
	record_settle(record);
	return record_write(record, name, name_length, &value, why);
}

static int record_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                        size_t name_length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value nil = {.type = AEROSPIKE_UDF_GO_NIL};

	record_take_writes(record, call);
	record_settle(record);
	return record_write(record, name, name_length, &nil, why);
}

/* Lists the names of the cells' bins, where the record has no others. */
static int known_names(const aerospike_udf_go_record *record, aerospike_udf_go_value *names)
{
	size_t length = 0;
	char *text;

	for (size_t i = 0; i < record->count; i++)
		length += record->cells[i].name_length + 1;
	text = call_memory(length + 1);
	if (text == NULL)
		return AEROSPIKE_UDF_GO_INTERNAL;
	length = 0;
	for (size_t i = 0; i < record->count; i++) {
		const struct cell *cell = &record->cells[i];

		if (cell->value.type == AEROSPIKE_UDF_GO_NIL)
			continue;
		memcpy(text + length, cell->name, cell->name_length);
		length += cell->name_length;
		text[length++] = '\0';
	}
	*names = mod_go_string_value(text, length);
	return AEROSPIKE_UDF_GO_OK;
}

/* Keeps the host's refusal of writes for the next store. */
static void remember_refusal(aerospike_udf_go_record *record, mod_go_reader *reader)
{
	int status = (int)mod_go_read_number(reader);
	size_t length;
	const char *why = mod_go_read_text(reader, &length);

	if (status == AEROSPIKE_UDF_GO_OK || record->refused != AEROSPIKE_UDF_GO_OK)
		return;
	record->refused = status;
	record->refusal = call_copy(why, length);
	record->refusal_length = record->refusal != NULL ? length : 0;
}

static int record_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                            aerospike_udf_go_value *names)
{
	mod_go_writer writer;
	mod_go_reader reader;

	record_take_writes(record, call);
	if (record->complete)
		return known_names(record, names);
	if (record->named_only)
		return mod_go_refuse_value(names, AEROSPIKE_UDF_GO_REFUSED,
		                           "the module's manifest does not say that this function lists the bins of "
		                           "a record; build the module again");
	record_settle(record);
	call_request(&writer);
	record_flush(record, &writer);
	reader = call_ask(&writer, MOD_GO_MESSAGE_NAMES);
	remember_refusal(record, &reader);
	return read_answer(&reader, names);
}

static int record_metadata(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                           aerospike_udf_go_metadata *metadata)
{
	uint32_t size = metadata->size;
	mod_go_writer writer;
	mod_go_reader reader;

	record_take_writes(record, call);
	record_settle(record);
	if (record->metadata_head.status == MOD_GO_METADATA_DEFERRED) {
		record->metadata_head.status =
			AEROSPIKE_UDF_GO_INTERNAL; /* where there is no memory for the answer */
		call_request(&writer);
		record_flush(record, &writer);
		reader = call_ask(&writer, MOD_GO_MESSAGE_METADATA);
		remember_refusal(record, &reader);
		record_copy_metadata(record, &reader);
	}
	if (record->metadata_head.status != AEROSPIKE_UDF_GO_OK)
		return record->metadata_head.status;
	record->metadata.size = size;
	memcpy(metadata, &record->metadata, size < sizeof(*metadata) ? size : sizeof(*metadata));
	return AEROSPIKE_UDF_GO_OK;
}

static int record_exists(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t *exists)
{
	(void)call;
	*exists = record->metadata_head.present;
	return record->metadata_head.present_status;
}

static int record_set_ttl(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl)
{
	(void)call;
	record_settle(record);
	record->ttl = ttl;
	record->sets_ttl = true;
	return AEROSPIKE_UDF_GO_OK;
}

static void give_why(aerospike_udf_go_value *why, const char *text, size_t length)
{
	if (why != NULL && length > 0)
		*why = mod_go_string_value(text, length);
}

/* Forgets the bins: each is asked for again. */
static void forget(aerospike_udf_go_record *record)
{
	record->count = 0;
	record->written = 0;
	record->complete = false;
}

/* Has the host perform an operation. */
static int ask_to_store(aerospike_udf_go_record *record, uint32_t operation, aerospike_udf_go_value *why)
{
	mod_go_writer writer;
	mod_go_reader reader;
	const char *text;
	size_t length;
	int status;

	call_request(&writer);
	record_flush(record, &writer);
	mod_go_write_number(&writer, operation);
	reader = call_ask(&writer, MOD_GO_MESSAGE_STORE);
	status = (int)mod_go_read_number(&reader);
	text = mod_go_read_text(&reader, &length);
	give_why(why, text, length);
	record_copy_metadata(record, &reader);
	if (status != AEROSPIKE_UDF_GO_OK || operation == MOD_GO_STORE_REMOVE)
		forget(record);
	return status;
}

void record_settle(aerospike_udf_go_record *record)
{
	uint32_t operation = record->deferred;
	aerospike_udf_go_value why;

	record->deferred = 0;
	if (operation != 0 && ask_to_store(record, operation, &why) != AEROSPIKE_UDF_GO_OK)
		record->again = true;
}

/* Whether the host will not refuse the operation, as far as can be known here. */
static bool will_succeed(const aerospike_udf_go_record *record, uint32_t operation)
{
	if (record->metadata_head.present_status != AEROSPIKE_UDF_GO_OK ||
	    record->metadata_head.present != (operation == MOD_GO_STORE_UPDATE))
		return false;
	for (size_t i = 0; i < record->count; i++) {
		const struct cell *cell = &record->cells[i];

		if (cell->written &&
		    (cell->name_length == 0 || cell->name_length > AEROSPIKE_UDF_GO_BIN_NAME_MAX ||
		     memchr(cell->name, '\0', cell->name_length) != NULL ||
		     mod_go_utf8_end((const uint8_t *)cell->name, cell->name_length) != cell->name_length ||
		     mod_go_value_check(&cell->value).what != NULL))
			return false;
	}
	return true;
}

static int store(aerospike_udf_go_record *record, uint32_t operation, aerospike_udf_go_value *why)
{
	int status = record->refused;

	record_settle(record);
	record->refused = AEROSPIKE_UDF_GO_OK;
	if (status != AEROSPIKE_UDF_GO_OK && operation != MOD_GO_STORE_REMOVE) {
		give_why(why, record->refusal, record->refusal_length);
		return status;
	}
	if (record->again)
		return AEROSPIKE_UDF_GO_REFUSED;
	if (operation == MOD_GO_STORE_REMOVE)
		record->may_defer = false; /* what the host does after it is not known here */
	if (!record->may_defer || !will_succeed(record, operation))
		return ask_to_store(record, operation, why);
	record->deferred = operation;
	record->metadata_head = (mod_go_metadata_head){
		.present = 1, .present_status = AEROSPIKE_UDF_GO_OK, .status = MOD_GO_METADATA_DEFERRED};
	return AEROSPIKE_UDF_GO_OK;
}

static int record_create(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	record_take_writes(record, call);
	return store(record, MOD_GO_STORE_CREATE, why);
}

static int record_update(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	record_take_writes(record, call);
	return store(record, MOD_GO_STORE_UPDATE, why);
}

static int record_remove(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	record_take_writes(record, call);
	return store(record, MOD_GO_STORE_REMOVE, why);
}

void record_functions(aerospike_udf_go_host *host, uint32_t functions)
{
	*host = (aerospike_udf_go_host){.size = sizeof(*host)};
#define OFFER(bit, name)                                                                                     \
	if ((functions & (bit)) != 0)                                                                            \
		host->name = name;
	OFFER(MOD_GO_HAS_GET, record_get)
	OFFER(MOD_GO_HAS_GET, record_get_many)
	OFFER(MOD_GO_HAS_SET, record_set)
	OFFER(MOD_GO_HAS_UNSET, record_unset)
	OFFER(MOD_GO_HAS_NAMES, record_bin_names)
	OFFER(MOD_GO_HAS_METADATA, record_metadata)
	OFFER(MOD_GO_HAS_TTL, record_set_ttl)
	OFFER(MOD_GO_HAS_CREATE, record_create)
	OFFER(MOD_GO_HAS_UPDATE, record_update)
	OFFER(MOD_GO_HAS_REMOVE, record_remove)
	OFFER(MOD_GO_HAS_EXISTS, record_exists)
#undef OFFER
}
