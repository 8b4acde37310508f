/* test_module_files.c - names of modules, scans of their folder, the log of both, and many events at once. */
#include "as_module/loaded_module.h"
#include "as_module/modules.h"
#include "as_module/readers.h"
#include "call.h"
#include "failing_allocations.h"

#include <aerospike/as_log.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What was logged: "LEVEL TEXT\n" a line. */
static char lines[8192];

static bool write_line(as_log_level level, const char *func, const char *file, uint32_t line,
                       const char *format, ...)
{
	size_t used = strlen(lines);
	va_list arguments;

	(void)func, (void)file, (void)line;
	used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%d ", level);
	va_start(arguments, format);
	used += (size_t)vsnprintf(lines + used, sizeof(lines) - used, format, arguments);
	va_end(arguments);
	snprintf(lines + used, sizeof(lines) - used, "\n");
	return true;
}

static void take_log(void)
{
	lines[0] = '\0';
	as_log_set_level(AS_LOG_LEVEL_INFO);
	as_log_set_callback(write_line);
}

/* What was logged since the last time. */
static const char *logged(void)
{
	static char taken[sizeof(lines)];

	memcpy(taken, lines, sizeof(lines));
	lines[0] = '\0';
	return taken;
}

static char path[PATH_MAX];

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

static void scan(void)
{
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_SCAN, NULL), 0);
}

TEST(events_are_logged)
{
	mod_go_config config;

	use_folder(check_folder());
	copy_module("c/good", in_folder("m.so"));
	take_log();
	add_module("m.so");
	CHECK_TEXT(logged(), "2 mod_go: m.so is loaded, unfenced\n");
	check_write(in_folder("m.so"), "not ELF", 7);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "m"), 2);
	CHECK_CONTAINS(logged(), "0 mod_go: ");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "n"), 2);
	CHECK_TEXT(logged(), "0 mod_go: there is no module \"n\" to remove\n");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "a/b"), 2);
	CHECK_TEXT(logged(), "0 mod_go: \"a/b\" is not the name of a module: expected a file name, not a path, "
	                     "of 1 to 255 bytes\n");
	mod_go_config_init(&config);
	snprintf(config.user_path, sizeof(config.user_path), "/nowhere");
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 3);
	CHECK_CONTAINS(logged(), "0 mod_go: /nowhere: is not a folder");
	config.mode = MOD_GO_FENCED;
	snprintf(config.user_path, sizeof(config.user_path), "%s", check_folder());
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
	copy_module("c/good", in_folder("f.so"));
	add_module("f");
	CHECK_TEXT(logged(), "2 mod_go: f.so is loaded, fenced\n");
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

/* Servers scan again and again: a file is tried, and its failure logged, once for each change. */
TEST(a_scan_logs_a_bad_file_once)
{
	use_folder(check_folder());
	take_log();
	check_write(in_folder(".m.so"), "not ELF", 7); /* hidden: it is none of the modules */
	check_write(in_folder("m.so"), "not ELF", 7);
	scan();
	CHECK_CONTAINS(logged(), "m.so: ");
	scan();
	CHECK_TEXT(logged(), "");
	check_write(in_folder("m.so"), "not ELF either", 14);
	scan();
	CHECK_CONTAINS(logged(), "m.so: ");
	copy_module("c/good", in_folder("m.so"));
	scan();
	CHECK_TEXT(logged(), "2 mod_go: m.so is loaded, unfenced\n");
	scan();
	CHECK_TEXT(logged(), "");
}

TEST(names_have_1_to_255_bytes_and_no_dot_first)
{
	char name[300];

	use_folder(check_folder());
	memset(name, 'x', sizeof(name));
	name[255] = '\0';
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, name), 2);
	CHECK(strstr(call(&mod_go, name, "who", NULL, NULL).text, "there is no module") == NULL);
	name[255] = 'x';
	name[256] = '\0';
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, name), 2);
	CHECK_CONTAINS(call(&mod_go, name, "who", NULL, NULL).text, "there is no module");
	copy_module("c/good", in_folder(".m.so"));
	copy_module("c/good", in_folder("m.2.so"));
	copy_module("c/good", in_folder("a.so"));
	copy_module("c/twin", in_folder("abc"));
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, ".m"), 2);
	scan();
	CHECK_TEXT(who("m.2"), "\"good\"");
	CHECK_TEXT(who("a"), "\"good\"");
	CHECK_CONTAINS(who(".m"), "there is no module");
	CHECK_CONTAINS(who(".so"), "there is no module \".so\"");
	CHECK_CONTAINS(who("abc"), "there is no module");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "m.2"), 0);
	add_module("m.2.so");
	CHECK_TEXT(who("m.2.so"), "\"good\"");
	copy_module("c/twin", in_folder("abc.so"));
	add_module("abc"); /* as long as ".so" */
	CHECK_TEXT(who("abc"), "\"twin\"");
}

