/* test_fenced_streams_go.c - streams of Go modules across the fence: scopes, batches, faults. */
#include <stdio.h>
#include <stdlib.h>

#include "flow.h"

/* The Go module with streams, NULL where these tests run without Go. */
static mod_go_fenced *go_streams(uint32_t limit)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = limit};
	const char *folder = getenv("MODGO_TEST_MODULES");
	char path[4096];

	if (folder == NULL) {
		printf("not run: MODGO_TEST_MODULES names no folder of Go modules (make test sets it)\n");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/faults.so", folder);
	return fenced_ready(path, &options);
}

TEST(go_streams_give_what_each_scope_asks_for)
{
	mod_go_fenced *pool = go_streams(2);
	aerospike_udf_go_value bin = text_value("n");
	struct flow nodes[3] = {0}, client = {0}, both = {0};
	size_t added = 0;

	if (pool == NULL)
		return;
	for (int i = 0; i < 3; i++) {
		for (int n = 0; n < 500 * (i + 1); n++, added++) {
			flow_add_record(&nodes[i], n, NULL, n % 100 == 0 ? 3000 : 0);
			flow_add_record(&both, n, NULL, 0);
		}
		CHECK_NUMBER(flow_run(pool, "total", AEROSPIKE_UDF_GO_SCOPE_SERVER, &nodes[i], 20000, &bin, 1).status,
		             AEROSPIKE_UDF_GO_OK);
		CHECK_NUMBER(nodes[i].out.count, 1);
		CHECK(nodes[i].out.count == 1 && stream_add(&client.in, &nodes[i].out.items[0].value));
	}
	CHECK_NUMBER(flow_run(pool, "total", AEROSPIKE_UDF_GO_SCOPE_CLIENT, &client, 20000, &bin, 1).status,
	             AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow_run(pool, "total", AEROSPIKE_UDF_GO_SCOPE_BOTH, &both, 20000, &bin, 1).status,
	             AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(client.out.items[0].value.integer, 499 * 250 + 999 * 500 + 1499 * 750);
	CHECK_NUMBER(both.out.items[0].value.integer, 499 * 250 + 999 * 500 + 1499 * 750);
	both.in.next = 0;
	stream_clear(&both.out);
	CHECK_NUMBER(flow_run(pool, "per_key", AEROSPIKE_UDF_GO_SCOPE_BOTH, &both, 20000, NULL, 0).status,
	             AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(both.out.items[0].value.type, AEROSPIKE_UDF_GO_MAP);
	CHECK_NUMBER(both.out.items[0].value.data[0], 0x8b); /* ten keys and the order */
	for (int i = 0; i < 3; i++)
		flow_clear(&nodes[i]);
	flow_clear(&client);
	flow_clear(&both);
	mod_go_fenced_close(pool);
}

TEST(a_go_stream_of_many_values_crosses_in_batches)
{
	mod_go_fenced *pool = go_streams(2);
	struct answer answer;
	struct flow flow;

	if (pool == NULL)
		return;
	flow = flow_of_integers(100000);
	answer = flow_run(pool, "squares", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 60000, NULL, 0);
	printf("100000 elements: %u trips, %.1f ms\n", answer.outcome.trips, answer.seconds * 1e3);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.count, 100000);
	CHECK_NUMBER(flow.out.items[99999].value.integer, 99999ll * 99999);
	flow_clear(&flow);
	mod_go_fenced_close(pool);
}

TEST(what_a_go_stream_does_wrong_costs_one_call)
{
	mod_go_fenced *pool = go_streams(1);
	aerospike_udf_go_value place = integer_value(500);
	struct flow flow, records = {0};
	struct answer answer;

	if (pool == NULL)
		return;
	flow = flow_of_integers(1000);
	answer = flow_run_with(pool, "stream_panics", &flow, 500);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_PANICKED);
	CHECK_CONTAINS(answer.text, "in the middle");
	CHECK_CONTAINS(answer.text, "faults.StreamPanics");
	CHECK_NUMBER(answer.outcome.crashed, 0);
	flow.in.next = 0;
	answer = flow_run_with(pool, "stream_exits", &flow, 500);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_PANICKED);
	CHECK_NUMBER(answer.outcome.exit_code, 7);
	flow.in.next = 0;
	answer = flow_run(pool, "stream_hangs", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 1500, &place, 1);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_NUMBER(answer.outcome.timed_out, 1);
	answer = flow_run(pool, "stream_fails", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 20000, NULL, 0);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_FAILED);
	CHECK_CONTAINS(answer.text, "no stream today");
	for (int i = 0; i < 100; i++)
		flow_add_record(&records, i, NULL, 0);
	CHECK_CONTAINS(flow_run_with(pool, "stop_after", &records, 5).text, "read 5");
	CHECK(records.in.next < 20);
	answer = flow_run(pool, "writes_record", AEROSPIKE_UDF_GO_SCOPE_BOTH, &records, 20000, NULL, 0);
	printf("a record that is set: %s\n", answer.text);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_FAILED);
	CHECK_CONTAINS(answer.text, "record_set");
	flow_clear(&flow);
	flow_clear(&records);
	flow = flow_of_integers(10);
	CHECK_NUMBER(flow_run(pool, "squares", AEROSPIKE_UDF_GO_SCOPE_BOTH, &flow, 20000, NULL, 0).status,
	             AEROSPIKE_UDF_GO_OK);
	CHECK_NUMBER(flow.out.count, 10);
	flow_clear(&flow);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}
