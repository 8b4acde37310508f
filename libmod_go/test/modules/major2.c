/* major2.c - a module with the next major version. */
#define MAJOR 2
#define MINOR 3
#include "module.h"

static const char *property(const char *name)
{
	(void)name;
	return "";
}

static int apply(application *a)
{
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "major2");
}
