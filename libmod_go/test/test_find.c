/* test_find.c - the folders in which modules are searched. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "mod_go.h"

/* Four new folders, whose order is tested; the first becomes the current one. */
static char folders[4][PATH_MAX];

static void make_folders(void)
{
	for (int i = 0; i < 4; i++) {
		snprintf(folders[i], PATH_MAX, "%s/%d", check_folder(), i);
		CHECK(mkdir(folders[i], 0700) == 0);
	}
	CHECK(chdir(folders[0]) == 0);
	unsetenv("MODGO_PATH");
}

static void put(int folder, const char *name)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", folders[folder], name);
	check_write(path, "x", 1);
}

/* The path found for "m", relative to the folders, "" where there is none. */
static const char *found(const char *library_folder)
{
	static char path[PATH_MAX];
	mod_go_error error;

	if (mod_go_find("m", library_folder, path, sizeof(path), &error) != MOD_GO_OK)
		return "";
	return strncmp(path, check_folder(), strlen(check_folder())) == 0 ? path + strlen(check_folder()) : path;
}

TEST(the_current_folder_comes_before_the_path_and_that_before_the_library)
{
	char both[3 * PATH_MAX];

	make_folders();
	snprintf(both, sizeof(both), ":%s:/nowhere::%s/:", folders[1], folders[2]);
	setenv("MODGO_PATH", both, 1);
	CHECK_TEXT(found(folders[3]), "");
	put(3, "m.so");
	CHECK_TEXT(found(folders[3]), "/3/m.so");
	CHECK_TEXT(found(NULL), "");
	put(2, "m.so");
	CHECK_TEXT(found(folders[3]), "/2/m.so");
	put(1, "m.so");
	CHECK_TEXT(found(folders[3]), "/1/m.so");
	put(0, "m.so");
	CHECK_TEXT(found(folders[3]), "./m.so");
	unsetenv("MODGO_PATH");
	CHECK(unlink("m.so") == 0);
	CHECK_TEXT(found(folders[3]), "/3/m.so");
	CHECK(chdir("/") == 0);
}

TEST(a_folder_named_like_a_module_is_none)
{
	make_folders();
	CHECK(mkdir("m.so", 0700) == 0);
	put(3, "m.so");
	CHECK_TEXT(found(folders[3]), "/3/m.so");
	CHECK(chdir("/") == 0);
}

TEST(the_error_lists_where_it_looked)
{
	char path[PATH_MAX] = "x";
	mod_go_error error;

	setenv("MODGO_PATH", "/one:/two", 1);
	CHECK_NUMBER(mod_go_find("nobody", "/three", path, sizeof(path), &error), MOD_GO_NO_FILE);
	CHECK_TEXT(error.message,
	           "module nobody: no file nobody.so in any of: ., /one, /two, /three; build it there, or add"
	           " its folder to MODGO_PATH");
	CHECK_TEXT(path, "");
}

TEST(what_is_no_name_is_refused)
{
	static const char *const NAMES[] = {"", "a/b", "/m", "../m"};
	char path[64];
	mod_go_error error;

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		CHECK_NUMBER(mod_go_find(NAMES[i], NULL, path, sizeof(path), &error), MOD_GO_NO_FILE);
		CHECK_CONTAINS(error.message, "is not the name of a module");
	}
	CHECK_NUMBER(mod_go_find(NULL, NULL, path, sizeof(path), &error), MOD_GO_NO_FILE);
	CHECK_NUMBER(mod_go_find("m", NULL, NULL, 0, &error), MOD_GO_NO_FILE);
	CHECK_NUMBER(mod_go_find("m", NULL, path, 4, NULL), MOD_GO_NO_FILE);
	CHECK_TEXT(path, "");
}

TEST(a_very_long_search_path_is_survived)
{
	char *folders_text = malloc(100000);
	char path[64];
	mod_go_error error;

	memset(folders_text, 'a', 100000);
	for (size_t i = 50; i < 70000; i += 50)
		folders_text[i] = ':';
	folders_text[99999] = '\0';
	setenv("MODGO_PATH", folders_text, 1);
	CHECK_NUMBER(mod_go_find("m", "/lib", path, sizeof(path), &error), MOD_GO_NO_FILE);
	free(folders_text);
}

/* A path fits with its NUL, or the error reports that it does not. */
TEST(a_path_needs_a_buffer_for_all_of_it)
{
	char path[PATH_MAX + 16];
	mod_go_error error;
	size_t length;

	make_folders();
	put(3, "m.so");
	length = strlen(folders[3]) + strlen("/m.so");
	for (size_t capacity = length - 1; capacity <= length + 2; capacity++) {
		bool fits = capacity > length;

		memset(path, '#', sizeof(path));
		CHECK_NUMBER(mod_go_find("m", folders[3], path, capacity, &error), fits ? MOD_GO_OK : MOD_GO_NO_FILE);
		CHECK_NUMBER(path[capacity], '#');
		CHECK_NUMBER(strlen(path), fits ? length : 0);
		CHECK_NUMBER(strstr(error.message, "too long") != NULL, !fits);
	}
	CHECK_NUMBER(mod_go_find("m", folders[3], NULL, 4096, &error), MOD_GO_NO_FILE);
	CHECK_CONTAINS(error.message, "there is no buffer");
	CHECK_NUMBER(mod_go_find("m", folders[3], path, 0, &error), MOD_GO_NO_FILE);
	CHECK_CONTAINS(error.message, "there is no buffer");
	CHECK_NUMBER(mod_go_find("nobody", folders[3], path, sizeof(path), &error), MOD_GO_NO_FILE);
	CHECK(strstr(error.message, "too long") == NULL);
	CHECK(chdir("/") == 0);
}