TEST(calls_of_a_broken_module_give_its_last_reason)
{
	use_folder(check_folder());
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "m"), 2);
	CHECK_CONTAINS(who("m"), "No such file");
	check_write(in_folder("m.so"), "not ELF", 7);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "m"), 2);
	CHECK(strstr(who("m"), "No such file") == NULL);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "m"), 0);
	CHECK_CONTAINS(who("m"), "there is no module");
}

TEST(a_scan_of_an_empty_folder_finds_nothing_and_holds_nothing_open)
{
	size_t open;

	use_folder(check_folder());
	scan();
	open = check_entries("/proc/self/fd");
	scan();
	CHECK_NUMBER(check_entries("/proc/self/fd"), open);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
	CHECK_NUMBER(as_module_destroy(&mod_go), 0);
}

/* Its file may be there again soon: only one that is certainly gone takes its module with it. */
TEST(a_module_stays_whose_file_cannot_be_read)
{
	use_folder(check_folder());
	copy_module("c/good", in_folder("a.so"));
	copy_module("c/twin", in_folder("b.so"));
	scan();
	CHECK_NUMBER(unlink(in_folder("a.so")), 0);
	CHECK_NUMBER(symlink("a.so", in_folder("a.so")), 0); /* a link to itself */
	scan();
	CHECK_TEXT(who("a"), "\"good\"");
	CHECK_NUMBER(unlink(in_folder("a.so")), 0);
	scan();
	CHECK_CONTAINS(who("a"), "there is no module");
	CHECK_TEXT(who("b"), "\"twin\"");
}

/* Whether a version is taken for one of the file, where one of its facts differs. */
TEST(a_file_has_changed_where_any_of_its_facts_has)
{
	mod_go_loaded_module version = {.name = NULL};
	struct stat file;

	CHECK_NUMBER(stat(check_module("c/good"), &file), 0);
	version.file = file;
	CHECK(mod_go_loaded_module_is_of(&version, &file));
#define CHECK_CHANGED(fact)                                                                                  \
	file = version.file;                                                                                     \
	file.fact++;                                                                                             \
	CHECK(!mod_go_loaded_module_is_of(&version, &file))
	CHECK_CHANGED(st_dev);
	CHECK_CHANGED(st_ino);
	CHECK_CHANGED(st_size);
	CHECK_CHANGED(st_mtim.tv_sec);
	CHECK_CHANGED(st_mtim.tv_nsec);
	CHECK_CHANGED(st_ctim.tv_sec);
	CHECK_CHANGED(st_ctim.tv_nsec);
	file = version.file;
	file.st_atim.tv_sec++; /* that it was read is no change */
	CHECK(mod_go_loaded_module_is_of(&version, &file));
}

static void add_name(mod_go_loaded_module *module, void *context)
{
	strcat(strcat(context, module->name), " ");
}

static const char *visited(void)
{
	static char names[1000];

	names[0] = '\0';
	mod_go_modules_visit(add_name, names);
	return names;
}

static void note_release(void *object)
{
	((mod_go_retired *)object)->next = object;
}

TEST(each_module_is_visited_once_in_the_order_of_names)
{
	static const char *const names[] = {"b", "d", "a", "c"};
	mod_go_retired object = {.next = NULL};
	mod_go_error error;

	use_folder(check_folder());
	CHECK_TEXT(visited(), "");
	for (size_t i = 0; i < 4; i++)
		CHECK_NUMBER(mod_go_modules_refuse(names[i], "why", &error), MOD_GO_OK);
	CHECK_TEXT(visited(), "a b c d ");
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_REMOVE, "c"), 0);
	CHECK_TEXT(visited(), "a b d ");
	mod_go_readers_retire(&object, note_release);
	CHECK(object.next == &object); /* at once: the visit has ended */
	scan();                        /* none of them has a file */
	CHECK_TEXT(visited(), "");
	mod_go_readers_retire(&object, note_release);
	CHECK(object.next == &object);
}

TEST(an_unfenced_module_counts_its_calls)
{
	mod_go_fenced_counters counters;
	uint64_t timed = 0;

	use_folder(check_folder());
	copy_module("c/good", in_folder("m.so"));
	add_module("m");
	CHECK_TEXT(who("m"), "\"good\"");
	CHECK(!call(&mod_go, "m", "fail", NULL, NULL).success);
	CHECK(mod_go_readers_enter());
	counters = mod_go_loaded_module_counters(mod_go_modules_find("m"));
	mod_go_readers_leave();
	CHECK_NUMBER(counters.calls, 2);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_OK], 1);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_FAILED], 1);
	for (size_t i = 0; i < 64; i++)
		timed += counters.latency[i];
	CHECK(timed > 0); /* some are */
	CHECK_NUMBER(counters.live, 0);
	CHECK_NUMBER(event(AS_MODULE_EVENT_FILE_ADD, "broken"), 2);
	CHECK(mod_go_readers_enter());
	CHECK_NUMBER(mod_go_loaded_module_counters(mod_go_modules_find("broken")).calls, 0);
	mod_go_readers_leave();
}

