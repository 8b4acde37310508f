/* host_bins.c - the bins of a record. Changes stay in memory until the record is created or updated (host_table.c). */
#include "as_module/host_table.h"

#include <aerospike/as_nil.h>
#include <stdio.h>
#include <string.h>

#include "value/value_check.h"
#include "as_module/val_conversion.h"

/* A bin's name with a NUL after it, as Aerospike takes names. */
typedef struct bin_name {
	char text[AEROSPIKE_UDF_GO_BIN_NAME_MAX + 1];
} bin_name;

/* False for one that no bin can have. */
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

/* Gives what is wrong with a name that is to be written, NULL where nothing is. */
static const char *take_name(bin_name *name, const char *text, size_t length)
{
	if (length == 0)
		return "a bin must have a name";
	if (length > AEROSPIKE_UDF_GO_BIN_NAME_MAX)
		return "a bin's name has more than 15 bytes";
	if (!copy_name(name, text, length) || mod_go_utf8_end((const uint8_t *)text, length) != length)
		return "a bin's name is not UTF-8, or has a NUL";
	return NULL;
}

static int get(mod_go_host_call *application, const as_rec *record, const char *name, size_t name_length,
               aerospike_udf_go_value *value)
{
	const as_val *val;
	const char *fault;
	bin_name bin;

	if (application == NULL)
		return mod_go_host_refuse(value, MOD_GO_NO_RECORD);
	/* A name that no bin can have is one of a bin that is not there. */
	val = copy_name(&bin, name, name_length) ? as_rec_get(record, bin.text) : NULL;
	fault = mod_go_value_from_val(val, &application->borrowed, value);
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_host_refuse(value, fault);
}

/* Reads a bin into the next place. Its fault, where it has one, is for record_get to tell. */
static void read_one(mod_go_host_call *application, const aerospike_udf_go_record *record, const char *text,
                     char *name, size_t name_length)
{
	aerospike_udf_go_bin *bin = &application->bins[application->call.bin_count];
	const as_val *val = as_rec_get((const as_rec *)record, text);
	int type = as_val_type(val);

	if (type == AS_LIST || type == AS_MAP ||
	    mod_go_value_from_val(val, &application->borrowed, &bin->value) != NULL)
		return;
	bin->name = name;
	bin->name_length = name_length;
	application->call.bin_count++;
}

static bool is_read(const mod_go_host_call *application, const char *name, size_t length)
{
	for (size_t i = 0; i < application->call.bin_count; i++) {
		const aerospike_udf_go_bin *bin = &application->bins[i];

		if (bin->name_length == length && memcmp(bin->name, name, length) == 0)
			return true;
	}
	return false;
}

static void read_named(mod_go_host_call *application, const mod_go_function *function,
                       const aerospike_udf_go_record *record, const mod_go_arguments *arguments)
{
	size_t count;
	const uint32_t *positions = mod_go_function_bin_arguments(function, &count);

	for (size_t i = 0; i < count && application->call.bin_count < MOD_GO_BINS; i++) {
		const aerospike_udf_go_value *name =
			positions[i] < arguments->count ? &arguments->values[positions[i]] : NULL;
		bin_name bin;

		if (name == NULL || name->type != AEROSPIKE_UDF_GO_STRING ||
		    !copy_name(&bin, (char *)name->data, name->length) ||
		    is_read(application, bin.text, name->length))
			continue;
		read_one(application, record, bin.text, (char *)name->data, name->length);
	}
}

void mod_go_host_prefetch_bins(mod_go_host_call *application, const mod_go_function *function,
                               const aerospike_udf_go_record *record, const mod_go_arguments *arguments)
{
	size_t count;
	const aerospike_udf_go_bin *known = mod_go_function_bins(function, &count);

	for (size_t i = 0; i < count && i < MOD_GO_BINS; i++)
		read_one(application, record, known[i].name, known[i].name, known[i].name_length);
	read_named(application, function, record, arguments);
}

int mod_go_host_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                    size_t name_length, aerospike_udf_go_value *value)
{
	return get(mod_go_host_begin(call, record), (as_rec *)record, name, name_length, value);
}

int mod_go_host_get_many(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *names,
                         size_t names_length, uint32_t count, aerospike_udf_go_value *values)
{
	mod_go_host_call *application = mod_go_host_begin(call, record);
	size_t at = 0;

	for (uint32_t i = 0; i < count; i++) {
		char *end = at < names_length ? memchr(names + at, '\0', names_length - at) : NULL;
		int status;

		if (end == NULL)
			return AEROSPIKE_UDF_GO_BAD_ARGUMENTS; /* fewer names than announced */
		status = get(application, (as_rec *)record, names + at, (size_t)(end - names) - at, &values[i]);
		if (status != AEROSPIKE_UDF_GO_OK)
			return status;
		at = (size_t)(end - names) + 1;
	}
	return at == names_length ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_BAD_ARGUMENTS;
}

