/*
 * stream_requests.c - reads and writes the streams of a call for its worker, many elements a message. Nothing that
 * the worker sends is trusted.
 *
 * A batch is bounded by elements, bytes and time. The first is small, because many UDFs read little; they grow
 * while elements are short and come quickly. A UDF shows that it makes progress when it asks for the next batch, so
 * one that takes long for each element gets few at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value/list_elements.h"
#include "fenced/session.h"
#include "value/value_check.h"

/* A server applies an aggregation to one part of its records after another: docs/dispatch.md has the figures. */
#define FIRST_BATCH_ELEMENTS 16u
#define BATCH_ELEMENTS_MAX   1024u

#define BATCH_BYTES ((size_t)256 << 10)

/* Nanoseconds until a batch is sent, however short it is. */
#define BATCH_TIME 10000000u

/* ---- reading ------------------------------------------------------------------------------------- */

/* A batch that is being filled. */
struct filling {
	mod_go_session *session;
	mod_go_writer *writer;
	mod_go_batch_head head;
	size_t begin;      /* its offset in the message */
	uint64_t until;    /* when it must be sent */
	bool full;         /* no element may follow */
	bool partial;      /* because the last is a record without all of its bins */
	bool no_lists;     /* the host cannot return the next element in a list */
	uint32_t elements; /* with those in lists */
	aerospike_udf_go_value why;
};

/* Adds the session's record. After one that came with some of its bins no further element is read, so that the
 * worker can ask for the rest. */
static void add_record(struct filling *filling)
{
	mod_go_session *session = filling->session;
	mod_go_writer *writer = filling->writer;
	uint32_t head[2] = {0, 0}; /* which bins, their number */
	size_t place;

	mod_go_write_number(writer, MOD_GO_ELEMENT_RECORD);
	place = writer->length;
	mod_go_write_bytes(writer, head, sizeof(head));
	mod_go_session_write_metadata(session, writer);
	head[0] = mod_go_session_write_stream_bins(session, writer, &head[1]);
	if (!writer->failed)
		memcpy(writer->data + place, head, sizeof(head)); /* now known */
	filling->partial = filling->full = head[0] == MOD_GO_BINS_SOME;
}

/* Adds the list of elements that the host returns, with which the batch ends. False where the next element must be
 * read alone. */
static bool add_list(struct filling *filling, uint32_t limit)
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
	    (list.type != AEROSPIKE_UDF_GO_LIST || !mod_go_elements_begin(&elements, list.data, list.length)))
		status = mod_go_refuse_value(&list, AEROSPIKE_UDF_GO_INTERNAL,
		                             "the host returned a value that is not a list of elements");
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
	}
	return true;
}

/* Adds the next element, a record or a value. */
static void add_one(struct filling *filling)
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

static bool has_space(const struct filling *filling, uint32_t most)
{
	return !filling->full && filling->elements < most && !filling->writer->failed &&
	       filling->writer->length - filling->begin < BATCH_BYTES && mod_go_now() < filling->until;
}

/* Adds elements one by one or, where the host can, one and then a list. */
static void fill(struct filling *filling, uint32_t most)
{
	mod_go_session *session = filling->session;
	bool lists = MOD_GO_HOST_HAS(session->call, stream_read_many);

	do {
		uint32_t left = most - filling->elements;

		add_one(filling);
		if (lists && session->record == NULL && !filling->no_lists && left > 1 && has_space(filling, most) &&
		    add_list(filling, left - 1))
			return;
	} while (has_space(filling, most));
}

/* The most elements of the next batch, after one of `elements` in `bytes`. */
static uint32_t next_batch(uint32_t most, uint32_t elements, size_t bytes)
{
	if (bytes > BATCH_BYTES) {
		uint64_t fits = (uint64_t)elements * BATCH_BYTES / bytes;

		return fits > 1 ? (uint32_t)fits : 1;
	}
	return 2 * most < BATCH_ELEMENTS_MAX ? 2 * most : BATCH_ELEMENTS_MAX;
}

/* Replaces a batch that is too long for a message by a failure. */
static void drop_batch(struct filling *filling)
{
	filling->writer->length = filling->begin;
	filling->head.count = filling->head.ended = 0;
	filling->head.status =
		mod_go_refuse_value(&filling->why, AEROSPIKE_UDF_GO_REFUSED,
	                        "the elements are longer than the 128 MiB that cross to a worker at once");
	mod_go_write_bytes(filling->writer, &filling->head, sizeof(filling->head));
}

/* The most elements that the UDF can use, at the speed of the last batch, in a quarter of the time in which it must
 * show progress. */
static uint32_t most_in_time(const mod_go_session *session)
{
	uint64_t each, most;

	if (session->stall == 0 || session->sent == 0)
		return BATCH_ELEMENTS_MAX;
	each = (mod_go_now() - session->sent_at) / session->sent + 1;
	most = session->stall / 4 / each;
	return most < 1 ? 1 : most < BATCH_ELEMENTS_MAX ? (uint32_t)most : BATCH_ELEMENTS_MAX;
}

