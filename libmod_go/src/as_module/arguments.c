/* arguments.c - converts arguments, and formats failures. */
#include "as_module/arguments.h"

#include <aerospike/as_types.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/error.h"
#include "as_module/modules.h"
#include "as_module/val_conversion.h"

const char *mod_go_arguments_take(mod_go_arguments *arguments, const as_list *list, uint32_t *position)
{
	uint32_t count = list != NULL ? as_list_size(list) : 0;

	mod_go_scratch_init(&arguments->scratch);
	*position = 0;
	arguments->count = count;
	arguments->values = arguments->inline_values;
	if (count > INLINE_ARGUMENTS)
		arguments->values =
			mod_go_scratch_take(&arguments->scratch, count * sizeof(arguments->inline_values[0]));
	if (arguments->values == NULL)
		return "the host has no memory";
	while (*position < count) {
		const char *fault = mod_go_value_from_val(as_list_get(list, *position), &arguments->scratch,
		                                          &arguments->values[*position]);

		++*position;
		if (fault != NULL)
			return fault;
	}
	return NULL;
}

void mod_go_result_fail(as_result *result, const char *format, ...)
{
	char text[sizeof(((mod_go_error *)NULL)->message) + 512];
	va_list arguments;

	if (result == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	mod_go_trim_cut_text(text);
	as_result_setfailure(result, (as_val *)as_string_new_strdup(text));
}

void mod_go_result_fail_missing(as_result *result, const char *filename)
{
	int length = (int)mod_go_name_length(filename);

	mod_go_result_fail(result, "there is no module \"%.*s\"; put %.*s.so", length, filename, length,
	                   filename);
}