/* Removes or sets a bin. Gives what is wrong, NULL where nothing is. */
static const char *remove_bin(aerospike_udf_go_record *record, const char *name, size_t name_length)
{
	bin_name bin;
	const char *fault = take_name(&bin, name, name_length);

	/* Nil is how the server is told; its records have no hook for as_rec_remove. */
	if (fault == NULL && as_rec_set((as_rec *)record, bin.text, (as_val *)(uintptr_t)&as_nil) != 0)
		fault = "Aerospike would not remove the bin";
	return fault;
}

static const char *set_bin(aerospike_udf_go_record *record, const char *name, size_t name_length,
                           const aerospike_udf_go_value *value)
{
	bin_name bin;
	const char *fault = take_name(&bin, name, name_length);
	as_val *val;

	if (fault == NULL)
		fault = mod_go_value_check(value).what;
	if (fault == NULL)
		fault = mod_go_value_to_val(value, &val);
	if (fault == NULL && as_rec_set((as_rec *)record, bin.text, val) != 0) /* takes the value in any case */
		fault = "Aerospike would not set the bin";
	return fault;
}

/* Does one write; what it points to must be where the module was to put it. */
static const char *write_bin(mod_go_host_call *application, aerospike_udf_go_record *record,
                             const aerospike_udf_go_write *write)
{
	size_t length = write->name_length < sizeof(write->name) ? write->name_length : sizeof(write->name);
	size_t before = (size_t)(write->value.data - application->write_data);

	if (write->value.type == AEROSPIKE_UDF_GO_NIL)
		return remove_bin(record, write->name, length);
	if (write->value.data != NULL && (before > sizeof(application->write_data) ||
	                                  write->value.length > sizeof(application->write_data) - before))
		return "its data is not in the room for that";
	return set_bin(record, write->name, length, &write->value);
}

void mod_go_host_call_apply_writes(mod_go_host_call *application, aerospike_udf_go_record *record)
{
	aerospike_udf_go_call *call = &application->call;
	uint32_t count = call->write_count < MOD_GO_WRITES ? call->write_count : MOD_GO_WRITES;

	call->write_count = 0;
	call->write_used = 0;
	for (uint32_t i = 0; i < count && record != NULL; i++) {
		const aerospike_udf_go_write *write = &application->writes[i];
		const char *fault = write_bin(application, record, write);
		size_t length;

		if (fault == NULL || application->refused)
			continue;
		application->refused = true;
		length = write->name_length < sizeof(write->name) ? write->name_length : 0;
		if (mod_go_utf8_end((const uint8_t *)write->name, length) != length)
			length = 0;
		snprintf(application->refusal, sizeof(application->refusal), "setting the bin \"%.*s\": %s",
		         (int)length, write->name, fault);
	}
}

int mod_go_host_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                      size_t name_length, aerospike_udf_go_value *why)
{
	const char *fault = MOD_GO_NO_RECORD;

	if (mod_go_host_begin(call, record) != NULL)
		fault = remove_bin(record, name, name_length);
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
		fault = set_bin(record, name, name_length, &value);
	/* Only now, for the value may be one that was lent: a bin read and set again. */
	mod_go_host_begin(call, record);
	return fault == NULL ? AEROSPIKE_UDF_GO_OK : mod_go_host_refuse(why, fault);
}

/* The names as Aerospike gives them, one in every `stride` bytes, on their way to the ABI's form. */
typedef struct names_taken {
	mod_go_scratch *scratch;
	char *text;
	size_t length;
} names_taken;

static void take_names(char *names, uint32_t count, uint16_t stride, void *context)
{
	names_taken *taken = context;

	taken->text = mod_go_scratch_take(taken->scratch, (size_t)count * (stride + 1) + 1);
	for (uint32_t i = 0; i < count && taken->text != NULL; i++) {
		size_t length = strnlen(names + (size_t)i * stride, stride);

		memcpy(taken->text + taken->length, names + (size_t)i * stride, length);
		taken->length += length;
		taken->text[taken->length++] = '\0';
	}
}

int mod_go_host_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                          aerospike_udf_go_value *names)
{
	mod_go_host_call *application = mod_go_host_begin(call, record);
	names_taken taken = {.scratch = application != NULL ? &application->borrowed : NULL};

	if (application == NULL)
		return mod_go_host_refuse(names, MOD_GO_NO_RECORD);
	*names = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_STRING};
	if (as_aerospike_rec_exists(application->aerospike, (as_rec *)record) != 1)
		return AEROSPIKE_UDF_GO_OK; /* a record that is not stored has none, and the server complains of the question */
	if (as_rec_bin_names((as_rec *)record, take_names, &taken) != 0)
		return mod_go_host_refuse(names, "Aerospike would not give the names of the bins");
	*names = (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)taken.text, .length = taken.length};
	return AEROSPIKE_UDF_GO_OK;
}
