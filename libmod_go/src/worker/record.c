/* record.c - the bins and metadata that this worker knows of a record. record_functions.c asks the host for the
 * rest. */
#include "worker/record.h"

#include <stdlib.h>
#include <string.h>

#include "value/value_check.h"
#include "worker/call.h"

struct cell *record_find(const aerospike_udf_go_record *record, const char *name, size_t length)
{
	for (size_t i = 0; i < record->count; i++) {
		if (record->cells[i].name_length == length &&
		    (length == 0 || memcmp(record->cells[i].name, name, length) == 0))
			return &record->cells[i];
	}
	return NULL;
}

struct cell *record_add(aerospike_udf_go_record *record, const char *name, size_t length)
{
	if (record->count == record->capacity) {
		size_t capacity = record->capacity > 0 ? 2 * record->capacity : 32;
		struct cell *grown = realloc(record->cells, capacity * sizeof(*grown));

		if (grown == NULL)
			return NULL;
		record->cells = grown;
		record->capacity = capacity;
	}
	record->cells[record->count] = (struct cell){.name = name, .name_length = length};
	return &record->cells[record->count++];
}

bool record_set_cell(struct cell *cell, const aerospike_udf_go_value *value)
{
	uint8_t *data = cell->value.data;

	if (mod_go_type_has_data(value->type) && value->length > 0) {
		if (value->length > cell->capacity) {
			data = call_memory(value->length);
			if (data == NULL)
				return false;
			cell->capacity = value->length;
		}
		memmove(data, value->data, value->length);
	}
	cell->value = *value;
	cell->value.data = data;
	if (!mod_go_type_has_data(value->type))
		cell->value.length = 0;
	return true;
}

/* Reads a text that must end in a NUL; NULL where it is empty or does not. */
static char *read_ended(mod_go_reader *reader)
{
	size_t length;
	const char *text = mod_go_read_text(reader, &length);

	return length > 0 && text[length - 1] == '\0' ? (char *)(uintptr_t)text : NULL;
}

static void read_metadata(aerospike_udf_go_record *record, mod_go_reader *reader)
{
	aerospike_udf_go_metadata *metadata = &record->metadata;
	const char *digest;
	mod_go_metadata_fields fields;
	size_t length;

	mod_go_read_bytes(reader, &record->metadata_head, sizeof(record->metadata_head));
	if (record->metadata_head.status != AEROSPIKE_UDF_GO_OK)
		return;
	mod_go_read_bytes(reader, &fields, sizeof(fields));
	*metadata = (aerospike_udf_go_metadata){.exists = fields.exists,
	                                        .ttl = fields.ttl,
	                                        .generation = fields.generation,
	                                        .last_update = fields.last_update,
	                                        .storage_size = fields.storage_size};
	digest = mod_go_read_text(reader, &length);
	metadata->digest = length == 20 ? (uint8_t *)(uintptr_t)digest : NULL;
	metadata->namespace_name = read_ended(reader);
	metadata->set_name = read_ended(reader);
	mod_go_read_value(reader, &metadata->key);
}

void record_copy_metadata(aerospike_udf_go_record *record, mod_go_reader *reader)
{
	size_t length = reader->length - reader->offset;
	mod_go_reader copy = {.data = call_copy(reader->data + reader->offset, length), .length = length};

	if (copy.data != NULL)
		read_metadata(record, &copy);
}

void record_begin(aerospike_udf_go_record *record, mod_go_reader *reader, uint32_t bins, bool complete)
{
	record->count = 0;
	record->written = 0;
	record->sets_ttl = false;
	record->refused = AEROSPIKE_UDF_GO_OK;
	record->complete = complete;
	record->named_only = false;
	record->may_defer = false;
	record->deferred = 0;
	record->again = false;
	read_metadata(record, reader);
	for (uint32_t i = 0; i < bins && !reader->failed; i++) {
		size_t length;
		const char *name = mod_go_read_text(reader, &length);
		struct cell *cell = record_add(record, name, length);
		aerospike_udf_go_value value;

		/* Read without memory for it as well: in a batch the next element follows. */
		mod_go_read_value(reader, &value);
		if (cell != NULL)
			cell->value = value;
		else
			record->complete = false;
	}
}

void record_flush(aerospike_udf_go_record *record, mod_go_writer *writer)
{
	mod_go_writes_head head = {0};

	if (record == NULL) {
		mod_go_write_bytes(writer, &head, sizeof(head));
		return;
	}
	if (record->again) /* what this call does no longer counts */
		record->written = record->sets_ttl = 0;
	head = (mod_go_writes_head){
		.count = (uint32_t)record->written, .ttl = record->ttl, .sets_ttl = record->sets_ttl};
	mod_go_write_bytes(writer, &head, sizeof(head));
	for (size_t i = 0; i < record->count && record->written > 0; i++) {
		struct cell *cell = &record->cells[i];

		if (!cell->written)
			continue;
		mod_go_write_text(writer, cell->name, cell->name_length);
		mod_go_write_value(writer, &cell->value);
		cell->written = false;
		record->written--;
	}
	record->sets_ttl = false;
}

static int no_memory(aerospike_udf_go_value *why)
{
	return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_INTERNAL, "the worker has no memory for the bin");
}

int record_write(aerospike_udf_go_record *record, const char *name, size_t name_length,
                 const aerospike_udf_go_value *value, aerospike_udf_go_value *why)
{
	struct cell *cell = record_find(record, name, name_length);
	bool is_new = cell == NULL;

	if (is_new) {
		name = call_copy(name, name_length);
		cell = name != NULL ? record_add(record, name, name_length) : NULL;
		if (cell == NULL)
			return no_memory(why);
	}
	if (!record_set_cell(cell, value)) {
		record->count -= is_new;
		return no_memory(why);
	}
	record->written += !cell->written;
	cell->written = true;
	return AEROSPIKE_UDF_GO_OK;
}
