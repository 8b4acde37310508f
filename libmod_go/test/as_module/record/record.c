/* record.c - the hooks of as_rec and as_aerospike over records in memory. */
#include "record.h"

#include <aerospike/as_msgpack.h>
#include <aerospike/as_serializer.h>
#include <aerospike/as_types.h>
#include <citrusleaf/alloc.h>
#include <stdio.h>
#include <string.h>

struct record *record_of(const as_rec *rec)
{
	return rec->data;
}

static record_bin *find(record_bin *bins, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(bins[i].name, name) == 0)
			return &bins[i];
	}
	return NULL;
}

/* Sets a bin, which owns the value. False where there are too many. */
static bool put(record_bin *bins, uint32_t *count, const char *name, as_val *value, bool dirty)
{
	record_bin *bin = find(bins, *count, name);

	if (bin == NULL && *count == RECORD_BINS)
		return false;
	if (bin == NULL) {
		bin = &bins[(*count)++];
		strcpy(bin->name, name);
	} else {
		as_val_destroy(bin->value);
	}
	bin->value = value;
	bin->dirty = dirty;
	return true;
}

static void clear(record_bin *bins, uint32_t *count)
{
	for (uint32_t i = 0; i < *count; i++)
		as_val_destroy(bins[i].value);
	*count = 0;
}

static bool destroy(as_rec *rec)
{
	struct record *record = record_of(rec);

	clear(record->bins, &record->count);
	clear(record->stored, &record->stored_count);
	if (record->destroyed != NULL)
		++*record->destroyed;
	cf_free(record);
	return true;
}

static uint32_t hashcode(const as_rec *rec)
{
	(void)rec;
	return 0;
}

/* The value as it is read after it was stored. */
static as_val *copy(const as_val *value)
{
	as_serializer serializer;
	as_buffer bytes;
	as_val *made = NULL;

	as_msgpack_init(&serializer);
	as_buffer_init(&bytes);
	if (as_serializer_serialize(&serializer, (as_val *)(uintptr_t)value, &bytes) == 0)
		as_serializer_deserialize(&serializer, &bytes, &made);
	as_buffer_destroy(&bytes);
	as_serializer_destroy(&serializer);
	return made;
}

static as_val *get(const as_rec *rec, const char *name)
{
	struct record *record = record_of(rec);
	record_bin *bin = find(record->bins, record->count, name);
	as_val *value;

	if (bin != NULL)
		return bin->value;
	record->complaints += !record->exists;
	bin = record->exists ? find(record->stored, record->stored_count, name) : NULL;
	if (bin == NULL)
		return NULL;
	value = copy(bin->value);
	put(record->bins, &record->count, name, value, false);
	return value;
}

static int set(const as_rec *rec, const char *name, const as_val *value)
{
	struct record *record = record_of(rec);

	if (record->refusal == 0 && strlen(name) < sizeof(record->bins->name) &&
	    put(record->bins, &record->count, name, (as_val *)(uintptr_t)value, true))
		return 0;
	as_val_destroy(value);
	return record->refusal != 0 ? record->refusal : 1;
}

static void remove_stored(struct record *record, const char *name)
{
	record_bin *bin = find(record->stored, record->stored_count, name);

	if (bin == NULL)
		return;
	as_val_destroy(bin->value);
	*bin = record->stored[--record->stored_count];
}

/* Stores the bins that were set. */
static void store(struct record *record)
{
	for (uint32_t i = 0; i < record->count; i++) {
		record_bin *bin = &record->bins[i];

		if (!bin->dirty)
			continue;
		bin->dirty = false;
		if (as_val_type(bin->value) == AS_NIL) {
			remove_stored(record, bin->name);
			*bin = record->bins[--record->count];
			i--;
		} else {
			put(record->stored, &record->stored_count, bin->name, copy(bin->value), false);
		}
	}
}

void record_store(const as_rec *rec)
{
	struct record *record = record_of(rec);

	store(record);
	clear(record->bins, &record->count);
	record->next_ttl = record->ttl;
}

void record_end(const as_rec *rec)
{
	struct record *record = record_of(rec);

	clear(record->bins, &record->count);
	record->exists = record->exists && record->stored_count > 0;
	record->ttl = record->next_ttl;
}

static uint32_t ttl(const as_rec *rec)
{
	record_of(rec)->complaints += !record_of(rec)->exists;
	return record_of(rec)->exists ? record_of(rec)->ttl : 0;
}

