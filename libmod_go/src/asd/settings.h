/* settings.h - the plugin's configuration, from environment variables. An invalid value is reported, and the
 * default used. */
#ifndef MOD_GO_SETTINGS_H
#define MOD_GO_SETTINGS_H

#include "as_module/public_as_module.h"

typedef struct mod_go_settings {
	mod_go_config config; /* without its user_path */
	const char *fence;    /* MODGO_FENCE: standard, strict or off */
	uint32_t ticker;      /* milliseconds between the lines of modules in use, 0: none */
	char cache[900];      /* the folder in which modules are decompressed */
	char problems[2048];  /* a line for each invalid value, "" for none */
} mod_go_settings;

/* Reads and changes the environment: call it while the process has one thread. */
void mod_go_settings_read(mod_go_settings *settings);

#endif
