/* napping.c - a module with a slow function, which can be unloaded when no call runs. */
#include "module.h"

#include <unistd.h>

static const char *property(const char *name)
{
	return strcmp(name, "supports-dlclose") == 0 ? "true" : "";
}

static int apply(application *a)
{
	if (strcmp(a->name, "nap") == 0)
		usleep(600000);
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "slept in napping.c");
}
