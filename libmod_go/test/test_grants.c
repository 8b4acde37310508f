/* test_grants.c - what a module wants, what it is granted, and what it can do with that. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fenced.h"
#include "fenced/grants.h"
#include "fenced/landlock_version.h"
#include "fenced/wants.h"

static bool covers(const char *granted, const char *requested)
{
	char missing[256] = "";

	return mod_go_grants_cover(granted, requested, missing, sizeof(missing));
}

TEST(a_grant_covers_the_same_and_what_is_below_its_folder)
{
	char missing[64] = "";

	CHECK(covers(NULL, NULL));
	CHECK(covers("", ""));
	CHECK(covers("network", "network"));
	CHECK(covers("read /etc\nnetwork\n", "network\nread /etc/geo\n"));
	CHECK(covers("read /etc/", "read /etc"));
	CHECK(covers("read /etc/", "read /etc/geo"));
	CHECK(covers("read /", "read /etc"));
	CHECK(!covers("", "network"));
	CHECK(!covers("read /etc", "read /etcetera"));
	CHECK(!covers("read /etc/geo", "read /etc"));
	CHECK(!covers("network", "network of others"));
	CHECK(!mod_go_grants_cover("network", "network\nread /a\nread /b", missing, sizeof(missing)));
	CHECK_TEXT(missing, "read /a");
}

TEST(a_grant_is_the_network_or_an_absolute_path)
{
	const char *good[] = {"network", "read /etc", "read /"};
	const char *bad[] = {"read", "read etc", "read ", "networks", "", "write /etc"};
	mod_go_grants grants;

	CHECK(mod_go_grants_read(&grants, good, 3) == NULL);
	CHECK(grants.network);
	CHECK_NUMBER(grants.count, 2);
	CHECK_TEXT(grants.read[0], "/etc");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(mod_go_grants_read(&grants, &bad[i], 1) == bad[i]);
}

/* A copy of the module "hostile" that wants something, as modgo writes that. */
static const char *wanting(const char *wishes)
{
	static char path[300];
	size_t length, used;
	unsigned char *module = check_read(check_module("hostile"), &length);
	char *copy = malloc(length + 256);

	memcpy(copy, module, length);
	used = (size_t)snprintf(copy + length, 256, "{\"target\": \"linux/amd64\", \"wants\": \"modgo:%s\"}",
	                        wishes);
	snprintf(path, sizeof(path), "%s/geo.so", check_folder());
	check_write(path, copy, length + used);
	free(copy);
	free(module);
	return path;
}

static void not_granted(const char *wishes, const char *grants, const char *part)
{
	mod_go_fenced_options options = {.size = sizeof(options), .grants = grants};
	mod_go_fenced *pool = NULL;
	mod_go_error error;

	CHECK_NUMBER(fenced_open(wanting(wishes), &options, &pool, &error), MOD_GO_WORKER_FAILED);
	CHECK(pool == NULL);
	CHECK_CONTAINS(error.message, part);
	printf("%s\n", error.message);
}

TEST(a_module_that_wants_what_is_not_granted_does_not_run)
{
	mod_go_fenced_options options = {.size = sizeof(options), .grants = "network\nread /etc"};
	mod_go_fenced *pool;
	mod_go_error error;

	not_granted("network", NULL,
	            "add --allow-network, set modgo.allow.network in your editor or, on a server, "
	            "MODGO_ALLOW='geo=network'");
	not_granted(
		"network|read /etc/geo", "network",
		"set modgo.allow.read in your editor or, on a server, MODGO_ALLOW='geo=network,read:/etc/geo'");
	not_granted("the moon", "network", "does not know");
	pool = fenced_ready(wanting("network|read /etc/geo"), &options);
	/* It cannot be replaced by a version that wants more. */
	CHECK_NUMBER(mod_go_fenced_replace(pool, wanting("read /var"), &error), MOD_GO_WORKER_FAILED);
	CHECK_CONTAINS(error.message, "wants to read /var");
	CHECK_NUMBER(fenced_ask(pool, "pid").status, AEROSPIKE_UDF_GO_OK);
	mod_go_fenced_close(pool);
	setenv("MODGO_FENCE", "off", 1);
	pool = fenced_ready(wanting("network"), NULL);
	mod_go_fenced_close(pool);
}

/* What a worker with those grants can do. */
static struct answer able(const char *grants, const char *folder)
{
	mod_go_fenced_options options = {.size = sizeof(options), .grants = grants};
	mod_go_fenced *pool = fenced_ready(check_module("hostile"), &options);
	aerospike_udf_go_value argument = text_value(folder);
	struct answer answer = fenced_call(pool, "reach", 10000, NULL, &argument, 1);

	mod_go_fenced_close(pool);
	return answer;
}

TEST(a_grant_gives_what_it_says_and_nothing_else)
{
	bool reads = mod_go_landlock_version() == 0; /* there is nothing that prevents it */
	char grants[300], folder[200], below[256];

	snprintf(folder, sizeof(folder), "%s", check_folder());
	snprintf(below, sizeof(below), "%s/file", folder);
	check_write(below, "text", 4);
	snprintf(grants, sizeof(grants), "network\nread %s", folder);
	CHECK_TEXT(able(NULL, folder).text,
	           reads ? "no socket, reads the folder and others" : "no socket, reads nothing");
	CHECK_TEXT(able("network", folder).text,
	           reads ? "IPv4 IPv6, reads the folder and others" : "IPv4 IPv6, reads nothing");
	CHECK_TEXT(able(grants, folder).text,
	           reads ? "IPv4 IPv6, reads the folder and others" : "IPv4 IPv6, reads the folder");
	CHECK_TEXT(able(grants + strlen("network\n"), folder).text,
	           reads ? "no socket, reads the folder and others" : "no socket, reads the folder");
}

TEST(a_granted_path_that_is_not_there_is_an_error)
{
	mod_go_fenced_options options = {.size = sizeof(options), .grants = "read /no/such/folder"};
	mod_go_fenced *pool = NULL;
	mod_go_error error;

	if (mod_go_landlock_version() == 0) {
		printf("not run: this kernel has no Landlock\n");
		return;
	}
	CHECK_NUMBER(fenced_open(check_module("good"), &options, &pool, &error), MOD_GO_WORKER_FAILED);
	CHECK_CONTAINS(error.message, "/no/such/folder, which it may read, could not be opened");
}
