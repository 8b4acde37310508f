/* test_library.c - the library for programs that link it: its symbols, and the texts of statuses. */
#include <dlfcn.h>
#include <stdio.h>

#include "check.h"
#include "mod_go_fenced.h"

TEST(the_library_exports_its_interface_and_nothing_else)
{
	static const char *const PUBLIC[] = {
		"mod_go_status_name",
		"mod_go_call_status_text",
		"mod_go_check",
		"mod_go_find",
		"mod_go_open",
		"mod_go_setup",
		"mod_go_api_version",
		"mod_go_property",
		"mod_go_result_init",
		"mod_go_result_clear",
		"mod_go_apply_single",
		"mod_go_apply_stream",
		"mod_go_find_function",
		"mod_go_function_bins",
		"mod_go_function_bin_arguments",
		"mod_go_function_has_deadline",
		"mod_go_function_symbol",
		"mod_go_apply_function",
		"mod_go_apply_stream_function",
		"mod_go_read_counters",
		"mod_go_staying_versions",
		"mod_go_limit_staying_versions",
		"mod_go_close",
		"mod_go_fenced_open",
		"mod_go_fenced_setup",
		"mod_go_fenced_api_version",
		"mod_go_fenced_property",
		"mod_go_fenced_apply_single",
		"mod_go_fenced_apply_stream",
		"mod_go_fenced_replace",
		"mod_go_fenced_read_counters",
		"mod_go_fenced_last_outcome",
		"mod_go_fenced_memory",
		"mod_go_fenced_close",
	};
	static const char *const HIDDEN[] = {"mod_go_fail",          "mod_go_elf_check",
	                                     "mod_go_file_read",     "mod_go_msgpack_check",
	                                     "mod_go_value_check",   "mod_go_private_copy_make",
	                                     "mod_go_result_accept", "mod_go_abi_names",
	                                     "mod_go_pool_acquire",  "mod_go_now"};
	void *library = dlopen(check_library, RTLD_NOW | RTLD_LOCAL);

	if (!CHECK(library != NULL)) {
		printf("    %s\n", dlerror());
		return;
	}
	for (size_t i = 0; i < sizeof(PUBLIC) / sizeof(*PUBLIC); i++) {
		if (!CHECK(dlsym(library, PUBLIC[i]) != NULL))
			printf("    %s\n", PUBLIC[i]);
	}
	for (size_t i = 0; i < sizeof(HIDDEN) / sizeof(*HIDDEN); i++) {
		if (!CHECK(dlsym(library, HIDDEN[i]) == NULL))
			printf("    %s\n", HIDDEN[i]);
	}
	dlclose(library);
}

TEST(statuses_have_the_words_of_the_header)
{
	static const char *const OPENING[] = {
		"ok",           "no-file",     "not-a-module", "wrong-machine", "missing-symbol",
		"abi-mismatch", "load-failed", "setup-failed", "no-memory",     "worker-failed"};
	static const char *const CALLS[] = {"ok",
	                                    "no such function",
	                                    "bad arguments",
	                                    "the function returned an error",
	                                    "the function panicked",
	                                    "the deadline had passed",
	                                    "refused by the host",
	                                    "internal error"};

	for (int i = 0; i < 10; i++)
		CHECK_TEXT(mod_go_status_name((mod_go_status)i), OPENING[i]);
	for (int i = 0; i < 8; i++)
		CHECK_TEXT(mod_go_call_status_text(i), CALLS[i]);
	CHECK_TEXT(mod_go_status_name((mod_go_status)10), "unknown");
	CHECK_TEXT(mod_go_status_name((mod_go_status)-1), "unknown");
	CHECK_TEXT(mod_go_call_status_text(8), "unknown status");
	CHECK_TEXT(mod_go_call_status_text(-1), "unknown status");
}
