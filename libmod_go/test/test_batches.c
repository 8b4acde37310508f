/* test_batches.c - how many elements of a stream cross at a time: few at first, more while they are short, and no more
 * than the worker can use in time. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "common/clock.h"
#include "fenced/session.h"
#include "host.h"

struct aerospike_udf_go_stream {
	uint32_t left;
	size_t length; /* of each element, a text */
};

static int read_text(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                     aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	static uint8_t text[1 << 20];

	(void)call;
	*record = NULL;
	*value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
	if (stream->left == 0)
		return AEROSPIKE_UDF_GO_OK;
	stream->left--;
	memset(text, 'x', stream->length);
	*value =
		(aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_STRING, .data = text, .length = stream->length};
	return AEROSPIKE_UDF_GO_OK;
}

/* A call of a stream UDF at a host that returns no lists. */
typedef struct {
	mod_go_shared shared;
	atomic_bool gone;
	mod_go_worker worker;
	aerospike_udf_go_host host;
	aerospike_udf_go_call call;
	aerospike_udf_go_stream stream;
	mod_go_session session;
	bool late; /* a batch may have been ended by its time, on a busy machine */
} reading;

static void begin(reading *now, uint32_t elements, size_t length)
{
	memset(now, 0, sizeof(*now));
	mod_go_channel_create(&now->worker.channel, &now->shared, &now->gone);
	now->host = (aerospike_udf_go_host){.size = sizeof(now->host), .stream_read = read_text};
	now->call = (aerospike_udf_go_call){.size = sizeof(now->call), .host = &now->host};
	now->stream = (aerospike_udf_go_stream){.left = elements, .length = length};
	now->session = (mod_go_session){
		.worker = &now->worker, .name = "tested", .call = &now->call, .stream = true, .input = &now->stream};
}

/* Checks the number of elements of the next batch. Nothing is checked once a batch was late. */
#define CHECK_BATCH(now, expected)                                                                           \
	do {                                                                                                     \
		uint32_t count = ask(&(now), false).count;                                                           \
		CHECK((now).late || count == (expected));                                                            \
	} while (0)

/* Answers a READ, and returns the head of the batch. */
static mod_go_batch_head ask(reading *now, bool lists)
{
	const uint32_t request[2] = {0, lists}; /* nothing is written */
	mod_go_reader reader = {.data = (const uint8_t *)request, .length = sizeof(request)};
	mod_go_batch_head head = {.status = -1};
	mod_go_reader answer;
	mod_go_writer writer;
	uint64_t began;
	size_t length;

	mod_go_write_begin(&writer, &now->worker.channel, 0, MOD_GO_LANE_BYTES);
	began = mod_go_now();
	mod_go_session_read(&now->session, &reader, &writer);
	now->late = now->late || mod_go_now() - began > 5000000u;
	CHECK(!reader.failed && !writer.failed);
	answer = (mod_go_reader){.data = writer.data, .length = writer.length};
	CHECK_NUMBER(mod_go_read_number(&answer), AEROSPIKE_UDF_GO_OK);
	mod_go_read_text(&answer, &length);
	mod_go_read_bytes(&answer, &head, sizeof(head));
	for (uint32_t i = 0; i < head.count; i++) {
		aerospike_udf_go_value value;

		CHECK_NUMBER(mod_go_read_number(&answer), MOD_GO_ELEMENT_VALUE);
		mod_go_read_value(&answer, &value);
		CHECK_NUMBER(value.length, now->stream.length);
	}
	CHECK(!answer.failed);
	mod_go_buffer_free(&writer.own);
	return head;
}

TEST(batches_of_short_elements_double_up_to_1024)
{
	static reading now;
	uint32_t expected = 16;

	begin(&now, 4000, 3);
	for (int i = 0; i < 8; i++) {
		mod_go_batch_head head = ask(&now, false);

		CHECK(now.late || head.count == expected);
		CHECK(head.ended == 0 && head.status == AEROSPIKE_UDF_GO_OK);
		CHECK(now.session.progress);
		expected = expected < 1024 ? 2 * expected : 1024;
	}
	CHECK_BATCH(now, 4000 - 16 - 32 - 64 - 128 - 256 - 512 - 1024 - 1024);
	while (now.late && !now.session.ended)
		ask(&now, false);
	CHECK(now.session.ended);
	now.session.progress = false;
	CHECK_NUMBER(ask(&now, false).ended, 1); /* and nothing is read again */
	CHECK(!now.session.progress);
}

/* A batch is full with the element that passes 256 KiB, and the next one has as many as fit. */
TEST(batches_of_long_elements_have_256_kib)
{
	static reading now;

	begin(&now, 1000, 40000);
	CHECK_BATCH(now, 7); /* 280 kB */
	CHECK_BATCH(now, 6); /* 240 kB */
	CHECK_BATCH(now, 7);
	begin(&now, 1000, 300000);
	for (int i = 0; i < 3; i++)
		CHECK_BATCH(now, 1);
	begin(&now, 1000, 200000);
	CHECK_BATCH(now, 2);
	CHECK_BATCH(now, 1);
	/* One of exactly 256 KiB, with what stands before its elements, is not too long. */
	begin(&now, 1000, (256 << 10) - sizeof(mod_go_batch_head) - 3 * sizeof(uint32_t));
	CHECK_BATCH(now, 1);
	now.stream.length = 3;
	CHECK_BATCH(now, 32);
}

/* The elements of a batch must be used in a quarter of the time for progress, at the speed of the last batch. */
TEST(a_slow_function_gets_few_elements)
{
	static const struct {
		uint64_t seconds; /* for those that were sent */
		uint32_t sent, least, most;
	} CASES[] = {{10, 10, 24, 25},  {100, 10, 1, 2}, {1000, 10, 1, 1},
	             {0, 10, 512, 512}, {5, 1, 4, 5},    {5, 0, 512, 512}};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		static reading now;
		uint32_t count;

		begin(&now, 4000, 3);
		now.session.stall = 100000000000u; /* 100 s */
		now.session.batch = 512;
		now.session.sent = CASES[i].sent;
		now.session.sent_at = mod_go_now() - CASES[i].seconds * 1000000000u;
		count = ask(&now, false).count;
		if (!CHECK(now.late || (count >= CASES[i].least && count <= CASES[i].most)))
			printf("    %u after %u in %d s\n", count, CASES[i].sent, (int)CASES[i].seconds);
		CHECK_NUMBER(now.session.sent, count);
		CHECK(mod_go_now() - now.session.sent_at < 60000000000u);
	}
}

TEST(lists_are_refused_where_the_host_has_none)
{
	static reading now;
	mod_go_batch_head head;

	begin(&now, 100, 3);
	head = ask(&now, true);
	CHECK(head.count == 0 && head.ended == 0 && head.status == AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(now.stream.left, 100);
	CHECK_BATCH(now, 32);
}
