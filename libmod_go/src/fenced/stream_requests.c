/*
 * stream_requests.c - reads and writes the streams of a call for its worker, many elements a message. Nothing of what the
 * worker says is trusted.
 *
 * A batch is bounded by elements, bytes and time. It begins small, for many UDFs read little, and grows while its
 * elements are short and quick to come.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value/list_elements.h"
#include "fenced/session.h"
#include "value/value_check.h"

#define FIRST_ELEMENTS 8u
#define MOST_ELEMENTS  1024u

#define BATCH_BYTES ((size_t)256 << 10)

/* Nanoseconds until a batch is sent, be it as short as it is. */
#define BATCH_TIME 10000000u

/* A bin that the manifest does not name stays behind where it is longer than this. */
#define BIN_BYTES 1024u

/* ---- reading ------------------------------------------------------------------------------------- */

/* One batch that is being filled. */
typedef struct filling {
	mod_go_session *session;
	mod_go_writer *writer;
	mod_go_batch_head head;
	size_t begin;      /* of the batch in the message */
	uint64_t until;    /* when it is to be sent */
	bool full;         /* no element may follow */
	bool partial;      /* for the last is a record of which not all was sent */
	bool no_lists;     /* the host does not give what is next in a list */
	uint32_t elements; /* those within lists too */
	aerospike_udf_go_value why;
} filling;

/* Adds the bins of these names, counts them, and gives whether these are all. A UDF may read more bins than its
 * manifest names, so others travel too; long ones only when they are asked for. */
static bool write_bins(mod_go_session *session, mod_go_writer *writer, const char *names, size_t length,
                       uint32_t *count)
{
	const mod_go_manifest_function *known =
		mod_go_manifest_find(&session->worker->version->manifest, session->name);
	bool all = true;

	for (size_t at = 0; at < length;) {
		size_t name_length = strnlen(names + at, length - at);
		aerospike_udf_go_value value;

		if (mod_go_session_get(session, names + at, name_length, &value) != AEROSPIKE_UDF_GO_OK ||
		    (known != NULL && known->count > 0 && value.type >= AEROSPIKE_UDF_GO_STRING &&
		     value.length > BIN_BYTES && !mod_go_manifest_function_has_bin(known, names + at, name_length))) {
			all = false;
		} else {
			mod_go_write_text(writer, names + at, name_length);
			mod_go_write_value(writer, &value);
			++*count;
		}
		at += name_length + 1;
	}
	return all;
}

/* Adds all bins of the record, where the host can say which these are. */
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
	/* They are lent only until the first bin is read. */
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

/* Adds a record. One that cannot be sent whole stays the host's last, so that the worker can ask for the rest. */
static void add_record(filling *filling)
{
	mod_go_session *session = filling->session;
	mod_go_writer *writer = filling->writer;
	uint32_t head[2] = {0, 0}; /* complete, bins */
	size_t place;

	mod_go_write_number(writer, MOD_GO_ELEMENT_RECORD);
	place = writer->length;
	mod_go_write_bytes(writer, head, sizeof(head));
	mod_go_session_write_metadata(session, writer);
	head[0] = write_all_bins(session, writer, &head[1]);
	if (!writer->failed)
		memcpy(writer->data + place, head, sizeof(head)); /* now that it is known */
	filling->partial = filling->full = head[0] == 0;
}

