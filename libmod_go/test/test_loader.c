/* test_loader.c - opening, setting up and closing modules. */
#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "check.h"
#include "loader/module.h"
#include "host.h"
#include "mod_go.h"

/* Opens and sets up a module; NULL with a failed check where that fails. */
static mod_go_module *ready(const char *path)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	if (!CHECK(mod_go_open(path, &module, &error) == MOD_GO_OK && mod_go_setup(module, &error) == MOD_GO_OK))
		printf("    %s\n", error.message);
	return module;
}

/* The text that a function without arguments returns. */
static const char *text_of(mod_go_module *module, const char *function)
{
	static char text[256];
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_result result;

	mod_go_result_init(&result, (uint8_t *)text, sizeof(text) - 1);
	mod_go_apply_single(module, function, &call, NULL, NULL, 0, &result);
	text[result.value.data == (uint8_t *)text ? result.value.length : 0] = '\0';
	mod_go_result_clear(&result);
	return text;
}

static long long integer_of(mod_go_module *module, const char *function)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_result result;
	long long integer;

	mod_go_result_init(&result, NULL, 0);
	mod_go_apply_single(module, function, &call, NULL, NULL, 0, &result);
	integer = result.value.type == AEROSPIKE_UDF_GO_INTEGER ? result.value.integer : -1;
	mod_go_result_clear(&result);
	return integer;
}

static size_t open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	while (folder != NULL && readdir(folder) != NULL)
		count++;
	if (folder != NULL)
		closedir(folder);
	return count;
}

TEST(a_module_opens_with_its_version_and_properties)
{
	mod_go_module *module = ready(check_module("good"));
	int major = 0, minor = -1;
	char *name = mod_go_property(module, "conn-name");
	char *other = mod_go_property(module, "no-such-property");

	mod_go_api_version(module, &major, &minor);
	CHECK_NUMBER(major, 1);
	CHECK_NUMBER(minor, 0);
	CHECK_TEXT(name, "good");
	CHECK_TEXT(other, "");
	CHECK_TEXT(text_of(module, "who"), "good");
	free(name);
	free(other);
	mod_go_close(module);
	mod_go_close(NULL);
}

TEST(another_major_version_is_refused_naming_both)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	CHECK_NUMBER(mod_go_open(check_module("major2"), &module, &error), MOD_GO_ABI_MISMATCH);
	CHECK(module == NULL);
	CHECK_CONTAINS(error.message, check_module("major2"));
	CHECK_CONTAINS(error.message, "speaks version 2.3 of the UDF ABI, this libmod_go speaks 1.0");
	CHECK_NUMBER(mod_go_open(check_module("major2"), &module, NULL), MOD_GO_ABI_MISMATCH);
}

TEST(a_later_minor_version_is_welcome)
{
	mod_go_module *module = ready(check_module("minor9"));
	int major, minor;

	mod_go_api_version(module, &major, &minor);
	CHECK_NUMBER(minor, 9);
	CHECK_TEXT(text_of(module, "any"), "minor9");
	mod_go_close(module);
}

TEST(opening_reports_what_check_reports)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	CHECK_NUMBER(mod_go_open("/nowhere.so", &module, &error), MOD_GO_NO_FILE);
	CHECK_NUMBER(mod_go_open(check_module("library"), &module, &error), MOD_GO_MISSING_SYMBOL);
	CHECK(module == NULL);
}

TEST(the_linkers_refusal_names_the_file_and_not_the_copy)
{
	mod_go_module *module = NULL;
	mod_go_error error;
	size_t before = open_descriptors();

	CHECK_NUMBER(mod_go_open(check_module("unresolved"), &module, &error), MOD_GO_LOAD_FAILED);
	CHECK_CONTAINS(error.message, check_module("unresolved"));
	CHECK_CONTAINS(error.message, "undefined symbol: nobody_has_this_function");
	CHECK(strstr(error.message, "/proc/") == NULL);
	CHECK_NUMBER(open_descriptors(), before);
}

TEST(a_failed_setup_gives_the_modules_reason_every_time)
{
	mod_go_module *module = NULL;
	mod_go_error error;

	CHECK_NUMBER(mod_go_open(check_module("setup_fails"), &module, &error), MOD_GO_OK);
	for (int i = 0; i < 2; i++) {
		memset(&error, 0, sizeof(error));
		CHECK_NUMBER(mod_go_setup(module, &error), MOD_GO_SETUP_FAILED);
		CHECK_NUMBER(error.status, MOD_GO_SETUP_FAILED);
		CHECK_CONTAINS(error.message, check_module("setup_fails"));
		CHECK_CONTAINS(error.message, "two functions are named add");
	}
	CHECK_CONTAINS(text_of(module, "any"), "was not set up");
	mod_go_close(module);
}

