/* server_symbols.c - the table of the server's symbols, and functions that jump through it. */
#include "asd/server_symbols.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every function of Aerospike's that as_module/ calls, also from inline functions of Aerospike's headers. The
 * plugin does not link where one is missing. */
#define FUNCTIONS(EACH)                                                                                      \
	EACH(as_boolean_new)                                                                                     \
	EACH(as_bytes_new_wrap)                                                                                  \
	EACH(as_double_new)                                                                                      \
	EACH(as_geojson_len)                                                                                     \
	EACH(as_geojson_new_wlen)                                                                                \
	EACH(as_integer_new)                                                                                     \
	EACH(as_pack_val)                                                                                        \
	EACH(as_result_setfailure)                                                                               \
	EACH(as_result_setsuccess)                                                                               \
	EACH(as_string_len)                                                                                      \
	EACH(as_string_new_strdup)                                                                               \
	EACH(as_string_new_wlen)                                                                                 \
	EACH(as_timer_timedout)                                                                                  \
	EACH(as_unpack_val)                                                                                      \
	EACH(as_val_val_destroy)

#if defined(__x86_64__)
#define JUMP(name) "jmp *mod_go_at_" #name "(%rip)\n"
#elif defined(__aarch64__)
#define JUMP(name)                                                                                           \
	"adrp x16, mod_go_at_" #name "\n"                                                                        \
	"ldr x16, [x16, :lo12:mod_go_at_" #name "]\n"                                                            \
	"br x16\n"
#else
#error "the server plugin knows x86-64 and aarch64"
#endif

/* A jump leaves the arguments where the caller put them. */
#define DEFINE(name)                                                                                         \
	__attribute__((visibility("hidden"))) void *mod_go_at_##name;                                            \
	__asm__(".text\n"                                                                                        \
	        ".globl " #name "\n"                                                                             \
	        ".hidden " #name "\n"                                                                            \
	        ".type " #name ", %function\n" #name ":\n" JUMP(name) ".size " #name ", . - " #name "\n");

FUNCTIONS(DEFINE)

typedef struct symbol {
	const char *name;
	void **at;
} symbol;

#define ENTRY(name) {#name, &mod_go_at_##name},

static const symbol functions[] = {FUNCTIONS(ENTRY)};

mod_go_server_data mod_go_server;

/* Aerospike's headers call these. The server exports its own malloc, so these use the server's heap. */
void *cf_malloc(size_t size)
{
	return malloc(size);
}

void cf_free(void *memory)
{
	free(memory);
}

bool mod_go_server_is_there(void)
{
	return dlsym(RTLD_DEFAULT, "mod_lua") != NULL;
}

static void add_missing(const char *name, char *missing, size_t capacity)
{
	size_t length = strlen(missing);

	snprintf(missing + length, capacity - length, "%s%s", length > 0 ? ", " : "", name);
}

static void *find(const char *name, char *missing, size_t capacity)
{
	void *found = dlsym(RTLD_DEFAULT, name);

	if (found == NULL)
		add_missing(name, missing, capacity);
	return found;
}

static void find_lock(const char *name, void (**function)(as_module *))
{
	void *found = dlsym(RTLD_DEFAULT, name);

	memcpy(function, &found, sizeof(found));
}

bool mod_go_server_find(char *missing, size_t capacity)
{
	missing[0] = '\0';
	mod_go_server.lua = find("mod_lua", missing, capacity);
	mod_go_server.log = find("g_as_log", missing, capacity);
	mod_go_server.nil = find("as_nil", missing, capacity);
	mod_go_server.build = find("aerospike_build_id", missing, capacity);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		*functions[i].at = find(functions[i].name, missing, capacity);
	find_lock("mod_lua_wrlock", &mod_go_server.lock_lua);
	find_lock("mod_lua_unlock", &mod_go_server.unlock_lua);
	return missing[0] == '\0';
}
