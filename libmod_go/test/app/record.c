/* record.c - the record in memory. host.c has the functions that modules call. */
#include "record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "value/value_check.h"

static bool value_copy(aerospike_udf_go_value *to, const aerospike_udf_go_value *from)
{
	*to = (aerospike_udf_go_value){.type = from->type, .integer = from->integer};
	if (!mod_go_type_has_data(from->type))
		return true;
	to->length = from->length;
	to->data = malloc(from->length > 0 ? from->length : 1);
	if (to->data == NULL)
		return false;
	if (from->length > 0)
		memcpy(to->data, from->data, from->length);
	return true;
}

static bool value_equal(const aerospike_udf_go_value *a, const aerospike_udf_go_value *b)
{
	if (a->type != b->type || a->length != b->length)
		return false;
	return mod_go_type_has_data(a->type) ? memcmp(a->data, b->data, a->length) == 0
	                                     : a->integer == b->integer;
}

static void bins_clear(struct bins *bins)
{
	for (size_t i = 0; i < bins->count; i++)
		free(bins->items[i].value.data);
	free(bins->items);
	bins->items = NULL;
	bins->count = 0;
}

const struct bin *bins_find(const struct bins *bins, const char *name, size_t name_length)
{
	for (size_t i = 0; i < bins->count; i++) {
		if (strlen(bins->items[i].name) == name_length && memcmp(bins->items[i].name, name, name_length) == 0)
			return &bins->items[i];
	}
	return NULL;
}

static bool bins_copy(struct bins *to, const struct bins *from)
{
	struct bins copy = {calloc(from->count > 0 ? from->count : 1, sizeof(struct bin)), 0};

	if (copy.items == NULL)
		return false;
	for (; copy.count < from->count; copy.count++) {
		copy.items[copy.count] = from->items[copy.count];
		if (!value_copy(&copy.items[copy.count].value, &from->items[copy.count].value)) {
			bins_clear(&copy);
			return false;
		}
	}
	bins_clear(to);
	*to = copy;
	return true;
}

static void bins_remove(struct bins *bins, size_t index)
{
	free(bins->items[index].value.data);
	bins->count--;
	memmove(&bins->items[index], &bins->items[index + 1], (bins->count - index) * sizeof(struct bin));
}

static const char *bins_add(struct bins *bins, const char *name, size_t name_length,
                            const aerospike_udf_go_value *value)
{
	struct bin *grown;

	if (bins->count == RECORD_BINS_MAX)
		return "a record has at most 512 bins";
	grown = realloc(bins->items, (bins->count + 1) * sizeof(struct bin));
	if (grown == NULL)
		return "the host has no memory";
	bins->items = grown;
	memset(&grown[bins->count], 0, sizeof(struct bin));
	memcpy(grown[bins->count].name, name, name_length);
	if (!value_copy(&grown[bins->count].value, value))
		return "the host has no memory";
	bins->count++;
	return NULL;
}

const char *record_set(aerospike_udf_go_record *record, const char *name, size_t name_length,
                       const aerospike_udf_go_value *value)
{
	struct bin *found;
	aerospike_udf_go_value copy;
	const char *fault = mod_go_bin_name_fault(name, name_length);

	if (fault == NULL)
		fault = mod_go_value_check(value).what;
	if (fault != NULL)
		return fault;
	found = (struct bin *)bins_find(&record->working, name, name_length);
	if (value->type == AEROSPIKE_UDF_GO_NIL) {
		if (found != NULL)
			bins_remove(&record->working, (size_t)(found - record->working.items));
		return NULL;
	}
	if (found == NULL)
		return bins_add(&record->working, name, name_length, value);
	if (!value_copy(&copy, value))
		return "the host has no memory";
	free(found->value.data);
	found->value = copy;
	return NULL;
}

const char *record_set_ttl(aerospike_udf_go_record *record, uint32_t ttl)
{
	if (ttl > RECORD_TTL_MAX && ttl != RECORD_TTL_NEVER)
		return "a record lives ten years at most";
	record->next_ttl = ttl;
	return NULL;
}

const char *record_store(aerospike_udf_go_record *record)
{
	struct timespec now;

	if (!bins_copy(&record->stored, &record->working))
		return "the host has no memory";
	clock_gettime(CLOCK_REALTIME, &now);
	record->exists = true;
	record->ttl = record->next_ttl;
	record->last_update = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	return NULL;
}

/* What a record without stored bins has. */
static void forget(aerospike_udf_go_record *record)
{
	bins_clear(&record->stored);
	bins_clear(&record->working);
	record->generation = 0;
	record->ttl = 0;
	record->next_ttl = 0;
	record->last_update = 0;
}

const char *record_create(aerospike_udf_go_record *record)
{
	const char *fault;

	if (record->stored.count > 0)
		return "the record exists already; store changes with update";
	fault = record_store(record);
	if (fault == NULL)
		record->generation = 1;
	return fault;
}

const char *record_update(aerospike_udf_go_record *record)
{
	const char *fault;

	if (!record->exists)
		return "the record does not exist; store it with create";
	fault = record_store(record);
	if (fault == NULL)
		record->generation++;
	if (fault == NULL && record->stored.count == 0)
		forget(record);
	return fault;
}

const char *record_remove(aerospike_udf_go_record *record)
{
	if (!record->exists)
		return "the record does not exist, so it cannot be removed";
	forget(record);
	return NULL;
}

void record_end_call(aerospike_udf_go_record *record)
{
	record->exists = record->stored.count > 0;
}

bool record_has_unstored(const aerospike_udf_go_record *record)
{
	if (record->stored.count != record->working.count)
		return true;
	for (size_t i = 0; i < record->working.count; i++) {
		const struct bin *now = &record->working.items[i];
		const struct bin *before = bins_find(&record->stored, now->name, strlen(now->name));

		if (before == NULL || !value_equal(&before->value, &now->value))
			return true;
	}
	return false;
}

void record_clear(aerospike_udf_go_record *record)
{
	bins_clear(&record->stored);
	bins_clear(&record->working);
	free(record->key.data);
	free(record->names);
	memset(record, 0, sizeof(*record));
}