/* Adds a list of elements as the host gives it. False where the element that is next must be read alone. */
static bool add_list(filling *filling, uint32_t limit)
{
	aerospike_udf_go_call *call = filling->session->call;
	aerospike_udf_go_value list = {.type = AEROSPIKE_UDF_GO_NIL};
	mod_go_elements elements;
	int status = call->host->stream_read_many(call, filling->session->input, limit, &list);

	if (status == AEROSPIKE_UDF_GO_REFUSED) {
		filling->no_lists = true;
		return false;
	}
	if (status == AEROSPIKE_UDF_GO_OK &&
	    (list.type != AEROSPIKE_UDF_GO_LIST || !mod_go_elements_begin(&elements, list.data, list.length))) {
		static char text[] = "the host gave what is no list of elements";

		status = AEROSPIKE_UDF_GO_INTERNAL;
		list = (aerospike_udf_go_value){
			.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)text, .length = sizeof(text) - 1};
	}
	filling->full = true; /* what it lends is for one call */
	if (status != AEROSPIKE_UDF_GO_OK) {
		filling->head.status = status;
		filling->why = list;
	} else if (elements.left == 0) {
		filling->head.ended = true;
	} else {
		mod_go_write_number(filling->writer, MOD_GO_ELEMENT_LIST);
		mod_go_write_value(filling->writer, &list);
		filling->head.count++;
		filling->elements += elements.left;
		filling->full = false;
	}
	return true;
}

/* Adds the next element, a record or a value. */
static void add_one(filling *filling)
{
	mod_go_session *session = filling->session;
	aerospike_udf_go_call *call = session->call;
	aerospike_udf_go_value value = {.type = AEROSPIKE_UDF_GO_NIL};
	int status;

	session->record = NULL;
	status = call->host->stream_read(call, session->input, &session->record, &value);
	if (status != AEROSPIKE_UDF_GO_OK) {
		session->record = NULL;
		filling->head.status = status;
		filling->why = value;
		filling->full = true;
	} else if (session->record != NULL) {
		filling->head.count++;
		filling->elements++;
		add_record(filling);
	} else if (value.type == AEROSPIKE_UDF_GO_NIL) {
		filling->head.ended = true;
		filling->full = true;
	} else {
		mod_go_write_number(filling->writer, MOD_GO_ELEMENT_VALUE);
		mod_go_write_value(filling->writer, &value);
		filling->head.count++;
		filling->elements++;
	}
}

static bool goes_on(const filling *filling, uint32_t most)
{
	return !filling->full && filling->elements < most && !filling->writer->failed &&
	       filling->writer->length - filling->begin < BATCH_BYTES && mod_go_now() < filling->until;
}

/* Adds elements one by one or, where the host can, in a list behind the first. */
static void fill(filling *filling, uint32_t most)
{
	mod_go_session *session = filling->session;
	bool lists = MOD_GO_HOST_HAS(session->call, stream_read_many);

	do {
		uint32_t left = most - filling->elements;

		add_one(filling);
		if (lists && session->record == NULL && !filling->no_lists && left > 1 && goes_on(filling, most) &&
		    add_list(filling, left - 1))
			return;
	} while (goes_on(filling, most));
}

/* How many elements the next batch may have, after one of so many in so many bytes. */
static uint32_t next_batch(uint32_t most, uint32_t elements, size_t bytes)
{
	if (bytes > BATCH_BYTES) {
		uint64_t fits = (uint64_t)elements * BATCH_BYTES / bytes;

		return fits > 1 ? (uint32_t)fits : 1;
	}
	return 2 * most < MOST_ELEMENTS ? 2 * most : MOST_ELEMENTS;
}

/* Puts a failure in the place of a batch that is too long for a message. */
static void drop_batch(filling *filling)
{
	static char text[] = "the elements are longer than the 128 MiB that cross to a worker at once";

	filling->writer->length = filling->begin;
	filling->head = (mod_go_batch_head){.status = AEROSPIKE_UDF_GO_REFUSED};
	filling->why = (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)text, .length = sizeof(text) - 1};
	mod_go_write_bytes(filling->writer, &filling->head, sizeof(filling->head));
}

