/* setup_fails.c - a module whose setup fails with a reason. */
#define SETUP AEROSPIKE_UDF_GO_FAILED
#include "module.h"

static const char *property(const char *name)
{
	return strcmp(name, "setup-error") == 0 ? "two functions are named add" : "";
}

static int apply(application *a)
{
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "setup_fails");
}
