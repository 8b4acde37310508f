/* test_calls.c - the contract of apply_record: references, return codes, failures, log, time; and what a record
 * refuses. */
#include "as_module/apply.h"
#include "call.h"
#include "common/clock.h"

#include <aerospike/as_timer.h>
#include <stdio.h>
#include <string.h>

/* The contract with the server: 0 drops one reference, any other code none. */
TEST(a_call_drops_one_reference_of_the_record_whatever_comes_of_it)
{
	static const char *const functions[] = {"echo", "fail", "give_panic", "dereference_nil",
	                                        "no_such_function"};
	as_result result;
	uint32_t destroyed = 0;

	use_go("values");
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		as_rec *rec = record_new();
		as_val *arguments =
			LIST(i == 0 ? INT(1) : LIST(blob_of("x", 1, i == 1 ? AS_BYTES_UNDEF : AS_BYTES_BLOB)));

		record_of(rec)->destroyed = &destroyed;
		as_result_init(&result);
		CHECK_NUMBER(
			as_module_apply_record(&mod_go, NULL, "values", functions[i], rec, (as_list *)arguments, &result),
			0);
		CHECK_NUMBER(destroyed, i + 1);
		as_result_destroy(&result);
		as_val_destroy(arguments);
	}
}

TEST(a_call_that_cannot_be_made_leaves_the_record_alone)
{
	as_rec *rec = record_new();
	as_result result;
	uint32_t destroyed = 0;

	use_go("values");
	record_of(rec)->destroyed = &destroyed;
	as_result_init(&result);
	CHECK_NUMBER(as_module_apply_record(&mod_go, NULL, "nowhere", "echo", rec, NULL, &result), 1);
	CHECK_NUMBER(result.is_success, false);
	CHECK_TEXT(as_string_get((as_string *)result.value), "there is no module \"nowhere\"; put nowhere.so");
	CHECK_NUMBER(destroyed, 0);
	CHECK_NUMBER(rec->_.count, 1);
	as_result_destroy(&result);
	as_rec_destroy(rec);
	CHECK_NUMBER(destroyed, 1);
}

TEST(a_record_of_the_stack_stays_its_callers)
{
	as_rec *heap = record_new();
	as_rec rec;

	use_go("records");
	as_rec_init(&rec, heap->data, heap->hooks);
	as_rec_set(&rec, "a", INT(3));
	CHECK_TEXT(call(&mod_go, "records", "getbin", &rec, LIST(TEXT("a"))).text, "3");
	CHECK_NUMBER(rec._.count, 2); /* `call` added one, which is not dropped, as in mod_lua */
	as_rec_destroy(heap);
}

TEST(no_record_no_context_and_no_result_are_fine)
{
	use_go("values");
	CHECK_TEXT(call(&mod_go, "values", "echo", NULL, LIST(INT(1))).text, "1");
	CHECK_TEXT(call_in(&mod_go, NULL, "values", "echo", NULL, LIST(INT(1))).text, "1");
	CHECK_NUMBER(as_module_apply_record(&mod_go, NULL, "values", "get_string", NULL, NULL, NULL), 0);
	CHECK_NUMBER(as_module_apply_record(&mod_go, NULL, "values", "fail", NULL, NULL, NULL), 0);
	CHECK_NUMBER(as_module_apply_record(&mod_go, NULL, "nowhere", "fail", NULL, NULL, NULL), 1);
}

TEST(a_function_wanting_a_record_that_is_not_there_fails)
{
	struct outcome outcome;

	use_go("records");
	outcome = call(&mod_go, "records", "setbin", NULL, LIST(TEXT("a"), INT(1)));
	CHECK_NUMBER(outcome.rc, 0);
	CHECK_NUMBER(outcome.success, false);
	CHECK_CONTAINS(outcome.text, "this call has no record");
	CHECK_CONTAINS(call(&mod_go, "records", "create_again", NULL, NULL).text, "this call has no record");
	CHECK_CONTAINS(call(&mod_go, "records", "delete_record", NULL, NULL).text, "this call has no record");
	CHECK_CONTAINS(call(&mod_go, "records", "set_ttl", NULL, LIST(INT(1))).text, "record");
	CHECK_NUMBER(call(&mod_go, "records", "facts", NULL, NULL).rc, 0);
	CHECK_NUMBER(call(&mod_go, "records", "bin_names", NULL, NULL).rc, 0);
	use_c("good");
	CHECK_TEXT(call(&mod_go, "good", "get", NULL, LIST(TEXT("a"))).text, "\"this call has no record\"");
	CHECK_TEXT(call(&mod_go, "good", "names", NULL, NULL).text, "\"this call has no record\"");
	CHECK_TEXT(call(&mod_go, "good", "metadata", NULL, NULL).text,
	           "\"exists 0 ttl 0 generation 0 namespace (null) key \"");
	CHECK_TEXT(call(&mod_go, "good", "remove", NULL, NULL).text, "this call has no record");
}

