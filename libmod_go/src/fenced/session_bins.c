/* session_bins.c - which bins of a record travel to the worker before it asks for them. */
#include <stdlib.h>
#include <string.h>

#include "fenced/session.h"
#include "value/value_check.h"

/* Adds one bin. False where it cannot be read. */
static bool write_bin(mod_go_session *session, mod_go_writer *writer, const char *name, size_t length,
                      uint32_t *count)
{
	aerospike_udf_go_value value;

	if (mod_go_session_get(session, name, length, &value) != AEROSPIKE_UDF_GO_OK)
		return false;
	mod_go_write_text(writer, name, length);
	mod_go_write_value(writer, &value);
	++*count;
	return true;
}

/* Adds the bins of a list of names, each of which ends in a NUL. Returns whether all were added. */
static bool write_bins(mod_go_session *session, mod_go_writer *writer, const char *names, size_t length,
                       uint32_t *count)
{
	size_t offset = 0, name_length;
	const char *name;
	bool all = true;

	while ((name = mod_go_next_name(names, length, &offset, &name_length)) != NULL)
		all = write_bin(session, writer, name, name_length, count) && all;
	return all && offset >= length;
}

/* Adds all bins that the record has, where the host can list them. Returns whether all were added. */
static bool write_all_bins(mod_go_session *session, mod_go_writer *writer, uint32_t *count)
{
	aerospike_udf_go_call *call = session->call;
	aerospike_udf_go_value names = {.type = AEROSPIKE_UDF_GO_NIL};
	char small[512];
	char *copy = small;
	bool all;

	if (!MOD_GO_HOST_HAS(call, record_bin_names) ||
	    call->host->record_bin_names(call, session->record, &names) != AEROSPIKE_UDF_GO_OK)
		return false;
	/* The names are valid only until the first bin is read. */
	if (names.length > sizeof(small))
		copy = malloc(names.length);
	if (copy == NULL)
		return false;
	if (names.length > 0)
		memcpy(copy, names.data, names.length);
	all = write_bins(session, writer, copy, names.length, count);
	if (copy != small)
		free(copy);
	return all;
}

/* Adds the bins that the manifest names, and those that arguments name. Returns whether all were added. */
static bool write_named_bins(mod_go_session *session, mod_go_writer *writer,
                             const mod_go_manifest_function *known, const aerospike_udf_go_value *arguments,
                             size_t count, uint32_t *bins)
{
	bool all = write_bins(session, writer, known->bins, known->bins_length, bins);

	for (unsigned i = 0; i < known->bin_argument_count; i++) {
		uint32_t position = known->bin_arguments[i];
		const aerospike_udf_go_value *name = position < count ? &arguments[position] : NULL;

		if (name != NULL && name->type == AEROSPIKE_UDF_GO_STRING && name->length > 0 &&
		    name->length <= AEROSPIKE_UDF_GO_BIN_NAME_MAX && memchr(name->data, 0, name->length) == NULL &&
		    !mod_go_manifest_function_has_bin(known, (char *)name->data, name->length))
			all = write_bin(session, writer, (char *)name->data, name->length, bins) && all;
	}
	return all;
}

static const mod_go_manifest_function *described(const mod_go_session *session)
{
	return mod_go_manifest_find(&session->worker->version->manifest, session->name);
}

void mod_go_session_write_call_bins(mod_go_session *session, mod_go_writer *writer, mod_go_call_head *head,
                                    const aerospike_udf_go_value *arguments, size_t count)
{
	const mod_go_manifest_function *known = described(session);

	if (known == NULL || !known->bins_known)
		head->complete = write_all_bins(session, writer, &head->bins);
	else
		write_named_bins(session, writer, known, arguments, count, &head->bins);
}

uint32_t mod_go_session_write_stream_bins(mod_go_session *session, mod_go_writer *writer, uint32_t *count)
{
	const mod_go_manifest_function *known = described(session);

	if (known == NULL || !known->bins_known)
		return write_all_bins(session, writer, count) ? MOD_GO_BINS_ALL : MOD_GO_BINS_SOME;
	return write_named_bins(session, writer, known, session->arguments, session->argument_count, count)
	           ? MOD_GO_BINS_NAMED
	           : MOD_GO_BINS_SOME;
}
