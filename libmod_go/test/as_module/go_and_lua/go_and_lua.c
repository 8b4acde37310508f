/*
 * go_and_lua.c - a program that applies functions in Go and in Lua, each through its as_module, so that tests can
 * compare them: go-and-lua FOLDER, with modules NAME.so in it and lua/NAME.lua, for mod_lua would load a
 * NAME.so beside it. Go runs fenced.
 *
 * Requests and answers are framed as those of peer.c, and their values are in the form of describe.h.
 *   A      loads NAME.so: the name
 *            the answer: whether it is loaded
 *   G, L   a record function, in Go or in Lua: [module, function, arguments, record]
 *            the answer: [error or nil, result, stored bins or nil, operations, time to live, log]
 *   g, l   a stream function: [module, function, arguments, nodes], each node a list of records
 *            the answer: [error or nil, values]
 * A record is [exists, bins, time to live, generation, set, key or nil]. Operations are "create", "update" and
 * "remove", a line each; the log has lines "LEVEL FILE:LINE MESSAGE".
 */
#include <aerospike/as_types.h>
#include <aerospike/mod_lua.h>
#include <aerospike/mod_lua_config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mod_go_as_module.h"
#include "as_module/peer/describe.h"
#include "record.h"

static mod_go_config go_config;

/* What a record call has written. The log is the first, because the hook of record.c takes the source for it. */
struct written {
	record_log log;
	char operations[4096];
};

static const as_aerospike_hooks *record_hooks;

/* Another reference. as_val_reserve does not count those of booleans. */
static as_val *share(const as_val *val)
{
	as_val *open = (as_val *)(uintptr_t)val;

	if (as_val_type(val) == AS_BOOLEAN)
		return (as_val *)as_boolean_new(as_boolean_get(as_boolean_fromval(val)));
	return as_val_reserve(open);
}

static as_val *bins_of(const as_rec *rec)
{
	const struct record *record = record_of(rec);
	as_orderedmap *map = as_orderedmap_new(record->stored_count + 1);

	for (uint32_t i = 0; i < record->stored_count; i++)
		as_orderedmap_set(map, (as_val *)as_string_new_strdup(record->stored[i].name),
		                  share(record->stored[i].value));
	return (as_val *)map;
}

static int note(const as_aerospike *aerospike, const char *operation, int code)
{
	struct written *written = aerospike->source;
	size_t used = strlen(written->operations);

	if (code == 0)
		snprintf(written->operations + used, sizeof(written->operations) - used, "%s\n", operation);
	return code;
}

static int rec_create(const as_aerospike *aerospike, const as_rec *rec)
{
	return note(aerospike, "create", record_hooks->rec_create(aerospike, rec));
}

static int rec_update(const as_aerospike *aerospike, const as_rec *rec)
{
	return note(aerospike, "update", record_hooks->rec_update(aerospike, rec));
}

static int rec_remove(const as_aerospike *aerospike, const as_rec *rec)
{
	return note(aerospike, "remove", record_hooks->rec_remove(aerospike, rec));
}

/* The functions of record.c, with notes of what they write. */
static void noting_aerospike(as_aerospike *aerospike, as_aerospike_hooks *hooks, struct written *written)
{
	record_aerospike(aerospike, &written->log);
	record_hooks = aerospike->hooks;
	*hooks = *record_hooks;
	hooks->rec_create = rec_create;
	hooks->rec_update = rec_update;
	hooks->rec_remove = rec_remove;
	as_aerospike_init(aerospike, written, hooks);
}

static const char *text_in(const as_list *list, uint32_t index)
{
	as_string *text = as_string_fromval(as_list_get(list, index));

	return text != NULL ? as_string_get(text) : NULL;
}

static bool set_bin(const as_val *name, const as_val *value, void *rec)
{
	return as_rec_set(rec, as_string_get(as_string_fromval(name)), share(value)) == 0;
}