TEST(a_setup_that_fails_without_a_reason_is_explained)
{
	mod_go_module *module = NULL;
	mod_go_error error;
	char *property;

	CHECK_NUMBER(mod_go_open(check_module("setup_silent"), &module, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_setup(module, &error), MOD_GO_SETUP_FAILED);
	CHECK_CONTAINS(error.message, "failed with 4 (the function panicked) and gave no reason");
	property = mod_go_property(module, "conn-name"); /* the module returns NULL */
	CHECK_TEXT(property, "");
	free(property);
	mod_go_close(module);
}

TEST(nothing_is_applied_before_setup)
{
	mod_go_module *module = NULL;
	mod_go_error error;
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_result result;

	CHECK_NUMBER(mod_go_open(check_module("good"), &module, &error), MOD_GO_OK);
	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_apply_single(module, "who", &call, NULL, NULL, 0, &result), AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(result.value.type, AEROSPIKE_UDF_GO_STRING);
	CHECK_CONTAINS((char *)result.value.data, "its setup must succeed before");
	CHECK_NUMBER(mod_go_apply_stream(module, "who", &call, 3, NULL, NULL, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_REFUSED);
	mod_go_result_clear(&result);
	mod_go_close(module);
}

/* What apply answers without a module's help. */
static const char *refusal(mod_go_module *module, const char *name, aerospike_udf_go_call *call,
                           aerospike_udf_go_value *arguments, size_t count, int expected)
{
	static char text[512];
	aerospike_udf_go_result result;

	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_apply_single(module, name, call, NULL, arguments, count, &result), expected);
	snprintf(text, sizeof(text), "%.*s", (int)result.value.length, (char *)result.value.data);
	mod_go_result_clear(&result);
	return text;
}

TEST(a_call_that_no_module_could_serve_is_refused)
{
	mod_go_module *module = ready(check_module("good"));
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	mod_go_counters counters = {.size = sizeof(counters)};
	char longest[AEROSPIKE_UDF_GO_NAME_MAX + 2];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK_CONTAINS(refusal(module, NULL, &call, NULL, 0, AEROSPIKE_UDF_GO_NOT_FOUND), "has 1 to 127 bytes");
	CHECK_CONTAINS(refusal(module, "", &call, NULL, 0, AEROSPIKE_UDF_GO_NOT_FOUND), "has 1 to 127 bytes");
	CHECK_CONTAINS(refusal(module, longest, &call, NULL, 0, AEROSPIKE_UDF_GO_NOT_FOUND),
	               "has 1 to 127 bytes");
	CHECK_CONTAINS(refusal(module, longest + 1, &call, NULL, 0, AEROSPIKE_UDF_GO_NOT_FOUND),
	               "the module has no such function");
	CHECK_CONTAINS(refusal(module, "who", NULL, NULL, 0, AEROSPIKE_UDF_GO_BAD_ARGUMENTS),
	               "function who was applied without a call; this is a defect of the host");
	CHECK_CONTAINS(refusal(module, "who", &call, NULL, 1, AEROSPIKE_UDF_GO_BAD_ARGUMENTS),
	               "function who was applied without its arguments; this is a defect of the host");
	mod_go_read_counters(module, &counters);
	CHECK_NUMBER(counters.calls, 6);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_NOT_FOUND], 4);
	CHECK_NUMBER(counters.by_status[AEROSPIKE_UDF_GO_BAD_ARGUMENTS], 2);
	mod_go_close(module);
}

static void *set_up(void *module)
{
	mod_go_error error;

	return mod_go_setup(module, &error) == MOD_GO_OK && integer_of(module, "setups") == 1 ? module : NULL;
}

TEST(eight_threads_set_a_module_up_once)
{
	mod_go_module *module = NULL;
	mod_go_error error;
	pthread_t threads[8];
	void *went_well;
	char *setups;

	CHECK_NUMBER(mod_go_open(check_module("setup_slow"), &module, &error), MOD_GO_OK);
	for (size_t i = 0; i < 8; i++)
		CHECK(pthread_create(&threads[i], NULL, set_up, module) == 0);
	for (size_t i = 0; i < 8; i++) {
		pthread_join(threads[i], &went_well);
		CHECK(went_well != NULL);
	}
	setups = mod_go_property(module, "setups");
	CHECK_TEXT(setups, "1");
	free(setups);
	mod_go_close(module);
}

