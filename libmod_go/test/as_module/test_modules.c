/* test_modules.c - files are added, changed and removed: events, names, versions under load, validation. */
#include "as_module/modules.h"
#include "as_module/readers.h"
#include "call.h"
#include "mod_go.h"

#include <dlfcn.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static char path[PATH_MAX];

/* The path of a file in the test's own folder, which mod_go is configured for. */
static const char *in_folder(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", check_folder(), name);
	return path;
}

static const char *who(const char *name)
{
	static struct outcome outcome;

	outcome = call(&mod_go, name, "who", NULL, NULL);
	return outcome.text;
}

TEST(many_modules_are_there_side_by_side_by_either_name)
{
	use_folder("c");
	add_module("good.so");
	add_module("twin");
	add_module("hostile.so");
	CHECK_TEXT(who("good"), "\"good\"");
	CHECK_TEXT(who("good.so"), "\"good\"");
	CHECK_TEXT(who("twin"), "\"twin\"");
	CHECK_TEXT(who("twin.so"), "\"twin\"");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "good"), 0);
	CHECK_NUMBER(call(&mod_go, "good", "who", NULL, NULL).rc, 1);
	CHECK_TEXT(who("twin"), "\"twin\"");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "good"), 2);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "twin.so"), 0);
	CHECK_NUMBER(call(&mod_go, "twin", "who", NULL, NULL).rc, 1);
}

/* The table is searched by halves, so each name is looked up with each number of others in it. */
TEST(names_may_begin_with_other_names)
{
	static const char *const names[] = {"a", "aa", "aab", "ab", "b", "ba", "c"};

	use_folder(check_folder());
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char file[8];

		snprintf(file, sizeof(file), "%s.so", names[i]);
		copy_module(i % 2 == 0 ? "c/good" : "c/twin", in_folder(file));
		add_module(file);
		for (size_t j = 0; j <= i; j++)
			CHECK_TEXT(who(names[j]), j % 2 == 0 ? "\"good\"" : "\"twin\"");
	}
}

TEST(names_that_are_none_are_refused)
{
	char long_name[400];

	memset(long_name, 'x', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	use_folder("c");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, ""), 2);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, ".so"), 2);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "../c/good.so"), 2);
	copy_module("c/good", in_folder("m.so"));
	use_folder("/tmp");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, strstr(in_folder("m.so"), "mod-go-test")),
	             2); /* a path that leads there */
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, long_name), 2);
	CHECK_NUMBER(call(&mod_go, long_name, "who", NULL, NULL).rc, 1);
	CHECK_NUMBER(call(&mod_go, "", "who", NULL, NULL).rc, 1);
}

TEST(a_module_that_cannot_be_loaded_says_why_when_called)
{
	struct outcome outcome;

	use_folder(check_folder());
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "missing"), 2);
	outcome = call(&mod_go, "missing", "who", NULL, NULL);
	CHECK_NUMBER(outcome.rc, 1);
	CHECK_CONTAINS(outcome.text, "missing.so");
	check_write(in_folder("text.so"), "not ELF", 7);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "text"), 2);
	CHECK_CONTAINS(call(&mod_go, "text", "who", NULL, NULL).text, "text.so");
	copy_module("c/setup_fails", in_folder("unready.so"));
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "unready"), 2);
	CHECK_CONTAINS(call(&mod_go, "unready", "who", NULL, NULL).text, "unready.so");
	copy_module("c/good", in_folder("text.so"));
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "text"), 0);
	CHECK_TEXT(who("text"), "\"good\"");
}

TEST(a_bad_file_leaves_the_version_before_it_in_place)
{
	use_folder(check_folder());
	copy_module("c/good", in_folder("m.so"));
	add_module("m");
	check_write(in_folder("m.so"), "not ELF", 7);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "m"), 2);
	CHECK_TEXT(who("m"), "\"good\"");
	copy_module("c/twin", in_folder("m.so"));
	add_module("m");
	CHECK_TEXT(who("m"), "\"twin\"");
}

