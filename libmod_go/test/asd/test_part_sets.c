/* test_part_sets.c - what the server's files mean for the modules that are loaded, and what clients read of that. */
#include <aerospike/as_log.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asd/package.h"
#include "asd/part_sets.h"
#include "as_module/modules.h"
#include "call.h"
#include "failing_allocations.h"
#include "failing_calls.h"
#include "packed.h"
#include "server.h"

enum { PARTS = 3 };

/* A module as files: its manifest and its parts, or the whole compressed by xz. */
struct files {
	char module[20];
	uint8_t *xz;
	size_t size;
	mod_go_part_manifest parts;
	char manifest[500];
};

static struct files files_of(const char *module, const char *of)
{
	struct files made;
	size_t size;
	char path[100];
	uint8_t *content;

	snprintf(path, sizeof(path), "c/%s", of);
	content = check_read(check_module(path), &size);
	made.xz = packed(content, size, 0, &made.size);
	snprintf(made.module, sizeof(made.module), "%s", module);
	made.parts = (mod_go_part_manifest){.parts = PARTS,
	                                    .packed_size = made.size,
	                                    .size = size,
	                                    .packed = mod_go_sha256_of(made.xz, made.size),
	                                    .content = mod_go_sha256_of(content, size)};
	snprintf(made.manifest, sizeof(made.manifest),
	         "modgo-parts 1\nparts %d\npacked-size %zu\npacked-sha256 %s\nsize %zu\nsha256 %s\n", PARTS,
	         made.size, made.parts.packed.text, size, made.parts.content.text);
	free(content);
	return made;
}

static const char *part_name(const struct files *files, uint32_t index)
{
	static char path[300];

	mod_go_part_path("", files->module, &files->parts, index, path, sizeof(path));
	return path + 1;
}

static int put_part(const struct files *files, uint32_t index)
{
	size_t third = files->size / PARTS, from = (index - 1) * third;

	return server_put(part_name(files, index), files->xz + from, index < PARTS ? third : files->size - from);
}

static int put_manifest(const struct files *files)
{
	char name[30];

	snprintf(name, sizeof(name), "%s.so", files->module);
	return server_put_text(name, files->manifest);
}

static const char *state_of(const char *text, const char *state)
{
	static char expected[300];

	snprintf(expected, sizeof(expected), "modgo-state 1\nfile-sha256 %s\nstate %s\n",
	         mod_go_sha256_of((const uint8_t *)text, strlen(text)).text, state);
	return expected;
}

static const char *who(const char *module)
{
	static struct outcome outcome;

	outcome = call(&server_lua, module, "who", NULL, NULL);
	return outcome.text;
}

static size_t times_logged(const char *text)
{
	size_t count = 0;

	for (const char *at = strstr(server_log(), text); at != NULL; at = strstr(at + 1, text))
		count++;
	return count;
}

/* Descriptors of this process, without those of its start. */
static size_t open_descriptors(void)
{
	return check_entries("/proc/self/fd");
}

TEST(a_module_in_parts_is_loaded_with_its_last_file)
{
	struct files files = files_of("m", "good");

	server_start();
	CHECK_NUMBER(put_part(&files, 2), 0);
	CHECK_TEXT(server_text("m.state"), "");
	CHECK_NUMBER(put_manifest(&files), 0);
	CHECK_CONTAINS(server_text("m.state"), state_of(files.manifest, "waiting"));
	CHECK_CONTAINS(server_text("m.state"), "\nwhy m.so waits for 2 of its 3 parts, the first of them m.");
	CHECK_CONTAINS(server_text("m.state"), "-1.so; put them");
	CHECK_CONTAINS(server_log(), "info mod_go: m.so waits for 2 of its 3 parts");
	CHECK_CONTAINS(who("m"), "m.so waits for 2 of its 3 parts");
	CHECK_NUMBER(put_part(&files, 1), 0);
	CHECK_CONTAINS(who("m"), "m.so waits for 1 of its 3 parts");
	CHECK_CONTAINS(server_text("m.state"), part_name(&files, 3));
	CHECK_NUMBER(put_part(&files, 3), 0);
	CHECK_TEXT(server_text("m.state"), state_of(files.manifest, "loaded"));
	CHECK_TEXT(who("m"), "\"good\"");
	CHECK(strstr(server_log(), "error") == NULL);
	CHECK_NUMBER(check_entries(server_cache()), 0);
	/* Without Lua's lock, as all that is done for a module. */
	CHECK(strstr(server_log(), "held ") == NULL);
	free(files.xz);
}