TEST(failures_say_what_the_function_said)
{
	struct outcome outcome;

	use_go("values");
	outcome = call(&mod_go, "values", "fail", NULL, NULL);
	CHECK_NUMBER(outcome.rc, 0);
	CHECK_NUMBER(outcome.success, false);
	CHECK_CONTAINS(outcome.text, "no more tokens");
	outcome = call(&mod_go, "values", "give_panic", NULL, NULL);
	CHECK_NUMBER(outcome.success, false);
	CHECK_CONTAINS(outcome.text, "it cannot go on");
	CHECK_CONTAINS(outcome.text, "values.go:");
	CHECK_CONTAINS(call(&mod_go, "values", "dereference_nil", NULL, NULL).text, "nil pointer");
	CHECK_CONTAINS(call(&mod_go, "values", "index_outside", NULL, LIST(LIST(), INT(1))).text, "out of range");
	CHECK_CONTAINS(call(&mod_go, "values", "no_such_function", NULL, NULL).text, "no_such_function");
	CHECK_CONTAINS(call(&mod_go, "values", "add", NULL, LIST(INT(1))).text, "argument");
	CHECK_CONTAINS(call(&mod_go, "values", "add", NULL, LIST(INT(1), TEXT("x"))).text, "argument 2");
	CHECK_TEXT(call(&mod_go, "values", "add", NULL, LIST(INT(1), INT(2))).text, "3"); /* and goes on */
}

TEST(arguments_that_cannot_cross_are_failures)
{
	as_val *deep = INT(1);
	as_rec *rec = record_new();

	use_go("values");
	for (int i = 0; i < 65; i++)
		deep = LIST(deep);
	CHECK_CONTAINS(call(&mod_go, "values", "echo", NULL, LIST(deep)).text,
	               "values.echo: argument 1: lists and maps nest deeper than 64");
	CHECK_CONTAINS(
		call(&mod_go, "values", "count", NULL, LIST(INT(1), LIST(blob_of("x", 1, AS_BYTES_UNDEF)))).text,
		"argument 2: a string has a particle type that does not exist");
	as_val_reserve(rec);
	CHECK_CONTAINS(call(&mod_go, "values", "count", NULL, LIST((as_val *)rec)).text,
	               "argument 1: it is of a type");
	as_val_reserve(rec);
	CHECK_CONTAINS(call(&mod_go, "values", "count", NULL, LIST(LIST((as_val *)rec))).text,
	               "argument 1: a list or map holds what cannot be in one");
	CHECK_NUMBER(rec->_.count, 1);
	as_rec_destroy(rec);
}

TEST(a_list_of_64_levels_goes_in_and_out)
{
	as_val *deep = INT(1);

	use_go("values");
	for (int i = 0; i < 64; i++)
		deep = LIST(deep);
	CHECK_NUMBER(strlen(call(&mod_go, "values", "echo", NULL, LIST(deep)).text), 64 + 1 + 64);
}

TEST(an_answer_too_deep_is_a_failure)
{
	struct outcome outcome;

	use_go("collections");
	outcome = call(&mod_go, "collections", "deep", NULL, LIST(INT(1), INT(65)));
	CHECK_NUMBER(outcome.rc, 0);
	CHECK_NUMBER(outcome.success, false);
	CHECK_CONTAINS(outcome.text, "64");
}

TEST(the_flags_of_a_map_beyond_its_order_do_not_cross)
{
	as_val *map = MAP(TEXT("a"), INT(1));

	((as_map *)map)->flags |= 0x10; /* that an index is stored with it */
	use_go("values");
	CHECK_TEXT(call(&mod_go, "values", "echo", NULL, LIST(LIST(map))).text, "[{\"a\": 1}]");
}

