/* settings.h - the plugin's configuration, from environment variables. Never fatal: what is no good is told of, and
 * the default taken. */
#ifndef MOD_GO_SETTINGS_H
#define MOD_GO_SETTINGS_H

#include "as_module/public_as_module.h"

typedef struct mod_go_settings {
	mod_go_config config; /* all but its user_path */
	char cache[900];      /* the folder in which modules are unpacked */
	char problems[2048];  /* lines about what was no good, "" where all was */
} mod_go_settings;

void mod_go_settings_read(mod_go_settings *settings);

#endif