static void write_batch(mod_go_session *session, mod_go_writer *writer, bool lists)
{
	uint32_t most = session->batch > 0 ? session->batch : FIRST_ELEMENTS;
	filling filling = {.session = session, .writer = writer, .begin = writer->length};

	filling.until = mod_go_now() + BATCH_TIME;
	if (session->until != 0 && session->until < filling.until)
		filling.until = session->until;
	mod_go_write_bytes(writer, &filling.head, sizeof(filling.head));
	session->record = NULL;
	if (session->ended) {
		filling.head.ended = true;
	} else if (lists) {
		if (!add_list(&filling, most))
			filling.head.status = AEROSPIKE_UDF_GO_REFUSED;
	} else {
		fill(&filling, most);
	}
	if (writer->length > MOD_GO_MESSAGE_MAX - 4096)
		drop_batch(&filling);
	session->ended = filling.head.ended != 0;
	session->batch = next_batch(most, filling.elements, writer->length - filling.begin);
	if (!filling.partial)
		session->record = NULL;
	if (!writer->failed)
		memcpy(writer->data + filling.begin, &filling.head, sizeof(filling.head));
	if (filling.head.status != AEROSPIKE_UDF_GO_OK)
		mod_go_write_value(writer, &filling.why);
}

/* ---- writing ------------------------------------------------------------------------------------- */

static int write_element(mod_go_session *session, uint32_t form, aerospike_udf_go_value *value,
                         aerospike_udf_go_value *why)
{
	aerospike_udf_go_call *call = session->call;
	const char *what = mod_go_value_check(value).what;

	if (what == NULL &&
	    (value->type == AEROSPIKE_UDF_GO_NIL ||
	     (form == MOD_GO_ELEMENT_LIST && mod_go_elements_have_nil(value->data, value->length))))
		what = "a nil would end the stream";
	if (what != NULL) {
		*why = (aerospike_udf_go_value){
			.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)(uintptr_t)what, .length = strlen(what)};
		return AEROSPIKE_UDF_GO_REFUSED;
	}
	if (form == MOD_GO_ELEMENT_LIST)
		return MOD_GO_HOST_HAS(call, stream_write_many)
		           ? call->host->stream_write_many(call, session->output, value->data, value->length, why)
		           : AEROSPIKE_UDF_GO_REFUSED;
	if (!MOD_GO_HOST_HAS(call, stream_write))
		return AEROSPIKE_UDF_GO_REFUSED;
	return call->host->stream_write(call, session->output, value->type, value->integer, value->data,
	                                value->length, why);
}

/* Writes the elements that a message begins with, up to the first that is refused, and answers how that went. */
static void write_elements(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	uint32_t count = mod_go_read_number(reader);
	int status = AEROSPIKE_UDF_GO_OK;
	char why[512] = "";

	for (uint32_t i = 0; i < count && !reader->failed; i++) {
		aerospike_udf_go_value said = {.type = AEROSPIKE_UDF_GO_NIL};
		uint32_t form = mod_go_read_number(reader);
		aerospike_udf_go_value value;

		mod_go_read_value(reader, &value);
		reader->failed = reader->failed || session->output == NULL || form > MOD_GO_ELEMENT_LIST ||
		                 (form == MOD_GO_ELEMENT_LIST && value.type != AEROSPIKE_UDF_GO_LIST);
		if (reader->failed || status != AEROSPIKE_UDF_GO_OK)
			continue;
		status = write_element(session, form, &value, &said);
		if (status != AEROSPIKE_UDF_GO_OK)
			mod_go_copy_reason(&said, why, sizeof(why));
	}
	if (status != AEROSPIKE_UDF_GO_OK && why[0] == '\0')
		snprintf(why, sizeof(why), "the host refused an element of the stream");
	mod_go_write_number(writer, (uint32_t)status);
	mod_go_write_text(writer, why, strlen(why));
}

void mod_go_session_write(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	write_elements(session, reader, writer);
}

void mod_go_session_read(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	uint32_t lists;

	write_elements(session, reader, writer);
	lists = mod_go_read_number(reader);
	if (!reader->failed)
		write_batch(session, writer, lists != 0);
}
