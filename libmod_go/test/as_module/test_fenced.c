/* test_fenced.c - mod_go with its modules in workers: the same results, and a crash costs one call. */
#include "as_module/modules.h"
#include "as_module/readers.h"
#include "call.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The worker is the one that $MODGO_WORKER names. */
static void use_fenced(const char *folder, uint32_t timeout)
{
	mod_go_config config;

	mod_go_config_init(&config);
	config.mode = MOD_GO_FENCED;
	config.workers = 2;
	config.timeout = timeout;
	snprintf(config.user_path, sizeof(config.user_path), "%s%s%s", folder[0] == '/' ? "" : check_modules,
	         folder[0] == '/' ? "" : "/", folder);
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
}

TEST(fenced_modules_work_on_records_as_unfenced_ones_do)
{
	as_rec *rec = record_new();

	use_fenced("go", 0);
	add_module("records");
	add_module("values");
	as_rec_set(rec, "a", LIST(INT(1), TEXT("x")));
	record_store(rec);
	CHECK_TEXT(call(&mod_go, "records", "getbin", rec, LIST(TEXT("a"))).text, "[1, \"x\"]");
	CHECK_TEXT(call(&mod_go, "records", "set_and_get", rec, LIST(TEXT("b"), MAP(TEXT("k"), REAL(0.5)))).text,
	           "{\"k\": 0.5 real}");
	CHECK_TEXT(show(as_rec_get(rec, "b")), "{\"k\": 0.5 real}");
	CHECK_NUMBER(record_of(rec)->updates, 1);
	CHECK_CONTAINS(call(&mod_go, "records", "create_again", rec, NULL).text, "the record exists already");
	CHECK_TEXT(call(&mod_go, "values", "echo", rec, LIST(GEO("{}"))).text, "geo {}");
	CHECK_CONTAINS(call(&mod_go, "values", "give_panic", NULL, NULL).text, "it cannot go on");
	as_rec_destroy(rec);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

TEST(a_crash_or_a_hang_of_a_fenced_module_costs_one_call)
{
	struct outcome outcome;

	use_fenced("c", 1500);
	add_module("crashing");
	outcome = call(&mod_go, "crashing", "exit", NULL, NULL);
	CHECK_NUMBER(outcome.rc, 0);
	CHECK_NUMBER(outcome.success, false);
	CHECK_CONTAINS(outcome.text, "exit");
	CHECK_NUMBER(call(&mod_go, "crashing", "segfault", NULL, NULL).success, false);
	outcome = call(&mod_go, "crashing", "hang", NULL, NULL);
	CHECK_NUMBER(outcome.success, false);
	CHECK_CONTAINS(outcome.text, "did not return in time");
	CHECK_TEXT(call(&mod_go, "crashing", "who", NULL, NULL).text, "\"crashing\"");
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

TEST(a_fenced_module_is_replaced_and_a_bad_file_changes_nothing)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/m.so", check_folder());
	use_fenced(check_folder(), 0);
	copy_module("c/good", path);
	add_module("m");
	CHECK_TEXT(call(&mod_go, "m", "who", NULL, NULL).text, "\"good\"");
	copy_module("c/twin", path);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
	CHECK_TEXT(call(&mod_go, "m", "who", NULL, NULL).text, "\"twin\"");
	check_write(path, "not ELF", 7);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "m.so"), 2);
	CHECK_TEXT(call(&mod_go, "m", "who", NULL, NULL).text, "\"twin\"");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "m"), 0);
	CHECK_NUMBER(call(&mod_go, "m", "who", NULL, NULL).rc, 1);
}

static void *hang(void *outcome)
{
	*(struct outcome *)outcome = call(&mod_go, "crashing", "hang", NULL, NULL);
	return NULL;
}

/* Has a worker of the module "crashing" hang, and waits until it does. */
static pthread_t begin_to_hang(struct outcome *outcome)
{
	size_t workers = 0;
	pthread_t caller;

	CHECK_NUMBER(pthread_create(&caller, NULL, hang, outcome), 0);
	for (int i = 0; i < 6000 && workers == 0; i++, usleep(10000)) {
		mod_go_fenced_counters counters = {.size = sizeof(counters)};

		CHECK(mod_go_readers_enter());
		mod_go_fenced_read_counters(mod_go_modules_find("crashing")->pool, &counters);
		mod_go_readers_leave();
		workers = counters.busy;
	}
	CHECK_NUMBER(workers, 1);
	return caller;
}

/* How a call that hangs ends after the event. */
static struct outcome hang_during(as_module_event_type type, uint32_t timeout, uint32_t old_calls)
{
	struct outcome outcome;
	mod_go_config config;
	pthread_t caller;