static uint64_t last_update_time(const as_rec *rec)
{
	record_of(rec)->complaints += !record_of(rec)->exists;
	return record_of(rec)->exists ? record_of(rec)->last_update : 0;
}

static uint16_t gen(const as_rec *rec)
{
	record_of(rec)->complaints += !record_of(rec)->exists;
	return record_of(rec)->exists ? record_of(rec)->generation : 0;
}

static uint32_t size(const as_rec *rec)
{
	return 100 + 10 * record_of(rec)->stored_count;
}

static as_val *key(const as_rec *rec)
{
	const char *text = record_of(rec)->key;

	return text != NULL ? (as_val *)as_string_new_strdup(text) : NULL;
}

static const char *setname(const as_rec *rec)
{
	return record_of(rec)->set_name;
}

static uint16_t numbins(const as_rec *rec)
{
	const struct record *record = record_of(rec);

	return record->exists ? (uint16_t)record->stored_count : 0;
}

static int bin_names(const as_rec *rec, as_rec_bin_names_callback callback, void *context)
{
	static _Thread_local char names[RECORD_BINS * sizeof(((record_bin *)NULL)->name)];
	struct record *record = record_of(rec);

	record->complaints += !record->exists;
	if (!record->exists)
		return -1;
	for (uint32_t i = 0; i < record->stored_count; i++)
		memcpy(names + sizeof(record->stored->name) * i, record->stored[i].name,
		       sizeof(record->stored->name));
	callback(names, record->stored_count, sizeof(record->stored->name), context);
	return 0;
}

static as_bytes *digest(const as_rec *rec)
{
	uint8_t *bytes = cf_malloc(20);

	(void)rec;
	for (uint8_t i = 0; i < 20; i++)
		bytes[i] = i;
	return as_bytes_new_wrap(bytes, 20, true);
}

static int set_ttl(const as_rec *rec, uint32_t seconds)
{
	record_of(rec)->next_ttl = seconds == UINT32_MAX ? 0 : seconds;
	return 0;
}

/* The server's hooks, without as_rec_remove. */
static const as_rec_hooks rec_hooks = {
	.destroy = destroy,
	.hashcode = hashcode,
	.get = get,
	.set = set,
	.ttl = ttl,
	.last_update_time = last_update_time,
	.gen = gen,
	.size = size,
	.key = key,
	.setname = setname,
	.numbins = numbins,
	.bin_names = bin_names,
	.digest = digest,
	.set_ttl = set_ttl,
};

as_rec *record_new(void)
{
	struct record *made = cf_calloc(1, sizeof(*made));

	made->exists = true;
	return as_rec_new(made, &rec_hooks);
}

static int rec_create(const as_aerospike *aerospike, const as_rec *rec)
{
	struct record *record = record_of(rec);

	(void)aerospike;
	if ((record->exists && record->stored_count > 0) || record->refusal != 0)
		return record->refusal != 0 ? record->refusal : 1;
	record->exists = true;
	record->creates++;
	store(record);
	return 0;
}

static int rec_update(const as_aerospike *aerospike, const as_rec *rec)
{
	struct record *record = record_of(rec);

	(void)aerospike;
	if (!record->exists || record->refusal != 0)
		return record->refusal != 0 ? record->refusal : -2;
	record->updates++;
	store(record);
	return 0;
}

static int rec_remove(const as_aerospike *aerospike, const as_rec *rec)
{
	struct record *record = record_of(rec);

	(void)aerospike;
	if (!record->exists || record->refusal != 0)
		return record->refusal != 0 ? record->refusal : 1;
	clear(record->bins, &record->count);
	clear(record->stored, &record->stored_count);
	record->removes++;
	return 0;
}

static int rec_exists(const as_aerospike *aerospike, const as_rec *rec)
{
	(void)aerospike;
	return record_of(rec)->exists;
}

static int write_log(const as_aerospike *aerospike, const char *file, const int line, const int level,
                     const char *message)
{
	record_log *log = aerospike->source;
	size_t used = log != NULL ? strlen(log->text) : 0;

	if (log != NULL)
		snprintf(log->text + used, sizeof(log->text) - used, "%d %s:%d %s\n", level, file, line, message);
	return 0;
}

static const as_aerospike_hooks aerospike_hooks = {
	.rec_create = rec_create,
	.rec_update = rec_update,
	.rec_remove = rec_remove,
	.rec_exists = rec_exists,
	.log = write_log,
};

void record_aerospike(as_aerospike *aerospike, record_log *log)
{
	as_aerospike_init(aerospike, log, &aerospike_hooks);
}
