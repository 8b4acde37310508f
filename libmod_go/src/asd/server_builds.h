/* server_builds.h - the versions of the server whose structures equal those that the plugin was compiled with. */
#ifndef MOD_GO_SERVER_BUILDS_H
#define MOD_GO_SERVER_BUILDS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the structures of `build` ("8.1.2.0") are known to be equal. */
bool mod_go_build_is_known(const char *build);

/* Writes the list of known builds: "7.1.0.0 to .23, ...". */
void mod_go_build_list(char *text, size_t capacity);

/* Has the server make some values and checks that the plugin reads them. Returns what is wrong, a static text, or
 * NULL. Call it after mod_go_server_find. */
const char *mod_go_build_probe(void);

#endif
