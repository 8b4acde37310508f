/* input.h - the elements of a stream as the command line gives them: values, and records as JSON objects. */
#ifndef TEST_APP_INPUT_H
#define TEST_APP_INPUT_H

#include "stream.h"

/* Add what `text` says to the stream. False with the reason in `why`. */
bool input_add_value(aerospike_udf_go_stream *stream, const char *text, char *why, size_t capacity);
bool input_add_record(aerospike_udf_go_stream *stream, const char *text, char *why, size_t capacity);

#endif
