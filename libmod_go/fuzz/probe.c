/*
 * probe.c - the module in the fuzzed worker: any function calls all of the host's functions, as the arguments say,
 * and reads all bytes that it gets. It does nothing wrong itself.
 */
#define NO_APPLY_STREAM
#include "../test/modules/module.h"

static volatile uint8_t sum;

static const char *property(const char *name)
{
	return strcmp(name, "supports-dlclose") == 0 ? "true" : "";
}

static void look(const void *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
}

/* The value's data, where it has any. */
static void look_at(const aerospike_udf_go_value *value)
{
	if (value->type >= AEROSPIKE_UDF_GO_STRING && value->type <= AEROSPIKE_UDF_GO_MAP && value->length > 0)
		look(value->data, value->length);
}

static int set(application *a, const aerospike_udf_go_value *name, const aerospike_udf_go_value *value)
{
	aerospike_udf_go_host *host = a->call->host;
	aerospike_udf_go_value why = {0};

	if (host->record_set == NULL || name->type != AEROSPIKE_UDF_GO_STRING)
		return 0;
	return host->record_set(a->call, a->record, (char *)name->data, name->length, value->type, value->integer,
	                        value->data, value->length, &why);
}

static void read_bins(application *a)
{
	aerospike_udf_go_host *host = a->call->host;
	aerospike_udf_go_value value = {0};

	for (size_t i = 0; host->record_get != NULL && i < a->count; i++)
		if (a->arguments[i].type == AEROSPIKE_UDF_GO_STRING &&
		    host->record_get(a->call, a->record, (char *)a->arguments[i].data, a->arguments[i].length,
		                     &value) == AEROSPIKE_UDF_GO_OK)
			look_at(&value);
	value = (aerospike_udf_go_value){0};
	if (host->record_bin_names != NULL &&
	    host->record_bin_names(a->call, a->record, &value) == AEROSPIKE_UDF_GO_OK)
		look_at(&value);
}

static void read_metadata(application *a)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	aerospike_udf_go_host *host = a->call->host;
	uint32_t exists;

	if (host->record_exists != NULL)
		host->record_exists(a->call, a->record, &exists);
	if (host->record_metadata == NULL ||
	    host->record_metadata(a->call, a->record, &facts) != AEROSPIKE_UDF_GO_OK)
		return;
	if (facts.digest != NULL)
		look(facts.digest, 20);
	if (facts.namespace_name != NULL)
		look(facts.namespace_name, strlen(facts.namespace_name));
	if (facts.set_name != NULL)
		look(facts.set_name, strlen(facts.set_name));
	look_at(&facts.key);
}

static void write_record(application *a)
{
	aerospike_udf_go_host *host = a->call->host;
	aerospike_udf_go_value why = {0};

	for (size_t i = 0; i + 1 < a->count; i += 2)
		set(a, &a->arguments[i], &a->arguments[i + 1]);
	if (host->record_set_ttl != NULL && a->count == 3)
		host->record_set_ttl(a->call, a->record, 60);
	if (host->record_unset != NULL && a->count == 4)
		host->record_unset(a->call, a->record, (char *)(uintptr_t) "a", 1, &why);
	if (host->record_update != NULL && a->count > 1)
		host->record_update(a->call, a->record, &why);
	look_at(&why);
}

static int apply(application *a)
{
	aerospike_udf_go_host *host = a->call->host;

	if (a->record != NULL) {
		read_bins(a);
		read_metadata(a);
		write_record(a);
		read_bins(a);
	}
	for (size_t i = 0; i < a->count; i++)
		look_at(&a->arguments[i]);
	if (host->log != NULL)
		host->log(a->call, AEROSPIKE_UDF_GO_LOG_INFO, a->name, strlen(a->name), NULL, 0);
	if (a->count == 0 || a->arguments[0].type > AEROSPIKE_UDF_GO_MAP)
		return AEROSPIKE_UDF_GO_OK;
	if (a->arguments[0].type >= AEROSPIKE_UDF_GO_STRING)
		return give(a->result, AEROSPIKE_UDF_GO_OK, a->arguments[0].type, a->arguments[0].data,
		            a->arguments[0].length);
	a->result->value = a->arguments[0];
	return AEROSPIKE_UDF_GO_OK;
}

/* Reads elements to the end. */
static int pass_on(aerospike_udf_go_call *call, aerospike_udf_go_stream *input,
                   aerospike_udf_go_stream *output)
{
	aerospike_udf_go_host *host = call->host;

	for (int i = 0; i < 100; i++) {
		aerospike_udf_go_record *record = NULL;
		aerospike_udf_go_value value = {0}, why = {0};
		application of_record = {.call = call};

		if (i % 4 == 3 && host->stream_read_many != NULL) {
			if (host->stream_read_many(call, input, 3, &value) != AEROSPIKE_UDF_GO_OK)
				return AEROSPIKE_UDF_GO_FAILED;
			look_at(&value);
			continue;
		}
		if (host->stream_read(call, input, &record, &value) != AEROSPIKE_UDF_GO_OK)
			return AEROSPIKE_UDF_GO_FAILED;
		look_at(&value);
		of_record.record = record;
		if (record != NULL) {
			read_bins(&of_record);
			read_metadata(&of_record);
		} else if (value.type == AEROSPIKE_UDF_GO_NIL) {
			return AEROSPIKE_UDF_GO_OK;
		}
		if (output != NULL && host->stream_write != NULL &&
		    host->stream_write(call, output, value.type, value.integer, value.data, value.length, &why) !=
		        AEROSPIKE_UDF_GO_OK)
			look_at(&why);
	}
	return AEROSPIKE_UDF_GO_OK;
}

int aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                                  aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result)
{
	(void)scope, (void)result;
	look(name, strlen(name));
	for (size_t i = 0; i < count; i++)
		look_at(&arguments[i]);
	if (input == NULL || call->host->stream_read == NULL)
		return AEROSPIKE_UDF_GO_REFUSED;
	return pass_on(call, input, output);
}
