/* hooks.c - removes the hook of mod_lua that HOST_LACKS names, before the constructors of any library run, also of a
 * preloaded one. */
#include <aerospike/mod_lua.h>
#include <string.h>

static as_module_hooks hooks;

static void drop_hook(int count, char **words, char **environment)
{
	static const char variable[] = "HOST_LACKS=";
	const char *name;

	(void)count, (void)words;
	while (*environment != NULL && strncmp(*environment, variable, strlen(variable)) != 0)
		environment++; /* getenv finds nothing yet */
	if (*environment == NULL)
		return;
	name = *environment + strlen(variable);
	hooks = *mod_lua.hooks;
	mod_lua.hooks = strcmp(name, "hooks") == 0 ? NULL : &hooks;
	if (strcmp(name, "update") == 0)
		hooks.update = NULL;
	else if (strcmp(name, "validate") == 0)
		hooks.validate = NULL;
	else if (strcmp(name, "apply_record") == 0)
		hooks.apply_record = NULL;
	else if (strcmp(name, "apply_stream") == 0)
		hooks.apply_stream = NULL;
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **,
                                                                            char **) = drop_hook;
