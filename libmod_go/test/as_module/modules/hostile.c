/* hostile.c - a module that makes forbidden requests to its host, and returns invalid values. */
static int slow_setup(void);
#define SETUP slow_setup()
#include "module.h"

#include <stdio.h>
#include <unistd.h>

/* As long as the environment variable says. */
static int slow_setup(void)
{
	const char *milliseconds = getenv("HOSTILE_SETUP_MS");

	if (milliseconds != NULL)
		usleep((useconds_t)atoi(milliseconds) * 1000);
	return AEROSPIKE_UDF_GO_OK;
}

static const char *property(const char *name)
{
	return strcmp(name, "supports-dlclose") == 0 ? "true" : "";
}

/* 65 lists in each other, the innermost empty. */
static uint8_t deep[65] = {[0 ... 63] = 0x91, 0x90};

struct attempt {
	const char *function;
	const char *name;
	size_t name_length;
	uint32_t type;
	int64_t integer;
	const void *data;
	size_t length;
};

#define NAMED(text)   text, sizeof(text) - 1
#define CONTENT(text) 0, text, sizeof(text) - 1

/* Each sets a bin in a wrong way. */
static const struct attempt attempts[] = {
	{"name_too_long", NAMED("sixteen_bytes_ok"), AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0},
	{"name_empty", NAMED(""), AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0},
	{"name_with_nul", NAMED("a\0b"), AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0},
	{"name_not_utf8", NAMED("\xff"), AEROSPIKE_UDF_GO_INTEGER, 1, NULL, 0},
	{"string_not_utf8", NAMED("a"), AEROSPIKE_UDF_GO_STRING, CONTENT("a\xc3")},
	{"boolean_2", NAMED("a"), AEROSPIKE_UDF_GO_BOOLEAN, 2, NULL, 0},
	{"type_77", NAMED("a"), 77, 0, NULL, 0},
	{"map_with_double_key", NAMED("a"), AEROSPIKE_UDF_GO_MAP, CONTENT("\x81\xcb\x3f\xf0\0\0\0\0\0\0\x01")},
	{"map_with_nil_key", NAMED("a"), AEROSPIKE_UDF_GO_MAP, CONTENT("\x81\xc0\x01")},
	{"map_with_list_key", NAMED("a"), AEROSPIKE_UDF_GO_MAP, CONTENT("\x81\x90\x01")},
	{"map_in_wrong_order", NAMED("a"), AEROSPIKE_UDF_GO_MAP, CONTENT("\x83\xc7\0\x01\xc0\x02\x01\x01\x01")},
	{"map_with_order_9", NAMED("a"), AEROSPIKE_UDF_GO_MAP, CONTENT("\x82\xc7\0\x09\xc0\x02\x01")},
	{"map_truncated", NAMED("a"), AEROSPIKE_UDF_GO_MAP, CONTENT("\x82\x01\x01")},
	{"list_too_deep", NAMED("a"), AEROSPIKE_UDF_GO_LIST, 0, deep, sizeof(deep)},
	{"list_with_wildcard", NAMED("a"), AEROSPIKE_UDF_GO_LIST, CONTENT("\x92\x01\xd4\xff\0")},
	{"list_with_nul_string", NAMED("a"), AEROSPIKE_UDF_GO_LIST, CONTENT("\x91\xa4\x03x\0y")},
	{"list_with_trailing_bytes", NAMED("a"), AEROSPIKE_UDF_GO_LIST, CONTENT("\x90\x01")},
	{"list_without_data", NAMED("a"), AEROSPIKE_UDF_GO_LIST, 0, NULL, 5},
};

static int try(application *a, const struct attempt *attempt)
{
	aerospike_udf_go_value why = {0};
	int status = a->call->host->record_set(a->call, a->record, (char *)(uintptr_t)attempt->name,
	                                       attempt->name_length, attempt->type, attempt->integer,
	                                       (uint8_t *)(uintptr_t)attempt->data, attempt->length, &why);

	return status == AEROSPIKE_UDF_GO_OK
	           ? give_text(a->result, AEROSPIKE_UDF_GO_OK, "taken")
	           : give(a->result, AEROSPIKE_UDF_GO_FAILED, AEROSPIKE_UDF_GO_STRING, why.data, why.length);
}

/* The same as a buffered write, whose failure the next update must report. */
static int try_later(application *a, const struct attempt *attempt)
{
	aerospike_udf_go_write *write = &a->call->writes[a->call->write_count++];
	aerospike_udf_go_value why = {0};
	int status;

	memcpy(write->name, attempt->name, attempt->name_length);
	write->name_length = attempt->name_length;
	write->value = (aerospike_udf_go_value){
		.type = attempt->type, .integer = attempt->integer, .length = attempt->length};
	if (attempt->data != NULL) {
		write->value.data = a->call->write_data;
		memcpy(a->call->write_data, attempt->data, attempt->length);
	}
	status = a->call->host->record_update(a->call, a->record, &why);
	return status == AEROSPIKE_UDF_GO_OK
	           ? give_text(a->result, AEROSPIKE_UDF_GO_OK, "taken")
	           : give(a->result, AEROSPIKE_UDF_GO_FAILED, AEROSPIKE_UDF_GO_STRING, why.data, why.length);
}

