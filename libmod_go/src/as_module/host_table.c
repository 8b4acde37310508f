/* host_table.c - the host table: the record, its metadata, the log. host_bins.c has the bins. */
#include "as_module/host_table.h"

#include <aerospike/as_types.h>
#include <citrusleaf/cf_clock.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as_module/val_conversion.h"
#include "value/value_check.h"

enum { DIGEST_BYTES = 20, LOG_CAPACITY = 1024, LOCATION_CAPACITY = 256 };

#define TTL_NEVER   UINT32_MAX
#define TTL_LONGEST (3650u * 24 * 60 * 60) /* ten years, the server's maximum */

void mod_go_host_call_end(mod_go_host_call *host_call)
{
	mod_go_scratch_clear(&host_call->borrowed);
	if (host_call->key != NULL) {
		as_val_destroy(host_call->key);
		host_call->key = NULL;
	}
	if (host_call->digest != NULL) {
		as_bytes_destroy(host_call->digest);
		host_call->digest = NULL;
	}
}

mod_go_host_call *mod_go_host_begin(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	mod_go_host_call *host_call = call->context;

	mod_go_host_call_end(host_call);
	if (call->write_count > 0)
		mod_go_host_call_apply_writes(host_call, record);
	return record != NULL ? host_call : NULL;
}

int mod_go_host_refuse(aerospike_udf_go_value *why, const char *reason)
{
	return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, reason);
}

/* Whether the time that the program allows for the call is over. */
static bool is_late(const mod_go_host_call *host_call)
{
	return host_call->timer != NULL && as_timer_timedout(host_call->timer);
}

/* True also of a record that this call has removed, as in Lua. */
static bool exists(const mod_go_host_call *host_call, const aerospike_udf_go_record *record)
{
	return record != NULL && as_aerospike_rec_exists(host_call->aerospike, (const as_rec *)record) == 1;
}

/* One of create, update and remove, and the messages for its failures. */
struct operation {
	int (*run)(const as_aerospike *aerospike, const as_rec *record);
	bool stores; /* stores the writes, so it fails where one of them has failed */
	/* Needs a record that exists; else one that does not, or was removed by this call. */
	bool of_stored_record;
	const char *mistaken;
	const char *refused;
};

static const struct operation CREATE = {
	as_aerospike_rec_create,
	true,
	false,
	"the record exists already; store changes with update",
	"Aerospike would not create the record; its log says why",
};
static const struct operation UPDATE = {
	as_aerospike_rec_update,
	true,
	true,
	"the record does not exist; store it with create",
	"Aerospike would not update the record; its log says why",
};
static const struct operation REMOVE = {
	as_aerospike_rec_remove,
	false,
	true,
	"the record does not exist, so it cannot be removed",
	"Aerospike would not remove the record; its log says why",
};

/* Whether the record is as the operation needs it. */
static bool is_possible(const struct operation *operation, const mod_go_host_call *host_call,
                        const aerospike_udf_go_record *record)
{
	if (operation->of_stored_record)
		return exists(host_call, record);
	return !exists(host_call, record) || as_rec_numbins((const as_rec *)record) == 0;
}

static int store(const struct operation *operation, aerospike_udf_go_call *call,
                 aerospike_udf_go_record *record, aerospike_udf_go_value *why)
{
	mod_go_host_call *host_call = mod_go_host_begin(call, record);
	bool refused;

	if (host_call == NULL)
		return mod_go_host_refuse(why, MOD_GO_NO_RECORD);
	refused = host_call->refused;
	host_call->refused = false;
	if (refused && operation->stores)
		return mod_go_host_refuse(why, host_call->refusal);
	if (!is_possible(operation, host_call, record))
		return mod_go_host_refuse(why, operation->mistaken);
	/* Must not change what is stored: the client has heard, or will hear, that the call failed. */
	if (is_late(host_call)) {
		mod_go_host_refuse(why, "the time for this call is over");
		return AEROSPIKE_UDF_GO_DEADLINE;
	}
	host_call->changed_count = 0; /* stored or, where that fails, dropped */
	if (operation->run(host_call->aerospike, (const as_rec *)record) != 0)
		return mod_go_host_refuse(why, operation->refused);
	return AEROSPIKE_UDF_GO_OK;
}

static int record_create(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	return store(&CREATE, call, record, why);
}

static int record_update(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	return store(&UPDATE, call, record, why);
}

static int record_remove(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *why)
{
	return store(&REMOVE, call, record, why);
}

