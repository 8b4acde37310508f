/* no_apply_stream.c - a module that lacks one function of the ABI. */
#define NO_APPLY_STREAM
#include "module.h"

static const char *property(const char *name)
{
	(void)name;
	return "";
}

static int apply(application *a)
{
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "no_apply_stream");
}
