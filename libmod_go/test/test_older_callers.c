/* test_older_callers.c - a caller that was compiled with an older header has shorter structs: nothing is read or
 * written behind their ends. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fenced.h"

TEST(options_of_any_size_are_taken)
{
	setenv("MODGO_WORKER", check_program("mod-go-worker"), 1);
	for (size_t size = sizeof(uint32_t); size <= sizeof(mod_go_fenced_options); size += sizeof(uint32_t)) {
		mod_go_fenced_options options;
		mod_go_fenced *pool = NULL;
		mod_go_error error;

		memset(&options, 0xff, sizeof(options)); /* as any other memory of the caller */
		memset(&options, 0, size);
		options.size = (uint32_t)size;
		if (!CHECK_NUMBER(mod_go_fenced_open(check_module("good"), &options, &pool, &error), MOD_GO_OK) ||
		    !CHECK_NUMBER(mod_go_fenced_setup(pool, &error), MOD_GO_OK))
			printf("    %zu bytes: %s\n", size, error.message);
		if (pool == NULL)
			continue;
		CHECK_TEXT(fenced_ask(pool, "who").text, "good");
		mod_go_fenced_close(pool);
	}
}

/* Whether the bytes from `size` on are still those of `fill`. */
static bool ends_at(const void *structure, size_t size, size_t whole, int fill)
{
	for (size_t i = size; i < whole; i++)
		if (((const uint8_t *)structure)[i] != fill)
			return false;
	return true;
}

TEST(outcomes_and_counters_of_any_size_are_filled)
{
	mod_go_fenced *pool = fenced_ready(check_module("good"), NULL);
	mod_go_fenced_counters all = fenced_counters(pool);
	mod_go_fenced_outcome outcome = {.size = sizeof(outcome)};

	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	mod_go_fenced_last_outcome(&outcome);
	for (size_t size = sizeof(uint32_t); size <= sizeof(outcome); size += sizeof(uint32_t)) {
		mod_go_fenced_outcome shorter;

		memset(&shorter, '#', sizeof(shorter));
		shorter.size = (uint32_t)size;
		mod_go_fenced_last_outcome(&shorter);
		CHECK_NUMBER(shorter.size, size);
		shorter.size = outcome.size;
		CHECK(memcmp(&shorter, &outcome, size) == 0 && ends_at(&shorter, size, sizeof(shorter), '#'));
	}
	all = fenced_counters(pool);
	for (size_t size = sizeof(uint32_t); size <= sizeof(all); size += sizeof(uint32_t)) {
		mod_go_fenced_counters shorter;

		memset(&shorter, '#', sizeof(shorter));
		shorter.size = (uint32_t)size;
		mod_go_fenced_read_counters(pool, &shorter);
		CHECK_NUMBER(shorter.size, size);
		CHECK(ends_at(&shorter, size, sizeof(shorter), '#'));
		if (size >= offsetof(mod_go_fenced_counters, by_status))
			CHECK_NUMBER(shorter.calls, all.calls);
	}
	mod_go_fenced_close(pool);
}
