/* host_bins.c - the bins of a record. Changes stay in memory until the record is created or updated (host_table.c). */
#include "as_module/host_table.h"

#include <aerospike/as_nil.h>
#include <stdio.h>
#include <string.h>

#include "value/value_check.h"
#include "as_module/val_conversion.h"

/* A bin's name with a NUL, as Aerospike needs it. */
typedef struct bin_name {
	char text[MOD_GO_BIN_NAME_SIZE];
} bin_name;

/* False for a name that no bin can have. */
static bool copy_name(bin_name *name, const char *text, size_t length)
{
	if (length == 0 || length > AEROSPIKE_UDF_GO_BIN_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\0')
			return false;
		name->text[i] = text[i];
	}
	name->text[length] = '\0';
	return true;
}

/* Checks and copies the name of a bin to write. Returns what is wrong, or NULL. */
static const char *take_name(bin_name *name, const char *text, size_t length)
{
	const char *fault = mod_go_bin_name_fault(text, length);

	if (fault == NULL)
		copy_name(name, text, length);
	return fault;
}

static bool is_changed(const mod_go_host_call *host_call, const char *name)
{
	for (uint32_t i = 0; i < host_call->changed_count; i++) {
		if (strcmp(host_call->changed[i], name) == 0)
			return true;
	}
	return false;
}

/* Returns NULL for a bin that does not exist. The server logs a complaint where a record does not exist and the call
 * has not set the bin, so it is not asked then. */
static const as_val *read_bin(const mod_go_host_call *host_call, const as_rec *record, const char *name)
{
	if (as_aerospike_rec_exists(host_call->aerospike, record) != 1 && !is_changed(host_call, name))
		return NULL;
	return as_rec_get(record, name);
}

static int get(mod_go_host_call *host_call, const as_rec *record, const char *name, size_t name_length,
               aerospike_udf_go_value *value)
{
	const as_val *val;
	const char *fault;
	bin_name bin;

	if (host_call == NULL)
		return mod_go_host_refuse(value, MOD_GO_NO_RECORD);
	/* A bin with an impossible name does not exist. */
	val = copy_name(&bin, name, name_length) ? read_bin(host_call, record, bin.text) : NULL;
	fault = mod_go_value_from_val(val, &host_call->borrowed, value);
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_host_refuse(value, fault);
}

/* Prefetches one bin. One that cannot be converted is left out, so that record_get reports why. */
static void prefetch(mod_go_host_call *host_call, const aerospike_udf_go_record *record, const char *text,
                     char *name, size_t name_length)
{
	aerospike_udf_go_bin *bin = &host_call->bins[host_call->call.bin_count];
	const as_val *val = read_bin(host_call, (const as_rec *)record, text);
	int type = as_val_type(val);

	if (type == AS_LIST || type == AS_MAP ||
	    mod_go_value_from_val(val, &host_call->borrowed, &bin->value) != NULL)
		return;
	bin->name = name;
	bin->name_length = name_length;
	host_call->call.bin_count++;
}

static void prefetch_named(mod_go_host_call *host_call, const mod_go_function *function,
                           const aerospike_udf_go_record *record, const mod_go_arguments *arguments)
{
	size_t count;
	const uint32_t *positions = mod_go_function_bin_arguments(function, &count);

	for (size_t i = 0; i < count && host_call->call.bin_count < MOD_GO_BINS; i++) {
		const aerospike_udf_go_value *name =
			positions[i] < arguments->count ? &arguments->values[positions[i]] : NULL;
		bin_name bin;

		if (name == NULL || name->type != AEROSPIKE_UDF_GO_STRING ||
		    !copy_name(&bin, (char *)name->data, name->length) ||
		    mod_go_is_prefetched(&host_call->call, bin.text, name->length))
			continue;
		prefetch(host_call, record, bin.text, (char *)name->data, name->length);
	}
}

