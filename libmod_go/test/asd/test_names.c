/* test_names.c - the names of files that are modules or parts of them. */
#include <string.h>

#include "asd/package.h"
#include "check.h"

TEST(names_are_of_modules_or_parts)
{
	static const char *const others[] = {"",
	                                     ".so",
	                                     "a",
	                                     "a.lua",
	                                     "a.so.so",
	                                     "a b.so",
	                                     "a/b.so",
	                                     "a.0123456789abcdef-0.so",
	                                     "a.0123456789abcdef-01.so",
	                                     "a.0123456789abcdef-257.so",
	                                     "a.0123456789ABCDEF-1.so",
	                                     "a.0123456789abcde-1.so",
	                                     "a.0123456789abcdef-1",
	                                     "a.0123456789abcdef-99999999999.so"};
	mod_go_file_name name;
	char longest[120];

	CHECK(mod_go_file_name_read("net-http_2.so", &name));
	CHECK_TEXT(name.module, "net-http_2");
	CHECK_NUMBER(name.index, 0);
	CHECK(mod_go_file_name_read("a.0123456789abcdef-256.so", &name));
	CHECK_TEXT(name.module, "a");
	CHECK_TEXT(name.set, "0123456789abcdef");
	CHECK_NUMBER(name.index, 256);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(!mod_go_file_name_read(others[i], &name));
	memset(longest, 'x', 104);
	strcpy(longest + 103, ".so");
	CHECK(mod_go_file_name_read(longest, &name));
	strcpy(longest + 103, "x.so");
	CHECK(!mod_go_file_name_read(longest, &name));
}
