/* twin.c - the same names as good.c, other answers: to see that two modules are kept apart. Can be unloaded. */
#include "module.h"

static int64_t applied = 1000;

static const char *property(const char *name)
{
	if (strcmp(name, "conn-name") == 0)
		return "twin";
	return strcmp(name, "suports-dlclose") == 0 ? "true" : ""; /* as the seed spells it, and only so */
}

static int apply(application *a)
{
	if (strcmp(a->name, "applied") == 0)
		return give_integer(a->result, ++applied);
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "twin");
}
