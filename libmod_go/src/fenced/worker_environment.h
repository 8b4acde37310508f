/* worker_environment.h - the environment of a worker: an allow list of the host's. */
#ifndef MOD_GO_ENVIRONMENT_H
#define MOD_GO_ENVIRONMENT_H

#include <stddef.h>

/*
 * The variables of this process that a worker gets: those of the C library and of Go's runtime that change how a module
 * computes (worker_environment.c lists them), and those whose names are in MODGO_ENV, separated by commas. LD_PRELOAD is never
 * among them. Where `memory`, a number of bytes, is not "0" and GOMEMLIMIT is not set, Go gets a limit of 80 % of it.
 * Returns the pointers, ending in NULL, in one block from malloc that holds that limit's text too; the other texts are
 * this process's own. NULL where there is no memory.
 */
char **mod_go_worker_environment(const char *memory);

#endif
