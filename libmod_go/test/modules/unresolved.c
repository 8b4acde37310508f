/* unresolved.c - a module with an undefined symbol. */
#include "module.h"

int nobody_has_this_function(void);

static const char *property(const char *name)
{
	(void)name;
	return "";
}

static int apply(application *a)
{
	return give_integer(a->result, nobody_has_this_function());
}
