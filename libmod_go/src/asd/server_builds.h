/* server_builds.h - the versions of the server whose structures are those that the plugin was compiled with. */
#ifndef MOD_GO_BUILDS_H
#define MOD_GO_BUILDS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the layouts of `build` ("8.1.2.0") are known. */
bool mod_go_build_is_known(const char *build);

/* The known builds as text: "7.1.0.0-7.1.0.23, …". */
void mod_go_build_list(char *text, size_t capacity);

/* Whether values made by the server look to the plugin as they should: NULL, or what does not. */
const char *mod_go_build_probe(void);

#endif
