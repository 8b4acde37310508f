/* test_node_files.c - the files from which clients read what a node runs and what became of its modules. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asd/module_state.h"
#include "asd/node_status.h"
#include "asd/server_symbols.h"
#include "failing_calls.h"
#include "clock_and_counters.h"
#include "server.h"

#define DIGITS "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static const mod_go_digest digest = {DIGITS};

/* ---- the state of a module ---------------------------------------------------------------------- */

TEST(a_state_has_its_file_and_its_reason_in_a_line_each)
{
	char reason[6000];
	const char *text;
	size_t head = strlen("modgo-state 1\nfile-sha256 " DIGITS "\nstate refused\nwhy ");

	server_prepare();
	mod_go_module_state_write(server_folder(), "m", &digest, "loaded", NULL);
	CHECK_TEXT(server_text("m.state"), "modgo-state 1\nfile-sha256 " DIGITS "\nstate loaded\n");
	mod_go_module_state_write(server_folder(), "m", &digest, "refused", "first\nsecond\n\nthird");
	CHECK_TEXT(server_text("m.state"),
	           "modgo-state 1\nfile-sha256 " DIGITS "\nstate refused\nwhy first second  third\n");
	memset(reason, 'x', sizeof(reason));
	for (size_t length = 3900; length <= sizeof(reason); length += 7) {
		reason[length - 1] = '\0';
		mod_go_module_state_write(server_folder(), "m", &digest, "refused", reason);
		reason[length - 1] = 'x';
		text = server_text("m.state");
		/* Cut at 4 KiB. */
		CHECK_NUMBER(strlen(text), head + length < 4095 ? head + length : 4095);
		CHECK(strchr(strstr(text, "\nwhy ") + 1, '\n') == text + strlen(text) - 1);
	}
	CHECK_NUMBER(check_entries(server_folder()), 1);
	mod_go_module_state_remove(server_folder(), "n");
	CHECK_NUMBER(check_entries(server_folder()), 1);
	mod_go_module_state_remove(server_folder(), "m");
	CHECK_NUMBER(check_entries(server_folder()), 0);
	CHECK_TEXT(server_log(), "");
}

TEST(the_longest_paths_are_written_whole)
{
	char module[MOD_GO_MODULE_NAME_MAX + 1], folder[900], name[200];
	struct stat file;

	server_prepare();
	memset(module, 'm', sizeof(module));
	module[sizeof(module) - 1] = '\0';
	memset(folder, '/', sizeof(folder));
	snprintf(folder + sizeof(folder) - 200, 200, "%s", server_folder());
	mod_go_module_state_write(folder, module, &digest, "loaded", NULL);
	snprintf(name, sizeof(name), "%s.state", module);
	CHECK_CONTAINS(server_text(name), "state loaded\n");
	CHECK_NUMBER(check_entries(server_folder()), 1);
	mod_go_module_state_remove(folder, module);
	CHECK(stat(server_path(name), &file) != 0);
}

/* A reader has the old content or the new one: the file is another one each time. */
TEST(a_file_is_replaced_at_once)
{
	FILE *reader;
	char line[100];

	server_prepare();
	CHECK(mod_go_module_state_replace(server_path("f"), "old\n"));
	reader = fopen(server_path("f"), "r");
	CHECK(mod_go_module_state_replace(server_path("f"), "new\n"));
	CHECK_TEXT(fgets(line, sizeof(line), reader), "old\n");
	fclose(reader);
	CHECK_TEXT(server_text("f"), "new\n");
	CHECK_NUMBER(check_entries(server_folder()), 1);
}