void mod_go_host_prefetch_bins(mod_go_host_call *host_call, const mod_go_function *function,
                               const aerospike_udf_go_record *record, const mod_go_arguments *arguments)
{
	size_t count;
	const aerospike_udf_go_bin *known = mod_go_function_bins(function, &count);

	for (size_t i = 0; i < count && i < MOD_GO_BINS; i++)
		prefetch(host_call, record, known[i].name, known[i].name, known[i].name_length);
	prefetch_named(host_call, function, record, arguments);
}

int mod_go_host_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                    size_t name_length, aerospike_udf_go_value *value)
{
	return get(mod_go_host_begin(call, record), (as_rec *)record, name, name_length, value);
}

int mod_go_host_get_many(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
                         size_t names_length, uint32_t count, aerospike_udf_go_value *values)
{
	mod_go_host_call *host_call = mod_go_host_begin(call, record);
	size_t offset = 0, length;

	for (uint32_t i = 0; i < count; i++) {
		const char *name = mod_go_next_name(names, names_length, &offset, &length);
		int status = name != NULL ? get(host_call, (as_rec *)record, name, length, &values[i])
		                          : AEROSPIKE_UDF_GO_BAD_ARGUMENTS;

		if (status != AEROSPIKE_UDF_GO_OK)
			return status;
	}
	return offset == names_length ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_BAD_ARGUMENTS;
}

/* Beyond the number of bins that a record may have, storing it fails. */
static void note_changed(mod_go_host_call *host_call, const bin_name *name)
{
	if (host_call->changed_count < MOD_GO_RECORD_BINS && !is_changed(host_call, name->text))
		memcpy(host_call->changed[host_call->changed_count++], name->text, sizeof(name->text));
}

/* These return what is wrong, or NULL. */
static const char *remove_bin(mod_go_host_call *host_call, aerospike_udf_go_record *record, const char *name,
                              size_t name_length)
{
	bin_name bin;
	const char *fault = take_name(&bin, name, name_length);

	/* The server's records have no hook for as_rec_remove: setting nil removes a bin. */
	if (fault == NULL && as_rec_set((as_rec *)record, bin.text, (as_val *)(uintptr_t)&as_nil) != 0)
		fault = "Aerospike would not remove the bin";
	if (fault == NULL)
		note_changed(host_call, &bin);
	return fault;
}

static const char *set_bin(mod_go_host_call *host_call, aerospike_udf_go_record *record, const char *name,
                           size_t name_length, const aerospike_udf_go_value *value)
{
	bin_name bin;
	const char *fault = take_name(&bin, name, name_length);
	as_val *val;

	if (fault == NULL)
		fault = mod_go_value_check(value).what;
	if (fault == NULL)
		fault = mod_go_value_to_val(value, &val);
	if (fault == NULL && as_rec_set((as_rec *)record, bin.text, val) != 0) /* owns the value in any case */
		fault = "Aerospike would not set the bin";
	if (fault == NULL)
		note_changed(host_call, &bin);
	return fault;
}

/* Performs one buffered write, whose data must be in the call's buffer. */
static const char *write_bin(mod_go_host_call *host_call, aerospike_udf_go_record *record,
                             const aerospike_udf_go_write *write)
{
	size_t length = write->name_length < sizeof(write->name) ? write->name_length : sizeof(write->name);
	size_t before = (size_t)(write->value.data - host_call->write_data);

	if (write->value.type == AEROSPIKE_UDF_GO_NIL)
		return remove_bin(host_call, record, write->name, length);
	if (write->value.data != NULL && (before > sizeof(host_call->write_data) ||
	                                  write->value.length > sizeof(host_call->write_data) - before))
		return "its data is not in the call's buffer";
	return set_bin(host_call, record, write->name, length, &write->value);
}

void mod_go_host_call_apply_writes(mod_go_host_call *host_call, aerospike_udf_go_record *record)
{
	aerospike_udf_go_call *call = &host_call->call;
	uint32_t count = call->write_count < MOD_GO_WRITES ? call->write_count : MOD_GO_WRITES;

	call->write_count = 0;
	call->write_used = 0;
	for (uint32_t i = 0; i < count && record != NULL; i++) {
		const aerospike_udf_go_write *write = &host_call->writes[i];
		const char *fault = write_bin(host_call, record, write);
		size_t length;

		if (fault == NULL || host_call->refused)
			continue;
		host_call->refused = true;
		length = write->name_length < sizeof(write->name) ? write->name_length : 0;
		if (mod_go_utf8_end((const uint8_t *)write->name, length) != length)
			length = 0;
		snprintf(host_call->refusal, sizeof(host_call->refusal), "setting the bin \"%.*s\": %s", (int)length,
		         write->name, fault);
	}
}

