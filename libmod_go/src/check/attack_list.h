/*
 * attack_list.h - every attack on the fence that is tried, and which parts of the fence stop it. attacks_on_*.c make
 * them, mod-go-worker --check and test/test_escapes.c try them, and docs/security.md is generated from
 * attack_list.c.
 */
#ifndef MOD_GO_ATTACK_LIST_H
#define MOD_GO_ATTACK_LIST_H

#include <stddef.h>

/* The parts of the fence. A row names each part that stops it alone. */
enum {
	FILTER = 1,        /* the filter of system calls */
	OPENING = 2,       /* the filter where there is no Landlock: opens files for reading only */
	LANDLOCK = 4,      /* Landlock, in any version */
	TRUNCATING = 8,    /* Landlock from version 3 on (Linux 6.2) */
	SCOPES = 16,       /* Landlock from version 6 on (Linux 6.12) */
	ENVIRONMENT = 32,  /* the worker's own environment */
	TCP = 128,         /* Landlock from version 4 on (Linux 6.7) */
	CAPABILITIES = 64, /* a host that runs as root: its workers have fewer rights than it */
};

struct attack {
	const char *name;     /* for the reader */
	const char *function; /* for attack_run */
	int stopped_by;
	const char *needs; /* what it needs to succeed without the fence, NULL for nothing */
};

extern const struct attack attack_list[];
extern const size_t attack_count;

#endif
