/* test_hooks.c - what goes to Go modules and what to Lua, which gets its own as if there were no plugin. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "asd/server_symbols.h"
#include "call.h"
#include "failing_allocations.h"
#include "server.h"

#undef as_nil

/* What Lua was called with since the last time. */
static const char *lua_calls(void)
{
	static char calls[sizeof(server_lua_calls)];

	memcpy(calls, server_lua_calls, sizeof(calls));
	server_lua_calls[0] = '\0';
	return calls;
}

TEST(lua_gets_its_own_and_what_the_plugin_does_not_know)
{
	as_module_event clear = {.type = AS_MODULE_EVENT_CLEAR_CACHE};
	as_module_error error = {.line = 1};
	as_arraylist list;
	as_result result;

	server_start();
	CHECK_TEXT(lua_calls(), "configure ");
	CHECK_NUMBER(server_put_module("good.so", "good"), 0);
	CHECK_TEXT(lua_calls(), "");
	server_lua_code = 9; /* each outcome is Lua's, too */
	CHECK_NUMBER(server_put_text("calc.lua", "--"), 9);
	CHECK_TEXT(lua_calls(), "lua add calc.lua");
	CHECK_NUMBER(server_remove("calc.lua"), 9);
	CHECK_TEXT(lua_calls(), "lua remove calc.lua");
	CHECK_NUMBER(as_module_update(&server_lua, &clear), 9);
	CHECK_TEXT(lua_calls(), "clear ");
	CHECK_NUMBER(as_module_validate(&server_lua, NULL, "calc.lua", "text", 4, &error), 9);
	CHECK_TEXT(lua_calls(), "validate calc.lua text");
	CHECK_NUMBER(error.line, 7);
	CHECK_NUMBER(call(&server_lua, "calc", "add", NULL, LIST(INT(1), INT(2))).rc, 9);
	CHECK_TEXT(lua_calls(), "record calc add 2");
	as_arraylist_init(&list, 1, 1);
	as_result_init(&result);
	CHECK_NUMBER(
		as_module_apply_stream(&server_lua, NULL, "calc", "sum", NULL, (as_list *)&list, NULL, &result), 9);
	CHECK_TEXT(lua_calls(), "stream calc sum 0");
	CHECK_NUMBER(as_module_destroy(&server_lua), 9);
	CHECK_TEXT(lua_calls(), "destroy ");
	CHECK_NUMBER(
		as_module_apply_stream(&server_lua, NULL, "good", "sum", NULL, (as_list *)&list, NULL, &result), 2);
	CHECK_TEXT(lua_calls(), "");
	as_result_destroy(&result);
	as_arraylist_destroy(&list);
}

TEST(a_go_module_is_called_by_either_name)
{
	server_start();
	server_put_module("good.so", "good");
	lua_calls();
	CHECK_TEXT(call(&server_lua, "good", "who", NULL, NULL).text, "\"good\"");
	CHECK_TEXT(call(&server_lua, "good.so", "who", NULL, NULL).text, "\"good\"");
	CHECK_TEXT(lua_calls(), "");
	CHECK_NUMBER(server_remove("good.so"), 0);
	CHECK_TEXT(call(&server_lua, "good", "who", NULL, NULL).text, "5");
	CHECK_TEXT(lua_calls(), "record good who 0");
}

/* The server returns only a number to the client of a call that fails, and the text of one that succeeds. */
TEST(a_call_that_cannot_be_made_returns_its_reason_and_one_reference)
{
	as_rec *rec = record_new();
	as_result result;
	as_arraylist list;
	struct outcome outcome;

	server_start();
	outcome = call(&server_lua, "gone.so", "who", rec, NULL);
	CHECK_NUMBER(outcome.rc, 0);
	CHECK(!outcome.success);
	CHECK_CONTAINS(outcome.text, "gone");
	CHECK_NUMBER(rec->_.count, 1);
	server_put_module("good.so", "good");
	CHECK(call(&server_lua, "good", "who", rec, NULL).success);
	CHECK_NUMBER(rec->_.count, 1);
	CHECK(!call(&server_lua, "good", "fail", rec, NULL).success);
	CHECK_NUMBER(rec->_.count, 1);
	outcome = call(&server_lua, "gone.so", "who", NULL, NULL);
	CHECK_NUMBER(outcome.rc, 0);
	CHECK_CONTAINS(outcome.text, "gone");
	/* The caller that asks for no result gets the number, and keeps its reference. */
	as_arraylist_init(&list, 1, 1);
	CHECK_NUMBER(as_module_apply_record(&server_lua, NULL, "gone.so", "who", rec, (as_list *)&list, NULL), 1);
	CHECK_NUMBER(rec->_.count, 1);
	as_result_init(&result);
	as_arraylist_destroy(&list);
	as_rec_destroy(rec);
}