int mod_go_host_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                      size_t name_length, aerospike_udf_go_value *why)
{
	const char *fault = MOD_GO_NO_RECORD;

	if (mod_go_host_begin(call, record) != NULL)
		fault = remove_bin(call->context, record, name, name_length);
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_host_refuse(why, fault);
}

int mod_go_host_set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                    size_t name_length, uint32_t type, int64_t integer, uint8_t *data, size_t length,
                    aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {.type = type, .integer = integer, .data = data, .length = length};
	const char *fault = MOD_GO_NO_RECORD;

	if (type == AEROSPIKE_UDF_GO_NIL)
		return mod_go_host_unset(call, record, name, name_length, why);
	if (call->write_count > 0)
		mod_go_host_call_apply_writes(call->context, record);
	if (record != NULL)
		fault = set_bin(call->context, record, name, name_length, &value);
	/* Only now, because the value may be a borrowed one: a bin that was read and is set again. */
	mod_go_host_begin(call, record);
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_host_refuse(why, fault);
}

/* Names in the ABI's form, in borrowed memory. */
typedef struct names_taken {
	mod_go_host_call *host_call;
	char *text; /* NULL where there was no memory */
	size_t length;
} names_taken;

static bool begin_names(names_taken *taken, size_t count, size_t size)
{
	size_t changed = (size_t)taken->host_call->changed_count * MOD_GO_BIN_NAME_SIZE;

	taken->text = mod_go_scratch_take(&taken->host_call->borrowed, count * (size + 1) + changed);
	return taken->text != NULL;
}

static void add_name(names_taken *taken, const char *name, size_t length)
{
	memcpy(taken->text + taken->length, name, length);
	taken->length += length;
	taken->text[taken->length++] = '\0';
}

/* Takes the stored names, one in every `stride` bytes, but for those of changed bins. */
static void take_names(char *names, uint32_t count, uint16_t stride, void *context)
{
	names_taken *taken = context;
	bool begun = begin_names(taken, count, stride);

	for (uint32_t i = 0; i < count && begun; i++) {
		bin_name bin;
		const char *name = names + (size_t)i * stride;
		size_t length = strnlen(name, stride);

		if (!copy_name(&bin, name, length) || !is_changed(taken->host_call, bin.text))
			add_name(taken, name, length);
	}
}

/* Adds the names of the bins that were set and not stored. */
static void add_changed_names(names_taken *taken, const as_rec *record)
{
	const mod_go_host_call *host_call = taken->host_call;

	for (uint32_t i = 0; i < host_call->changed_count; i++) {
		const char *name = host_call->changed[i];
		const as_val *val = as_rec_get(record, name);

		if (val != NULL && as_val_type(val) != AS_NIL)
			add_name(taken, name, strlen(name));
	}
}

int mod_go_host_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                          aerospike_udf_go_value *names)
{
	mod_go_host_call *host_call = mod_go_host_begin(call, record);
	names_taken taken = {.host_call = host_call};

	if (host_call == NULL)
		return mod_go_host_refuse(names, MOD_GO_NO_RECORD);
	if (as_aerospike_rec_exists(host_call->aerospike, (as_rec *)record) != 1)
		begin_names(&taken, 0, 0); /* none is stored, and the server would log a complaint */
	else if (as_rec_bin_names((as_rec *)record, take_names, &taken) != 0)
		return mod_go_host_refuse(names, "Aerospike would not give the names of the bins");
	if (taken.text == NULL)
		return mod_go_host_refuse(names, "the host has no memory for the names of the bins");
	add_changed_names(&taken, (as_rec *)record);
	*names = mod_go_string_value(taken.text, taken.length);
	return AEROSPIKE_UDF_GO_OK;
}
