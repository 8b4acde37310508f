/* error.c - formats messages. Their texts are where the failure is detected. */
#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void mod_go_trim_cut_text(char *text)
{
	size_t length = strlen(text);
	size_t start = length;
	size_t whole;
	unsigned char first;

	while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;
	first = (unsigned char)text[start - 1];
	whole = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
	if (whole > 1 && length - (start - 1) < whole)
		text[start - 1] = '\0';
}

mod_go_status mod_go_fail(mod_go_error *error, mod_go_status status, const char *format, ...)
{
	va_list arguments;
	int length;

	if (error == NULL)
		return status;
	error->status = status;
	va_start(arguments, format);
	length = vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	if (length < 0)
		error->message[0] = '\0';
	else if ((size_t)length >= sizeof(error->message))
		mod_go_trim_cut_text(error->message);
	return status;
}

mod_go_status mod_go_succeed(mod_go_error *error)
{
	if (error != NULL) {
		error->status = MOD_GO_OK;
		error->message[0] = '\0';
	}
	return MOD_GO_OK;
}

mod_go_status mod_go_no_memory(mod_go_error *error, const char *path, size_t size)
{
	return mod_go_fail(error, MOD_GO_NO_MEMORY,
	                   "%s: no memory for %zu bytes; free some, or raise the limit of this process", path,
	                   size);
}