/* The record that a request describes. Its texts are those of the request. */
static as_rec *record_from(const as_list *described)
{
	as_rec *rec = record_new();
	struct record *record = record_of(rec);

	as_map_foreach(as_map_fromval(as_list_get(described, 1)), set_bin, rec);
	record->exists = as_boolean_get(as_boolean_fromval(as_list_get(described, 0)));
	record->ttl = (uint32_t)as_list_get_int64(described, 2);
	record->generation = (uint16_t)as_list_get_int64(described, 3);
	record_store(rec);
	record->set_name = text_in(described, 4);
	record->key = text_in(described, 5);
	return rec;
}

static as_val *or_nil(as_val *val)
{
	return val != NULL ? share(val) : (as_val *)(uintptr_t)&as_nil;
}

/* The stored bins; nil without any, because there is no record then. */
static as_val *stored_bins(const as_rec *rec)
{
	const struct record *record = record_of(rec);

	return record->exists && record->stored_count > 0 ? bins_of(rec) : or_nil(NULL);
}

static void apply_record(as_module *module, const as_list *request, bytes *out)
{
	struct written written = {0};
	as_aerospike_hooks hooks;
	as_aerospike aerospike;
	as_udf_context context = {.as = &aerospike};
	as_rec *rec = record_from(as_list_fromval(as_list_get(request, 3)));
	as_arraylist *answer = as_arraylist_new(6, 1);
	as_val *before = stored_bins(rec);
	as_result result;
	int code;

	noting_aerospike(&aerospike, &hooks, &written);
	as_result_init(&result);
	as_val_reserve(rec);
	code = as_module_apply_record(module, &context, text_in(request, 0), text_in(request, 1), rec,
	                              as_list_fromval(as_list_get(request, 2)), &result);
	if (code != 0)
		as_rec_destroy(rec);
	if (result.is_success) {
		as_arraylist_append(answer, or_nil(NULL));
		as_arraylist_append(answer, or_nil(result.value));
	} else {
		as_arraylist_append(answer, or_nil(result.value));
		as_arraylist_append(answer, or_nil(NULL));
	}
	/* The server stores nothing of a call that failed. */
	as_arraylist_append(answer, result.is_success ? stored_bins(rec) : share(before));
	as_val_destroy(before);
	as_arraylist_append_str(answer, written.operations);
	as_arraylist_append_int64(answer, record_of(rec)->next_ttl);
	as_arraylist_append_str(answer, written.log.text);
	describe(out, (as_val *)answer);
	as_arraylist_destroy(answer);
	as_result_destroy(&result);
	as_rec_destroy(rec);
}

/* ---- streams -------------------------------------------------------------------------------------- */

/* A stream over a list. In the server the stream owns what Go reads of it; else the reader does (mod_go_config). */
struct source {
	const as_list *list;
	uint32_t next;
	bool owns;
};

static as_val *read_next(const as_stream *stream)
{
	struct source *source = stream->data;
	as_val *val;

	if (source->next == as_list_size(source->list))
		return NULL;
	val = as_list_get(source->list, source->next++);
	return source->owns ? val : share(val);
}

static as_stream_status write_next(const as_stream *stream, as_val *val)
{
	if (val != NULL)
		as_list_append(stream->data, val);
	return AS_STREAM_OK;
}

static const as_stream_hooks IN = {.read = read_next}, OUT = {.write = write_next};

static void use_scope(const char *folder, uint32_t scope)
{
	mod_lua_config lua = {.server_mode = scope == AEROSPIKE_UDF_GO_SCOPE_SERVER, .cache_enabled = false};

	snprintf(lua.user_path, sizeof(lua.user_path), "%s/lua", folder);
	go_config.scope = scope;
	if (as_module_configure(&mod_lua, &lua) != 0 || as_module_configure(&mod_go, &go_config) != 0)
		abort();
}

