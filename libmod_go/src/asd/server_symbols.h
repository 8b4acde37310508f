/*
 * server_symbols.h - what the plugin uses of the server that it is loaded into: found by name at run time, for a symbol that
 * the server lacks would end it before it began.
 *
 * Functions of the server are called by their own names: server_symbols.c defines each as a jump through the table that
 * dlsym fills. Data is reached by the macros below, for which this file comes first in every source of as_module
 * that is compiled into the plugin.
 */
#ifndef MOD_GO_SERVER_H
#define MOD_GO_SERVER_H

#include <aerospike/as_log_macros.h>
#include <aerospike/as_module.h>
#include <aerospike/as_nil.h>
#include <stdbool.h>

typedef struct mod_go_server_data {
	as_module *lua;
	as_log *log;
	const as_val *nil;
	const char *build; /* its version: "8.1.2.0" */
	/* The lock that Lua's calls share and that the server has alone while files change; NULL where it is not known to. */
	void (*lock_lua)(as_module *lua);
	void (*unlock_lua)(as_module *lua);
} mod_go_server_data;

extern mod_go_server_data mod_go_server;

#define as_nil   (*mod_go_server.nil)
#define g_as_log (*mod_go_server.log)

/* Whether this process has a mod_lua that it exports, so that it may be a server. */
bool mod_go_server_is_there(void);

/* Finds everything. Where something is missing, it is written to `missing`, commas between. */
bool mod_go_server_find(char *missing, size_t capacity);

#endif
