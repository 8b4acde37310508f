/*
 * text.h - values as text: what stands on the command line, and what the app prints.
 * The text is JSON; what JSON cannot say is printed as {"$bytes": …} and the like, as the modgo command does.
 */
#ifndef TEST_APP_TEXT_H
#define TEST_APP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "aerospike_udf_go.h"

/* Reads a JSON value, or uses a text that is not JSON as a string. False with the reason in `why`. The caller frees
 * value->data. */
bool value_from_text(const char *text, aerospike_udf_go_value *value, char *why, size_t capacity);

/* Prints the value without a newline. The value must be valid (mod_go_value_check). */
void value_print(FILE *out, const aerospike_udf_go_value *value);

#endif
