/* target_msgpack.c - a module's values: the check of lists, maps and texts, and what relies on that check. */
#include <stdio.h>
#include <stdlib.h>

#include "value/list_elements.h"
#include "engine.h"
#include "text.h"
#include "value/value_check.h"

static void walk(const aerospike_udf_go_value *value)
{
	mod_go_msgpack reader = {.data = value->data, .length = value->length};
	mod_go_elements elements;
	aerospike_udf_go_value element;
	mod_go_item item;

	while (reader.offset < reader.length)
		if (!mod_go_msgpack_next(&reader, &item))
			abort(); /* what was checked is msgpack to its end */
	if (value->type == AEROSPIKE_UDF_GO_LIST && mod_go_elements_begin(&elements, value->data, value->length))
		while (mod_go_elements_next(&elements, &element))
			if (mod_go_value_check(&element).what != NULL)
				abort(); /* the elements of a valid list are valid */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	aerospike_udf_go_value value = {0};
	mod_go_elements elements;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	if (size == 0)
		return 0;
	value.type = data[0] % 12;
	value.data = (uint8_t *)(uintptr_t)data + 1;
	value.length = size - 1;
	if (mod_go_value_check(&value).what == NULL && value.type <= AEROSPIKE_UDF_GO_MAP) {
		value_print(nowhere, &value);
		if (value.type >= AEROSPIKE_UDF_GO_LIST)
			walk(&value);
	}
	/* These read without a check. */
	mod_go_elements_have_nil(data, size);
	if (mod_go_elements_begin(&elements, data, size))
		while (mod_go_elements_next(&elements, &value))
			continue;
	return 0;
}
