/* stores.c - stores its record, and does something else with it after that. */
#include "module.h"

static int calls;

static const char *property(const char *name)
{
	return strcmp(name, "functions") == 0 ? "[{\"name\": \"store\", \"bins\": [\"n\"]}]" : "";
}

static void set(application *a, const char *name, int64_t n)
{
	a->call->host->record_set(a->call, a->record, (char *)(uintptr_t)name, strlen(name),
	                          AEROSPIKE_UDF_GO_INTEGER, n, NULL, 0, NULL);
}

static int64_t get(application *a, const char *name)
{
	aerospike_udf_go_value value = {0};

	a->call->host->record_get(a->call, a->record, (char *)(uintptr_t)name, strlen(name), &value);
	return value.integer;
}

/* Increases the bin n, stores the record, and then does what the first argument says. Returns n, or -1 where the store
 * was refused. */
static int store(application *a)
{
	aerospike_udf_go_host *host = a->call->host;
	const char *then = (const char *)a->arguments[0].data;
	size_t length = a->arguments[0].length;
	int64_t n = get(a, "n") + 1;
	aerospike_udf_go_value why = {0};
	aerospike_udf_go_metadata metadata = {.size = sizeof(metadata)};
	uint32_t exists = 0;

#define THEN(what) (length == strlen(what) && memcmp(then, what, length) == 0)
	calls++;
	set(a, "n", n);
	host->record_exists(a->call, a->record, &exists);
	if ((exists != 0 ? host->record_update : host->record_create)(a->call, a->record, &why) !=
	    AEROSPIKE_UDF_GO_OK)
		return give_integer(a->result, -1);
	host->record_exists(a->call, a->record, &exists);
	if (exists == 0)
		return give_integer(a->result, -2);
	if (THEN("get"))
		return give_integer(a->result, get(a, "other"));
	if (THEN("get the same"))
		return give_integer(a->result, get(a, "n"));
	if (THEN("set"))
		set(a, "other", 1);
	if (THEN("set the time"))
		host->record_set_ttl(a->call, a->record, 7);
	if (THEN("update"))
		host->record_update(a->call, a->record, NULL);
	if (THEN("remove"))
		host->record_remove(a->call, a->record, NULL);
	if (THEN("names"))
		host->record_bin_names(a->call, a->record, &why);
	if (THEN("metadata"))
		host->record_metadata(a->call, a->record, &metadata);
	if (THEN("fail"))
		return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "it fails");
	return give_integer(a->result, n);
}

static int apply(application *a)
{
	if (strcmp(a->name, "calls") == 0)
		return give_integer(a->result, calls);
	return store(a);
}
