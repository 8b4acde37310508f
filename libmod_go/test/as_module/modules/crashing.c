/* crashing.c - a module that crashes its process, or never returns. */
#include "module.h"

#include <signal.h>
#include <unistd.h>

static const char *property(const char *name)
{
	(void)name;
	return "";
}

static int apply(application *a)
{
	if (strcmp(a->name, "exit") == 0)
		_exit(7);
	if (strcmp(a->name, "segfault") == 0)
		raise(SIGSEGV);
	while (strcmp(a->name, "hang") == 0)
		pause();
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "crashing");
}
