/* input.c - elements of a stream out of words. */
#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elements.h"
#include "text.h"

static const char NO_MEMORY[] = "there is no memory for it";

static bool fail(char *why, size_t capacity, const char *reason)
{
	snprintf(why, capacity, "%s", reason);
	return false;
}

bool input_add_value(aerospike_udf_go_stream *stream, const char *text, char *why, size_t capacity)
{
	aerospike_udf_go_value value;
	bool added;

	if (!value_from_text(text, &value, why, capacity))
		return false;
	if (value.type == AEROSPIKE_UDF_GO_NIL)
		return fail(why, capacity, "null would end the stream");
	added = stream_add(stream, &value);
	free(value.data);
	return added || fail(why, capacity, NO_MEMORY);
}

/* The pairs of a map, one key and one value after another. */
static mod_go_elements pairs_of(const aerospike_udf_go_value *map)
{
	mod_go_elements pairs = {.reader = {.data = map->data, .length = map->length}};
	mod_go_item item;
	size_t start;

	if (!mod_go_msgpack_next(&pairs.reader, &item))
		return pairs;
	pairs.left = 2 * item.size;
	start = pairs.reader.offset;
	if (pairs.left > 0 && mod_go_msgpack_next(&pairs.reader, &item) && item.kind == MOD_GO_ITEM_EXTENSION) {
		mod_go_msgpack_next(&pairs.reader, &item); /* the order, and its nil */
		pairs.left -= 2;
	} else {
		pairs.reader.offset = start;
	}
	return pairs;
}

/* Sets the bins that a map names. Gives what is wrong, NULL where nothing is. */
static const char *set_bins(aerospike_udf_go_record *record, const aerospike_udf_go_value *map)
{
	mod_go_elements pairs = pairs_of(map);
	aerospike_udf_go_value name, value;
	const char *fault = NULL;

	while (fault == NULL && mod_go_elements_next(&pairs, &name)) {
		if (!mod_go_elements_next(&pairs, &value) || name.type != AEROSPIKE_UDF_GO_STRING)
			return "a bin has no name";
		fault = record_set(record, (const char *)name.data, name.length, &value);
	}
	return fault;
}

bool input_add_record(aerospike_udf_go_stream *stream, const char *text, char *why, size_t capacity)
{
	aerospike_udf_go_record *record;
	aerospike_udf_go_value map;
	const char *fault;

	if (!value_from_text(text, &map, why, capacity))
		return false;
	record = map.type == AEROSPIKE_UDF_GO_MAP ? calloc(1, sizeof(*record)) : NULL;
	if (record == NULL) {
		free(map.data);
		return fail(why, capacity,
		            map.type == AEROSPIKE_UDF_GO_MAP ? NO_MEMORY : "a record is a JSON object of its bins");
	}
	fault = set_bins(record, &map);
	if (fault == NULL)
		fault = record_store(record);
	record->generation = 1;
	free(map.data);
	if (fault == NULL && stream_add_record(stream, record))
		return true;
	record_clear(record);
	free(record);
	return fail(why, capacity, fault != NULL ? fault : NO_MEMORY);
}
