/* hooks.h - the hooks of mod_lua with ours before them. */
#ifndef MOD_GO_HOOKS_H
#define MOD_GO_HOOKS_H

#include "asd/settings.h"

/* Puts them in place. `greeting` is logged as soon as the server logs; both stay the caller's and must not change. */
void mod_go_hooks_wrap(const mod_go_settings *settings, const char *greeting);

#endif
