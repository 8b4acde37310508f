/* test_configuration.c - what a program configures: older structs, invalid values, and where each value goes. */
#include "as_module/apply.h"
#include "as_module/modules.h"
#include "as_module/readers.h"
#include "both_ways.h"
#include "common/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mod_go_config config;

static void begin(const char *folder)
{
	mod_go_config_init(&config);
	snprintf(config.user_path, sizeof(config.user_path), "%s/%s", check_modules, folder);
}

static void use(void)
{
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
}

/* Milliseconds from now, rounded up to 100 seconds; 0 for no deadline. */
static int64_t left(uint64_t deadline)
{
	return deadline == 0 ? 0 : ((int64_t)(deadline - mod_go_now()) + 99999999999) / 100000000000 * 100000;
}

/* A program passes a struct that ends where its version's ended: what follows is not the library's to read. */
TEST(a_program_of_an_older_version_has_a_shorter_configuration)
{
	static const struct {
		size_t size;
		int scope;
		int64_t record, stream;
	} versions[] = {
		{offsetof(mod_go_config, scope), AEROSPIKE_UDF_GO_SCOPE_SERVER, 0, 0},
		{offsetof(mod_go_config, record_time), AEROSPIKE_UDF_GO_SCOPE_CLIENT, 0, 0},
		{offsetof(mod_go_config, old_calls), AEROSPIKE_UDF_GO_SCOPE_CLIENT, 300000, 400000},
		{sizeof(mod_go_config), AEROSPIKE_UDF_GO_SCOPE_CLIENT, 300000, 400000},
	};

	begin("c");
	config.scope = AEROSPIKE_UDF_GO_SCOPE_CLIENT;
	config.record_time = 300000;
	config.stream_time = 400000;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		mod_go_config *given = malloc(versions[i].size); /* so that sanitizers find a read past the end */

		memcpy(given, &config, versions[i].size);
		given->size = (uint32_t)versions[i].size;
		CHECK_NUMBER(as_module_configure(&mod_go, given), 0);
		CHECK_NUMBER(mod_go_apply_scope(), versions[i].scope);
		CHECK_NUMBER(left(mod_go_apply_deadline(NULL)), versions[i].record);
		CHECK_NUMBER(left(mod_go_apply_stream_deadline(NULL)), versions[i].stream);
		CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "good"), 0);
		CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "good"), 0);
		free(given);
	}
	for (uint32_t scope = 0; scope <= AEROSPIKE_UDF_GO_SCOPE_BOTH; scope++) {
		config.scope = scope;
		use();
		CHECK_NUMBER(mod_go_apply_scope(), scope > 0 ? scope : AEROSPIKE_UDF_GO_SCOPE_SERVER);
	}
}

/* The time of record functions holds only where nothing else limits the call; that of streams always. */
TEST(records_and_streams_have_times_of_their_own)
{
	begin("c");
	use();
	CHECK_NUMBER(mod_go_apply_deadline(NULL), 0);
	CHECK_NUMBER(mod_go_apply_stream_deadline(NULL), 0);
	config.record_time = 300000;
	use();
	CHECK_NUMBER(left(mod_go_apply_deadline(NULL)), 300000);
	CHECK_NUMBER(mod_go_apply_stream_deadline(NULL), 0);
	config.timeout = 500000;
	use();
	CHECK_NUMBER(left(mod_go_apply_deadline(NULL)), 500000);
	CHECK_NUMBER(mod_go_apply_stream_deadline(NULL), 0);
	config.timeout = 1;
	use();
	CHECK(mod_go_apply_deadline(NULL) < mod_go_now() + 100000000);
}

static uint64_t slice;

static uint64_t timeslice_of(const as_timer *timer)
{
	(void)timer;
	return slice;
}

TEST(a_program_may_limit_a_call_to_49_days)
{
	static const as_timer_hooks hooks = {.timeslice = timeslice_of};
	as_timer timer;

	as_timer_init(&timer, NULL, &hooks);
	begin("c");
	use();
	for (slice = (uint64_t)UINT32_MAX * 20 / 19; slice - slice / 20 < UINT32_MAX; slice++)
		;
	CHECK_NUMBER(slice - slice / 20, UINT32_MAX);
	CHECK(mod_go_apply_deadline(&timer) != 0);
	slice += 2;
	CHECK_NUMBER(mod_go_apply_deadline(&timer), 0);
	as_timer_init(&timer, NULL, NULL);
	CHECK_NUMBER(mod_go_apply_deadline(&timer), 0);
}

static const char *deadline_of_a_call(const char *manifest)
{
	static struct outcome outcome;
	as_rec *rec = record_new();

	setenv("GOOD_MANIFEST", manifest, 1);
	add_module("script");
	outcome = call(&mod_go, "script", "script", rec, LIST(TEXT("d - 0")));
	as_rec_destroy(rec);
	return outcome.text;
}

