/* twin.c - the functions of good.c with other results, to test that two modules do not mix. Can be unloaded. */
#include "module.h"

static int64_t applied = 1000;

static const char *property(const char *name)
{
	if (strcmp(name, "conn-name") == 0)
		return "twin";
	return strcmp(name, "suports-dlclose") == 0 ? "true" : ""; /* only in the spelling with one p */
}

static int apply(application *a)
{
	if (strcmp(a->name, "applied") == 0)
		return give_integer(a->result, ++applied);
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "twin");
}
