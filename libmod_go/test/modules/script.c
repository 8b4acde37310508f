/* script.c - a module that performs the operations of a script, its argument, and returns what the host answered. */
#include "module.h"

#include <stdbool.h>
#include <stdio.h>

static const char *property(const char *name)
{
	const char *manifest = getenv("GOOD_MANIFEST");

	return strcmp(name, "functions") == 0 && manifest != NULL ? manifest : "";
}

/* The operation under way, and what was answered so far. */
typedef struct run {
	application *a;
	char bin[64];
	long long number;
	char text[60000];
	size_t length;
} run;

static void note(run *r, const char *what, int status, const aerospike_udf_go_value *value)
{
	size_t shown = value->data != NULL && value->length < 120 ? value->length : 0;

	r->length += (size_t)snprintf(r->text + r->length, sizeof(r->text) - r->length,
	                              "%s %d %u %lld %zu %.*s\n", what, status, value->type,
	                              (long long)value->integer, value->length, (int)shown, (char *)value->data);
}

static void drop_prefetched(run *r)
{
	for (size_t i = 0; i < r->a->call->bin_count; i++) {
		aerospike_udf_go_bin *bin = &r->a->call->bins[i];

		if (bin->name_length == strlen(r->bin) && memcmp(bin->name, r->bin, bin->name_length) == 0)
			bin->name_length = 0;
	}
}

static void set(run *r, const aerospike_udf_go_value *value)
{
	aerospike_udf_go_value why = {0};
	int status;

	drop_prefetched(r);
	status = value->type == AEROSPIKE_UDF_GO_NIL
	             ? r->a->call->host->record_unset(r->a->call, r->a->record, r->bin, strlen(r->bin), &why)
	             : r->a->call->host->record_set(r->a->call, r->a->record, r->bin, strlen(r->bin), value->type,
	                                            value->integer, value->data, value->length, &why);
	note(r, "set", status, &why);
}

/* A bin that is set later, by the host. */
static void set_later(run *r)
{
	aerospike_udf_go_call *call = r->a->call;
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_STRING, .length = strlen(r->bin)};
	aerospike_udf_go_write *write = call->writes + call->write_count;

	if (call->write_count >= call->write_limit || call->write_capacity - call->write_used < value.length) {
		value.data = (uint8_t *)r->bin;
		set(r, &value);
		return;
	}
	drop_prefetched(r);
	value.data = call->write_data + call->write_used;
	memcpy(value.data, r->bin, value.length);
	memcpy(write->name, r->bin, strlen(r->bin) < 16 ? strlen(r->bin) : 16);
	write->name_length = strlen(r->bin);
	write->value = value;
	call->write_used += (uint32_t)value.length;
	call->write_count++;
	note(r, "set", AEROSPIKE_UDF_GO_OK, &(aerospike_udf_go_value){0});
}

static void set_text(run *r)
{
	size_t length = (size_t)r->number;
	char *text = malloc(length + 1);

	memset(text, 'x', length);
	set(r, &(aerospike_udf_go_value){
			   .type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)text, .length = length});
	free(text);
}

/* The bins of two names, of which the second is the number. */
static void get_two(run *r)
{
	aerospike_udf_go_value values[2] = {{0}, {0}};
	char names[80];
	int length = snprintf(names, sizeof(names), "%s%c%c", r->bin, 0, (int)('a' + r->number % 8)) + 1;
	int status =
		r->a->call->host->record_get_many(r->a->call, r->a->record, names, (size_t)length, 2, values);

	note(r, "first", status, &values[0]);
	note(r, "second", status, &values[1]);
}

