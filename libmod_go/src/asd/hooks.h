/* hooks.h - puts the plugin's hooks before those of the server's mod_lua. */
#ifndef MOD_GO_HOOKS_H
#define MOD_GO_HOOKS_H

#include "asd/settings.h"

/* Installs the hooks, once, while the process has one thread. The settings are copied. */
void mod_go_hooks_wrap(const mod_go_settings *settings);

/* plugin.c: what the plugin does when it is loaded. */
void mod_go_plugin_begin(void);

#endif
