/* test_requests.c - a worker's complete requests are answered and truncated ones refused, and each kind of call may
 * make its own requests only. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fenced.h"
#include "fenced/session.h"
#include "host.h"
#include "record.h"

/* A session without a worker's process: what is sent stays in the shared memory. */
typedef struct {
	mod_go_shared shared;
	atomic_bool gone;
	mod_go_worker worker;
	aerospike_udf_go_call call;
	aerospike_udf_go_record record;
	mod_go_session session;
} made_session;

static void make_session(made_session *made)
{
	memset(made, 0, sizeof(*made));
	mod_go_channel_create(&made->worker.channel, &made->shared, &made->gone);
	made->worker.shared = &made->shared;
	made->call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	made->session = (mod_go_session){
		.worker = &made->worker, .name = "tested", .call = &made->call, .record = &made->record};
}

/* Begins a message in memory that no session uses. */
static void begin_request(mod_go_writer *writer)
{
	static mod_go_shared from;
	static atomic_bool gone;
	static mod_go_channel channel;

	mod_go_channel_create(&channel, &from, &gone);
	mod_go_write_begin(writer, &channel, 0, 1000);
}

/* Writes that set one bin, and the TTL. */
static void write_writes(mod_go_writer *writer)
{
	const mod_go_writes_head head = {.count = 1, .sets_ttl = 1, .ttl = 100};
	aerospike_udf_go_value value = integer_value(7);

	mod_go_write_bytes(writer, &head, sizeof(head));
	mod_go_write_text(writer, "bin", 3);
	mod_go_write_value(writer, &value);
}

static const uint32_t OF_RECORDS[] = {MOD_GO_MESSAGE_GET, MOD_GO_MESSAGE_NAMES, MOD_GO_MESSAGE_STORE,
                                      MOD_GO_MESSAGE_METADATA};

/* A request for a record, with writes or without. */
static void make_request(mod_go_writer *writer, uint32_t kind, bool writes)
{
	const mod_go_writes_head none = {.count = 0};

	begin_request(writer);
	if (kind == MOD_GO_MESSAGE_GET)
		mod_go_write_text(writer, "bin", 3);
	else if (writes)
		write_writes(writer);
	else
		mod_go_write_bytes(writer, &none, sizeof(none));
	if (kind == MOD_GO_MESSAGE_STORE)
		mod_go_write_number(writer, MOD_GO_STORE_CREATE);
}

static bool serves(made_session *made, uint32_t kind, const mod_go_writer *request, size_t length)
{
	const mod_go_message message = {.kind = kind, .data = request->data, .length = length};
	mod_go_arrival sent = MOD_GO_LATE;
	bool served = mod_go_session_serve(&made->session, &message, &sent);

	CHECK_NUMBER(sent, served ? MOD_GO_ARRIVED : MOD_GO_LATE);
	return served;
}

TEST(a_truncated_request_is_not_answered)
{
	for (size_t i = 0; i < sizeof(OF_RECORDS) / sizeof(*OF_RECORDS); i++) {
		mod_go_writer request;

		make_request(&request, OF_RECORDS[i], true);
		for (size_t length = 0; length <= request.length; length++) {
			static made_session made;

			make_session(&made);
			if (!CHECK_NUMBER(serves(&made, OF_RECORDS[i], &request, length), length == request.length))
				printf("    kind %u, %zu of %zu bytes\n", OF_RECORDS[i], length, request.length);
			record_clear(&made.record);
		}
	}
}

/* Which requests a call gets answered: those of a record UDF, of a stream UDF at a record, and of one without. */
TEST(a_call_may_make_the_requests_of_its_kind)
{
	static made_session made;
	static const mod_go_writer none;

	for (size_t i = 0; i < sizeof(OF_RECORDS) / sizeof(*OF_RECORDS); i++) {
		uint32_t kind = OF_RECORDS[i];
		mod_go_writer request;

		make_request(&request, kind, false);
		make_session(&made);
		CHECK(serves(&made, kind, &request, request.length));
		made.session.stream = true; /* whose records can be read only */
		CHECK_NUMBER(serves(&made, kind, &request, request.length), kind != MOD_GO_MESSAGE_STORE);
		made.session.record = NULL;
		CHECK(!serves(&made, kind, &request, request.length));
		made.session.stream = false;
		CHECK(!serves(&made, kind, &request, request.length));
		record_clear(&made.record);
	}
	make_session(&made);
	CHECK(!serves(&made, MOD_GO_MESSAGE_READ, &none, 0)); /* there is no input */
	CHECK(!serves(&made, MOD_GO_MESSAGE_WRITE, &none, 0));
	CHECK(serves(&made, MOD_GO_MESSAGE_LOGS, &none, 0));
	for (uint32_t kind = 0; kind < 40; kind++) {
		if (kind < MOD_GO_MESSAGE_GET || kind > MOD_GO_MESSAGE_METADATA)
			CHECK(!serves(&made, kind, &none, 0));
	}
}

/* A stream's record is not changed, whatever its worker asks. */
TEST(no_write_reaches_a_record_of_a_stream)
{
	static made_session made;
	const mod_go_writes_head only_ttl = {.sets_ttl = 1, .ttl = 50};

	for (int stream = 0; stream < 2; stream++) {
		mod_go_writer request;

		begin_request(&request);
		write_writes(&request);
		make_session(&made);
		made.session.stream = stream != 0;
		CHECK_NUMBER(serves(&made, MOD_GO_MESSAGE_METADATA, &request, request.length), !stream);
		CHECK_NUMBER(made.record.working.count, !stream);
		CHECK_NUMBER(made.record.next_ttl, stream ? 0 : 100);
		record_clear(&made.record);
		begin_request(&request);
		mod_go_write_bytes(&request, &only_ttl, sizeof(only_ttl));
		make_session(&made);
		made.session.stream = stream != 0;
		CHECK(serves(&made, MOD_GO_MESSAGE_METADATA, &request, request.length));
		CHECK_NUMBER(made.record.next_ttl, stream ? 0 : 50);
		record_clear(&made.record);
	}
}