/* The same for a buffered write: the update reports the failure and is not performed. */
static void check_later(as_rec *rec, const char *function, const char *why)
{
	char later[64];
	struct outcome outcome;

	if (why == NULL || strncmp(function, "ttl", 3) == 0)
		return;
	snprintf(later, sizeof(later), "later_%s", function);
	outcome = call(&mod_go, "hostile", later, rec, NULL);
	CHECK_NUMBER(outcome.success, false);
	if (!CHECK_CONTAINS(outcome.text, "setting the bin \"") || !CHECK_CONTAINS(outcome.text, why))
		printf("  in %s\n", later);
	CHECK_NUMBER(record_of(rec)->count, 0);
	CHECK_NUMBER(record_of(rec)->updates, 0);
}

/* The host must refuse hostile.c's requests and store nothing of them. */
TEST(nothing_that_aerospike_could_not_store_reaches_it)
{
	static const char *const refused[][2] = {
		{"name_too_long", "a bin's name has more than 15 bytes"},
		{"name_empty", "a bin must have a name"},
		{"name_with_nul", "a bin's name is not UTF-8, or has a NUL"},
		{"name_not_utf8", "a bin's name is not UTF-8, or has a NUL"},
		{"string_not_utf8", "text is not UTF-8"},
		{"boolean_2", "a boolean is neither 0 nor 1"},
		{"type_77", "its type does not exist"},
		{"map_with_double_key", "a map key is neither integer, string nor bytes"},
		{"map_with_nil_key", "a map key is neither integer, string nor bytes"},
		{"map_with_list_key", "a map key is neither integer, string nor bytes"},
		{"map_in_wrong_order", "a map is marked as ordered, but its keys are not in order or not unique"},
		{"map_with_order_9", "a map has an order that does not exist"},
		{"map_truncated", "a list or map counts more items than there are bytes"},
		{"list_too_deep", "lists and maps nest deeper than 64"},
		{"list_with_wildcard", "an extension type is not allowed here"},
		{"list_with_nul_string", "a string in a collection has a NUL, at which the server would cut it"},
		{"list_with_trailing_bytes", "bytes follow its end"},
		{"list_without_data", "it has a length but no data"},
		{"ttl_of_20_years", NULL},
	};
	as_rec *rec = record_new();

	use_c("hostile");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct outcome outcome = call(&mod_go, "hostile", refused[i][0], rec, NULL);

		CHECK_NUMBER(outcome.rc, 0);
		if (!CHECK_NUMBER(outcome.success, false) ||
		    (refused[i][1] != NULL && !CHECK_TEXT(outcome.text, refused[i][1])))
			printf("  in %s\n", refused[i][0]);
		CHECK_NUMBER(record_of(rec)->count, 0);
		check_later(rec, refused[i][0], refused[i][1]);
	}
	/* A name that is too long to be a bin's is not in the message: only its beginning is known. */
	CHECK_CONTAINS(call(&mod_go, "hostile", "later_name_too_long", rec, NULL).text, "setting the bin \"\": ");
	CHECK_TEXT(call(&mod_go, "hostile", "write_elsewhere", rec, NULL).text, "\"it went on\"");
	CHECK_TEXT(call(&mod_go, "hostile", "write_beyond", rec, NULL).text, "\"it went on\"");
	CHECK_TEXT(call(&mod_go, "hostile", "write_without_end", rec, NULL).text, "\"it went on\"");
	CHECK_NUMBER(record_of(rec)->count, 0);
	as_rec_destroy(rec);
}

TEST(answers_that_aerospike_could_not_take_are_failures)
{
	static const char *const functions[] = {"give_type_77",    "give_boolean_2",   "give_truncated_map",
	                                        "give_double_key", "give_past_buffer", "give_not_utf8",
	                                        "give_status_99",  "give_deep_list"};

	use_c("hostile");
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct outcome outcome = call(&mod_go, "hostile", functions[i], NULL, NULL);

		CHECK_NUMBER(outcome.rc, 0);
		if (!CHECK_NUMBER(outcome.success, false))
			printf("  in %s: %s\n", functions[i], outcome.text);
	}
}

TEST(names_no_bin_can_have_are_of_bins_that_are_not_there)
{
	as_rec *rec = record_new();

	use_c("good");
	CHECK_TEXT(call(&mod_go, "good", "get", rec, LIST(TEXT("sixteen_bytes_ok"))).text, "nil");
	CHECK_TEXT(call(&mod_go, "good", "get", rec, LIST(TEXT(""))).text, "nil");
	as_rec_destroy(rec);
}

