/* status_text.c - the texts of both kinds of status. */
#include "common/public.h"

static const char *const OPEN_STATUS[] = {
	[MOD_GO_OK] = "ok",
	[MOD_GO_NO_FILE] = "no-file",
	[MOD_GO_NOT_A_MODULE] = "not-a-module",
	[MOD_GO_WRONG_MACHINE] = "wrong-machine",
	[MOD_GO_MISSING_SYMBOL] = "missing-symbol",
	[MOD_GO_ABI_MISMATCH] = "abi-mismatch",
	[MOD_GO_LOAD_FAILED] = "load-failed",
	[MOD_GO_SETUP_FAILED] = "setup-failed",
	[MOD_GO_NO_MEMORY] = "no-memory",
	[MOD_GO_WORKER_FAILED] = "worker-failed",
};

static const char *const CALL_STATUS[] = {
	[AEROSPIKE_UDF_GO_OK] = "ok",
	[AEROSPIKE_UDF_GO_NOT_FOUND] = "no such function",
	[AEROSPIKE_UDF_GO_BAD_ARGUMENTS] = "bad arguments",
	[AEROSPIKE_UDF_GO_FAILED] = "the function returned an error",
	[AEROSPIKE_UDF_GO_PANICKED] = "the function panicked",
	[AEROSPIKE_UDF_GO_DEADLINE] = "the deadline had passed",
	[AEROSPIKE_UDF_GO_REFUSED] = "refused by the host",
	[AEROSPIKE_UDF_GO_INTERNAL] = "internal error",
};

static const char *text_at(const char *const *table, size_t count, long long index, const char *otherwise)
{
	if (index < 0 || (unsigned long long)index >= count)
		return otherwise;
	return table[index];
}

const char *mod_go_status_name(mod_go_status status)
{
	return text_at(OPEN_STATUS, sizeof(OPEN_STATUS) / sizeof(*OPEN_STATUS), (int)status, "unknown");
}

const char *mod_go_call_status_text(int status)
{
	return text_at(CALL_STATUS, sizeof(CALL_STATUS) / sizeof(*CALL_STATUS), status, "unknown status");
}
