/*
 * allow.h - which grants the operator gives to which module: "geo=network,read:/etc/geo;*=read:/etc/ssl". A module
 * gets those of its name, the file's without ".so", and those of "*".
 */
#ifndef MOD_GO_ALLOW_H
#define MOD_GO_ALLOW_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the text has that form. "" has. */
bool mod_go_allow_is_valid(const char *allow);

/* Writes a module's grants as lines, for mod_go_fenced_options. `lines` has at least the text's length and one byte. */
void mod_go_allow_read(const char *allow, const char *name, size_t name_length, char *lines);

#endif
