/* test_host_streams.c - the functions of streams, called as a module does: lists of elements, and who owns what. */
#include "as_module/apply.h"
#include "as_module/host_streams.h"
#include "flow.h"
#include "value/list_elements.h"
#include "value/value_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One call that reads, whose memory is not initialised. */
typedef struct reading {
	struct flow flow;
	as_aerospike aerospike;
	as_udf_context context;
	as_stream_hooks hooks;
	mod_go_stream_call call;
} reading;

/* Those that the stream owns, until the end. */
static as_val *owned[4096];

static as_val *read_next(const as_stream *stream)
{
	struct flow *flow = stream->data;
	as_val *val = flow->reads < flow->count ? flow->make(flow->reads) : NULL;

	if (val != NULL && flow->owns)
		owned[flow->reads] = val;
	flow->reads++;
	return val;
}

static reading *begin(as_val *(*make)(uint32_t index), uint32_t count, bool owns)
{
	reading *made = malloc(sizeof(*made));

	memset(made, 'A', sizeof(*made));
	made->flow = (struct flow){.make = make, .count = count, .owns = owns};
	made->hooks = (as_stream_hooks){.read = read_next};
	as_stream_init(&made->flow.in, &made->flow, &made->hooks);
	record_aerospike(&made->aerospike, NULL);
	made->context = (as_udf_context){.as = &made->aerospike};
	mod_go_host_call_begin(&made->call.host_call, &made->context, mod_go_stream_host());
	mod_go_stream_call_begin(&made->call, &made->flow.in, NULL, !owns);
	return made;
}

static void end(reading *stream)
{
	mod_go_stream_call_end(&stream->call);
	for (uint32_t i = 0; stream->flow.owns && i < stream->flow.reads && i < stream->flow.count; i++)
		as_val_destroy(owned[i]);
	free(stream);
}

/* Reads a list. Returns how many elements it has, -1 where it was refused. */
static int64_t read_list(reading *stream, uint32_t limit, size_t *length)
{
	aerospike_udf_go_call *call = &stream->call.host_call.call;
	aerospike_udf_go_value list = {0}, element;
	mod_go_elements elements;
	int64_t count = 0;

	*length = 0;
	if (call->host->stream_read_many(call, (aerospike_udf_go_stream *)&stream->call.input, limit, &list) !=
	    AEROSPIKE_UDF_GO_OK) {
		CHECK_CONTAINS((const char *)list.data, "the next element must be read alone");
		return -1;
	}
	CHECK_NUMBER(list.type, AEROSPIKE_UDF_GO_LIST);
	CHECK(mod_go_msgpack_check(list.type, list.data, list.length).what == NULL);
	CHECK(mod_go_elements_begin(&elements, list.data, list.length));
	while (mod_go_elements_next(&elements, &element))
		count++;
	*length = list.length;
	return count;
}

static as_val *number(uint32_t index)
{
	return INT(index);
}

TEST(a_list_has_as_many_elements_as_are_requested_or_left)
{
	for (int owns = 0; owns < 2; owns++) {
		reading *stream = begin(number, 100, owns);
		size_t length;

		CHECK_NUMBER(read_list(stream, 0, &length), 0);
		CHECK_NUMBER(stream->flow.reads, 0);
		CHECK_NUMBER(read_list(stream, 1, &length), 1);
		CHECK_NUMBER(stream->flow.reads, 1);
		CHECK_NUMBER(read_list(stream, 60, &length), 60);
		CHECK_NUMBER(stream->flow.reads, 61);
		CHECK_NUMBER(read_list(stream, 60, &length), 39);
		CHECK_NUMBER(read_list(stream, 60, &length), 0);
		CHECK_NUMBER(read_list(stream, 60, &length), 0);
		CHECK_NUMBER(stream->flow.reads, 101); /* its end is read once */
		end(stream);
	}
}

static size_t element_bytes; /* in a list, with its header */

static as_val *of_that_length(uint32_t index)
{
	size_t length = element_bytes - 6;
	uint8_t *bytes = malloc(length);

	memset(bytes, (int)index, length);
	return (as_val *)as_bytes_new_wrap(bytes, (uint32_t)length, true);
}

