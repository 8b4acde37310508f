/* target_json.c - the test app's JSON: an argument or a bin on the command line. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "text.h"
#include "value/value_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	aerospike_udf_go_value value;
	char why[128];

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (value_from_text(text, &value, why, sizeof(why))) {
		if (mod_go_value_check(&value).what != NULL)
			abort(); /* what it accepts is a valid value */
		free(value.data);
	}
	free(text);
	return 0;
}