TEST(lua_runs_while_a_module_is_loaded)
{
	mod_go_server_data whole;

	server_start();
	whole = mod_go_server;
	server_put_module("good.so", "good");
	CHECK_CONTAINS(server_log(), "info mod_go: good.so is loaded, unfenced\n");
	CHECK_NUMBER(server_lua_unlocked, 1);
	CHECK_NUMBER(server_lua_locked, 1);
	server_remove("good.so");
	CHECK_CONTAINS(server_log(), "info mod_go: good.so is removed\n");
	CHECK(strstr(server_log(), "held ") == NULL);
	CHECK_NUMBER(server_lua_unlocked, 2);
	CHECK_NUMBER(server_lua_locked, 2);
	server_put_text("calc.lua", "--");
	CHECK_NUMBER(server_lua_unlocked, 2);
	/* A server that has no such lock, or half of it, has its files handled as well. */
	for (int lacking = 1; lacking <= 3; lacking++) {
		mod_go_server.lock_lua = (lacking & 1) != 0 ? NULL : whole.lock_lua;
		mod_go_server.unlock_lua = (lacking & 2) != 0 ? NULL : whole.unlock_lua;
		CHECK_NUMBER(server_put_module("good.so", "good"), 0);
		CHECK_NUMBER(server_remove("good.so"), 0);
		CHECK_NUMBER(server_lua_unlocked + server_lua_locked, 4);
	}
}

TEST(a_lua_file_with_the_name_of_a_module_is_warned_of)
{
	static const char warning[] =
		"mod_go: good.lua has the name of a Go module, good.so, which is the one that is "
		"called; remove one";

	server_start();
	server_put_module("good.so", "good");
	server_put_text("better.lua", "--");
	server_put_text("good.txt", "--");
	server_put_text("good.lua.txt", "--");
	CHECK(strstr(server_log(), "has the name of") == NULL);
	server_put_text("good.lua", "--");
	CHECK_CONTAINS(server_log(), warning);
}

TEST(what_a_client_puts_is_checked_and_its_fault_returned)
{
	as_module_error error;

	server_start();
	lua_calls();
	memset(&error, 0xA5, sizeof(error));
	CHECK(as_module_validate(&server_lua, NULL, "m.so", "text", 4, &error) != 0);
	CHECK_TEXT(error.file, "m.so");
	CHECK_NUMBER(error.line, 0);
	CHECK_CONTAINS(error.message, "ELF");
	memset(&error, 0xA5, sizeof(error));
	CHECK_NUMBER(as_module_validate(&server_lua, NULL, "m.0123456789abcdef-1.so", "text", 4, &error), 0);
	CHECK_NUMBER(error.code, 0);
	CHECK_TEXT(error.message, "");
	CHECK_TEXT(lua_calls(), "");
}

static bool is_mapped(const char *name)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[1024];
	bool found = false;

	while (fgets(line, sizeof(line), maps) != NULL)
		found = found || strstr(line, name) != NULL;
	fclose(maps);
	return found;
}

/* A thread that reads the table of modules and does not leave prevents the release of all that are removed. Where no
 * memory file may be executed, a module is a file of the cache. */
TEST(a_module_that_is_removed_leaves_the_server_after_any_call)
{
	double until = check_now() + 10;

	server_start();
	server_put_module("hostile.so", "hostile");
	server_put_text("calc.lua", "--");
	CHECK(call(&server_lua, "calc", "add", NULL, NULL).success);
	call(&server_lua, "hostile", "none", NULL, NULL);
	if (!is_mapped("memfd:")) {
		printf("not run: modules are not loaded from memory files here\n");
		return;
	}
	CHECK_NUMBER(server_remove("hostile.so"), 0);
	while (is_mapped("memfd:") && check_now() < until)
		usleep(1000);
	CHECK(!is_mapped("memfd:"));
}

/* A thread's first call takes memory to find the module. */
TEST(without_memory_a_call_is_not_taken_for_a_go_modules)
{
	server_start();
	lua_calls();
	fail_allocation(1);
	CHECK_NUMBER(call(&server_lua, "calc", "add", NULL, NULL).rc, 0);
	CHECK(allocations_work_again());
	CHECK_TEXT(lua_calls(), "record calc add 0");
}