TEST(a_module_is_loaded_once_for_each_content)
{
	struct files files = files_of("m", "good");

	server_start();
	for (int i = 0; i < 2; i++)
		CHECK_NUMBER(server_put_module("good.so", "good"), 0);
	CHECK_NUMBER(times_logged("good.so is loaded"), 1);
	CHECK_NUMBER(server_put_module("twin.so", "twin"), 0);
	put_manifest(&files);
	for (uint32_t index = 1; index <= PARTS; index++)
		put_part(&files, index);
	put_part(&files, 1);
	put_manifest(&files);
	CHECK_NUMBER(times_logged("m.so is loaded"), 1);
	for (int i = 0; i < 2; i++) {
		CHECK_NUMBER(server_put_module("good.so", "good"), 0);
		CHECK_NUMBER(server_put_module("twin.so", "twin"), 0);
	}
	CHECK_NUMBER(times_logged("is loaded"), 3);
	/* Another content, and the first one again. */
	CHECK_NUMBER(server_put_module("good.so", "twin"), 0);
	CHECK_TEXT(who("good"), "\"twin\"");
	CHECK_NUMBER(server_put_module("good.so", "twin"), 0);
	CHECK_NUMBER(times_logged("good.so is loaded"), 2);
	CHECK_NUMBER(server_put_module("good.so", "good"), 0);
	CHECK_TEXT(who("good"), "\"good\"");
	/* What was removed is loaded again, and the others are not. */
	CHECK_NUMBER(server_remove("twin.so"), 0);
	CHECK_NUMBER(server_put_module("twin.so", "twin"), 0);
	CHECK_NUMBER(times_logged("twin.so is loaded"), 2);
	CHECK_NUMBER(server_put_module("good.so", "good"), 0);
	CHECK_NUMBER(times_logged("good.so is loaded"), 3);
	CHECK_TEXT(who("twin"), "\"twin\"");
	free(files.xz);
}

TEST(a_module_may_be_compressed)
{
	struct files files = files_of("m", "twin");

	server_start();
	CHECK_NUMBER(server_put("m.so", files.xz, files.size), 0);
	CHECK_TEXT(who("m"), "\"twin\"");
	CHECK_NUMBER(server_put("m.so", files.xz, files.size - 1), 2);
	CHECK_CONTAINS(server_text("m.state"), "state refused\nwhy m.so: it is cut short\n");
	CHECK_TEXT(who("m"), "\"twin\"");
	CHECK_CONTAINS(server_log(), "error mod_go: m.so: it is cut short; the version before stays loaded\n");
	CHECK_NUMBER(server_remove("m.so"), 0);
	CHECK_NUMBER(server_put("m.so", files.xz, files.size - 1), 2);
	CHECK_CONTAINS(server_log(), "error mod_go: m.so: it is cut short\n");
	CHECK_CONTAINS(call(&server_lua, "m", "who", NULL, NULL).text, "it is cut short");
	free(files.xz);
}

TEST(what_cannot_be_used_is_refused_with_the_reason)
{
	struct files files = files_of("m", "good");

	server_start();
	CHECK_NUMBER(server_put_text("m.so", "text"), 2);
	CHECK_CONTAINS(server_text("m.state"), state_of("text", "refused"));
	CHECK_CONTAINS(server_text("m.state"), "why m.so: is neither a shared object, nor");
	CHECK_CONTAINS(server_log(), "error mod_go: m.so: is neither a shared object");
	CHECK_CONTAINS(call(&server_lua, "m", "who", NULL, NULL).text, "neither a shared object");
	CHECK_NUMBER(server_put_text("m.so", "modgo-parts 1\n"), 2);
	CHECK_CONTAINS(server_text("m.state"), "why m.so: its part manifest is damaged");
	CHECK_NUMBER(server_put_module("m.so", "setup_fails"), 2);
	CHECK_CONTAINS(server_text("m.state"), "state refused\nwhy ");
	CHECK_CONTAINS(server_text("m.state"), "two functions are named add");
	/* A load that failed is tried again. */
	CHECK_NUMBER(server_put_module("m.so", "setup_fails"), 2);
	CHECK_NUMBER(times_logged("two functions are named add"), 2);
	CHECK_NUMBER(check_entries(server_cache()), 0);
	/* A part that is another's. */
	put_manifest(&files);
	put_part(&files, 1);
	put_part(&files, 2);
	CHECK_NUMBER(server_put_text(part_name(&files, 3), "other"), 2);
	CHECK_CONTAINS(server_text("m.state"), state_of(files.manifest, "refused"));
	CHECK_NUMBER(put_part(&files, 3), 0);
	CHECK_TEXT(who("m"), "\"good\"");
	CHECK_NUMBER(server_put_text("a b.so", "text"), 2);
	CHECK_CONTAINS(server_log(), "error mod_go: a b.so is neither the name of a module nor of a part of one");
	CHECK_NUMBER(server_remove("a b.so"), 2);
	CHECK_NUMBER(server_remove("never.so"), 2);
	CHECK(strstr(server_log(), "never.so is removed") == NULL);
	free(files.xz);
}