/* A list ends with the element that makes it 64 KiB long; the header has five bytes at most. */
TEST(a_list_ends_with_the_element_that_fills_it)
{
	static const size_t LENGTHS[] = {300, 1000, 3448, 3449, 3450, 20000, 30000, 65530, 65531, 65532, 65539};

	for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++) {
		size_t length, before = 5;
		int64_t expected = 0;
		reading *stream;

		for (element_bytes = LENGTHS[i]; before < 64 << 10; before += element_bytes)
			expected++;
		stream = begin(of_that_length, 600, i % 2 == 0);
		CHECK_NUMBER(read_list(stream, 1000, &length), expected);
		CHECK_NUMBER(read_list(stream, 1000, &length), expected);
		CHECK(length <= before);
		end(stream);
	}
}

static as_val *mixed(uint32_t index)
{
	switch (index) {
	case 2:
		return (as_val *)as_string_new_wlen(memcpy(calloc(1, 4), "a\0b", 3), 3, true);
	case 4:
		return TEXT("\xff");
	case 6:
		return (as_val *)record_new();
	case 8:
		return LIST(blob_of("x", 1, AS_BYTES_UNDEF));
	default:
		return index % 2 == 1 ? LIST(INT(index)) : TEXT("");
	}
}

/* Reads an element alone, and returns its status. */
static int read_one(reading *stream, aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	aerospike_udf_go_call *call = &stream->call.host_call.call;

	memset(value, 0xAA, sizeof(*value));
	*record = (aerospike_udf_go_record *)value;
	return call->host->stream_read(call, (aerospike_udf_go_stream *)&stream->call.input, record, value);
}

TEST(what_a_list_cannot_hold_is_read_alone)
{
	for (int owns = 0; owns < 2; owns++) {
		reading *stream = begin(mixed, 11, owns);
		aerospike_udf_go_record *record;
		aerospike_udf_go_value value;
		size_t length;

		for (int i = 1; i <= 4; i++) {
			CHECK_NUMBER(read_list(stream, 100, &length), i == 1 ? 2 : 1);
			CHECK_NUMBER(read_list(stream, 100, &length), -1);
			CHECK_NUMBER(read_list(stream, 100, &length), -1);
			CHECK_NUMBER(stream->flow.reads, 2 * i + 1);
			CHECK_NUMBER(read_one(stream, &record, &value),
			             i == 4 ? AEROSPIKE_UDF_GO_REFUSED : AEROSPIKE_UDF_GO_OK);
			CHECK_NUMBER(record != NULL, i == 3);
			if (i != 4)
				CHECK_NUMBER(value.length, i == 1 ? 3 : i == 2 ? 1 : 0);
			if (i == 3)
				CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_NIL);
			else
				CHECK_NUMBER(value.type, AEROSPIKE_UDF_GO_STRING);
		}
		CHECK_NUMBER(read_list(stream, 100, &length), 2);
		CHECK_NUMBER(read_one(stream, &record, &value), AEROSPIKE_UDF_GO_OK);
		CHECK(record == NULL && value.type == AEROSPIKE_UDF_GO_NIL);
		end(stream);
	}
}

static as_val *keyed(uint32_t index)
{
	as_rec *rec = record_new();

	(void)index;
	record_of(rec)->key = "key";
	return (as_val *)rec;
}

/* A function may end its call at any place: what it has borrowed, or not read yet, is freed. */
TEST(a_call_that_ends_within_a_stream_leaves_nothing)
{
	aerospike_udf_go_metadata facts = {.size = sizeof(facts)};
	aerospike_udf_go_record *record;
	aerospike_udf_go_value value;
	size_t length;

	for (int owns = 0; owns < 2; owns++) {
		reading *stream = begin(keyed, 3, owns);

		CHECK_NUMBER(read_one(stream, &record, &value), AEROSPIKE_UDF_GO_OK);
		mod_go_host_get(&stream->call.host_call.call, record, "a", 1, &value);
		stream->call.host_call.call.host->record_metadata(&stream->call.host_call.call, record, &facts);
		CHECK_NUMBER(facts.key.length, 3);
		CHECK_NUMBER(read_one(stream, &record, &value), AEROSPIKE_UDF_GO_OK);
		CHECK(stream->call.host_call.key == NULL && stream->call.host_call.digest == NULL);
		stream->call.host_call.call.host->record_metadata(&stream->call.host_call.call, record, &facts);
		end(stream); /* with a borrowed key */
		stream = begin(mixed, 11, owns);
		CHECK_NUMBER(read_list(stream, 100, &length), 2);
		CHECK(stream->call.input.next != NULL);
		end(stream); /* with the element that the list could not hold */
		stream = begin(mixed, 3, owns);
		CHECK_NUMBER(read_one(stream, &record, &value), AEROSPIKE_UDF_GO_OK);
		end(stream); /* with a borrowed element */
	}
}