TEST(a_file_that_cannot_be_replaced_leaves_nothing_and_the_reason)
{
	char text[20000];

	server_prepare();
	CHECK(!mod_go_module_state_replace(server_path("none/f"), "text"));
	CHECK_NUMBER(errno, ENOENT);
	CHECK(mkdir(server_path("f"), 0700) == 0 && mkdir(server_path("f/g"), 0700) == 0);
	CHECK(!mod_go_module_state_replace(server_path("f"), "text"));
	CHECK(errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST);
	CHECK_NUMBER(check_entries(server_folder()), 1);
	CHECK_NUMBER(mkdir(server_path("h~"), 0700), 0);
	CHECK(!mod_go_module_state_replace(server_path("h"), "text"));
	CHECK_NUMBER(errno, EISDIR);
	CHECK_NUMBER(rmdir(server_path("h~")), 0);
	/* A device without space, at once and when the file is closed. */
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	CHECK_NUMBER(symlink("/dev/full", server_path("g~")), 0);
	CHECK(!mod_go_module_state_replace(server_path("g"), text));
	CHECK_NUMBER(symlink("/dev/full", server_path("g~")), 0);
	CHECK(!mod_go_module_state_replace(server_path("g"), "text"));
	CHECK_NUMBER(check_entries(server_folder()), 1);
	mod_go_module_state_write(server_path("none"), "m", &digest, "loaded", NULL);
	CHECK_CONTAINS(server_log(),
	               "none/m.state cannot be written (No such file or directory): clients cannot ask for the "
	               "state of m.so");
}

/* ---- the status of the node --------------------------------------------------------------------- */

static const char *node_status(void)
{
	mod_go_node_status_write(server_folder(), &server_settings);
	return server_text("modgo-node.status");
}

/* The status without the time of the node's start, which is checked. */
static const char *without_time(const char *text)
{
	static char copy[16384];
	static unsigned long long first;
	const char *since = strstr(text, "\"since\": ");
	unsigned long long time_of_start = 0;
	int length = 0;

	if (!CHECK(since != NULL && sscanf(since, "\"since\": %llu%n", &time_of_start, &length) == 1))
		return text;
	CHECK(time_of_start > (unsigned long long)time(NULL) - 100 &&
	      time_of_start <= (unsigned long long)time(NULL));
	CHECK(first == 0 || time_of_start == first);
	first = time_of_start;
	snprintf(copy, sizeof(copy), "%.*s%s", (int)(since - text), text, since + length);
	return copy;
}

TEST(a_node_without_modules_reports_how_it_runs_them)
{
	fence_lacks = "this kernel has no Landlock";
	server_start();
	CHECK_TEXT(without_time(node_status()), "{\"modgo-node\": 1, \"server\": \"8.1.2.0\", \"mode\": "
	                                        "\"unfenced\", \"fence\": \"\", \"lacks\": \"\", "
	                                        ", \"modules\": []}\n");
}

TEST(the_fence_and_what_it_lacks_are_reported)
{
	static const char *const FENCES[] = {"standard", "strict", "off"};
	char expected[200];

	fence_lacks = "a \"b\"\\\t~\x7f ";
	server_prepare();
	server_settings.config.mode = MOD_GO_FENCED;
	for (size_t i = 0; i < 3; i++) {
		server_settings.fence = FENCES[i];
		snprintf(expected, sizeof(expected), "\"mode\": \"fenced\", \"fence\": \"%s\", \"lacks\": \"%s\", ",
		         FENCES[i], i < 2 ? "a ?b???~? " : "");
		CHECK_CONTAINS(node_status(), expected);
	}
}

static mod_go_fenced_counters some_counters(void)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters),
	                                   .live = 3,
	                                   .busy = 2,
	                                   .idle = 1,
	                                   .calls = 36,
	                                   .crashes = 11,
	                                   .timeouts = 12,
	                                   .restarts = 13,
	                                   .failed_starts = 14,
	                                   .replacements = 15,
	                                   .dropped_output = 16};

	for (uint64_t i = 0; i < 8; i++)
		counters.by_status[i] = i + 1;
	for (uint64_t i = 0; i < 64; i++)
		counters.latency[i] = 100 + i;
	return counters;
}

#define CALLS                                                                                                \
	"\"calls\": {\"ok\": 1, \"not_found\": 2, \"bad_arguments\": 3, \"failed\": 4, \"panic\": 5, "           \
	"\"deadline\": 6, "                                                                                      \
	"\"refused\": 7, \"internal\": 8}, \"latency\": ["

