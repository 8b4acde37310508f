/*
 * main.c - mod-go-worker with a system function that fails. The name of the module's file says which one and when: with
 * setrlimit.3.so the third call of setrlimit fails, with signals.0.so signals interrupt it all the time.
 * test_failing_workers.c has the tests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../failing_calls.h"

/* Runs before the worker's main. Its arguments are MEMORY PATH. */
__attribute__((constructor)) static void choose_call(int count, char **argv)
{
	char name[64];
	const char *slash;
	long n;

	if (count < 3 || (slash = strrchr(argv[2], '/')) == NULL ||
	    sscanf(slash, "/%63[^.].%ld.so", name, &n) != 2) {
		fprintf(stderr, "failing-worker: the module's file is not named CALL.NUMBER.so\n");
		_exit(2);
	}
	if (strcmp(name, "signals") == 0)
		interrupt_calls();
	for (int call = 0; call < CALL_COUNT; call++) {
		if (strcmp(failing_call_name((enum failing_call)call), name) == 0)
			fail_call((enum failing_call)call, n, ENOBUFS);
	}
}