TEST(a_scan_makes_the_modules_those_of_the_folder)
{
	use_folder(check_folder());
	copy_module("c/good", in_folder("a.so"));
	copy_module("c/good", in_folder("b.so"));
	check_write(in_folder("notes.txt"), "x", 1);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
	CHECK_TEXT(who("a"), "\"good\"");
	CHECK_TEXT(call(&mod_go, "b", "applied", NULL, NULL).text, "1");
	copy_module("c/twin", in_folder("a.so"));
	copy_module("c/twin", in_folder("c.so"));
	CHECK_TEXT(who("a"), "\"good\"");
	CHECK_NUMBER(event(AS_MODULE_EVENT_CLEAR_CACHE, NULL), 0);
	CHECK_TEXT(who("a"), "\"twin\"");
	CHECK_TEXT(who("c"), "\"twin\"");
	CHECK_TEXT(call(&mod_go, "b", "applied", NULL, NULL).text, "2"); /* unchanged, so not loaded again */
	CHECK_NUMBER(unlink(in_folder("a.so")), 0);
	CHECK_NUMBER(unlink(in_folder("c.so")), 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
	CHECK_NUMBER(call(&mod_go, "a", "who", NULL, NULL).rc, 1);
	CHECK_NUMBER(call(&mod_go, "c", "who", NULL, NULL).rc, 1);
	CHECK_TEXT(who("b"), "\"good\"");
}

TEST(events_that_make_no_sense_are_refused)
{
	mod_go_config config;
	as_module_event unknown = {.type = 99};

	use_folder("c");
	mod_go_config_init(&config);
	snprintf(config.user_path, sizeof(config.user_path), "%s/none", check_folder());
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 3);
	memset(config.user_path, 'x', sizeof(config.user_path));
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 3);
	CHECK_NUMBER(as_module_configure(&mod_go, NULL), 3);
	CHECK_NUMBER(as_module_update(&mod_go, &unknown), 1);
	add_module("good"); /* the previous configuration is still used */
}

TEST(a_folder_that_has_gone_cannot_be_scanned)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", in_folder("udf"));
	CHECK_NUMBER(mkdtemp(strcat(folder, "XXXXXX")) != NULL, true);
	use_folder(folder);
	CHECK_NUMBER(rmdir(folder), 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 3);
}

TEST(versions_that_cannot_be_unloaded_are_counted)
{
	mod_go_config config;
	struct outcome outcome;

	mod_go_config_init(&config);
	snprintf(config.user_path, sizeof(config.user_path), "%s/c", check_modules);
	config.versions = 2;
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	for (int i = 0; i < 5; i++)
		add_module("hostile"); /* can be unloaded */
	add_module("good");
	add_module("good");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "good"), 2);
	CHECK_TEXT(who("good"), "\"good\"");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "twin"), 2);
	outcome = call(&mod_go, "twin", "who", NULL, NULL);
	CHECK_CONTAINS(outcome.text, "2 versions of modules are loaded that cannot be unloaded");
}

/* How many modules are mapped: each is a memory file. */
static int mapped_copies(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long last = 0;
	char line[1024];
	int copies = 0;

	while (fgets(line, sizeof(line), maps) != NULL) {
		unsigned long inode;

		if (strstr(line, "memfd:") != NULL && sscanf(line, "%*s %*s %*s %*s %lu", &inode) == 1 &&
		    inode != last) {
			copies++;
			last = inode;
		}
	}
	fclose(maps);
	return copies;
}

static atomic_bool stop;
static atomic_ulong calls_made, failures;

static void *call_until_stopped(void *context)
{
	(void)context;
	for (int i = 1; !stop; i++) {
		as_val *arguments = LIST(INT(1));
		as_rec *rec = record_new();
		as_result result;

		as_result_init(&result);
		as_rec_set(rec, "l", LIST(INT(7)));
		if (as_module_apply_record(&mod_go, NULL, "m", "set_a_borrowed_value", rec, (as_list *)arguments,
		                           &result) != 0 ||
		    !result.is_success)
			failures++;
		calls_made++;
		as_result_destroy(&result);
		as_val_destroy(arguments);
		if (i % 16 == 0)
			usleep(1000); /* 64 threads without a pause would leave the replacing thread no processor */
	}
	return NULL;
}