/* An event for a file that is gone: the server sends the next one soon. */
TEST(a_file_that_cannot_be_read_is_an_error_without_a_state)
{
	server_start();
	CHECK_NUMBER(mod_go_part_sets_add("gone.so"), 2);
	CHECK_CONTAINS(server_log(), "gone.so: ");
	CHECK_TEXT(server_text("gone.state"), "");
	CHECK_CONTAINS(call(&server_lua, "gone", "who", NULL, NULL).text, "gone.so: ");
}

TEST(parts_that_no_manifest_names_mean_nothing)
{
	struct files files = files_of("m", "good");

	server_start();
	server_put_module("m.so", "twin");
	server_forget_log();
	CHECK_NUMBER(put_part(&files, 1), 0);
	CHECK_NUMBER(server_remove(part_name(&files, 1)), 0);
	CHECK_TEXT(server_log(), "");
	put_manifest(&files);
	server_forget_log();
	CHECK_NUMBER(server_put_text("m.0123456789abcdef-1.so", "text"), 0);
	CHECK_NUMBER(server_remove("m.0123456789abcdef-1.so"), 0);
	CHECK_NUMBER(server_put_text("other.0123456789abcdef-1.so", "text"), 0);
	CHECK_TEXT(server_log(), "");
	CHECK_TEXT(who("m"), "\"twin\"");
	server_put_text("m.so", "modgo-parts 1\n");
	server_forget_log();
	CHECK_NUMBER(put_part(&files, 1), 0);
	CHECK_TEXT(server_log(), "");
	free(files.xz);
}

TEST(the_loss_of_a_part_is_warned_of)
{
	struct files files = files_of("m", "good");
	char loaded[300], waiting[300];

	server_start();
	snprintf(loaded, sizeof(loaded),
	         "warn mod_go: m.so has lost a part, %s: it stays loaded until the server restarts; put",
	         part_name(&files, 2));
	snprintf(waiting, sizeof(waiting), "warn mod_go: m.so has lost a part, %s: it cannot be loaded; put",
	         part_name(&files, 2));
	put_manifest(&files);
	put_part(&files, 2);
	CHECK_NUMBER(server_remove(part_name(&files, 2)), 0);
	CHECK_CONTAINS(server_log(), waiting);
	for (uint32_t index = 1; index <= PARTS; index++)
		put_part(&files, index);
	CHECK_NUMBER(server_remove(part_name(&files, 2)), 0);
	CHECK_CONTAINS(server_log(), loaded);
	CHECK_TEXT(who("m"), "\"good\"");
	free(files.xz);
}

TEST(a_module_that_is_removed_leaves_no_state)
{
	server_start();
	server_put_module("good.so", "good");
	server_put_module("twin.so", "twin");
	CHECK_TEXT(server_text("no.state"), "");
	CHECK_CONTAINS(server_text("good.state"), "state loaded\n");
	CHECK_NUMBER(server_remove("good.so"), 0);
	CHECK_CONTAINS(server_log(), "info mod_go: good.so is removed\n");
	CHECK_TEXT(server_text("good.state"), "");
	CHECK_CONTAINS(server_text("twin.state"), "state loaded\n");
	CHECK_TEXT(who("good"), "5"); /* Lua's */
	CHECK_TEXT(who("twin"), "\"twin\"");
}

