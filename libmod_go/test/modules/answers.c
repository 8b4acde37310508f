/* answers.c - a module whose results violate the ABI, a violation for each function. */
#include "module.h"

static const char *property(const char *name)
{
	(void)name;
	return NULL;
}

static int value(application *a, uint32_t type, const char *bytes, size_t length)
{
	return give(a->result, AEROSPIKE_UDF_GO_OK, type, bytes, length);
}

#define BYTES(text) (text), sizeof(text) - 1

static int past_buffer(application *a)
{
	a->result->value.type = AEROSPIKE_UDF_GO_BYTES;
	a->result->value.data = a->result->buffer;
	a->result->value.length = a->result->capacity + 1;
	return AEROSPIKE_UDF_GO_OK;
}

/* The module claims that the buffer is larger than it is. */
static int stretched_buffer(application *a)
{
	a->result->capacity += 4096;
	return past_buffer(a);
}

static int inside_buffer(application *a)
{
	value(a, AEROSPIKE_UDF_GO_STRING, BYTES("abcdef"));
	a->result->value.data++;
	a->result->value.length--;
	return AEROSPIKE_UDF_GO_OK;
}

static int past_memory(application *a)
{
	a->result->value.type = AEROSPIKE_UDF_GO_STRING;
	a->result->value.data = malloc(100);
	memset(a->result->value.data, 'x', 100);
	a->result->value.length = 1 << 20;
	return AEROSPIKE_UDF_GO_OK;
}

static int without_data(application *a)
{
	a->result->value.type = AEROSPIKE_UDF_GO_LIST;
	a->result->value.length = 3;
	return AEROSPIKE_UDF_GO_OK;
}

/* An unknown type, with memory that must be freed. */
static int unknown_type(application *a)
{
	a->result->value.type = 10;
	a->result->value.data = malloc(10);
	return AEROSPIKE_UDF_GO_OK;
}

static int half_boolean(application *a)
{
	a->result->value.type = AEROSPIKE_UDF_GO_BOOLEAN;
	a->result->value.integer = 2;
	return AEROSPIKE_UDF_GO_OK;
}

static int too_deep(application *a)
{
	char lists[66];

	memset(lists, '\x91', 65);
	lists[65] = '\xC0';
	return value(a, AEROSPIKE_UDF_GO_LIST, lists, sizeof(lists));
}

static int failure_with_empty_text(application *a)
{
	return give(a->result, AEROSPIKE_UDF_GO_FAILED, AEROSPIKE_UDF_GO_STRING, "", 0);
}

static int bad_text(application *a)
{
	return value(a, AEROSPIKE_UDF_GO_STRING, BYTES("abc\xFFz"));
}

static int bad_geojson(application *a)
{
	return value(a, AEROSPIKE_UDF_GO_GEOJSON, BYTES("\xC0\x80"));
}

static int truncated(application *a)
{
	return value(a, AEROSPIKE_UDF_GO_LIST, BYTES("\x92\x01\xCD\x01"));
}

static int counts_more(application *a)
{
	return value(a, AEROSPIKE_UDF_GO_LIST, BYTES("\xDD\xFF\xFF\xFF\xFF\x01"));
}

static int trailing(application *a)
{
	return value(a, AEROSPIKE_UDF_GO_LIST, BYTES("\x91\x01\x01"));
}

static int bad_key(application *a)
{
	return value(a, AEROSPIKE_UDF_GO_MAP, BYTES("\x81\xC0\x01"));
}

static int map_as_list(application *a)
{
	return value(a, AEROSPIKE_UDF_GO_LIST, BYTES("\x80"));
}

static int status_99(application *a)
{
	(void)a;
	return 99;
}

static int failure_with_integer(application *a)
{
	give_integer(a->result, 7);
	return AEROSPIKE_UDF_GO_FAILED;
}

static int failure_without_reason(application *a)
{
	(void)a;
	return AEROSPIKE_UDF_GO_PANICKED;
}

static int failure_with_bad_text(application *a)
{
	return give(a->result, AEROSPIKE_UDF_GO_FAILED, AEROSPIKE_UDF_GO_STRING, BYTES("\xFE"));
}

#define ANSWER(function)                                                                                     \
	{                                                                                                        \
#function, function                                                                                  \
	}

static const struct {
	const char *name;
	int (*give)(application *a);
} ANSWERS[] = {
	ANSWER(past_buffer),
	ANSWER(stretched_buffer),
	ANSWER(inside_buffer),
	ANSWER(past_memory),
	ANSWER(without_data),
	ANSWER(unknown_type),
	ANSWER(half_boolean),
	ANSWER(too_deep),
	ANSWER(bad_text),
	ANSWER(bad_geojson),
	ANSWER(truncated),
	ANSWER(counts_more),
	ANSWER(trailing),
	ANSWER(bad_key),
	ANSWER(map_as_list),
	ANSWER(status_99),
	ANSWER(failure_with_integer),
	ANSWER(failure_without_reason),
	ANSWER(failure_with_empty_text),
	ANSWER(failure_with_bad_text),
};

static int apply(application *a)
{
	for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(*ANSWERS); i++) {
		if (strcmp(a->name, ANSWERS[i].name) == 0)
			return ANSWERS[i].give(a);
	}
	return give_text(a->result, AEROSPIKE_UDF_GO_NOT_FOUND, "no such answer");
}
