/* worker_environment.h - the environment of a worker: an allow list of the host's. */
#ifndef MOD_GO_WORKER_ENVIRONMENT_H
#define MOD_GO_WORKER_ENVIRONMENT_H

#include <stddef.h>

/*
 * The variables that a worker gets of this process's: those of the C library and of Go's runtime that change how a
 * module computes (listed in worker_environment.c), and those that MODGO_ENV names, separated by commas; never
 * LD_PRELOAD. Where `memory`, a number of bytes, is not "0" and GOMEMLIMIT is not set, GOMEMLIMIT becomes 80 % of
 * it.
 *
 * Returns pointers that end in NULL, in one block that the caller frees and that holds GOMEMLIMIT's text; the other
 * texts are the environment's own, valid until it changes. NULL where there is no memory.
 */
char **mod_go_worker_environment(const char *memory);

#endif