TEST(the_settings_apply_to_calls)
{
	server_prepare();
	server_settings.config.log_level = AEROSPIKE_UDF_GO_LOG_WARN;
	server_start();
	server_put_module("good.so", "good");
	CHECK(call(&server_lua, "good", "log", NULL, NULL).success);
	CHECK_TEXT(call_log.text, "");
	server_settings.config.log_level = AEROSPIKE_UDF_GO_LOG_INFO;
	mod_go_part_sets_configure(server_folder(), &server_settings);
	CHECK(call(&server_lua, "good", "log", NULL, NULL).success);
	CHECK_CONTAINS(call_log.text, "hello");
}

/* Pages are counted, because no leak checker knows of them. */
TEST(files_that_are_put_often_take_no_more_memory)
{
	struct files files = files_of("m", "good");
	unsigned long before = 0;

	server_start();
	for (int i = 0; i < 60; i++) {
		if (i == 20)
			before = check_mapped_pages();
		CHECK_NUMBER(server_put("m.so", files.xz, files.size), 0);
		CHECK_NUMBER(server_put_module("good.so", "good"), 0);
		CHECK_NUMBER(mod_go_upload_check("m.so", files.xz, files.size, NULL), MOD_GO_OK);
	}
	CHECK(check_mapped_pages() < before + 100);
	free(files.xz);
}

/* Its lowest descriptor is free. */
TEST(a_server_without_standard_input_keeps_no_file_open)
{
	struct files files = files_of("m", "good");
	size_t before, of_a_module;

	server_start();
	before = open_descriptors();
	server_put_module("good.so", "good");
	of_a_module = open_descriptors() - before;
	close(STDIN_FILENO);
	before = open_descriptors();
	put_manifest(&files);
	for (uint32_t index = 1; index <= PARTS; index++)
		CHECK_NUMBER(put_part(&files, index), 0);
	CHECK_TEXT(who("m"), "\"good\"");
	CHECK_NUMBER(open_descriptors(), before + of_a_module);
	free(files.xz);
}

/* ---- faults of the host ------------------------------------------------------------------------- */

TEST(a_module_that_cannot_be_unpacked_names_the_setting)
{
	static const enum failing_call CALLS[] = {CALL_MKDTEMP, CALL_OPEN, CALL_WRITE};
	static const char *const TEXTS[] = {"m.so: no folder to unpack it in could be made in ",
	                                    "/m.so: cannot be written (", "/m.so: cannot be written ("};
	static const long TURNS[] = {1, 2, 1}; /* the server's file is opened first */

	server_start();
	for (size_t i = 0; i < sizeof(CALLS) / sizeof(*CALLS); i++) {
		size_t before = open_descriptors();

		server_forget_log();
		copy_module("c/good", server_path("m.so"));
		fail_call(CALLS[i], TURNS[i], ENOSPC);
		CHECK_NUMBER(mod_go_part_sets_add("m.so"), 2);
		if (!CHECK(calls_work_again()))
			printf("    %s\n", failing_call_name(CALLS[i]));
		CHECK_CONTAINS(server_log(), TEXTS[i]);
		CHECK_CONTAINS(server_log(), "(No space left on device)");
		CHECK_CONTAINS(server_log(), "MODGO_CACHE");
		CHECK_CONTAINS(server_text("m.state"), "state refused\nwhy ");
		CHECK_CONTAINS(server_text("m.state"), "No space left on device");
		CHECK_NUMBER(check_entries(server_cache()), 0);
		CHECK_NUMBER(open_descriptors(), before);
	}
	CHECK_NUMBER(mod_go_part_sets_add("m.so"), 0);
	CHECK_TEXT(who("m"), "\"good\"");
}

static mode_t unpacked_mode, unpacked_folder_mode;

/* The log's line that a module is loaded comes while its temporary file is there. */
static bool look_into_cache(as_log_level level, const char *function, const char *file, uint32_t line,
                            const char *format, ...)
{
	struct stat facts;
	char pattern[300];
	glob_t found;

	(void)level, (void)function, (void)file, (void)line, (void)format;
	snprintf(pattern, sizeof(pattern), "%s/modgo-*/good.so", server_cache());
	if (glob(pattern, 0, NULL, &found) == 0) {
		CHECK_NUMBER(stat(found.gl_pathv[0], &facts), 0);
		unpacked_mode = facts.st_mode & 0777;
		*strrchr(found.gl_pathv[0], '/') = '\0';
		CHECK_NUMBER(stat(found.gl_pathv[0], &facts), 0);
		unpacked_folder_mode = facts.st_mode & 0777;
	}
	globfree(&found);
	return true;
}

