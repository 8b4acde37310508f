/* test_module_file.c - reading the file of a module. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "loader/module_file.h"
#include "mod_go.h"

/* The kernel says that its files have a page, and gives less or, for the speed of no cable, nothing. */
TEST(a_file_may_be_shorter_than_it_says_or_cannot_be_read)
{
	static const char FILE_OF_KERNEL[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	static const char UNREADABLE[] = "/sys/class/net/lo/speed";
	struct stat facts;
	uint8_t *bytes = NULL;
	size_t size = 0;
	mod_go_error error;

	if (stat(FILE_OF_KERNEL, &facts) == 0 && facts.st_size > 1000) {
		CHECK_NUMBER(mod_go_file_read(FILE_OF_KERNEL, "", &bytes, &size, &error), MOD_GO_OK);
		CHECK(size > 0 && size < (size_t)facts.st_size);
		free(bytes);
	}
	if (stat(UNREADABLE, &facts) == 0 && facts.st_size > 1000) {
		CHECK_NUMBER(mod_go_file_read(UNREADABLE, "12345", &bytes, &size, &error), MOD_GO_NO_FILE);
		CHECK_CONTAINS(error.message, "speed: cannot be read (Invalid argument)");
		CHECK(bytes == NULL);
	}
}

TEST(a_file_that_this_user_may_not_read_is_named)
{
	char path[PATH_MAX];
	mod_go_error error;

	snprintf(path, sizeof(path), "%s/secret.so", check_folder());
	CHECK(check_write(path, "x", 1) && chmod(path, 0) == 0);
	CHECK(getuid() != 0 || seteuid(65534) == 0);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NO_FILE);
	CHECK(getuid() != 0 || seteuid(0) == 0);
	CHECK_CONTAINS(error.message,
	               "secret.so: cannot be read (Permission denied); give this user the right to read it");
	/* Too long a name is neither missing nor forbidden. */
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NO_FILE);
	path[0] = '/';
	memset(path + 1, 'y', 300);
	path[301] = '\0';
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NO_FILE);
	CHECK_CONTAINS(error.message, "cannot be read (File name too long); check the file and its disk");
}
