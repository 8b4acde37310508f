/* host_table.c - the host table: the record as a whole, its facts, the log. The bins are host_bins.c's. */
#include "as_module/host_table.h"

#include <aerospike/as_types.h>
#include <citrusleaf/cf_clock.h>
#include <stdio.h>
#include <string.h>

#include "as_module/val_conversion.h"

enum { DIGEST_BYTES = 20, LOG_CAPACITY = 1024, LOCATION_CAPACITY = 256 };

#define TTL_NEVER   UINT32_MAX
#define TTL_LONGEST (3650u * 24 * 60 * 60) /* ten years: the server has no longer one */

void mod_go_host_call_end(mod_go_host_call *application)
{
	mod_go_scratch_clear(&application->borrowed);
	if (application->key != NULL) {
		as_val_destroy(application->key);
		application->key = NULL;
	}
	if (application->digest != NULL) {
		as_bytes_destroy(application->digest);
		application->digest = NULL;
	}
}

mod_go_host_call *mod_go_host_begin(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	mod_go_host_call *application = call->context;

	mod_go_host_call_end(application);
	if (call->write_count > 0)
		mod_go_host_call_apply_writes(application, record);
	return record != NULL ? application : NULL;
}

int mod_go_host_refuse(aerospike_udf_go_value *why, const char *reason)
{
	if (why != NULL)
		*why = (aerospike_udf_go_value){
			.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)(uintptr_t)reason, .length = strlen(reason)};
	return AEROSPIKE_UDF_GO_REFUSED;
}

bool mod_go_host_call_is_late(const mod_go_host_call *application)
{
	return application->timer != NULL && as_timer_timedout(application->timer);
}

static bool exists(const mod_go_host_call *application, const aerospike_udf_go_record *record)
{
	return record != NULL && as_aerospike_rec_exists(application->aerospike, (const as_rec *)record) == 1;
}

/* One of create, update and remove: what it is for, and what to say where it is not or is refused. */
typedef struct operation {
	int (*run)(const as_aerospike *aerospike, const as_rec *record);
	bool stores; /* what was written before, so it cannot be done where that failed */
	bool of_stored_record;
	const char *mistaken;
	const char *refused;
} operation;

static const operation CREATE = {
	as_aerospike_rec_create,
	true,
	false,
	"the record exists already; store changes with update",
	"Aerospike would not create the record; its log says why",
};
static const operation UPDATE = {
	as_aerospike_rec_update,
	true,
	true,
	"the record does not exist; store it with create",
	"Aerospike would not update the record; its log says why",
};
static const operation REMOVE = {
	as_aerospike_rec_remove,
	false,
	true,
	"the record does not exist, so it cannot be removed",
	"Aerospike would not remove the record; its log says why",
};

static int store(const operation *operation, aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                 aerospike_udf_go_value *why)
{
	mod_go_host_call *application = mod_go_host_begin(call, record);
	bool refused;

	if (application == NULL)
		return mod_go_host_refuse(why, MOD_GO_NO_RECORD);
	refused = application->refused;
	application->refused = false;
	if (refused && operation->stores)
		return mod_go_host_refuse(why, application->refusal);
	if (exists(application, record) != operation->of_stored_record)
		return mod_go_host_refuse(why, operation->mistaken);
	/* A UDF that is late must not change what is stored: its caller has been told, or will be, that it failed. */
	if (mod_go_host_call_is_late(application)) {
		mod_go_host_refuse(why, "the time for this call is over");
		return AEROSPIKE_UDF_GO_DEADLINE;
	}
	if (operation->run(application->aerospike, (const as_rec *)record) != 0)
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

/* Aerospike counts from 2010, and says 0 for a time to live without end. */
static void take_times(const as_rec *record, aerospike_udf_go_metadata *known)
{
	uint64_t updated = as_rec_last_update_time(record);

	known->last_update = updated != 0 ? updated + CITRUSLEAF_EPOCH_MS : 0;
	known->ttl = as_rec_ttl(record);
	if (known->ttl == 0)
		known->ttl = TTL_NEVER;
}

/* What only a record that is stored has: the server complains, a line of its log each, where it is asked of another. */
static void take_stored(mod_go_host_call *application, const as_rec *record, aerospike_udf_go_metadata *known)
{
	known->generation = as_rec_gen(record);
	known->storage_size = as_rec_size(record);
	known->set_name = (char *)(uintptr_t)as_rec_setname(record);
	take_times(record, known);
	application->key = as_rec_key(record); /* given, not lent, as is the digest */
	if (mod_go_value_from_val(application->key, &application->borrowed, &known->key) != NULL)
		known->key = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_NIL};
}

static int record_metadata(aerospike_udf_go_call *call, aerospike_udf_go_record *handle,
                           aerospike_udf_go_metadata *metadata)
{
	mod_go_host_call *application = mod_go_host_begin(call, handle);
	const as_rec *record = (const as_rec *)handle;
	aerospike_udf_go_metadata known = {.size = metadata->size, .exists = exists(call->context, handle)};

	if (application == NULL)
		return AEROSPIKE_UDF_GO_REFUSED;
	if (known.exists)
		take_stored(application, record, &known);
	application->digest = as_rec_digest(record);
	if (application->digest != NULL && as_bytes_size(application->digest) == DIGEST_BYTES)
		known.digest = as_bytes_get(application->digest);
	memcpy(metadata, &known, metadata->size < sizeof(known) ? metadata->size : sizeof(known));
	return AEROSPIKE_UDF_GO_OK;
}

/* Copies text with a NUL after it, cut to `room`; control characters, which could forge lines of the log, become
 * spaces. */
static const char *plain(char *out, size_t room, const char *text, size_t length)
{
	size_t kept = length < room - 1 ? length : room - 1;

	for (size_t i = 0; i < kept; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7F ? ' ' : text[i];
	out[kept] = '\0';
	return out;
}

/* "stats.go:12" is the file stats.go, line 12. */
static int take_line(char *location)
{
	char *colon = strrchr(location, ':');
	int line;

	if (colon == NULL || sscanf(colon + 1, "%d", &line) != 1)
		return 0;
	*colon = '\0';
	return line;
}

static void host_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length,
                     char *location, size_t location_length)
{
	const mod_go_host_call *application = call->context;
	char text[LOG_CAPACITY], file[LOCATION_CAPACITY];
	int line;

	if (level < AEROSPIKE_UDF_GO_LOG_ERROR || (uint32_t)level > call->log_level)
		return;
	plain(file, sizeof(file), location != NULL ? location : "", location != NULL ? location_length : 0);
	line = take_line(file);
	as_aerospike_log(application->aerospike, file[0] != '\0' ? file : "mod_go", line, level,
	                 plain(text, sizeof(text), message != NULL ? message : "", message_length));
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
