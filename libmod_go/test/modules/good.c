/* good.c - a module that follows the ABI. */
#include "module.h"

#include <stdio.h>
#include <unistd.h>

static int64_t applied;

static const char *property(const char *name)
{
	if (strcmp(name, "conn-name") == 0)
		return "good";
	if (strcmp(name, "functions") == 0 && getenv("GOOD_MANIFEST") != NULL)
		return getenv("GOOD_MANIFEST");
	return strcmp(name, "supports-dlclose") == 0 ? "false" : "";
}

static int give_value(application *a, const aerospike_udf_go_value *value)
{
	if (value->type >= AEROSPIKE_UDF_GO_STRING)
		return give(a->result, AEROSPIKE_UDF_GO_OK, value->type, value->data, value->length);
	a->result->value.type = value->type;
	a->result->value.integer = value->integer;
	return AEROSPIKE_UDF_GO_OK;
}

static int pass_on(application *a, int status, const aerospike_udf_go_value *why)
{
	return give(a->result, status, AEROSPIKE_UDF_GO_STRING, why->data, why->length);
}

/* Sets the bin named by the first argument to the second, and stores the record. */
static int set(application *a)
{
	aerospike_udf_go_host *host = a->call->host;
	aerospike_udf_go_value *value = &a->arguments[1];
	aerospike_udf_go_value why = {0};
	uint32_t exists = 0;
	int status;

	if (a->count != 2)
		return give_text(a->result, AEROSPIKE_UDF_GO_BAD_ARGUMENTS, "set wants a bin and a value");
	status = host->record_set(a->call, a->record, (char *)a->arguments[0].data, a->arguments[0].length,
	                          value->type, value->integer, value->data, value->length, &why);
	if (status != AEROSPIKE_UDF_GO_OK)
		return pass_on(a, status, &why);
	host->record_exists(a->call, a->record, &exists);
	status = (exists ? host->record_update : host->record_create)(a->call, a->record, &why);
	return status == AEROSPIKE_UDF_GO_OK ? give_integer(a->result, exists) : pass_on(a, status, &why);
}

static int remove_record(application *a)
{
	aerospike_udf_go_value why = {0};
	int status = a->call->host->record_remove(a->call, a->record, &why);

	return status == AEROSPIKE_UDF_GO_OK ? status : pass_on(a, status, &why);
}

/* Sets a bin and stores nothing. */
static int forget(application *a)
{
	a->call->host->record_set(a->call, a->record, "lost", 4, AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0, NULL);
	return AEROSPIKE_UDF_GO_OK;
}

static int metadata(application *a)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	char text[200];

	a->call->host->record_metadata(a->call, a->record, &facts);
	snprintf(text, sizeof(text), "exists %u ttl %u generation %u namespace %s key %.*s", facts.exists,
	         facts.ttl, facts.generation, facts.namespace_name, (int)facts.key.length,
	         (char *)facts.key.data);
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, text);
}

/* As many bytes of text as the first argument says. */
static int big(application *a)
{
	size_t length = (size_t)a->arguments[0].integer;
	char *text = malloc(length + 1);
	int status;

	memset(text, 'x', length);
	status = give(a->result, AEROSPIKE_UDF_GO_OK, AEROSPIKE_UDF_GO_STRING, text, length);
	free(text);
	return status;
}

static int apply(application *a)
{
	aerospike_udf_go_value value = {0};

	if (strcmp(a->name, "who") == 0)
		return give_text(a->result, AEROSPIKE_UDF_GO_OK, "good");
	if (strcmp(a->name, "pid") == 0)
		return give_integer(a->result, getpid());
	if (strcmp(a->name, "applied") == 0)
		return give_integer(a->result, ++applied);
	if (strcmp(a->name, "echo") == 0)
		return a->count == 1
		           ? give_value(a, a->arguments)
		           : give_text(a->result, AEROSPIKE_UDF_GO_BAD_ARGUMENTS, "echo wants one argument");
	if (strcmp(a->name, "get") == 0) {
		a->call->host->record_get(a->call, a->record, (char *)a->arguments[0].data, a->arguments[0].length,
		                          &value);
		return give_value(a, &value);
	}
	if (strcmp(a->name, "names") == 0) {
		a->call->host->record_bin_names(a->call, a->record, &value);
		return give_value(a, &value);
	}
	if (strcmp(a->name, "log") == 0) {
		a->call->host->log(a->call, AEROSPIKE_UDF_GO_LOG_INFO, "hello", 5, "good.c:1", 8);
		a->call->host->log(a->call, AEROSPIKE_UDF_GO_LOG_DEBUG, "quiet", 5, NULL, 0);
		return AEROSPIKE_UDF_GO_OK;
	}
	if (strcmp(a->name, "set") == 0)
		return set(a);
	if (strcmp(a->name, "remove") == 0)
		return remove_record(a);
	if (strcmp(a->name, "forget") == 0)
		return forget(a);
	if (strcmp(a->name, "metadata") == 0)
		return metadata(a);
	if (strcmp(a->name, "big") == 0)
		return big(a);
	if (strcmp(a->name, "fail") == 0)
		return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "no more tokens\ngood.c:1 fail");
	if (strcmp(a->name, "sleep") == 0)
		return sleep(60) == 0 ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_FAILED;
	return give_text(a->result, AEROSPIKE_UDF_GO_NOT_FOUND, "the module has no such function");
}