/* Lua's names are those of stored bins only. */
TEST(names_of_bins_that_were_set_come_once)
{
	as_rec *rec = record_new();

	use_go("records");
	CHECK_TEXT(call(&mod_go, "records", "bin_names_of_changed", rec, LIST(TEXT("a"), TEXT("n"))).text,
	           "[\"a\", \"n\"]");
	as_rec_destroy(rec);
}

TEST(a_bin_read_can_be_set_again_as_it_was_borrowed)
{
	as_rec *rec = record_new();

	use_c("hostile");
	as_rec_set(rec, "l", LIST(INT(1), TEXT("two")));
	CHECK_NUMBER(call(&mod_go, "hostile", "set_a_borrowed_value", rec, NULL).success, true);
	CHECK_TEXT(show(as_rec_get(rec, "l")), "[1, \"two\"]");
	CHECK_TEXT(show(as_rec_get(rec, "copy")), "[1, \"two\"]");
	as_rec_destroy(rec);
}

TEST(many_bins_are_read_at_once)
{
	as_rec *rec = record_new();

	use_c("hostile");
	as_rec_set(rec, "a", LIST(INT(1)));
	as_rec_set(rec, "b", LIST(INT(2)));
	as_rec_set(rec, "c", TEXT("c"));
	CHECK_TEXT(call(&mod_go, "hostile", "get_many", rec, NULL).text, "[91 01 91 02 63 nil]");
	CHECK_TEXT(call(&mod_go, "hostile", "get_more_than_named", rec, NULL).text, "status 2");
	as_rec_destroy(rec);
}

TEST(refusals_of_aerospike_reach_the_caller)
{
	as_rec *rec = record_new();

	use_go("records");
	as_rec_set(rec, "x", INT(1));
	record_store(rec);
	record_of(rec)->refusal = -4;
	CHECK_CONTAINS(call(&mod_go, "records", "setbin", rec, LIST(TEXT("a"), INT(1))).text,
	               "Aerospike would not set the bin");
	CHECK_CONTAINS(call(&mod_go, "records", "delete_record", rec, NULL).text,
	               "Aerospike would not remove the record; its log says why");
	record_of(rec)->refusal = 0;
	CHECK_CONTAINS(call(&mod_go, "records", "create_again", rec, NULL).text,
	               "the record exists already; store changes with update");
	record_of(rec)->exists = false;
	CHECK_CONTAINS(call(&mod_go, "records", "delete_record", rec, NULL).text, "the record does not exist");
	CHECK_CONTAINS(call(&mod_go, "records", "set_two", rec, LIST(TEXT("a"), INT(1), TEXT("b"), INT(2))).text,
	               "the record does not exist; store it with create");
	as_rec_destroy(rec);
}

TEST(a_record_without_end_says_so)
{
	as_rec *rec = record_new();

	use_c("good");
	CHECK_TEXT(call(&mod_go, "good", "metadata", rec, NULL).text,
	           "\"exists 1 ttl 4294967295 generation 0 namespace (null) key \"");
	record_of(rec)->exists = false;
	CHECK_TEXT(call(&mod_go, "good", "metadata", rec, NULL).text,
	           "\"exists 0 ttl 0 generation 0 namespace (null) key \"");
	as_rec_destroy(rec);
}

TEST(log_lines_go_to_aerospikes_log_with_their_level_and_place)
{
	as_rec *rec = record_new();

	use_go("records");
	CHECK_NUMBER(call(&mod_go, "records", "speak", rec, LIST(TEXT("two\nlines"))).success, true);
	CHECK_CONTAINS(call_log.text, "0 records.go:");
	CHECK_CONTAINS(call_log.text, "1 records.go:");
	CHECK_CONTAINS(call_log.text, "2 records.go:");
	CHECK_CONTAINS(call_log.text, "3 records.go:");
	CHECK_CONTAINS(call_log.text, " two lines\n");
	as_rec_destroy(rec);
}

TEST(a_location_without_a_valid_line_is_logged_as_it_is)
{
	use_c("hostile");
	call_log.text[0] = '\0';
	call(&mod_go, "hostile", "log_from_nowhere", NULL, NULL);
	CHECK_TEXT(call_log.text, "1 a.go:99999999999:0 x\n1 a.go:-1:0 x\n1 a.go::0 x\n1 a.go:1b:0 x\n");
}

