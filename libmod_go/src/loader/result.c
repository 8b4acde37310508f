/* result.c - prepares results, and checks what a module left in one. */
#include "loader/result.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "value/value_check.h"

void mod_go_result_init(aerospike_udf_go_result *result, uint8_t *buffer, size_t capacity)
{
	memset(result, 0, sizeof(*result));
	result->size = sizeof(*result);
	result->buffer = buffer;
	result->capacity = capacity;
}

void mod_go_result_clear(aerospike_udf_go_result *result)
{
	if (result->value.data != NULL && result->value.data != result->buffer)
		free(result->value.data);
	memset(&result->value, 0, sizeof(result->value));
}

/* Memory for a text of `*length` bytes and a NUL. Without enough memory it is the result's buffer, and `*length`
 * becomes less; NULL where there is no buffer either. */
static char *text_memory(aerospike_udf_go_result *result, size_t *length)
{
	char *memory;

	if (*length < result->capacity && result->buffer != NULL)
		return (char *)result->buffer;
	memory = malloc(*length + 1);
	if (memory != NULL)
		return memory;
	if (result->buffer == NULL || result->capacity == 0)
		return NULL;
	*length = result->capacity - 1;
	return (char *)result->buffer;
}

int mod_go_result_refuse(aerospike_udf_go_result *result, int status, const char *format, ...)
{
	va_list arguments;
	va_list again;
	int needed;

	mod_go_result_clear(result);
	va_start(arguments, format);
	va_copy(again, arguments);
	needed = vsnprintf(NULL, 0, format, arguments);
	if (needed >= 0) {
		size_t length = (size_t)needed;
		char *text = text_memory(result, &length);

		if (text != NULL) {
			vsnprintf(text, length + 1, format, again);
			if (length < (size_t)needed)
				mod_go_trim_cut_text(text);
			result->value.data = (uint8_t *)text;
			result->value.length = strlen(text);
		}
	}
	va_end(again);
	va_end(arguments);
	result->value.type = AEROSPIKE_UDF_GO_STRING;
	return status;
}

/* Checks where the value's data is. Returns what is wrong, or NULL if the data may be read. A pointer that must not
 * be freed is cleared. */
static const char *memory_fault(aerospike_udf_go_result *result)
{
	aerospike_udf_go_value *value = &result->value;
	bool has_data = mod_go_type_has_data(value->type);
	uintptr_t data = (uintptr_t)value->data;
	uintptr_t buffer = (uintptr_t)result->buffer;

	if (value->data == NULL)
		return NULL; /* mod_go_value_check reports a length without data */
	if (value->data == result->buffer)
		return has_data && value->length > result->capacity ? "its length is past the end of the buffer"
		                                                    : NULL;
	if (result->buffer != NULL && data > buffer && data < buffer + result->capacity) {
		value->data = NULL;
		return "its data begins inside the buffer";
	}
	/* The host will free it, so it must be a block from malloc, which knows its size. */
	if (has_data && value->length > malloc_usable_size(value->data))
		return "its length is past the end of its memory";
	return NULL;
}

int mod_go_result_accept(aerospike_udf_go_result *result, uint8_t *buffer, size_t capacity, int status,
                         const char *path, const char *name)
{
	mod_go_fault fault = {NULL, 0};

	result->size = sizeof(*result);
	result->buffer = buffer; /* the module could have changed these */
	result->capacity = capacity;
	fault.what = memory_fault(result);
	if (fault.what == NULL)
		fault = mod_go_value_check(&result->value);
	if (fault.what == NULL && (status < AEROSPIKE_UDF_GO_OK || status > AEROSPIKE_UDF_GO_INTERNAL))
		return mod_go_result_refuse(
			result, AEROSPIKE_UDF_GO_INTERNAL,
			"%s: function %s returned the status %d, which version 1 of the UDF ABI does"
			" not have; build the module again with a released SDK",
			path, name, status);
	if (fault.what == NULL && status != AEROSPIKE_UDF_GO_OK &&
	    result->value.type != AEROSPIKE_UDF_GO_STRING && result->value.type != AEROSPIKE_UDF_GO_NIL)
		fault.what = "a failure comes with a value that is not a message";
	if (fault.what != NULL)
		return mod_go_result_refuse(
			result, AEROSPIKE_UDF_GO_INTERNAL,
			"%s: function %s gave an answer that cannot be used: %s (type %u, %zu bytes,"
			" at byte %zu); build the module again with a released SDK",
			path, name, fault.what, (unsigned)result->value.type, result->value.length, fault.offset);
	if (status != AEROSPIKE_UDF_GO_OK &&
	    (result->value.type == AEROSPIKE_UDF_GO_NIL || result->value.length == 0))
		return mod_go_result_refuse(result, status, "%s: function %s failed and gave no reason: %s", path,
		                            name, mod_go_call_status_text(status));
	return status;
}
