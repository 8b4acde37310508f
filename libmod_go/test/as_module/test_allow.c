/* test_allow.c - lists of what modules may do: which are valid, and what a module gets of them. */
#include "as_module/allow.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST(a_list_of_grants_is_valid_or_not)
{
	static const char *const valid[] = {
		"",
		";",
		";;a=network;;",
		"a=network",
		"a=network;",
		"*=network",
		"a=read:/",
		"a=read:/x",
		"a=read:/etc/geo,network",
		"a=network,network,read:/a=b",
		"a=network;a=read:/x;bb=network",
		"a b=read:/x y",
	};
	static const char *const invalid[] = {
		"a",
		"a;b=network",
		"=",
		"a=",
		"=network",
		"a=;b=network",
		"a=network,",
		"a=,network",
		"a=network,,network",
		"a=networ",
		"a=networks",
		"a=Network",
		"a=xetwork",
		"a=read:",
		"a=read:x",
		"a=read/",
		"a=reap:/x",
		"a=read:/x\nnetwork",
		"a=read:/\n",
		"a=network;b",
		"a=network;=read:/x",
		"a=read:/x;b=all",
	};

	for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++) {
		if (!CHECK(mod_go_allow_is_valid(valid[i])))
			printf("    \"%s\"\n", valid[i]);
	}
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++) {
		if (!CHECK(!mod_go_allow_is_valid(invalid[i])))
			printf("    \"%s\"\n", invalid[i]);
	}
}

/* The module gets these lines, in memory of the least size that the library asks for. */
static void check_granted(const char *allow, const char *name, const char *expected)
{
	char *list = strdup(allow), *copy = malloc(strlen(name)); /* ends where the name ends */
	char *lines = malloc(strlen(allow) + 1);

	memcpy(copy, name, strlen(name));
	mod_go_allow_read(list, copy, strlen(name), lines);
	if (!CHECK_TEXT(lines, expected))
		printf("    \"%s\" for %s\n", allow, name);
	free(lines);
	free(copy);
	free(list);
}

TEST(a_module_gets_the_grants_of_its_name_and_of_all)
{
	check_granted("", "geo", "");
	check_granted(";", "geo", "");
	check_granted("geo=network", "geo", "network\n");
	check_granted("geo=network", "ge", "");
	check_granted("geo=network", "geo2", "");
	check_granted("geo=network", "gem", "");
	check_granted("geo=network", "xeo", "");
	check_granted("g=network", "x", "");
	check_granted("g=network", "*", "");
	check_granted("*=network", "g", "network\n");
	check_granted("*=network", "geo", "network\n");
	check_granted("*x=network", "geo", "");
	check_granted("geo=read:/", "geo", "read /\n");
	check_granted("geo=read:/x,network,read:/a:b", "geo", "read /x\nnetwork\nread /a:b\n");
	check_granted("a=read:/a;geo=read:/g;*=read:/all;geo=network;b=network;", "geo",
	              "read /g\nread /all\nnetwork\n");
	check_granted(";;geo=network;;", "geo", "network\n");
	check_granted("geo=read:/a=b", "geo", "read /a=b\n");
}
