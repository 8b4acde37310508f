/* napping.c - a module with a function that does not return until its test lets it, and that can be unloaded when no
 * call runs. */
#include "module.h"

#include <unistd.h>

static const char *property(const char *name)
{
	return strcmp(name, "supports-dlclose") == 0 ? "true" : "";
}

/* A descriptor of the test's, whose number is in the environment. */
static int descriptor(const char *name)
{
	const char *number = getenv(name);

	return number != NULL ? atoi(number) : -1;
}

static int apply(application *a)
{
	char byte = 0;

	if (strcmp(a->name, "nap") == 0 &&
	    (write(descriptor("NAP_BEGAN"), &byte, 1) != 1 || read(descriptor("NAP_ENDS"), &byte, 1) != 1))
		return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "napping.c has no test");
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "slept in napping.c");
}
