/* identity.h - another user for a worker, where its host is root: MODGO_USER. */
#ifndef MOD_GO_WORKER_IDENTITY_H
#define MOD_GO_WORKER_IDENTITY_H

#include "common/public.h"

/*
 * Gives up root for `user`, a name or "UID:GID", with that group and no other one; does nothing where it is NULL or "".
 * It cannot be undone. Call it while there is one thread, after files that only root can open are open, and before the
 * module's code runs. Returns MOD_GO_WORKER_FAILED with the reason and the remedy where there is no such user, it is
 * root, or this process is neither root's nor that user's.
 */
mod_go_status identity_become(const char *user, mod_go_error *error);

#endif
