/*
 * server.h - what a server gives the plugin, in this process: a mod_lua that notes its calls, with its lock; a log; a
 * folder of files. server_symbols.c, which finds these in a server, is not linked.
 */
#ifndef TEST_ASD_SERVER_H
#define TEST_ASD_SERVER_H

#include <aerospike/as_module.h>
#include <stdbool.h>
#include <stddef.h>

#include "asd/settings.h"
#include "check.h"

/* The settings of the plugin that runs: unfenced, in an own folder for temporary files. Change them before the server
 * starts. */
extern mod_go_settings server_settings;

/* The folders of the server's files and of the plugin's temporary ones, and the path of a file in the first, in one of
 * a few static buffers. */
const char *server_folder(void);
const char *server_cache(void);
const char *server_path(const char *filename);

/* Whether this process exports a mod_lua, and what it lacks of the rest, "" for nothing. */
extern bool server_is_there;
extern const char *server_lacks;

/* Makes the folders, and gives the plugin what it needs of a server. */
void server_prepare(void);

/* Loads the plugin. Returns what it writes to standard error, in a static buffer. */
const char *server_load_plugin(void);

/* Sends the event by which a server configures the folder of its files. */
void server_configure(void);

/* Prepares, wraps the hooks and configures, as a server that starts. */
void server_start(void);

/* Files are put and removed with Lua's lock held. The code is the event's. */
int server_put(const char *filename, const void *bytes, size_t size);
int server_put_text(const char *filename, const char *text);
int server_put_module(const char *filename, const char *module);
int server_remove(const char *filename);

/* The text of a file in the folder, "" where it is not there; in one of a few static buffers. */
const char *server_text(const char *filename);

/* The mod_lua whose hooks the plugin wraps, what its hooks were called with, a word or more for each call, and the code
 * that they return. */
extern as_module server_lua;
extern char server_lua_calls[4096];
extern int server_lua_code;

/* Whether Lua's lock is held. How often it was taken and released, by anybody. */
extern bool server_lua_held;
extern int server_lua_locked, server_lua_unlocked;

/* A copy of the log: a line for each message, which begins with its level, and with "held " where Lua's lock was. */
const char *server_log(void);
void server_forget_log(void);

/* Whether the log has a text, within some seconds. */
bool server_logs(const char *text);

#endif
