/* test_functions.c - functions that are found once and called by their symbols; wrong manifests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "host.h"
#include "mod_go.h"

static const char GOOD[] =
	"[{\"name\": \"one\", \"kind\": \"record\", \"symbol\": \"symbols_record\", \"bins\": [\"a\", \"bin\"]},"
	"{\"name\": \"named\", \"kind\": \"record\", \"symbol\": \"\", \"bins\": []},"
	"{\"kind\": \"stream\", \"symbol\": \"symbols_stream\", \"name\": \"many\"},"
	"{\"name\": \"lies\", \"symbol\": \"symbols_lies\"}]";

static mod_go_module *open_with(const char *manifest)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	setenv("SYMBOLS_MANIFEST", manifest, 1);
	if (!CHECK(mod_go_open(check_module("symbols"), &module, &error) == MOD_GO_OK &&
	           mod_go_setup(module, &error) == MOD_GO_OK))
		printf("    %s\n", error.message);
	return module;
}

/* How a function is called: by name each time, by the function that was found, or as a stream. */
enum way { EACH_TIME, FOUND, STREAM_EACH_TIME, STREAM_FOUND };

static const char *answer_of(mod_go_module *module, const char *name, enum way way)
{
	static char text[512];
	const mod_go_function *function = mod_go_find_function(module, name);
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_value arguments[2] = {{0}};
	aerospike_udf_go_result result;

	mod_go_result_init(&result, (uint8_t *)text, sizeof(text) - 1);
	if (way == EACH_TIME)
		mod_go_apply_single(module, name, &call, NULL, arguments, 2, &result);
	else if (way == FOUND)
		mod_go_apply_function(function, &call, NULL, arguments, 2, &result);
	else if (way == STREAM_EACH_TIME)
		mod_go_apply_stream(module, name, &call, AEROSPIKE_UDF_GO_SCOPE_BOTH, NULL, NULL, arguments, 2,
		                    &result);
	else
		mod_go_apply_stream_function(function, &call, AEROSPIKE_UDF_GO_SCOPE_CLIENT, NULL, NULL, arguments, 2,
		                             &result);
	text[result.value.data == (uint8_t *)text ? result.value.length : 0] = '\0';
	mod_go_result_clear(&result);
	return text;
}

TEST(a_function_with_a_symbol_is_called_by_it)
{
	mod_go_module *module = open_with(GOOD);

	CHECK_TEXT(mod_go_function_symbol(mod_go_find_function(module, "one")), "symbols_record");
	CHECK_TEXT(answer_of(module, "one", EACH_TIME), "by its symbol, no record, 2 arguments");
	CHECK_TEXT(answer_of(module, "one", FOUND), "by its symbol, no record, 2 arguments");
	CHECK_TEXT(answer_of(module, "many", STREAM_EACH_TIME), "stream by its symbol, scope 3, 2 arguments");
	CHECK_TEXT(answer_of(module, "many", STREAM_FOUND), "stream by its symbol, scope 2, 2 arguments");
	mod_go_close(module);
}

TEST(a_function_without_a_symbol_or_of_the_other_kind_is_called_by_its_name)
{
	mod_go_module *module = open_with(GOOD);

	CHECK(mod_go_function_symbol(mod_go_find_function(module, "named")) == NULL);
	CHECK_TEXT(answer_of(module, "named", EACH_TIME), "named by its name");
	CHECK_TEXT(answer_of(module, "named", FOUND), "named by its name");
	CHECK(mod_go_find_function(module, "unlisted") == NULL && mod_go_find_function(module, NULL) == NULL);
	CHECK_TEXT(answer_of(module, "unlisted", EACH_TIME), "unlisted by its name");
	CHECK_TEXT(answer_of(module, "many", EACH_TIME), "many by its name");
	CHECK_CONTAINS(answer_of(module, "one", STREAM_FOUND), "streams are not available");
	CHECK_CONTAINS(answer_of(module, "one", STREAM_EACH_TIME), "streams are not available");
	mod_go_close(module);
}

TEST(what_a_symbol_answers_is_checked_too)
{
	mod_go_module *module = open_with(GOOD);

	CHECK_CONTAINS(answer_of(module, "lies", FOUND),
	               "function lies gave an answer that cannot be used: its type does not exist");
	mod_go_close(module);
}

