/*
 * attack.h - the frame of the modules that attack the fence: their arguments and results. An attack returns THROUGH
 * where only it can see that it worked, else what the system returned; the test checks the host for the rest. A
 * source that includes this defines `attack`.
 */
#ifndef TEST_ATTACK_H
#define TEST_ATTACK_H

#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include "../escape_list.h"

/* Runs the attack of that name. -1 for an unknown one. */
static int attack(const char *name);

static application *now; /* the current call */

static const char *property(const char *name)
{
	(void)name;
	return "";
}

__attribute__((unused)) static long long number(int argument)
{
	return now->arguments[argument].integer;
}

__attribute__((unused)) static pid_t host(void)
{
	return (pid_t)number(ESCAPE_HOST);
}

__attribute__((unused)) static const char *text(int argument)
{
	static char copies[ESCAPE_ARGUMENTS][256];

	snprintf(copies[argument], sizeof(copies[argument]), "%.*s", (int)now->arguments[argument].length,
	         (const char *)now->arguments[argument].data);
	return copies[argument];
}

/* A path in the host's folder, in one of two buffers. */
__attribute__((unused)) static const char *path(const char *name)
{
	static char paths[2][512];
	static int next;
	char *made = paths[next++ % 2];

	snprintf(made, sizeof(paths[0]), "%s/%s", text(ESCAPE_FOLDER), name);
	return made;
}

__attribute__((unused)) static int open_of_host(const char *name, int flags)
{
	char file[64];

	snprintf(file, sizeof(file), "/proc/%d/%s", (int)host(), name);
	return open(file, flags);
}

static int answer(const char *said)
{
	return give_text(now->result, AEROSPIKE_UDF_GO_OK, said);
}

/* For an attack that can see itself whether the system refused it. */
__attribute__((unused)) static int tried(bool done)
{
	return answer(done ? THROUGH : strerror(errno));
}

/* For an attack whose success shows in the host. */
__attribute__((unused)) static int gave(long long result)
{
	return answer(result < 0 ? strerror(errno) : "done");
}

static int apply(application *a)
{
	int status = -1;

	now = a;
	errno = 0;
	if (a->count == ESCAPE_ARGUMENTS)
		status = attack(a->name);
	return status >= 0 ? status : give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "there is no such attack");
}

#endif
