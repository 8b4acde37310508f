/*
 * escape_list.h - every way out of the fence that the tests try, and which part of the fence holds it. The
 * attacks are the functions of test/modules/escape*.c, test_escapes.c tries them, and docs/faults.md is
 * generated from escape_list.c.
 */
#ifndef TEST_ESCAPE_LIST_H
#define TEST_ESCAPE_LIST_H

#include <stddef.h>

/* The parts of the fence. A row names each part that stops it alone. */
enum {
	FILTER = 1,         /* the filter of system calls */
	OPENING = 2,        /* the filter where there is no Landlock: opens files for reading only */
	LANDLOCK = 4,       /* Landlock, in any version */
	TRUNCATING = 8,     /* Landlock from version 3 on (Linux 6.2) */
	SCOPES = 16,        /* Landlock from version 6 on (Linux 6.12) */
	ENVIRONMENT = 32,   /* the worker's own environment */
	CAPABILITIES = 128, /* a host that runs as root: its workers have fewer rights than it */
	UNSURE = 64,        /* unfenced it does not work everywhere: it needs root, or a kernel that has it */
};

struct escape {
	const char *name;     /* for the reader */
	const char *module;   /* a test module */
	const char *function; /* of it */
	int held_by;
};

extern const struct escape escape_list[];
extern const size_t escape_count;

/* The arguments of each attack. */
enum {
	ESCAPE_HOST,     /* the process id of the host */
	ESCAPE_CANARY,   /* the address of a number in the host's memory: the attack changes it to ESCAPED */
	ESCAPE_SECRET,   /* the address of a text in the host's memory */
	ESCAPE_SHARED,   /* a segment of System V shared memory that holds such a number */
	ESCAPE_OPEN,     /* the host's descriptor of its file */
	ESCAPE_FOLDER,   /* a folder of the host's, with the file "file" in it */
	ESCAPE_SOCKET,   /* the name of the host's abstract socket */
	ESCAPE_TERMINAL, /* the path of the host's terminal */
	ESCAPE_ARGUMENTS
};

#define ESCAPED 0x657363      /* what an attack writes over a number */
#define THROUGH "got through" /* what an attack returns when only it can see that it worked */

#endif