TEST(a_module_replaced_under_load_fails_nobody_and_old_versions_go)
{
	const char *given =
		getenv("MODGO_LOAD_SECONDS"); /* the long form: every 100 ms; the short one never waits long */
	pthread_t threads[64];
	double end;
	int replaced = 0;

	use_folder(check_folder());
	copy_module("c/hostile", in_folder("m.so"));
	add_module("m");
	for (size_t i = 0; i < 64; i++)
		pthread_create(&threads[i], NULL, call_until_stopped, NULL);
	end = check_now() + (given != NULL ? atof(given) : 1);
	for (; (given == NULL && replaced < 50) || check_now() < end; replaced++) {
		add_module("m");
		usleep(given != NULL ? 100000 : 5000);
	}
	stop = true;
	for (size_t i = 0; i < 64; i++)
		pthread_join(threads[i], NULL);
	printf("replaced %d times during %lu calls, unfenced\n", replaced, (unsigned long)calls_made);
	CHECK_NUMBER(failures, 0);
	CHECK(calls_made > 1000);
	add_module("m"); /* without readers, everything retired is released */
	CHECK_NUMBER(mapped_copies(), 1);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
	CHECK_NUMBER(mapped_copies(), 0);
	CHECK_NUMBER(call(&mod_go, "m", "who", NULL, NULL).rc, 1);
}

static void *sleep_in_call(void *context)
{
	(void)context;
	CHECK_TEXT(call(&mod_go, "m", "nap", NULL, NULL).text, "\"slept in napping.c\"");
	return NULL;
}

static void put_in_environment(const char *name, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	setenv(name, text, 1);
}

TEST(a_call_under_way_finishes_on_the_version_it_began_on)
{
	pthread_t sleeper;
	int began[2], ends[2];
	char byte = 0;

	use_folder(check_folder());
	copy_module("c/napping", in_folder("m.so"));
	add_module("m");
	CHECK(pipe(began) == 0 && pipe(ends) == 0);
	put_in_environment("NAP_BEGAN", began[1]);
	put_in_environment("NAP_ENDS", ends[0]);
	pthread_create(&sleeper, NULL, sleep_in_call, NULL);
	CHECK_NUMBER(poll(&(struct pollfd){.fd = began[0], .events = POLLIN}, 1, 10000), 1);
	copy_module("c/hostile", in_folder("m.so"));
	add_module("m");
	CHECK_NUMBER(mapped_copies(), 2); /* the sleeper is still in the old one */
	CHECK_CONTAINS(who("m"), "hostile.c");
	CHECK_NUMBER(mapped_copies(), 2);
	CHECK_NUMBER(write(ends[1], &byte, 1), 1);
	pthread_join(sleeper, NULL);
	for (int i = 0; i < 1000 && mapped_copies() > 1; i++)
		usleep(10000);
	CHECK_NUMBER(mapped_copies(), 1); /* it was the last reader */
	for (int i = 0; i < 2; i++) {
		close(began[i]);
		close(ends[i]);
	}
}

/* A thread that reads, and the one that has released. */
static pthread_t requester, releaser;
static char releaser_name[16];
static atomic_bool entered, released;
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

static void note_releaser(void *unused)
{
	(void)unused;
	releaser = pthread_self();
	prctl(PR_GET_NAME, releaser_name);
	atomic_store(&released, true);
}

static void *read_until_allowed(void *unused)
{
	CHECK(mod_go_readers_enter());
	atomic_store(&entered, true);
	pthread_mutex_lock(&reading);
	mod_go_readers_leave();
	pthread_mutex_unlock(&reading);
	return unused;
}

/* Closing a module takes its time: joins, waits for processes. */
TEST(no_thread_that_serves_a_request_releases_a_version)
{
	static mod_go_retired object;

	pthread_mutex_lock(&reading);
	CHECK_NUMBER(pthread_create(&requester, NULL, read_until_allowed, NULL), 0);
	while (!atomic_load(&entered))
		usleep(1000);
	mod_go_readers_retire(&object, note_releaser);
	CHECK(!atomic_load(&released));
	pthread_mutex_unlock(&reading);
	for (int i = 0; i < 6000 && !atomic_load(&released); i++)
		usleep(10000);
	if (CHECK(atomic_load(&released)))
		CHECK(!pthread_equal(releaser, requester) && !pthread_equal(releaser, pthread_self()));
	CHECK_TEXT(releaser_name, "mod-go-release");
	pthread_join(requester, NULL);
}

static pthread_key_t farewell;
static atomic_int farewells;

static bool calls_well(void)
{
	as_result result;
	bool well;

	as_result_init(&result);
	well = as_module_apply_record(&mod_go, NULL, "m", "who", NULL, NULL, &result) == 0 && result.is_success;
	as_result_destroy(&result);
	return well;
}

/* Runs at a thread's end, after the round in which mod_go releases the thread's slot. */
static void call_once_more(void *value)
{
	if (value == &farewell)
		pthread_setspecific(farewell, &farewells);
	else
		atomic_fetch_add(&farewells, calls_well());
}