TEST(two_modules_live_side_by_side)
{
	mod_go_module *good = ready(check_module("good"));
	mod_go_module *twin = ready(check_module("twin"));

	CHECK_TEXT(text_of(good, "who"), "good");
	CHECK_TEXT(text_of(twin, "who"), "twin");
	CHECK_NUMBER(integer_of(good, "applied"), 1);
	CHECK_NUMBER(integer_of(twin, "applied"), 1001);
	CHECK_NUMBER(integer_of(good, "applied"), 2);
	mod_go_close(twin);
	CHECK_NUMBER(integer_of(good, "applied"), 3);
	mod_go_close(good);
}

TEST(one_file_opened_twice_is_two_modules)
{
	mod_go_module *one = ready(check_module("good"));
	mod_go_module *two = ready(check_module("good"));

	CHECK_NUMBER(integer_of(one, "applied"), 1);
	CHECK_NUMBER(integer_of(one, "applied"), 2);
	CHECK_NUMBER(integer_of(two, "applied"), 1);
	mod_go_close(one);
	mod_go_close(two);
}

/* good.so stays mapped when it is closed, because it cannot be unloaded. If its copy's name were free again, the
 * linker would return it for the next load. */
TEST(a_module_loaded_after_one_that_stays_is_not_the_old_one)
{
	mod_go_module *module = ready(check_module("good"));

	CHECK_NUMBER(integer_of(module, "applied"), 1);
	mod_go_close(module);
	module = ready(check_module("good"));
	CHECK_NUMBER(integer_of(module, "applied"), 1);
	mod_go_close(module);
	module = ready(check_module("twin"));
	CHECK_TEXT(text_of(module, "who"), "twin");
	mod_go_close(module);
}

TEST(a_file_may_be_overwritten_while_it_is_loaded)
{
	char path[PATH_MAX];
	size_t length;
	unsigned char *bytes = check_read(check_module("good"), &length);
	mod_go_module *old, *new;

	snprintf(path, sizeof(path), "%s/module.so", check_folder());
	check_write(path, bytes, length);
	old = ready(path);
	/* Overwrites the same inode: if the linker had mapped it, the next call would run zeros. */
	memset(bytes, 0, length);
	check_write(path, bytes, length);
	CHECK_TEXT(text_of(old, "who"), "good");
	free(bytes);
	bytes = check_read(check_module("twin"), &length);
	check_write(path, bytes, length);
	new = ready(path);
	CHECK_TEXT(text_of(new, "who"), "twin");
	CHECK_TEXT(text_of(old, "who"), "good");
	CHECK(unlink(path) == 0);
	CHECK_TEXT(text_of(new, "who"), "twin");
	mod_go_close(old);
	mod_go_close(new);
	free(bytes);
}

TEST(a_module_that_can_be_unloaded_leaves_nothing)
{
	size_t before;

	mod_go_close(ready(check_module("twin")));
	before = open_descriptors();
	for (int i = 0; i < 50; i++) {
		mod_go_module *module = ready(check_module("twin"));

		CHECK_NUMBER(integer_of(module, "applied"), 1001);
		mod_go_close(module);
	}
	CHECK_NUMBER(open_descriptors(), before);
}

TEST(a_copy_in_memory_can_be_changed_by_nobody)
{
	mod_go_private_copy copy;

	if (!CHECK(mod_go_private_copy_in_memory(&copy, "a/b.so", (const uint8_t *)"abc", 3)))
		return;
	CHECK(pwrite(copy.descriptor, "x", 1, 0) < 0);
	CHECK(ftruncate(copy.descriptor, 0) < 0);
	mod_go_private_copy_release(&copy);
}

