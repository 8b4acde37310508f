/*
 * server_symbols.h - the symbols of the server that the plugin uses, found by name at run time: a plugin with an
 * undefined symbol would keep the server from starting.
 *
 * Functions are called by their own names: server_symbols.c defines each as a jump through a table that dlsym
 * fills. Data is used through the macros below, so this file is included first in every source of as_module that is
 * compiled into the plugin.
 */
#ifndef MOD_GO_SERVER_SYMBOLS_H
#define MOD_GO_SERVER_SYMBOLS_H

#include <aerospike/as_log_macros.h>
#include <aerospike/as_module.h>
#include <aerospike/as_nil.h>
#include <stdbool.h>

/* Set by mod_go_server_find, before the process has threads, and not changed after the plugin's constructor. */
typedef struct mod_go_server_data {
	as_module *lua;
	as_log *log;
	const as_val *nil;
	const char *build; /* the server's version: "8.1.2.0" */
	/* The lock that Lua's calls share, and that the server holds alone while files change; NULL where it has none. */
	void (*lock_lua)(as_module *lua);
	void (*unlock_lua)(as_module *lua);
} mod_go_server_data;

extern mod_go_server_data mod_go_server;

#define as_nil   (*mod_go_server.nil)
#define g_as_log (*mod_go_server.log)

/* Whether this process exports a mod_lua, and so may be a server. */
bool mod_go_server_is_there(void);

/* Finds all symbols. Returns false with the missing ones in `missing`, separated by commas. */
bool mod_go_server_find(char *missing, size_t capacity);

#endif
