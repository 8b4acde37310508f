/* prefetched.c - the bins and write buffers of a call, which save the module calls of the host table. */
#include <string.h>

#include "worker/record.h"

enum { BINS = 32, WRITES = 32, WRITE_BYTES = 4096 };

static aerospike_udf_go_bin bins[BINS];
static aerospike_udf_go_write writes[WRITES];
static uint8_t write_data[WRITE_BYTES];

void record_prefetch(aerospike_udf_go_record *record, aerospike_udf_go_call *call, uint32_t functions)
{
	size_t count = record->count < BINS ? record->count : BINS;

	for (size_t i = 0; i < count; i++) {
		bins[i].name = (char *)(uintptr_t)record->cells[i].name;
		bins[i].name_length = record->cells[i].name_length;
		bins[i].value = record->cells[i].value;
	}
	call->bins = bins;
	call->bin_count = (functions & MOD_GO_HAS_GET) != 0 ? count : 0;
	if ((functions & MOD_GO_HAS_SET) == 0 || (functions & MOD_GO_HAS_UNSET) == 0)
		return;
	call->writes = writes;
	call->write_limit = WRITES;
	call->write_data = write_data;
	call->write_capacity = WRITE_BYTES;
}

void record_take_writes(aerospike_udf_go_record *record, aerospike_udf_go_call *call)
{
	uint32_t count = call->write_count < WRITES ? call->write_count : WRITES;

	call->write_count = 0;
	call->write_used = 0;
	if (count > 0 && record != NULL)
		record_settle(record);
	for (uint32_t i = 0; i < count && record != NULL; i++) {
		const aerospike_udf_go_write *write = &writes[i];
		aerospike_udf_go_value why = {.type = AEROSPIKE_UDF_GO_NIL};
		size_t length = write->name_length < sizeof(write->name) ? write->name_length : sizeof(write->name);
		int status = record_write(record, write->name, length, &write->value, &why);

		if (status == AEROSPIKE_UDF_GO_OK || record->refused != AEROSPIKE_UDF_GO_OK)
			continue;
		record->refused = status;
		record->refusal = (const char *)why.data;
		record->refusal_length = why.length;
	}
}