/* Without memory files, or without ones that can be executed. */
TEST(a_copy_in_a_folder_loads_as_well)
{
	size_t length;
	unsigned char *bytes = check_read(check_module("good"), &length);
	mod_go_private_copy one, two;
	mod_go_error error;
	void *handle;

	setenv("TMPDIR", check_folder(), 1);
	CHECK_NUMBER(mod_go_private_copy_in_folder(&one, "good.so", bytes, length, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_private_copy_in_folder(&two, "good.so", bytes, length, &error), MOD_GO_OK);
	CHECK(strncmp(one.name, check_folder(), strlen(check_folder())) == 0);
	CHECK(strcmp(one.name, two.name) != 0);
	handle = dlopen(one.name, RTLD_NOW | RTLD_LOCAL);
	CHECK(handle != NULL);
	mod_go_private_copy_unlink(&one);
	CHECK(access(one.name, F_OK) != 0);
	CHECK(handle != NULL && dlsym(handle, "aerospike_udf_go_setup") != NULL);
	if (handle != NULL)
		dlclose(handle);
	mod_go_private_copy_release(&one);
	mod_go_private_copy_release(&two);
	CHECK(rmdir(check_folder()) == 0);
	CHECK_NUMBER(mod_go_private_copy_in_folder(&one, "good.so", bytes, length, &error), MOD_GO_LOAD_FAILED);
	CHECK_CONTAINS(error.message, "set TMPDIR to a folder");
	free(bytes);
}

/* Loads from a copy in a folder; whatever comes of it, the folder is removed. */
static mod_go_status load_from_folder(const char *name, mod_go_module **module)
{
	size_t length;
	unsigned char *bytes = check_read(check_module(name), &length);
	mod_go_private_copy copy;
	mod_go_error error;
	mod_go_status status;

	CHECK_NUMBER(mod_go_private_copy_in_folder(&copy, name, bytes, length, &error), MOD_GO_OK);
	CHECK(access(copy.folder, F_OK) == 0);
	status = mod_go_open_copy(name, &copy, module, &error);
	CHECK(access(copy.folder, F_OK) != 0);
	free(bytes);
	return status;
}

TEST(a_folder_of_a_copy_is_removed_once_it_is_loaded)
{
	size_t before = open_descriptors();
	mod_go_module *module = NULL;
	mod_go_error error;

	setenv("TMPDIR", check_folder(), 1);
	CHECK_NUMBER(load_from_folder("twin", &module), MOD_GO_OK);
	CHECK_NUMBER(mod_go_setup(module, &error), MOD_GO_OK);
	CHECK_TEXT(text_of(module, "who"), "twin");
	CHECK_NUMBER(mod_go_staying_versions(), 0);
	mod_go_close(module);
	CHECK_NUMBER(mod_go_staying_versions(), 0);
	CHECK_NUMBER(load_from_folder("unresolved", &module), MOD_GO_LOAD_FAILED);
	CHECK_NUMBER(mod_go_staying_versions(), 0);
	CHECK_NUMBER(load_from_folder("major2", &module), MOD_GO_ABI_MISMATCH);
	CHECK_NUMBER(mod_go_staying_versions(), 1);
	mod_go_limit_staying_versions(1);
	CHECK_NUMBER(load_from_folder("twin", &module), MOD_GO_LOAD_FAILED);
	CHECK_NUMBER(mod_go_staying_versions(), 1);
	mod_go_limit_staying_versions(2);
	CHECK_NUMBER(load_from_folder("good", &module), MOD_GO_OK);
	CHECK_NUMBER(mod_go_staying_versions(), 2);
	mod_go_close(module);
	CHECK_NUMBER(mod_go_staying_versions(), 2);
	CHECK_NUMBER(open_descriptors(), before);
}

/* A daemon may have closed it; the first file that is opened is number 0 then. */
TEST(a_host_without_standard_input_loads_modules)
{
	mod_go_module *module;
	size_t before;

	close(0);
	before = open_descriptors();
	module = ready(check_module("twin"));
	CHECK_NUMBER(open_descriptors(), before + 1); /* the copy */
	CHECK_TEXT(text_of(module, "who"), "twin");
	mod_go_close(module);
	CHECK_NUMBER(open_descriptors(), before);
}

/* Neither kind of copy can be written. */
TEST(a_copy_that_there_is_no_space_for_is_refused)
{
	struct rlimit small = {100, 100};
	size_t before = open_descriptors();
	mod_go_module *module = NULL;
	mod_go_error error;
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", check_folder());
	setenv("TMPDIR", folder, 1);
	signal(SIGXFSZ, SIG_IGN);
	CHECK_NUMBER(setrlimit(RLIMIT_FSIZE, &small), 0);
	CHECK_NUMBER(mod_go_open(check_module("good"), &module, &error), MOD_GO_LOAD_FAILED);
	CHECK_CONTAINS(error.message, "its private copy could not be written in ");
	CHECK_CONTAINS(error.message, folder);
	CHECK_CONTAINS(error.message, "(File too large)");
	CHECK_NUMBER(open_descriptors(), before);
	CHECK_NUMBER(rmdir(folder), 0); /* nothing is left in it */
	setenv("TMPDIR", "relative", 1);
	CHECK_NUMBER(mod_go_open(check_module("good"), &module, &error), MOD_GO_LOAD_FAILED);
	CHECK_CONTAINS(error.message, "could not be written in /tmp (");
}