	mod_go_config_init(&config);
	config.mode = MOD_GO_FENCED;
	config.workers = 1;
	config.timeout = timeout;
	config.old_calls = old_calls;
	snprintf(config.user_path, sizeof(config.user_path), "%s/c", check_modules);
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	add_module("crashing");
	caller = begin_to_hang(&outcome);
	CHECK_NUMBER(event(type, "crashing"), 0);
	pthread_join(caller, NULL);
	CHECK_NUMBER(outcome.success, false);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
	return outcome;
}

TEST(the_calls_of_a_removed_module_end)
{
	CHECK_CONTAINS(hang_during(AS_MODULE_EVENT_FILE_REMOVE, 0, 1).text, "its module has been removed");
}

TEST(the_calls_of_a_replaced_module_end)
{
	CHECK_CONTAINS(hang_during(AS_MODULE_EVENT_FILE_ADD, 0, 1).text, "its module has been replaced");
}

TEST(without_a_limit_the_calls_of_a_removed_module_have_their_time)
{
	CHECK_CONTAINS(hang_during(AS_MODULE_EVENT_FILE_REMOVE, 500, 0).text, "did not return in time");
}

static uint64_t replacements_of(const char *name)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters)};

	CHECK(mod_go_readers_enter());
	mod_go_fenced_read_counters(mod_go_modules_find(name)->pool, &counters);
	mod_go_readers_leave();
	return counters.replacements;
}

TEST(a_scan_replaces_a_fenced_module_once_for_each_change)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/m.so", check_folder());
	use_fenced(check_folder(), 0);
	copy_module("c/good", path);
	for (uint64_t changes = 0; changes < 3; changes++) {
		for (int i = 0; i < 2; i++) {
			CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
			CHECK_NUMBER(replacements_of("m"), changes);
		}
		copy_module(changes % 2 == 0 ? "c/twin" : "c/good", path);
	}
	add_module("m"); /* an event of the file, too */
	CHECK_NUMBER(replacements_of("m"), 3);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
	CHECK_NUMBER(replacements_of("m"), 3);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

/* Then its reason may be gone, such as a worker's program that is replaced itself. */
TEST(a_scan_tries_a_replacement_again_that_has_failed)
{
	char path[PATH_MAX], worker[sizeof(((mod_go_config *)NULL)->worker)];
	mod_go_config config;

	snprintf(path, sizeof(path), "%s/m.so", check_folder());
	snprintf(worker, sizeof(worker), "%s/worker", check_folder());
	CHECK_NUMBER(symlink(getenv("MODGO_WORKER"), worker), 0);
	mod_go_config_init(&config);
	config.mode = MOD_GO_FENCED;
	config.workers = 1;
	memcpy(config.worker, worker, sizeof(worker));
	snprintf(config.user_path, sizeof(config.user_path), "%s", check_folder());
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	copy_module("c/good", path);
	add_module("m");
	CHECK_TEXT(call(&mod_go, "m", "who", NULL, NULL).text, "\"good\"");
	copy_module("c/twin", path);
	CHECK_NUMBER(unlink(worker), 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
	CHECK_TEXT(call(&mod_go, "m", "who", NULL, NULL).text, "\"good\"");
	CHECK_NUMBER(symlink(getenv("MODGO_WORKER"), worker), 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
	CHECK_TEXT(call(&mod_go, "m", "who", NULL, NULL).text, "\"twin\"");
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

TEST(without_a_worker_a_fenced_module_says_so)
{
	mod_go_config config;

	mod_go_config_init(&config);
	config.mode = MOD_GO_FENCED;
	snprintf(config.user_path, sizeof(config.user_path), "%s/c", check_modules);
	snprintf(config.worker, sizeof(config.worker), "/nowhere/mod-go-worker");
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "good"), 2);
	CHECK_CONTAINS(call(&mod_go, "good", "who", NULL, NULL).text, "/nowhere/mod-go-worker");
}

/* Reading the clock is a good part of a short call. */
TEST(one_fenced_call_in_sixteen_is_timed)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters)};
	uint64_t timed = 0;

	use_fenced("c", 0);
	add_module("good");
	for (int i = 0; i < 64; i++)
		CHECK_TEXT(call(&mod_go, "good", "who", NULL, NULL).text, "\"good\"");
	CHECK(mod_go_readers_enter());
	mod_go_fenced_read_counters(mod_go_modules_find("good")->pool, &counters);
	mod_go_readers_leave();
	CHECK_NUMBER(counters.calls, 64);
	for (size_t i = 0; i < 64; i++)
		timed += counters.latency[i];
	CHECK_NUMBER(timed, 4);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}