TEST(a_function_is_found_after_setup_alone)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	setenv("SYMBOLS_MANIFEST", GOOD, 1);
	CHECK_NUMBER(mod_go_open(check_module("symbols"), &module, &error), MOD_GO_OK);
	CHECK(mod_go_find_function(module, "one") == NULL);
	CHECK_CONTAINS(answer_of(module, "one", EACH_TIME), "was not set up");
	mod_go_close(module);
}

TEST(a_function_knows_the_bins_that_it_reads)
{
	static const char MANY[] =
		"[{\"name\": \"one\", \"bins\": [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}]";
	mod_go_module *module = open_with(GOOD);
	size_t count;
	const aerospike_udf_go_bin *bins = mod_go_function_bins(mod_go_find_function(module, "one"), &count);

	CHECK_NUMBER(count, 2);
	CHECK_TEXT(bins[0].name, "a");
	CHECK_NUMBER(bins[1].name_length, 3);
	CHECK_NUMBER(bins[1].value.type, AEROSPIKE_UDF_GO_NIL);
	mod_go_function_bins(mod_go_find_function(module, "named"), &count);
	CHECK_NUMBER(count, 0);
	mod_go_close(module);
	module = open_with(MANY);
	mod_go_function_bins(mod_go_find_function(module, "one"), &count);
	CHECK_NUMBER(count, 8);
	mod_go_close(module);
}

TEST(a_function_knows_which_arguments_name_bins_and_whether_it_has_a_deadline)
{
	mod_go_module *module =
		open_with("[{\"name\": \"one\", \"bins\": [], \"bin_arguments\": [1], \"context\": false},"
	              "{\"name\": \"many\", \"kind\": \"stream\", \"context\": false}, {\"name\": \"named\"}]");
	size_t count;
	const uint32_t *positions = mod_go_function_bin_arguments(mod_go_find_function(module, "one"), &count);

	CHECK_NUMBER(count, 1);
	CHECK_NUMBER(positions[0], 1);
	CHECK(!mod_go_function_has_deadline(mod_go_find_function(module, "one")));
	CHECK(mod_go_function_has_deadline(mod_go_find_function(module, "many")));
	CHECK(mod_go_function_has_deadline(mod_go_find_function(module, "named")));
	CHECK(mod_go_function_bin_arguments(mod_go_find_function(module, "named"), &count) == NULL);
	CHECK_NUMBER(count, 0);
	mod_go_close(module);
}

/* A missing symbol; data; a library's; a function of the ABI; no name. */
TEST(a_symbol_that_is_no_function_of_the_module_is_not_called)
{
	static const char *const SYMBOLS[] = {"no_such_symbol", "symbols_data", "strlen",
	                                      "aerospike_udf_go_setup", "symbols\\u005frecord"};

	for (size_t i = 0; i < sizeof(SYMBOLS) / sizeof(*SYMBOLS); i++) {
		char manifest[200];
		mod_go_module *module;

		snprintf(manifest, sizeof(manifest), "[{\"name\": \"one\", \"symbol\": \"%s\"}]", SYMBOLS[i]);
		module = open_with(manifest);
		CHECK(mod_go_find_function(module, "one") != NULL);
		CHECK(mod_go_function_symbol(mod_go_find_function(module, "one")) == NULL);
		CHECK_TEXT(answer_of(module, "one", FOUND), "one by its name");
		mod_go_close(module);
	}
}

TEST(a_manifest_that_is_none_leaves_calls_by_name)
{
	static const char *const MANIFESTS[] = {"",
	                                        "{",
	                                        "[{\"name\": \"one\", \"symbol\": \"symbols_record\"}",
	                                        "null",
	                                        "[{\"name\": 1, \"symbol\": [\"symbols_record\"]}]",
	                                        "[1]"};

	for (size_t i = 0; i < sizeof(MANIFESTS) / sizeof(*MANIFESTS); i++) {
		mod_go_module *module = open_with(MANIFESTS[i]);

		CHECK(mod_go_find_function(module, "one") == NULL);
		CHECK_TEXT(answer_of(module, "one", EACH_TIME), "one by its name");
		mod_go_close(module);
	}
}
