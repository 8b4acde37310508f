/* setup_silent.c - a module whose setup fails, and which has no properties. */
#define SETUP AEROSPIKE_UDF_GO_PANICKED
#include "module.h"

static const char *property(const char *name)
{
	(void)name;
	return NULL;
}

static int apply(application *a)
{
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "setup_silent");
}