TEST(log_lines_above_the_level_are_dropped)
{
	mod_go_config config;

	mod_go_config_init(&config);
	snprintf(config.user_path, sizeof(config.user_path), "%s/c", check_modules);
	config.log_level = AEROSPIKE_UDF_GO_LOG_INFO;
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	add_module("good");
	call(&mod_go, "good", "log", NULL, NULL);
	CHECK_TEXT(call_log.text, "2 good.c:1 hello\n");
}

static bool timed_out;

static bool is_timed_out(const as_timer *timer)
{
	(void)timer;
	return timed_out;
}

/* A UDF that is late changes nothing. */
TEST(a_late_call_cannot_write)
{
	static const as_timer_hooks hooks = {.timedout = is_timed_out};
	as_rec *rec = record_new();
	as_aerospike aerospike;
	as_timer timer;
	as_udf_context context = {.as = &aerospike, .timer = &timer};
	struct outcome outcome;

	use_go("records");
	record_aerospike(&aerospike, NULL);
	as_timer_init(&timer, NULL, &hooks);
	CHECK_NUMBER(call_in(&mod_go, &context, "records", "setbin", rec, LIST(TEXT("a"), INT(1))).success, true);
	CHECK_NUMBER(record_of(rec)->updates, 1);
	timed_out = true;
	outcome = call_in(&mod_go, &context, "records", "setbin", rec, LIST(TEXT("a"), INT(2)));
	CHECK_NUMBER(outcome.success, false);
	CHECK_CONTAINS(outcome.text, "the time for this call is over");
	CHECK_NUMBER(record_of(rec)->updates, 1);
	as_rec_destroy(rec);
}

static uint64_t slice; /* milliseconds that the program allows */

static uint64_t timeslice_of(const as_timer *timer)
{
	(void)timer;
	return slice;
}

/* Whether the deadline is in so many milliseconds. A long one may be some milliseconds short. */
static bool is_due_in(const as_timer *timer, uint64_t milliseconds)
{
	uint64_t before = mod_go_now(), due = mod_go_apply_deadline(timer), after = mod_go_now();
	uint64_t coarse = milliseconds >= 500 ? 20000000 : 0;

	return due + coarse >= before + milliseconds * 1000000 && due <= after + milliseconds * 1000000;
}

TEST(the_deadline_is_the_sooner_of_the_configured_and_the_programs)
{
	static const as_timer_hooks hooks = {.timeslice = timeslice_of}, none = {.timeslice = NULL};
	mod_go_config config;
	as_timer timer, without;

	as_timer_init(&timer, NULL, &hooks);
	as_timer_init(&without, NULL, &none);
	mod_go_config_init(&config);
	mod_go_apply_configure(&config);
	CHECK_NUMBER(mod_go_apply_deadline(NULL), 0);
	CHECK_NUMBER(mod_go_apply_deadline(&without), 0);
	slice = 100000;
	CHECK(is_due_in(&timer, 95000)); /* a twentieth less */
	slice = 19;
	CHECK(is_due_in(&timer, 19));
	slice = 0; /* no time at all */
	CHECK(is_due_in(&timer, 1));
	slice = UINT64_MAX;
	CHECK_NUMBER(mod_go_apply_deadline(&timer), 0);
	config.timeout = 50000;
	mod_go_apply_configure(&config);
	CHECK(is_due_in(NULL, 50000));
	CHECK(is_due_in(&timer, 50000));
	slice = 40000;
	CHECK(is_due_in(&timer, 38000));
	slice = 60000;
	CHECK(is_due_in(&timer, 50000));
}

TEST(a_record_function_is_applied_to_no_stream)
{
	as_result result;

	use_go("values");
	as_result_init(&result);
	CHECK_NUMBER(as_module_apply_stream(&mod_go, NULL, "values", "echo", NULL, NULL, NULL, &result), 2);
	CHECK_NUMBER(result.is_success, false);
	CHECK_TEXT(as_string_get((as_string *)result.value), "echo is a record UDF; apply it to a record");
	as_result_destroy(&result);
	CHECK_NUMBER(as_module_apply_stream(&mod_go, NULL, "values", "echo", NULL, NULL, NULL, NULL), 2);
}

/* Also what the module has not passed to a function of the host yet. */
TEST(what_a_function_has_set_is_in_the_record_after_the_call)
{
	as_rec *rec = record_new();
	struct outcome outcome;

	use_c("script");
	outcome = call(&mod_go, "script", "script", rec, LIST(TEXT("w later 0")));
	CHECK(outcome.success);
	CHECK_TEXT(show(as_rec_get(rec, "later")), "\"later\"");
	as_rec_destroy(rec);
}
