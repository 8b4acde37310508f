/* record.c - the record of a benchmark. host.c has the functions that modules call. */
#include "bench/record.h"

#include <stdlib.h>
#include <string.h>

#include "value/value_check.h"

const bench_bin *bench_record_find(const aerospike_udf_go_record *record, const char *name, size_t length)
{
	for (size_t i = 0; i < record->count; i++) {
		const bench_bin *bin = &record->bins[i];

		if (bin->name_length == length && memcmp(bin->name, name, length) == 0)
			return bin;
	}
	return NULL;
}

static bool copy_value(aerospike_udf_go_value *to, const aerospike_udf_go_value *from)
{
	*to = *from;
	if (!mod_go_type_has_data(from->type))
		return true;
	to->data = malloc(from->length + 1); /* never 0 bytes */
	if (to->data != NULL && from->length > 0)
		memcpy(to->data, from->data, from->length);
	return to->data != NULL;
}

static void free_value(bench_bin *bin)
{
	if (bin->owned)
		free(bin->value.data);
}

static void remove_bin(aerospike_udf_go_record *record, bench_bin *bin)
{
	free_value(bin);
	record->count--;
	*bin = record->bins[record->count];
}

const char *bench_record_set(aerospike_udf_go_record *record, const char *name, size_t length,
                             const aerospike_udf_go_value *value)
{
	const char *fault = mod_go_bin_name_fault(name, length);
	bench_bin *bin = fault == NULL ? (bench_bin *)(uintptr_t)bench_record_find(record, name, length) : NULL;
	aerospike_udf_go_value copy;

	if (fault == NULL)
		fault = mod_go_value_check(value).what;
	if (fault != NULL)
		return fault;
	record->changed = true;
	if (value->type == AEROSPIKE_UDF_GO_NIL) {
		if (bin != NULL)
			remove_bin(record, bin);
		return NULL;
	}
	if (bin == NULL && record->count == BENCH_BINS_MAX)
		return "a record has at most 512 bins";
	if (!copy_value(&copy, value))
		return "the host has no memory";
	if (bin != NULL) {
		free_value(bin);
	} else {
		bin = &record->bins[record->count++];
		memset(bin->name, 0, sizeof(bin->name));
		memcpy(bin->name, name, length);
		bin->name_length = length;
	}
	bin->value = copy;
	bin->owned = true;
	return NULL;
}

bool bench_record_add(aerospike_udf_go_record *record, const bench_bin *bin)
{
	bench_bin *grown;

	if (record->sample_count == BENCH_BINS_MAX)
		return false;
	grown = realloc(record->sample, (record->sample_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return false;
	record->sample = grown;
	grown[record->sample_count] = *bin;
	grown[record->sample_count++].owned = false; /* a call must not free it */
	return true;
}

void bench_record_clear(aerospike_udf_go_record *record)
{
	for (size_t i = 0; i < record->count; i++)
		free_value(&record->bins[i]);
	record->count = 0;
	record->changed = true;
}

void bench_record_store(aerospike_udf_go_record *record)
{
	record->exists = true;
	record->has_stored = record->count > 0;
	record->changed = true;
}

void bench_record_reset(aerospike_udf_go_record *record)
{
	if (!record->changed)
		return;
	bench_record_clear(record);
	if (record->sample_count > 0)
		memcpy(record->bins, record->sample, record->sample_count * sizeof(*record->sample));
	record->count = record->sample_count;
	record->exists = record->has_stored = record->sample_count > 0;
	record->changed = false;
}
