/*
 * fault_list.h - every fault that a module, or what is around it, may have, and what comes of it in either mode.
 * test_fault_list.c goes through the list; docs/faults.md is generated from fault_list.c.
 */
#ifndef TEST_FAULT_LIST_H
#define TEST_FAULT_LIST_H

#include <stddef.h>

#include "mod_go.h"

/* The outcomes of a fault, besides the statuses of a call. */
enum {
	ENDS = -1,  /* the process that the module is loaded in ends */
	HANGS = -2, /* the call does not return */
	OPENED = 100
};

/* The module is refused when it is opened or set up. */
#define OPENING(status) (OPENED + (status))

struct fault {
	const char *name;   /* for the reader */
	const char *module; /* a test module; with "go/", one in Go; with "@", one that the test makes */
	/* NULL where the module is not opened; of a stream function with a space and an argument. */
	const char *function;
	int fenced; /* its outcome in a worker, and a part of its message */
	const char *fenced_message;
	int unfenced; /* and in the calling process */
	const char *unfenced_message;
};

/* Faults of several concurrent calls: the names of their tests. */
typedef struct fault_of_many {
	const char *name;
	const char *fenced;
	const char *unfenced;
} fault_of_many;

extern const struct fault fault_list[];
extern const size_t fault_count;
extern const fault_of_many faults_of_many[];
extern const size_t fault_of_many_count;

#endif
