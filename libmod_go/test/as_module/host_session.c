/* host_session.c - calls functions of the host table for a record. */
#include "host_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as_module/val_conversion.h"

static aerospike_udf_go_record *handle(host_session *session)
{
	return (aerospike_udf_go_record *)session->rec;
}

static int noted(host_session *session, int status, const aerospike_udf_go_value *why)
{
	bool refused = status != AEROSPIKE_UDF_GO_OK && why->data != NULL;

	snprintf(session->why, sizeof(session->why), "%.*s", refused ? (int)why->length : 0,
	         refused ? (const char *)why->data : "");
	return status;
}

host_session *session_new(void)
{
	host_session *made = malloc(sizeof(*made));

	memset(made, 'A', sizeof(*made));
	made->rec = record_new();
	made->hooks = *made->rec->hooks;
	made->rec->hooks = &made->hooks;
	made->log.text[0] = '\0';
	record_aerospike(&made->aerospike, &made->log);
	made->context = (as_udf_context){.as = &made->aerospike};
	mod_go_host_call_begin(&made->host_call, &made->context, &mod_go_host);
	return made;
}

void session_next_call(host_session *session)
{
	mod_go_host_call_end(&session->host_call);
	record_end(session->rec);
	mod_go_host_call_begin(&session->host_call, &session->context, &mod_go_host);
}

void session_free(host_session *session)
{
	mod_go_host_call_end(&session->host_call);
	as_rec_destroy(session->rec);
	free(session);
}

int set_bin_to(host_session *session, const char *name, as_val *val)
{
	aerospike_udf_go_value value, why = {0};
	mod_go_scratch scratch;
	int status;

	mod_go_scratch_init(&scratch);
	CHECK(mod_go_value_from_val(val, &scratch, &value) == NULL);
	status = mod_go_host.record_set(&session->host_call.call, handle(session), (char *)(uintptr_t)name,
	                                strlen(name), value.type, value.integer, value.data, value.length, &why);
	mod_go_scratch_clear(&scratch);
	as_val_destroy(val);
	return noted(session, status, &why);
}

int unset_bin(host_session *session, const char *name)
{
	aerospike_udf_go_value why = {0};

	return noted(session,
	             mod_go_host.record_unset(&session->host_call.call, handle(session), (char *)(uintptr_t)name,
	                                      strlen(name), &why),
	             &why);
}

int create_record(host_session *session)
{
	aerospike_udf_go_value why = {0};

	return noted(session, mod_go_host.record_create(&session->host_call.call, handle(session), &why), &why);
}

int update_record(host_session *session)
{
	aerospike_udf_go_value why = {0};

	return noted(session, mod_go_host.record_update(&session->host_call.call, handle(session), &why), &why);
}

int remove_record(host_session *session)
{
	aerospike_udf_go_value why = {0};

	return noted(session, mod_go_host.record_remove(&session->host_call.call, handle(session), &why), &why);
}

const char *bin_of(host_session *session, const char *name)
{
	aerospike_udf_go_value value = {0};
	const char *shown;
	as_val *val;
	int status = mod_go_host.record_get(&session->host_call.call, handle(session), (char *)(uintptr_t)name,
	                                    strlen(name), &value);

	if (noted(session, status, &value) != AEROSPIKE_UDF_GO_OK)
		return session->why;
	CHECK(mod_go_value_to_val(&value, &val) == NULL);
	shown = show(val);
	as_val_destroy(val);
	return shown;
}

const char *names_of(host_session *session)
{
	aerospike_udf_go_value names = {0};
	int status = mod_go_host.record_bin_names(&session->host_call.call, handle(session), &names);

	if (noted(session, status, &names) != AEROSPIKE_UDF_GO_OK)
		return session->why;
	CHECK(names.length < sizeof(session->names));
	for (size_t i = 0; i < names.length; i++)
		session->names[i] = names.data[i] != 0 ? (char)names.data[i] : ' ';
	session->names[names.length] = '\0';
	return session->names;
}

void write_later(host_session *session, const char *name, size_t name_length, const char *text, size_t length)
{
	aerospike_udf_go_call *call = &session->host_call.call;
	aerospike_udf_go_write *write = &call->writes[call->write_count++];
	uint8_t *data = call->write_data + call->write_used;

	memcpy(write->name, name, name_length < sizeof(write->name) ? name_length : sizeof(write->name));
	write->name_length = name_length;
	memcpy(data, text, length);
	write->value = (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_STRING, .data = data, .length = length};
	call->write_used += (uint32_t)length;
}