/* What the worker asks for; before it has asked, a list or, where the host cannot return one, any elements. */
enum form { ANY, LIST, LIST_OR_ANY };

static void write_batch(mod_go_session *session, mod_go_writer *writer, enum form form)
{
	uint32_t in_time = most_in_time(session);
	uint32_t next = session->batch > 0 ? session->batch : FIRST_BATCH_ELEMENTS;
	uint32_t most = next < in_time ? next : in_time;
	struct filling filling = {.session = session, .writer = writer, .begin = writer->length};

	filling.until = mod_go_now() + BATCH_TIME;
	if (session->until != 0 && session->until < filling.until)
		filling.until = session->until;
	mod_go_write_bytes(writer, &filling.head, sizeof(filling.head));
	session->record = NULL;
	if (session->ended) {
		filling.head.ended = true;
	} else if (form == ANY || !MOD_GO_HOST_HAS(session->call, stream_read_many) ||
	           !add_list(&filling, most)) {
		if (form == LIST)
			filling.head.status = AEROSPIKE_UDF_GO_REFUSED;
		else
			fill(&filling, most);
	}
	if (writer->length > MOD_GO_MESSAGE_MAX - 4096)
		drop_batch(&filling);
	session->ended = filling.head.ended != 0;
	session->progress = session->progress || filling.elements > 0;
	session->sent = filling.elements;
	session->sent_at = session->stall != 0 ? mod_go_now() : 0;
	session->batch = next_batch(most, filling.elements, writer->length - filling.begin);
	if (!filling.partial)
		session->record = NULL;
	if (!writer->failed)
		memcpy(writer->data + filling.begin, &filling.head, sizeof(filling.head));
	if (filling.head.status != AEROSPIKE_UDF_GO_OK)
		mod_go_write_value(writer, &filling.why);
}

void mod_go_session_write_first_batch(mod_go_session *session, mod_go_writer *writer)
{
	size_t begin = writer->length;

	if (session->first.data != NULL) {
		mod_go_write_bytes(writer, session->first.data, session->first_length);
		return;
	}
	write_batch(session, writer, LIST_OR_ANY);
	session->first_length = writer->length - begin;
	if (writer->failed || !mod_go_buffer_reserve(&session->first, session->first_length))
		writer->failed = true;
	else
		memcpy(session->first.data, writer->data + begin, session->first_length);
}

/* ---- writing ------------------------------------------------------------------------------------- */

static int write_element(mod_go_session *session, uint32_t form, aerospike_udf_go_value *value,
                         aerospike_udf_go_value *why)
{
	aerospike_udf_go_call *call = session->call;
	const char *fault = mod_go_stream_value_fault(value, form == MOD_GO_ELEMENT_LIST);

	if (fault != NULL)
		return mod_go_refuse_value(why, AEROSPIKE_UDF_GO_REFUSED, fault);
	if (form == MOD_GO_ELEMENT_LIST)
		return MOD_GO_HOST_HAS(call, stream_write_many)
		           ? call->host->stream_write_many(call, session->output, value->data, value->length, why)
		           : AEROSPIKE_UDF_GO_REFUSED;
	if (!MOD_GO_HOST_HAS(call, stream_write))
		return AEROSPIKE_UDF_GO_REFUSED;
	return call->host->stream_write(call, session->output, value->type, value->integer, value->data,
	                                value->length, why);
}

int mod_go_session_write_elements(mod_go_session *session, mod_go_reader *reader, char *why, size_t capacity)
{
	uint32_t count = mod_go_read_number(reader);
	int status = AEROSPIKE_UDF_GO_OK;

	why[0] = '\0';
	for (uint32_t i = 0; i < count && !reader->failed; i++) {
		aerospike_udf_go_value reason = {.type = AEROSPIKE_UDF_GO_NIL};
		uint32_t form = mod_go_read_number(reader);
		aerospike_udf_go_value value;

		mod_go_read_value(reader, &value);
		reader->failed = reader->failed || session->output == NULL || form > MOD_GO_ELEMENT_LIST ||
		                 (form == MOD_GO_ELEMENT_LIST && value.type != AEROSPIKE_UDF_GO_LIST);
		if (reader->failed || status != AEROSPIKE_UDF_GO_OK)
			continue;
		session->progress = true;
		status = write_element(session, form, &value, &reason);
		if (status != AEROSPIKE_UDF_GO_OK)
			mod_go_copy_reason(&reason, why, capacity);
	}
	if (status != AEROSPIKE_UDF_GO_OK && why[0] == '\0')
		snprintf(why, capacity, "the host refused an element of the stream");
	return status;
}

void mod_go_session_write(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	char why[512];
	int status = mod_go_session_write_elements(session, reader, why, sizeof(why));

	mod_go_write_number(writer, (uint32_t)status);
	mod_go_write_text(writer, why, strlen(why));
}

void mod_go_session_read(mod_go_session *session, mod_go_reader *reader, mod_go_writer *writer)
{
	uint32_t lists;

	mod_go_session_write(session, reader, writer);
	lists = mod_go_read_number(reader);
	if (!reader->failed)
		write_batch(session, writer, lists != 0 ? LIST : ANY);
}
