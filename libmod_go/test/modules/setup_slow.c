/* setup_slow.c - a module with a slow setup, which counts how often it runs. */
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static atomic_int setups;

static int slow_setup(void)
{
	usleep(100000);
	atomic_fetch_add(&setups, 1);
	return 0;
}

#define SETUP slow_setup()
#include "module.h"

static const char *property(const char *name)
{
	static _Thread_local char text[16];

	if (strcmp(name, "setups") != 0)
		return "";
	snprintf(text, sizeof(text), "%d", atomic_load(&setups));
	return text;
}

static int apply(application *a)
{
	return give_integer(a->result, atomic_load(&setups));
}