/* Runs one part of a stream function, and appends what it writes to `out`. Returns its failure, or NULL. */
static as_val *run_part(as_module *module, const as_list *request, uint32_t scope, const as_list *in,
                        as_list *out)
{
	struct source source = {.list = in, .owns = module == &mod_go && scope == AEROSPIKE_UDF_GO_SCOPE_SERVER};
	record_log log = {{0}};
	as_aerospike aerospike;
	as_udf_context context = {.as = &aerospike};
	as_stream from, to;
	as_result result;
	as_val *failure = NULL;

	use_scope(go_config.user_path, scope);
	record_aerospike(&aerospike, &log);
	as_stream_init(&from, &source, &IN);
	as_stream_init(&to, out, &OUT);
	as_result_init(&result);
	if (as_module_apply_stream(module, &context, text_in(request, 0), text_in(request, 1), &from,
	                           as_list_fromval(as_list_get(request, 2)), &to, &result) != 0)
		failure = result.value != NULL ? as_val_reserve(result.value)
		                               : (as_val *)as_string_new_strdup("it failed without a reason");
	as_result_destroy(&result);
	return failure;
}

static void apply_stream(as_module *module, const as_list *request, bytes *out)
{
	const as_list *nodes = as_list_fromval(as_list_get(request, 3));
	as_arraylist *partial = as_arraylist_new(16, 16), *values = as_arraylist_new(16, 16);
	as_arraylist *answer = as_arraylist_new(2, 1);
	as_val *failure = NULL;

	for (uint32_t node = 0; node < as_list_size(nodes) && failure == NULL; node++) {
		const as_list *described = as_list_fromval(as_list_get(nodes, node));
		as_arraylist *records = as_arraylist_new(16, 16);

		for (uint32_t i = 0; i < as_list_size(described); i++)
			as_arraylist_append(records, (as_val *)record_from(as_list_fromval(as_list_get(described, i))));
		failure =
			run_part(module, request, AEROSPIKE_UDF_GO_SCOPE_SERVER, (as_list *)records, (as_list *)partial);
		as_arraylist_destroy(records);
	}
	if (failure == NULL)
		failure =
			run_part(module, request, AEROSPIKE_UDF_GO_SCOPE_CLIENT, (as_list *)partial, (as_list *)values);
	as_arraylist_append(answer, failure != NULL ? failure : or_nil(NULL));
	as_arraylist_append(answer, (as_val *)values);
	describe(out, (as_val *)answer);
	as_arraylist_destroy(answer);
	as_arraylist_destroy(partial);
}

/* ---- requests ------------------------------------------------------------------------------------- */

static as_val *add_module(const char *name)
{
	as_module_event event = {.type = AS_MODULE_EVENT_FILE_ADD, .data.filename = name};

	return (as_val *)as_boolean_new(as_module_update(&mod_go, &event) == 0);
}

static void answer(char letter, const uint8_t *data, size_t length, bytes *out)
{
	as_val *request = build(&data, data + length);
	as_module *module = letter == 'G' || letter == 'g' ? &mod_go : &mod_lua;

	if (letter == 'A') {
		as_val *added = add_module(as_string_get(as_string_fromval(request)));

		describe(out, added);
		as_val_destroy(added);
	} else if (letter == 'G' || letter == 'L') {
		apply_record(module, as_list_fromval(request), out);
	} else {
		apply_stream(module, as_list_fromval(request), out);
	}
	as_val_destroy(request);
}

static void use_folder(const char *folder)
{
	mod_go_config_init(&go_config);
	go_config.mode = MOD_GO_FENCED;
	go_config.workers = 1;
	snprintf(go_config.user_path, sizeof(go_config.user_path), "%s", folder);
	use_scope(folder, AEROSPIKE_UDF_GO_SCOPE_SERVER);
}

int main(int count, char **arguments)
{
	uint8_t head[5];

	if (count != 2)
		return 2;
	use_folder(arguments[1]);
	while (fread(head, sizeof(head), 1, stdin) == 1) {
		bytes out = {0};
		uint32_t length, answered;
		uint8_t *data;

		memcpy(&length, head + 1, sizeof(length));
		data = malloc(length > 0 ? length : 1);
		if (data == NULL || (length > 0 && fread(data, length, 1, stdin) != 1))
			return 1;
		answer((char)head[0], data, length, &out);
		answered = (uint32_t)out.length;
		putchar(0);
		fwrite(&answered, sizeof(answered), 1, stdout);
		fwrite(out.data, 1, out.length, stdout);
		fflush(stdout);
		free(out.data);
		free(data);
	}
	as_module_destroy(&mod_go);
	return 0;
}