TEST(each_module_has_its_counters)
{
	mod_go_fenced_counters counters = some_counters();
	char latency[400] = "";

	for (int i = 0; i < 64; i++)
		snprintf(latency + strlen(latency), sizeof(latency) - strlen(latency), "%s%d", i > 0 ? "," : "",
		         100 + i);
	all_counters = &counters;
	server_start();
	server_put_module("twin.so", "twin");
	server_put_module("broken.so", "setup_fails");
	server_put_module("good.so", "good");
	{
		char expected[2000];

		snprintf(expected, sizeof(expected),
		         ", \"modules\": [\n{\"name\": \"good\", " CALLS "%s]},\n{\"name\": \"twin\", " CALLS
		         "%s]}]}\n",
		         latency, latency);
		CHECK_CONTAINS(node_status(), expected);
	}
	counters.by_status[0] = ~0ull;
	CHECK_CONTAINS(node_status(), "{\"ok\": 18446744073709551615, ");
}

TEST(a_fenced_module_has_the_counters_of_its_workers)
{
	mod_go_fenced_counters counters = some_counters();

	all_memory = 17;
	server_prepare();
	server_settings.config.mode = MOD_GO_FENCED;
	server_settings.fence = "off"; /* no self-test */
	server_start();
	CHECK_NUMBER(server_put_module("good.so", "good"), 0);
	CHECK_CONTAINS(server_log(), "good.so is loaded, fenced");
	all_counters = &counters;
	CHECK_CONTAINS(
		node_status(),
		"163], \"workers\": 3, \"busy\": 2, \"memory\": 17, \"restarts\": 13, \"failed_starts\": 14, "
		"\"crashes\": 11, \"timeouts\": 12, \"replacements\": 15, \"dropped_output\": 16}]}\n");
}

TEST(without_memory_a_status_stays_as_it_was)
{
	server_prepare();
	node_status();
	mod_go_server.build = "8.1.2.1";
	no_memory_files = true;
	mod_go_node_status_write(server_folder(), &server_settings);
	no_memory_files = false;
	files_are_cut = true;
	mod_go_node_status_write(server_folder(), &server_settings);
	files_are_cut = false;
	CHECK_CONTAINS(server_text("modgo-node.status"), "\"8.1.2.0\"");
	CHECK_TEXT(server_log(), "");
	CHECK_CONTAINS(node_status(), "\"8.1.2.1\"");
}

static ino_t file_number(const char *filename)
{
	struct stat file;

	return CHECK_NUMBER(stat(server_path(filename), &file), 0) ? file.st_ino : 0;
}

TEST(a_status_is_written_where_it_differs_or_is_gone)
{
	ino_t first;
	FILE *held;

	server_prepare();
	node_status();
	held = fopen(server_path("modgo-node.status"), "r"); /* so that its number is not used again */
	first = file_number("modgo-node.status");
	node_status();
	CHECK_NUMBER(file_number("modgo-node.status"), first);
	mod_go_server.build = "8.1.2.1";
	CHECK_CONTAINS(node_status(), "8.1.2.1");
	CHECK(file_number("modgo-node.status") != first);
	unlink(server_path("modgo-node.status"));
	CHECK_CONTAINS(node_status(), "8.1.2.1");
	fclose(held);
}

TEST(a_status_that_cannot_be_written_is_warned_of_once)
{
	static const char WARNING[] =
		"modgo-node.status cannot be written (No such file or directory): `modgo modules` takes "
		"this node for one without Go\n";
	const char *warned;

	server_prepare();
	mod_go_node_status_write(server_path("none"), &server_settings);
	warned = strstr(server_log(), WARNING);
	CHECK(warned != NULL && strstr(warned + 1, WARNING) == NULL);
	mod_go_node_status_write(server_path("none"), &server_settings);
	mod_go_server.build = "8.1.2.1";
	mod_go_node_status_write(server_path("none"), &server_settings);
	warned = strstr(server_log(), WARNING);
	CHECK(warned != NULL && strstr(warned + 1, WARNING) == NULL);
	CHECK_CONTAINS(node_status(), "8.1.2.1");
}
