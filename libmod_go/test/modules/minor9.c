/* minor9.c - a module with a later minor version, which this host accepts. */
#define MINOR 9
#include "module.h"

static const char *property(const char *name)
{
	(void)name;
	return "";
}

static int apply(application *a)
{
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "minor9");
}
