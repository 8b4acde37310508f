/* target_host.c - the host reads a hostile worker's messages: requests, result, log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "fed_channel.h"
#include "fenced/session.h"
#include "host.h"
#include "record.h"
#include "stream.h"
#include "value/value_check.h"

static void no_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length,
                   char *location, size_t location_length)
{
	(void)call, (void)level;
	/* All of it must be readable. */
	mod_go_utf8_end((uint8_t *)message, message_length);
	if (location != NULL)
		mod_go_utf8_end((uint8_t *)location, location_length);
}

static void give_bin(aerospike_udf_go_record *record, const char *name, aerospike_udf_go_value value)
{
	record_set(record, name, strlen(name), &value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t list[] = {0x93, 1, 2, 0xa2, 3, 'x'};
	aerospike_udf_go_host host = host_table;
	aerospike_udf_go_call call = {.size = sizeof(call), .log_level = 3, .host = &host};
	aerospike_udf_go_record record = {0};
	aerospike_udf_go_stream in = {0}, out = {0};
	mod_go_version version = {.path = "fuzzed.so"};
	mod_go_worker worker = {.version = &version};
	mod_go_session session = {.worker = &worker, .name = "f", .call = &call};
	aerospike_udf_go_result result;
	uint8_t buffer[64];
	int status;

	if (size < 2)
		return 0;
	host.log = no_log;
	give_bin(&record, "a", (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_INTEGER, .integer = 7});
	give_bin(&record, "l",
	         (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_LIST, .data = list, .length = sizeof(list)});
	record_store(&record);
	session.stream = data[0] % 2;
	session.record = session.stream || data[0] % 4 == 2 ? NULL : &record;
	session.defers = session.record != NULL && data[0] % 16 >= 8;
	session.batch = 1;
	if (session.stream) {
		session.input = &in;
		session.output = &out;
		session.scope = 3;
	}
	worker.shared = NULL;
	fed_begin(&worker.channel, data + 1, size - 1, true);
	worker.shared = worker.channel.shared;
	mod_go_result_init(&result, buffer, sizeof(buffer));
	if (mod_go_session_run(&session, NULL, 0, &result, &status) == MOD_GO_ARRIVED &&
	    mod_go_value_check(&result.value).what != NULL)
		abort(); /* the caller gets a valid value */
	mod_go_result_clear(&result);
	mod_go_buffer_free(&worker.logs);
	mod_go_buffer_free(&session.first);
	fed_end();
	stream_clear(&in);
	stream_clear(&out);
	record_clear(&record);
	return 0;
}