/* ---- many events at once --------------------------------------------------------------------------- */

/* Another thread, which makes a module while an event is under way. */
static pthread_t others[64];
static sem_t made;
static int other_count, numbers[64];

static void *make_another(void *number)
{
	mod_go_error error;
	char name[16];

	snprintf(name, sizeof(name), "other%02d", *(int *)number);
	CHECK_NUMBER(mod_go_modules_refuse(name, "why", &error), MOD_GO_OK);
	sem_post(&made);
	return NULL;
}

/* Gives another event the time that it would need, if it had not to wait for this one. */
static void let_another_in(void)
{
	struct timespec until;

	if (other_count == 64)
		return;
	numbers[other_count] = other_count;
	CHECK_NUMBER(pthread_create(&others[other_count], NULL, make_another, &numbers[other_count]), 0);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 20000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	sem_timedwait(&made, &until);
	other_count++;
}

static void add_one(void)
{
	mod_go_error error;

	CHECK_NUMBER(mod_go_modules_add("m", &error), MOD_GO_NO_FILE);
}

static void refuse_one(void)
{
	mod_go_error error;

	CHECK_NUMBER(mod_go_modules_refuse("m", "why", &error), MOD_GO_OK);
}

static void remove_one(void)
{
	mod_go_error error;

	CHECK_NUMBER(mod_go_modules_remove("n", &error), MOD_GO_OK);
}

TEST(an_event_waits_for_the_one_before_it)
{
	static void (*const events[])(void) = {add_one, refuse_one, remove_one, scan};
	static const char *const LEFT[] = {"m n ", "m n ", "", ""};

	use_folder(check_folder());
	sem_init(&made, 0, 0);
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
		char expected[600] = "", text[610];
		mod_go_error error;

		CHECK_NUMBER(mod_go_modules_refuse("n", "why", &error), MOD_GO_OK);
		other_count = 0;
		before_allocations(let_another_in);
		events[i]();
		before_allocations(NULL);
		for (int k = 0; k < other_count; k++)
			pthread_join(others[k], NULL);
		CHECK(other_count > 0);
		for (int k = 0; k < other_count; k++)
			snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "other%02d ", k);
		snprintf(text, sizeof(text), "%s%s", LEFT[i], expected);
		CHECK_TEXT(visited(), text);
		CHECK_NUMBER(as_module_destroy(&mod_go), 0);
	}
	sem_destroy(&made);
}

static atomic_int failures;
static atomic_bool stop;

/* Makes a module of its own again and again, and removes it. */
static void *make_and_remove(void *argument)
{
	const char *name = argument;
	mod_go_error error;

	for (int i = 0; i < 2000; i++) {
		if (i % 3 == 0)
			mod_go_modules_add(name, &error); /* fails, and is there to say so */
		else
			failures += mod_go_modules_refuse(name, "why", &error) != MOD_GO_OK;
		failures += mod_go_modules_remove(name, &error) != MOD_GO_OK;
	}
	return NULL;
}

TEST(no_event_is_lost_among_others)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	pthread_t threads[4];

	use_folder(check_folder());
	for (size_t i = 0; i < 4; i++)
		CHECK_NUMBER(pthread_create(&threads[i], NULL, make_and_remove, (void *)(uintptr_t)names[i]), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	CHECK_NUMBER(failures, 0);
	CHECK_TEXT(visited(), "");
}

static void *refuse_until_stopped(void *argument)
{
	mod_go_error error;

	while (!stop)
		failures += mod_go_modules_refuse(argument, "why", &error) != MOD_GO_OK;
	return NULL;
}

/* A scan removes modules that have no file; another thread makes them meanwhile. */
TEST(scans_and_other_events_do_not_disturb_each_other)
{
	pthread_t threads[2];

	use_folder(check_folder());
	copy_module("c/good", in_folder("m.so"));
	scan();
	pthread_create(&threads[0], NULL, refuse_until_stopped, "a");
	pthread_create(&threads[1], NULL, refuse_until_stopped, "z");
	for (int i = 0; i < 1000; i++) {
		scan();
		if (i % 100 == 0)
			CHECK_NUMBER(as_module_destroy(&mod_go), 0);
	}
	stop = true;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	CHECK_NUMBER(failures, 0);
	scan();
	CHECK_TEXT(visited(), "m ");
	CHECK_NUMBER(call(&mod_go, "m", "who", NULL, NULL).success, true);
}