/* Reading the clock costs a short call some of its time: a function that asks for no deadline has none. */
TEST(an_unfenced_function_has_a_deadline_unless_it_requests_none)
{
	begin("c");
	use();
	CHECK_CONTAINS(deadline_of_a_call(""), "\"no deadline");
	config.timeout = 100000;
	use();
	CHECK_CONTAINS(deadline_of_a_call(""), "\"deadline");
	CHECK_CONTAINS(deadline_of_a_call("[{\"name\":\"script\"}]"), "\"deadline");
	CHECK_CONTAINS(deadline_of_a_call("[{\"name\":\"script\",\"context\":false}]"), "\"no deadline");
}

/* Configures it, which must fail and change nothing. */
static void check_refused(void)
{
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 3);
	CHECK_NUMBER(mod_go_apply_scope(), AEROSPIKE_UDF_GO_SCOPE_SERVER);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "good"), 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "good"), 0);
	begin("c");
	config.scope = AEROSPIKE_UDF_GO_SCOPE_CLIENT;
}

TEST(an_invalid_configuration_changes_nothing)
{
	begin("c");
	use();
	config.scope = AEROSPIKE_UDF_GO_SCOPE_CLIENT;
	config.size = 0;
	check_refused();
	memset(config.user_path, '/', sizeof(config.user_path));
	check_refused();
	memset(config.worker, 'x', sizeof(config.worker));
	check_refused();
	memset(config.allow, 'x', sizeof(config.allow));
	check_refused();
	memset(config.allow, ';', sizeof(config.allow));
	check_refused();
	snprintf(config.allow, sizeof(config.allow), "good=everything");
	check_refused();
	snprintf(config.user_path, sizeof(config.user_path), "%s/c/good.so", check_modules); /* a file */
	check_refused();
	snprintf(config.user_path, sizeof(config.user_path), "%s/none", check_modules);
	check_refused();
}

/* ---- what workers are started with ---------------------------------------------------------------- */

static void begin_fenced(void)
{
	begin("c");
	config.mode = MOD_GO_FENCED;
	config.workers = 1;
}

TEST(a_worker_has_the_configured_memory)
{
#ifndef __SANITIZE_ADDRESS__ /* which does not start under a limit of memory */
	begin_fenced();
	use();
	add_module("good");
	CHECK(call(&mod_go, "good", "big", NULL, LIST(INT(64 << 20))).success);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "good"), 0);
	config.memory = 32 << 20;
	use();
	add_module("good");
	CHECK_CONTAINS(call(&mod_go, "good", "big", NULL, LIST(INT(64 << 20))).text, "its worker was ended");
	CHECK_TEXT(call(&mod_go, "good", "who", NULL, NULL).text, "\"good\"");
#endif
}

TEST(a_stream_that_makes_no_progress_ends_in_the_configured_time)
{
	struct flow flow = {.make = from_one, .count = 3, .owns = true};
	struct outcome outcome;

	begin_fenced();
	config.stall = 50;
	use();
	add_module("streams");
	outcome = flow_run(&mod_go, "streams", "spin", &flow, LIST(INT(0)));
	CHECK_NUMBER(outcome.rc, 2);
	CHECK_CONTAINS(outcome.text, "for 50 ms");
}

TEST(a_worker_is_the_configured_one)
{
	char other[1100];

	begin_fenced();
	snprintf(config.worker, sizeof(config.worker), "%s/w", check_folder());
	snprintf(other, sizeof(other), "%s", config.worker);
	CHECK_NUMBER(symlink(getenv("MODGO_WORKER"), other), 0);
	setenv("MODGO_WORKER", "/nowhere/mod-go-worker", 1);
	use();
	add_module("good");
	CHECK_TEXT(call(&mod_go, "good", "who", NULL, NULL).text, "\"good\"");
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
	strcpy(config.worker, "w"); /* also a short one */
	use();
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "good"), 2);
	CHECK_CONTAINS(call(&mod_go, "good", "who", NULL, NULL).text, "w:");
}

/* The host undoes what a call has done to a record where it refuses to store it, so storing needs no message. */
TEST(a_fenced_call_that_stores_a_record_sends_one_message)
{
	mod_go_fenced_outcome outcome = {.size = sizeof(outcome)};
	as_rec *rec = record_new();

	begin_fenced();
	use();
	add_module("script");
	CHECK(call(&mod_go, "script", "script", rec, LIST(TEXT("s a 1 U - 0"))).success);
	mod_go_fenced_last_outcome(&outcome);
	CHECK_NUMBER(outcome.trips, 1);
	CHECK_NUMBER(record_of(rec)->updates, 1);
	as_rec_destroy(rec);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

/* A module that is removed while there is no limit for its calls, or no worker that runs them. */
TEST(an_unfenced_module_is_removed_whatever_time_its_calls_have)
{
	begin("c");
	config.old_calls = 1;
	use();
	add_module("good");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "good"), 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "missing"), 2);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "missing"), 0);
}
