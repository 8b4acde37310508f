/* test_plugin.c - what the plugin does when it is loaded: it wraps the hooks of a server that it knows, and leaves
 * every other process as it is, with the reason on standard error. */
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asd/server_symbols.h"
#include "server.h"

int __real_dl_iterate_phdr(int (*visit)(struct dl_phdr_info *object, size_t size, void *context),
                           void *context);
int __wrap_dl_iterate_phdr(int (*visit)(struct dl_phdr_info *object, size_t size, void *context),
                           void *context);

/* The objects that the dynamic linker has, up to one without segments; NULL: the real ones. */
static struct dl_phdr_info *objects;

int __wrap_dl_iterate_phdr(int (*visit)(struct dl_phdr_info *object, size_t size, void *context),
                           void *context)
{
	int code = 0;

	if (objects == NULL)
		return __real_dl_iterate_phdr(visit, context);
	for (struct dl_phdr_info *object = objects; object->dlpi_phnum > 0 && code == 0; object++)
		code = visit(object, sizeof(*object), context);
	return code;
}

static const as_module_hooks *lua_hooks;

static void be_server(void)
{
	unsetenv("MODGO_BUILD");
	server_prepare();
	lua_hooks = server_lua.hooks;
	server_is_there = true;
}

TEST(a_known_server_is_wrapped_without_a_word)
{
	be_server();
	setenv("MODGO_POOL", "none", 1);
	CHECK_TEXT(server_load_plugin(), "");
	CHECK(server_lua.hooks != lua_hooks);
	CHECK(server_lua.hooks->update != lua_hooks->update && server_lua.hooks->destroy == lua_hooks->destroy);
	/* With the settings of the environment. */
	server_configure();
	server_logs("warn mod_go: MODGO_POOL is \"none\"");
}

TEST(another_process_is_left_alone)
{
	be_server();
	server_is_there = false;
	server_lacks = "everything";
	CHECK_TEXT(server_load_plugin(), "");
	CHECK(server_lua.hooks == lua_hooks);
}

TEST(a_server_that_lacks_symbols_is_left_alone)
{
	be_server();
	server_lacks = "as_pack_val, as_nil";
	CHECK_TEXT(
		server_load_plugin(),
		"mod_go: this process lacks what Go modules need of an Aerospike server: as_pack_val, as_nil: no Go "
		"modules run\n");
	CHECK(server_lua.hooks == lua_hooks);
}

TEST(an_unknown_build_is_left_alone_unless_it_is_like_a_known_one)
{
	be_server();
	mod_go_server.build = "9.9.0.0";
	for (int empty = 0; empty < 2; empty++) {
		const char *text = server_load_plugin();

		CHECK(
			strncmp(text,
		            "mod_go: this is Aerospike 9.9.0.0, whose structures this libmod_go does not know: no Go "
		            "modules run. It knows 7.1.0.0 to .23, ",
		            50) == 0);
		CHECK_CONTAINS(text, " 8.1.2.0 to .0. Take a newer libmod_go; or, where you know");
		CHECK(server_lua.hooks == lua_hooks);
		setenv("MODGO_BUILD", "", 1);
	}
	setenv("MODGO_BUILD", "8.1.2.9", 1);
	CHECK_CONTAINS(server_load_plugin(), "mod_go: MODGO_BUILD is \"8.1.2.9\", which is not a known build: no "
	                                     "Go modules run. Known are 7.1.0.0");
	CHECK(server_lua.hooks == lua_hooks);
	setenv("MODGO_BUILD", "8.1.1.0", 1);
	CHECK_TEXT(server_load_plugin(), "");
	CHECK(server_lua.hooks != lua_hooks);
	/* Its lock may be another than those of the known ones. */
	server_configure();
	server_put_module("good.so", "good");
	CHECK_NUMBER(server_lua_unlocked + server_lua_locked, 0);
}

