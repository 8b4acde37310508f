/* lookup.c - remembers for each thread what it called last: programs call the same function many times over. */
#include "lookup.h"

#include <string.h>

#include "module.h"
#include "tls.h"

/* What a thread called last, good as long as no version has come or gone since. */
typedef struct memory {
	uint64_t generation; /* 0: nothing */
	mod_go_target target;
} memory;

static MOD_GO_THREAD_LOCAL memory last;

static bool is_of(const mod_go_loaded *version, const char *filename)
{
	const char *rest = filename + version->name_length;

	return strncmp(filename, version->name, version->name_length) == 0 &&
	       (*rest == '\0' || strcmp(rest, ".so") == 0);
}

mod_go_target mod_go_lookup(const char *filename, const char *function)
{
	uint64_t generation = mod_go_modules_generation();
	mod_go_target found;

	if (last.generation == generation && strcmp(function, last.target.function->name) == 0 &&
	    is_of(last.target.version, filename))
		return last.target;
	found.version = mod_go_modules_find(filename);
	found.function = NULL;
	if (found.version != NULL && found.version->module != NULL)
		found.function = mod_go_find_function(found.version->module, function);
	if (found.function != NULL)
		last = (memory){.generation = generation, .target = found};
	return found;
}
