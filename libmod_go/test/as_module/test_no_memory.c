/* test_no_memory.c - every allocation of mod_go fails once, at each event and in each kind of call: that one succeeds
 * or reports that there is no memory, and the next succeeds. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "as_module/modules.h"
#include "both_ways.h"
#include "failing_allocations.h"

enum { MOST = 400 }; /* allocations of one call */

static struct flow flow;

static struct outcome call_values(const char *module)
{
	static char text[100000];
	as_val *many[501] = {NULL};

	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < 500; i++)
		many[i] = i % 2 == 0 ? INT(i) : TEXT("two");
	return call(&mod_go, module, "count", NULL,
	            LIST(list_of(many), TEXT(text), MAP(TEXT("three"), BLOB("four"))));
}

static struct outcome call_record(const char *module)
{
	as_rec *rec = record_new();
	struct outcome outcome;

	as_rec_set(rec, "a", TEXT("text"));
	as_rec_set(rec, "b", LIST(INT(1)));
	outcome = call(&mod_go, module, "set_two", rec,
	               LIST(TEXT("b"), TEXT("new"), TEXT("c"), LIST(INT(2), TEXT("three"))));
	if (outcome.success)
		outcome = call(&mod_go, module, "facts", rec, LIST());
	if (outcome.success)
		outcome = call(&mod_go, module, "bin_names", rec, LIST());
	as_rec_destroy(rec);
	return outcome;
}

static struct outcome call_stream(const char *module)
{
	flow = (struct flow){.make = campaign, .count = 2000};
	return run_go(module, "rollup", &flow, LIST());
}

static struct outcome call_numbers(const char *module)
{
	flow = (struct flow){.make = from_one, .count = 20000};
	return run_go(module, "sum", &flow, LIST());
}

static void fail_each_allocation(const char *module, struct outcome (*make)(const char *module))
{
	struct outcome expected = make(module);
	char written[sizeof(flow.text)];
	bool failed = true;
	long n;

	snprintf(written, sizeof(written), "%s", flow.text);
	CHECK(expected.success);
	for (n = 1; failed && n < MOST; n++) {
		struct outcome outcome;

		fail_allocation(n);
		outcome = make(module);
		failed = allocations_work_again();
		if (outcome.success) {
			CHECK_TEXT(outcome.text, expected.text);
			CHECK_TEXT(flow.text, written);
		} else if (!CHECK(failed && strstr(outcome.text, "memory") != NULL)) {
			printf("    %s, allocation %ld: %s\n", module, n, outcome.text);
		}
		outcome = make(module);
		if (!CHECK(outcome.success) || !CHECK_TEXT(outcome.text, expected.text))
			printf("    %s, after allocation %ld: %s\n", module, n, outcome.text);
		CHECK_TEXT(flow.text, written);
	}
	CHECK(n < MOST);
}

TEST(a_call_succeeds_or_reports_that_there_is_no_memory)
{
	use_both("go/values", 0);
	fail_each_allocation("streams", call_values);
	fail_each_allocation("fenced", call_values);
}

TEST(a_call_with_a_record_succeeds_or_reports_that_there_is_no_memory)
{
	use_both("go/records", 0);
	fail_each_allocation("streams", call_record);
	fail_each_allocation("fenced", call_record);
}

TEST(a_stream_succeeds_or_reports_that_there_is_no_memory)
{
	use_streams(0);
	fail_each_allocation("streams", call_stream);
	fail_each_allocation("fenced", call_stream);
	fail_each_allocation("fenced", call_numbers);
}

TEST(a_module_is_added_or_there_is_no_memory)
{
	bool failed = true;
	long n;

	use_folder("c");
	for (n = 1; failed && n < MOST; n++) {
		int status;

		fail_allocation(n);
		status = event(AS_MODULE_EVENT_FILE_ADD, "good.so");
		failed = allocations_work_again();
		CHECK(failed || status == 0);
		if (status != 0)
			CHECK(call(&mod_go, "good", "who", NULL, NULL).text[0] != '\0');
		CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "good.so"), 0);
		CHECK_TEXT(call(&mod_go, "good", "who", NULL, NULL).text, "\"good\"");
		CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "good.so"), 0);
	}
	CHECK(n < MOST);
}

TEST(why_a_module_is_broken_is_reported_or_there_is_no_memory)
{
	bool failed = true;
	long n;

	use_folder("c");
	for (n = 1; failed && n < MOST; n++) {
		fail_allocation(n);
		event(AS_MODULE_EVENT_FILE_ADD, "library.so");
		failed = allocations_work_again();
		CHECK(call(&mod_go, "library", "who", NULL, NULL).text[0] != '\0');
		event(AS_MODULE_EVENT_FILE_ADD, "library.so");
		CHECK_CONTAINS(call(&mod_go, "library", "who", NULL, NULL).text, "library.so");
		event(AS_MODULE_EVENT_FILE_REMOVE, "library.so");
	}
	CHECK(n > 2 && n < MOST);
}

TEST(a_module_is_refused_or_there_is_no_memory)
{
	bool failed = true;
	mod_go_error error;

	use_folder("c");
	for (long n = 1; failed && n < MOST; n++) {
		mod_go_status status;

		fail_allocation(n);
		status = mod_go_modules_refuse("good", "its parts are missing", &error);
		failed = allocations_work_again();
		CHECK_NUMBER(status, failed ? MOD_GO_NO_MEMORY : MOD_GO_OK);
		CHECK_CONTAINS(call(&mod_go, "good", "who", NULL, NULL).text,
		               failed ? "there is no module" : "its parts are missing");
	}
	CHECK(!failed);
}

/* Modules that have no file are removed, one after the other. */
TEST(a_scan_succeeds_or_reports_that_there_is_no_memory)
{
	bool failed = true;
	mod_go_error error;

	use_folder(check_folder());
	for (long n = 1; failed && n < MOST; n++) {
		int status;

		for (char name[] = "a"; *name < 'e'; ++*name)
			CHECK_NUMBER(mod_go_modules_refuse(name, "its parts are missing", &error), MOD_GO_OK);
		fail_allocation(n);
		status = event(AS_MODULE_EVENT_FILE_SCAN, NULL);
		failed = allocations_work_again();
		CHECK_NUMBER(status, failed ? 3 : 0);
		CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
		CHECK_CONTAINS(call(&mod_go, "a", "who", NULL, NULL).text, "there is no module");
	}
	CHECK(!failed);
}

static void *call_in_thread(void *argument)
{
	struct outcome outcome;

	fail_allocation(*(long *)argument);
	outcome = call_values("streams");
	if (allocations_work_again() && !outcome.success)
		CHECK_CONTAINS(outcome.text, "memory");
	else
		CHECK(outcome.success);
	CHECK(call_values("streams").success);
	return NULL;
}

/* A thread's first call also needs memory for the thread. */
TEST(the_first_call_of_a_thread_succeeds_or_reports_that_there_is_no_memory)
{
	use_both("go/values", 0);
	for (long n = 1; n < 4; n++) {
		pthread_t thread;

		CHECK_NUMBER(pthread_create(&thread, NULL, call_in_thread, &n), 0);
		pthread_join(thread, NULL);
	}
}