TEST(a_known_build_uses_the_lock_whatever_the_operator_says)
{
	be_server();
	setenv("MODGO_BUILD", "none", 1);
	CHECK_TEXT(server_load_plugin(), "");
	server_configure();
	server_put_module("good.so", "good");
	CHECK_NUMBER(server_lua_unlocked, 1);
	CHECK_NUMBER(server_lua_locked, 1);
}

static const char CANNOT[] =
	"mod_go: mod_lua of this Aerospike 8.1.2.0 cannot be wrapped: no Go modules run\n";

TEST(a_mod_lua_without_a_hook_is_left_alone)
{
	as_module_hooks lacking;

	be_server();
	server_lua.hooks = NULL;
	CHECK_TEXT(server_load_plugin(), CANNOT);
	server_lua.hooks = &lacking;
	for (int i = 0; i < 4; i++) {
		lacking = *lua_hooks;
		if (i == 0)
			lacking.update = NULL;
		if (i == 1)
			lacking.validate = NULL;
		if (i == 2)
			lacking.apply_record = NULL;
		if (i == 3)
			lacking.apply_stream = NULL;
		CHECK_TEXT(server_load_plugin(), CANNOT);
		CHECK(server_lua.hooks == &lacking);
	}
}

static bool wraps(void)
{
	bool wrapped;

	server_lua.hooks = lua_hooks;
	wrapped = server_load_plugin()[0] == '\0';
	CHECK(wrapped == (server_lua.hooks != lua_hooks));
	server_lua.hooks = lua_hooks;
	return wrapped;
}

/* Memory that cannot be written to would end the server. */
TEST(a_mod_lua_in_memory_that_is_read_only_is_left_alone)
{
	uintptr_t at = (uintptr_t)&server_lua, base = 4096;
	ElfW(Phdr) first = {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 16, .p_memsz = 16};
	ElfW(Phdr) segments[3];
	struct dl_phdr_info listed[] = {{.dlpi_phdr = &first, .dlpi_phnum = 1},
	                                {.dlpi_addr = base, .dlpi_phdr = segments, .dlpi_phnum = 3},
	                                {.dlpi_phnum = 0}};
	const ElfW(Phdr)
		text = {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = at - base - 1000, .p_memsz = 500};
	const ElfW(Phdr)
		data = {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = at - base - 100, .p_memsz = 500};
	const ElfW(Phdr)
		relro = {.p_type = PT_GNU_RELRO, .p_flags = PF_R, .p_vaddr = at - base - 100, .p_memsz = 100};

	be_server();
	CHECK(wraps());
	objects = listed;
	memcpy(segments, (ElfW(Phdr)[]){text, data, relro}, sizeof(segments));
	CHECK(wraps()); /* just behind the part that is read-only */
	segments[2].p_memsz = 101;
	CHECK(!wraps());
	memcpy(segments, (ElfW(Phdr)[]){segments[2], data, text}, sizeof(segments)); /* in any order */
	CHECK(!wraps());
	memcpy(segments, (ElfW(Phdr)[]){text, data, segments[0]}, sizeof(segments));
	segments[2].p_vaddr = data.p_vaddr + 100;
	CHECK(!wraps());
	segments[2].p_vaddr++;
	CHECK(wraps());
	segments[1].p_vaddr += 100; /* at its first byte */
	CHECK(wraps());
	segments[1].p_vaddr++;
	CHECK(!wraps());
	segments[1] = data;
	segments[1].p_memsz = 101; /* at its last byte */
	CHECK(wraps());
	segments[1].p_memsz = 100;
	CHECK(!wraps());
	segments[1] = data;
	segments[1].p_flags = PF_R;
	CHECK(!wraps());
	segments[1] = data;
	segments[1].p_type = PT_TLS; /* only what is loaded is memory */
	CHECK(!wraps());
	memcpy(segments, (ElfW(Phdr)[]){data, text, text}, sizeof(segments));
	CHECK(wraps());
	memcpy(segments, (ElfW(Phdr)[]){text, text, data}, sizeof(segments));
	CHECK(wraps());
	listed[1].dlpi_phnum = 2; /* what follows the segments is none */
	CHECK(!wraps());
}