static void *end_with_a_call(void *unused)
{
	pthread_setspecific(farewell, &farewell);
	for (int i = 0; i < 50; i++)
		atomic_fetch_add(&failures, !calls_well());
	return unused;
}

TEST(a_thread_may_call_while_it_ends)
{
	pthread_t threads[8];

	use_folder(check_folder());
	copy_module("c/good", in_folder("m.so"));
	add_module("m");
	CHECK_NUMBER(pthread_key_create(&farewell, call_once_more), 0);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 8; i++)
			pthread_create(&threads[i], NULL, end_with_a_call, NULL);
		for (int i = 0; i < 8; i++)
			pthread_join(threads[i], NULL);
	}
	CHECK_NUMBER(farewells, 8 * 20);
	CHECK_NUMBER(failures, 0);
	pthread_key_delete(farewell);
}

static as_module_error validate(const char *file, const char *content, uint32_t size)
{
	as_module_error error;
	int answer;

	memset(&error, 'x', sizeof(error));
	answer = as_module_validate(&mod_go, NULL, file, content, size, &error);
	CHECK_NUMBER(answer, error.code);
	return error;
}

TEST(validation_knows_a_module_without_running_it)
{
	size_t length;
	char *bytes = (char *)check_read(check_module("go/values"), &length);
	as_module_error error;
	char name[4000];

	error = validate("values.so", bytes, (uint32_t)length);
	CHECK_NUMBER(error.code, 0);
	CHECK_TEXT(error.message, "");
	error = validate("values.so", bytes, (uint32_t)length / 2);
	CHECK_NUMBER(error.code, MOD_GO_NOT_A_MODULE);
	CHECK_NUMBER(error.scope, 2);
	CHECK_TEXT(error.file, "values.so");
	CHECK_CONTAINS(error.message, "values.so");
	bytes[18] ^= 1; /* the machine */
	CHECK_NUMBER(validate("values.so", bytes, (uint32_t)length).code, MOD_GO_WRONG_MACHINE);
	free(bytes);
	CHECK_NUMBER(validate("values.so", "", 0).code, MOD_GO_NOT_A_MODULE);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	error = validate(name, "", 0); /* cut to its field */
	CHECK_NUMBER(strlen(error.file), sizeof(error.file) - 1);
	CHECK_NUMBER(strlen(error.message), sizeof(error.message) - 1);
	CHECK_NUMBER(validate("values.so", "function f() end", 16).code, MOD_GO_NOT_A_MODULE);
	bytes = (char *)check_read(check_module("c/library"), &length);
	error = validate("library.so", bytes, (uint32_t)length);
	CHECK_NUMBER(error.code, MOD_GO_MISSING_SYMBOL);
	CHECK_CONTAINS(error.message, "aerospike_udf_go_setup");
	free(bytes);
	CHECK_NUMBER(mapped_copies(), 0);
}

/* As the server's plugin refuses a file of which no version is loaded. */
TEST(calls_of_a_refused_module_say_why)
{
	struct outcome outcome;
	mod_go_error error;

	use_folder(check_folder());
	CHECK_NUMBER(mod_go_modules_refuse("m.so", "its parts are missing", &error), MOD_GO_OK);
	outcome = call(&mod_go, "m", "who", NULL, NULL);
	CHECK(outcome.rc == 1 && !outcome.success);
	CHECK_TEXT(outcome.text, "its parts are missing");
	CHECK_NUMBER(mod_go_modules_refuse("m.so", "one part is missing", &error), MOD_GO_OK);
	CHECK_TEXT(call(&mod_go, "m", "who", NULL, NULL).text, "one part is missing");
	copy_module("c/hostile", in_folder("m.so"));
	add_module("m");
	CHECK_CONTAINS(who("m"), "hostile.c");
	CHECK_NUMBER(mod_go_modules_refuse("m.so", "nobody hears of it", &error), MOD_GO_OK);
	CHECK_CONTAINS(who("m"), "hostile.c");
	CHECK_NUMBER(mod_go_modules_remove("m", &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_modules_remove("m", &error), MOD_GO_NO_FILE);
	CHECK_CONTAINS(error.message, "there is no module \"m\" to remove");
	CHECK_CONTAINS(call(&mod_go, "m", "who", NULL, NULL).text, "there is no module \"m\"");
}