/* Buffered writes that break the rules of the call. */
static int write_wrong(application *a)
{
	static uint8_t elsewhere[] = "elsewhere";
	aerospike_udf_go_write *write = a->call->writes;

	memset(write, 0xff, a->call->write_limit * sizeof(*write));
	a->call->write_used = a->call->write_count = 4000000000u;
	if (strcmp(a->name, "write_elsewhere") == 0) {
		*write = (aerospike_udf_go_write){.name = "a", .name_length = 1};
		write->value = (aerospike_udf_go_value){
			.type = AEROSPIKE_UDF_GO_STRING, .data = elsewhere, .length = sizeof(elsewhere)};
		a->call->write_count = 1;
	}
	if (strcmp(a->name, "write_beyond") == 0) {
		*write = (aerospike_udf_go_write){.name = "a", .name_length = 1};
		write->value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_BYTES,
		                                        .data = a->call->write_data + 1,
		                                        .length = a->call->write_capacity};
		a->call->write_count = 1;
	}
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "it went on");
}

static int set_a_borrowed_value(application *a)
{
	aerospike_udf_go_host *host = a->call->host;
	aerospike_udf_go_value value = {0};

	host->record_get(a->call, a->record, "l", 1, &value);
	if (host->record_set(a->call, a->record, "l", 1, value.type, value.integer, value.data, value.length,
	                     NULL) != 0)
		return AEROSPIKE_UDF_GO_FAILED;
	host->record_get(a->call, a->record, "l", 1, &value);
	return host->record_set(a->call, a->record, "copy", 4, value.type, value.integer, value.data,
	                        value.length, NULL);
}

static int get_many(application *a, uint32_t count)
{
	static char names[] = "a\0b\0c\0d"; /* and the NUL that ends it */
	aerospike_udf_go_value values[5] = {0};
	char text[200];
	int length =
		snprintf(text, sizeof(text), "status %d",
	             a->call->host->record_get_many(a->call, a->record, names, sizeof(names), count, values));

	if (count == 4) {
		length = snprintf(text, sizeof(text), "[");
		for (uint32_t i = 0; i < count; i++) {
			for (size_t j = 0; j < values[i].length; j++)
				length += snprintf(text + length, sizeof(text) - (size_t)length, "%02x ", values[i].data[j]);
		}
		length += snprintf(text + length, sizeof(text) - (size_t)length, "%s]",
		                   values[3].type == AEROSPIKE_UDF_GO_NIL ? "nil" : "?");
	}
	return give(a->result, AEROSPIKE_UDF_GO_FAILED, AEROSPIKE_UDF_GO_STRING, text, (size_t)length);
}

static int give_wrong(application *a)
{
	if (strcmp(a->name, "give_type_77") == 0)
		return give(a->result, AEROSPIKE_UDF_GO_OK, 77, "x", 1);
	if (strcmp(a->name, "give_boolean_2") == 0) {
		a->result->value.type = AEROSPIKE_UDF_GO_BOOLEAN;
		a->result->value.integer = 2;
		return AEROSPIKE_UDF_GO_OK;
	}
	if (strcmp(a->name, "give_truncated_map") == 0)
		return give(a->result, AEROSPIKE_UDF_GO_OK, AEROSPIKE_UDF_GO_MAP, "\x82\x01\x01", 3);
	if (strcmp(a->name, "give_double_key") == 0)
		return give(a->result, AEROSPIKE_UDF_GO_OK, AEROSPIKE_UDF_GO_MAP, "\x81\xcb\x3f\xf0\0\0\0\0\0\0\x01",
		            11);
	if (strcmp(a->name, "give_deep_list") == 0)
		return give(a->result, AEROSPIKE_UDF_GO_OK, AEROSPIKE_UDF_GO_LIST, deep, sizeof(deep));
	if (strcmp(a->name, "give_not_utf8") == 0)
		return give(a->result, AEROSPIKE_UDF_GO_OK, AEROSPIKE_UDF_GO_STRING, "\xff", 1);
	if (strcmp(a->name, "give_past_buffer") == 0) {
		give(a->result, AEROSPIKE_UDF_GO_OK, AEROSPIKE_UDF_GO_BYTES, "x", 1);
		a->result->value.length = a->result->capacity + 1;
		return AEROSPIKE_UDF_GO_OK;
	}
	if (strcmp(a->name, "give_status_99") == 0)
		return 99;
	return give_text(a->result, AEROSPIKE_UDF_GO_NOT_FOUND, "hostile.c has no such function");
}

/* From places without a valid line. */
static int log_from_nowhere(application *a)
{
	static char *const locations[] = {"a.go:99999999999", "a.go:-1", "a.go:", "a.go:1b"};

	for (size_t i = 0; i < sizeof(locations) / sizeof(locations[0]); i++)
		a->call->host->log(a->call, AEROSPIKE_UDF_GO_LOG_WARN, "x", 1, locations[i], strlen(locations[i]));
	return AEROSPIKE_UDF_GO_OK;
}

static int apply(application *a)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		if (strcmp(a->name, attempts[i].function) == 0)
			return try(a, &attempts[i]);
		if (strncmp(a->name, "later_", 6) == 0 && strcmp(a->name + 6, attempts[i].function) == 0)
			return try_later(a, &attempts[i]);
	}
	if (strncmp(a->name, "write_", 6) == 0)
		return write_wrong(a);
	if (strcmp(a->name, "ttl_of_20_years") == 0)
		return a->call->host->record_set_ttl(a->call, a->record, 20u * 365 * 24 * 3600);
	if (strcmp(a->name, "log_from_nowhere") == 0)
		return log_from_nowhere(a);
	if (strcmp(a->name, "set_a_borrowed_value") == 0)
		return set_a_borrowed_value(a);
	if (strcmp(a->name, "get_many") == 0)
		return get_many(a, 4);
	if (strcmp(a->name, "get_more_than_named") == 0)
		return get_many(a, 5);
	return give_wrong(a);
}