static int record_exists(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t *answer)
{
	*answer = exists(call->context, record);
	return AEROSPIKE_UDF_GO_OK;
}

static int record_set_ttl(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl)
{
	(void)call;
	if (ttl > TTL_LONGEST && ttl != TTL_NEVER)
		return AEROSPIKE_UDF_GO_BAD_ARGUMENTS;
	return as_rec_set_ttl((as_rec *)record, ttl) == 0 ? AEROSPIKE_UDF_GO_OK : AEROSPIKE_UDF_GO_REFUSED;
}

/* Aerospike counts time from 2010, and has 0 for a record that never expires. */
static void take_times(const as_rec *record, aerospike_udf_go_metadata *known)
{
	uint64_t updated = as_rec_last_update_time(record);

	known->last_update = updated != 0 ? updated + CITRUSLEAF_EPOCH_MS : 0;
	known->ttl = as_rec_ttl(record);
	if (known->ttl == 0)
		known->ttl = TTL_NEVER;
}

/* Reads what only a stored record has: for any other the server logs a complaint for each. */
static void take_stored(mod_go_host_call *host_call, const as_rec *record, aerospike_udf_go_metadata *known)
{
	known->generation = as_rec_gen(record);
	known->storage_size = as_rec_size(record);
	known->set_name = (char *)(uintptr_t)as_rec_setname(record);
	take_times(record, known);
	host_call->key = as_rec_key(record); /* ours to destroy, as is the digest */
	if (mod_go_value_from_val(host_call->key, &host_call->borrowed, &known->key) != NULL)
		known->key = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
}

static int record_metadata(aerospike_udf_go_call *call, aerospike_udf_go_record *handle,
                           aerospike_udf_go_metadata *metadata)
{
	mod_go_host_call *host_call = mod_go_host_begin(call, handle);
	const as_rec *record = (const as_rec *)handle;
	aerospike_udf_go_metadata known = {.size = metadata->size, .exists = exists(call->context, handle)};

	if (host_call == NULL)
		return AEROSPIKE_UDF_GO_REFUSED;
	if (known.exists)
		take_stored(host_call, record, &known);
	host_call->digest = as_rec_digest(record);
	if (host_call->digest != NULL && as_bytes_size(host_call->digest) == DIGEST_BYTES)
		known.digest = as_bytes_get(host_call->digest);
	memcpy(metadata, &known, metadata->size < sizeof(known) ? metadata->size : sizeof(known));
	return AEROSPIKE_UDF_GO_OK;
}

/* Copies text (NULL is none), cut to `capacity`, with a NUL. Control characters, which could forge lines of the log,
 * become spaces. */
static const char *plain(char *out, size_t capacity, const char *text, size_t length)
{
	size_t copied = length < capacity - 1 ? length : capacity - 1;

	if (text == NULL)
		copied = 0;
	for (size_t i = 0; i < copied; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7F ? ' ' : text[i];
	out[copied] = '\0';
	return out;
}

/* Splits "stats.go:12" into the file and the line, which is returned; 0 where there is no valid one. */
static int take_line(char *location)
{
	char *colon = strrchr(location, ':'), *end;
	long line;

	if (colon == NULL)
		return 0;
	line = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || line < 0 || line > INT_MAX)
		return 0;
	*colon = '\0';
	return (int)line;
}

static void host_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length,
                     char *location, size_t location_length)
{
	const mod_go_host_call *host_call = call->context;
	char text[LOG_CAPACITY], file[LOCATION_CAPACITY];
	int line;

	if (level < AEROSPIKE_UDF_GO_LOG_ERROR || (uint32_t)level > call->log_level)
		return;
	plain(file, sizeof(file), location, location_length);
	line = take_line(file);
	as_aerospike_log(host_call->aerospike, file[0] != '\0' ? file : "mod_go", line, level,
	                 plain(text, sizeof(text), message, message_length));
}

aerospike_udf_go_host mod_go_host = {
	.size = sizeof(mod_go_host),
	.record_get = mod_go_host_get,
	.record_get_many = mod_go_host_get_many,
	.record_set = mod_go_host_set,
	.record_unset = mod_go_host_unset,
	.record_bin_names = mod_go_host_bin_names,
	.record_metadata = record_metadata,
	.record_set_ttl = record_set_ttl,
	.record_create = record_create,
	.record_update = record_update,
	.record_remove = record_remove,
	.record_exists = record_exists,
	.log = host_log,
};
