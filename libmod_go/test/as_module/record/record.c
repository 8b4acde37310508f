/* record.c - the hooks of as_rec and as_aerospike over records in memory. */
#include "record.h"

#include <aerospike/as_types.h>
#include <citrusleaf/alloc.h>
#include <stdio.h>
#include <string.h>

struct record *record_of(const as_rec *rec)
{
	return rec->data;
}

static record_bin *find(struct record *record, const char *name)
{
	for (uint32_t i = 0; i < record->count; i++) {
		if (strcmp(record->bins[i].name, name) == 0)
			return &record->bins[i];
	}
	return NULL;
}

static bool destroy(as_rec *rec)
{
	struct record *record = record_of(rec);

	for (uint32_t i = 0; i < record->count; i++)
		as_val_destroy(record->bins[i].value);
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

static as_val *get(const as_rec *rec, const char *name)
{
	record_bin *bin = find(record_of(rec), name);

	return bin != NULL ? bin->value : NULL;
}

static int set(const as_rec *rec, const char *name, const as_val *value)
{
	struct record *record = record_of(rec);
	record_bin *bin = find(record, name);

	if (record->refusal != 0 || strlen(name) >= sizeof(bin->name) ||
	    (bin == NULL && record->count == RECORD_BINS)) {
		as_val_destroy(value);
		return record->refusal != 0 ? record->refusal : 1;
	}
	if (bin == NULL) {
		bin = &record->bins[record->count++];
		strcpy(bin->name, name);
	} else {
		as_val_destroy(bin->value);
	}
	/* As in the server, nil removes the bin. */
	bin->value = as_val_type(value) == AS_NIL ? NULL : (as_val *)(uintptr_t)value;
	return 0;
}

static uint32_t ttl(const as_rec *rec)
{
	return record_of(rec)->ttl;
}

static uint64_t last_update_time(const as_rec *rec)
{
	return record_of(rec)->last_update;
}

static uint16_t gen(const as_rec *rec)
{
	return record_of(rec)->generation;
}

static uint32_t size(const as_rec *rec)
{
	return 100 + 10 * record_of(rec)->count;
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
	uint16_t count = 0;

	for (uint32_t i = 0; i < record_of(rec)->count; i++)
		count += record_of(rec)->bins[i].value != NULL;
	return count;
}

static int bin_names(const as_rec *rec, as_rec_bin_names_callback callback, void *context)
{
	static _Thread_local char names[RECORD_BINS * sizeof(((record_bin *)NULL)->name)];
	struct record *record = record_of(rec);
	uint32_t count = 0;

	for (uint32_t i = 0; i < record->count; i++) {
		if (record->bins[i].value != NULL)
			memcpy(names + sizeof(record->bins->name) * count++, record->bins[i].name,
			       sizeof(record->bins->name));
	}
	callback(names, count, sizeof(record->bins->name), context);
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
	record_of(rec)->ttl = seconds == UINT32_MAX ? 0 : seconds;
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
	if (record->exists || record->refusal != 0)
		return record->refusal != 0 ? record->refusal : 1;
	record->exists = true;
	record->creates++;
	record->generation = 1;
	return 0;
}

static int rec_update(const as_aerospike *aerospike, const as_rec *rec)
{
	struct record *record = record_of(rec);

	(void)aerospike;
	if (!record->exists || record->refusal != 0)
		return record->refusal != 0 ? record->refusal : -2;
	record->updates++;
	record->generation++;
	return 0;
}

static int rec_remove(const as_aerospike *aerospike, const as_rec *rec)
{
	struct record *record = record_of(rec);

	(void)aerospike;
	if (!record->exists || record->refusal != 0)
		return record->refusal != 0 ? record->refusal : 1;
	record->exists = false;
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