static void get(run *r, bool prefetched)
{
	aerospike_udf_go_value value = {0};
	int status;

	for (size_t i = 0; i < r->a->call->bin_count && prefetched; i++) {
		aerospike_udf_go_bin *bin = &r->a->call->bins[i];

		if (bin->name_length == strlen(r->bin) && memcmp(bin->name, r->bin, bin->name_length) == 0) {
			note(r, "get", AEROSPIKE_UDF_GO_OK, &bin->value);
			return;
		}
	}
	status = r->a->call->host->record_get(r->a->call, r->a->record, r->bin, strlen(r->bin), &value);
	note(r, "get", status, &value);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in order: the host may list them in any. */
static void list_names(run *r)
{
	aerospike_udf_go_value names = {0};
	int status = r->a->call->host->record_bin_names(r->a->call, r->a->record, &names);
	char *all[64], text[64 * 17] = "";
	size_t count = 0;

	for (size_t at = 0; at < names.length && count < 64; at += strlen(all[count++]) + 1)
		all[count] = (char *)names.data + at;
	qsort(all, count, sizeof(*all), compare);
	for (size_t i = 0; i < count; i++)
		strcat(strcat(text, all[i]), " ");
	note(r, "names", status, &(aerospike_udf_go_value){names.type, 0, 0, (uint8_t *)text, strlen(text)});
}

static void read_metadata(run *r)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	int status = r->a->call->host->record_metadata(r->a->call, r->a->record, &facts);
	char text[100];

	snprintf(text, sizeof(text), "exists %u ttl %u generation %u in %s", facts.exists, facts.ttl,
	         facts.generation, facts.namespace_name != NULL ? facts.namespace_name : "nothing");
	note(r, "metadata", status, &(aerospike_udf_go_value){0, 0, 0, (uint8_t *)text, strlen(text)});
	note(r, "key", status, &facts.key);
}

static void store(run *r, const char *what,
                  int (*operation)(aerospike_udf_go_call *, aerospike_udf_go_record *,
                                   aerospike_udf_go_value *))
{
	aerospike_udf_go_value why = {0};

	r->a->call->bin_count = 0;
	note(r, what, operation(r->a->call, r->a->record, &why), &why);
}

/* Whether the host has the function that an operation calls. */
static bool host_has(const aerospike_udf_go_host *host, char operation)
{
	switch (operation) {
	case 'g':
	case 'p':
		return host->record_get != NULL;
	case '2':
		return host->record_get_many != NULL;
	case 's':
	case 'S':
	case 'w':
		return host->record_set != NULL;
	case 'u':
		return host->record_unset != NULL;
	case 'n':
		return host->record_bin_names != NULL;
	case 'm':
		return host->record_metadata != NULL;
	case 't':
		return host->record_set_ttl != NULL;
	case 'e':
		return host->record_exists != NULL;
	case 'c':
		return host->record_create != NULL;
	case 'U':
		return host->record_update != NULL;
	default:
		return host->record_remove != NULL;
	}
}

static void perform(run *r, char operation)
{
	aerospike_udf_go_host *host = r->a->call->host;
	aerospike_udf_go_value nothing = {0};
	uint32_t exists = 0;

	switch (operation) {
	case 'g':
		get(r, false);
		break;
	case 'p':
		get(r, true);
		break;
	case '2':
		get_two(r);
		break;
	case 's':
		set(r, &(aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_INTEGER, .integer = r->number});
		break;
	case 'S':
		set_text(r);
		break;
	case 'w':
		set_later(r);
		break;
	case 'u':
		set(r, &nothing);
		break;
	case 'n':
		list_names(r);
		break;
	case 'm':
		read_metadata(r);
		break;
	case 't':
		note(r, "ttl", host->record_set_ttl(r->a->call, r->a->record, (uint32_t)r->number), &nothing);
		break;
	case 'e':
		note(r, "exists", host->record_exists(r->a->call, r->a->record, &exists), &nothing);
		note(r, exists != 0 ? "yes" : "no", 0, &nothing);
		break;
	case 'c':
		store(r, "create", host->record_create);
		break;
	case 'U':
		store(r, "update", host->record_update);
		break;
	case 'r':
		store(r, "remove", host->record_remove);
		break;
	case 'l':
		note(r, "writes", (int)r->a->call->write_limit,
		     &(aerospike_udf_go_value){.integer = r->a->call->write_capacity});
		break;
	case 'd':
		note(r, r->a->call->deadline != 0 ? "deadline" : "no deadline", 0, &nothing);
		break;
	default:
		note(r, "no such operation", 0, &nothing);
	}
}

/* Each operation is a letter, a name and a number, separated by blanks. */
static int apply(application *a)
{
	run *r = calloc(1, sizeof(*r));
	char *script = strndup((char *)a->arguments[0].data, a->arguments[0].length), *next = script, operation;
	int taken, status;

	r->a = a;
	while (sscanf(next, " %c %63s %lld%n", &operation, r->bin, &r->number, &taken) == 3) {
		if (host_has(a->call->host, operation))
			perform(r, operation);
		else
			note(r, "lacks", operation, &(aerospike_udf_go_value){0});
		next += taken;
	}
	status = give(a->result, AEROSPIKE_UDF_GO_OK, AEROSPIKE_UDF_GO_STRING, r->text, r->length);
	free(script);
	free(r);
	return status;
}