TEST(what_is_unpacked_is_not_for_others)
{
	mode_t before = umask(0);

	server_start();
	as_log_set_callback(look_into_cache);
	server_put_module("good.so", "good");
	umask(before);
	CHECK_TEXT(who("good"), "\"good\"");
	CHECK_NUMBER(unpacked_mode, 0600);
	CHECK_NUMBER(unpacked_folder_mode, 0700);
}

TEST(the_folder_to_unpack_in_is_the_configured_one)
{
	char why[300];

	server_start();
	snprintf(why, sizeof(why), "%s/none", server_cache());
	snprintf(server_settings.cache, sizeof(server_settings.cache), "%s", why);
	mod_go_part_sets_configure(server_folder(), &server_settings);
	server_forget_log();
	CHECK_NUMBER(server_put_module("m.so", "good"), 2);
	CHECK_CONTAINS(server_log(), why);
}

/* The event fails, or succeeds and all is as it should be. */
TEST(an_allocation_that_fails_loses_no_module)
{
	struct files files = files_of("m", "good");
	bool failed = true;
	long n;

	server_start();
	for (n = 1; failed && n < 400; n++) {
		int code;

		check_write(server_path("m.so"), files.xz, files.size);
		fail_allocation(n);
		code = mod_go_part_sets_add("m.so");
		failed = allocations_work_again();
		if (code == 0)
			CHECK_TEXT(who("m"), "\"good\"");
		else
			CHECK_CONTAINS(server_log(), "memory");
		CHECK_NUMBER(server_put("m.so", files.xz, files.size), 0);
		CHECK_TEXT(who("m"), "\"good\"");
		CHECK_NUMBER(server_remove("m.so"), 0);
		CHECK_NUMBER(check_entries(server_cache()), 0);
	}
	CHECK(n > 5 && !failed);
	free(files.xz);
}

/* ---- before an upload --------------------------------------------------------------------------- */

/* The reason for which a file is refused before any node has it; "" for none. */
static const char *upload_fault(const char *filename, const void *content, size_t size)
{
	static mod_go_error error;

	return mod_go_upload_check(filename, content, size, &error) == MOD_GO_OK ? "" : error.message;
}

TEST(an_upload_is_refused_where_no_node_could_use_it)
{
	struct files files = files_of("m", "good");
	char long_name[300];
	size_t size;
	uint8_t *good = check_read(check_module("c/good"), &size), *noise;

	server_start();
	CHECK_TEXT(upload_fault("m.so", good, size), "");
	CHECK_TEXT(upload_fault("m.so", files.xz, files.size), "");
	CHECK_TEXT(upload_fault("m.so", files.manifest, strlen(files.manifest)), "");
	CHECK_TEXT(upload_fault("m.0123456789abcdef-1.so", "anything", 8), "");
	CHECK_TEXT(upload_fault("m.so", files.xz, files.size - 1), "m.so: it is cut short");
	CHECK_CONTAINS(upload_fault("m.so", "modgo-parts 1\n", 14), "m.so: its part manifest is damaged");
	CHECK_CONTAINS(upload_fault("m.so", "text", 4), "m.so");
	CHECK_CONTAINS(upload_fault("m.so", good, size / 2), "m.so");
	noise = packed("text", 4, 0, &size);
	CHECK_CONTAINS(upload_fault("m.so", noise, size), "m.so");
	CHECK_CONTAINS(upload_fault("a b.so", good, 1),
	               "a b.so: a module is named by up to 103 letters, digits, _ and -, then .so");
	memset(long_name, 'x', sizeof(long_name));
	strcpy(long_name + 250, ".so");
	CHECK_CONTAINS(upload_fault(long_name, good, 1), "xxx: a module is named by up to 103 letters");
	check_write(server_path("m.lua"), "", 0);
	CHECK_CONTAINS(upload_fault("m.so", files.xz, files.size),
	               "m.so: there is a m.lua, which clients call by the same name");
	CHECK_TEXT(upload_fault("n.so", files.xz, files.size), "");
	free(noise);
	free(good);
	free(files.xz);
}
