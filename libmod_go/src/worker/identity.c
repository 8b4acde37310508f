/* identity.c - setresuid and what belongs to it. */
#include "worker/identity.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/error.h"

/* Reads a number up to `end`, which the text must have after it. */
static bool read_id(const char **text, char end, unsigned long *id)
{
	char *after;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*id = strtoul(*text, &after, 10);
	*text = after + 1;
	return *after == end && errno == 0 && *id < UINT_MAX; /* which means no change to setresuid */
}

static bool find(const char *user, uid_t *uid, gid_t *gid)
{
	const struct passwd *entry = getpwnam(user);
	unsigned long ids[2];

	if (entry != NULL) {
		*uid = entry->pw_uid;
		*gid = entry->pw_gid;
		return true;
	}
	if (!read_id(&user, ':', &ids[0]) || !read_id(&user, '\0', &ids[1]))
		return false;
	*uid = (uid_t)ids[0];
	*gid = (gid_t)ids[1];
	return true;
}

mod_go_status identity_become(const char *user, mod_go_error *error)
{
	uid_t uid;
	gid_t gid;

	if (user == NULL || *user == '\0')
		return MOD_GO_OK;
	if (!find(user, &uid, &gid) || uid == 0)
		return mod_go_fail(
			error, MOD_GO_WORKER_FAILED,
			"the module was not run, for MODGO_USER is \"%.60s\": expected a user of this machine other"
			" than root, by name or as UID:GID",
			user);
	if (geteuid() == uid && getuid() == uid)
		return MOD_GO_OK;
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
		return mod_go_fail(
			error, MOD_GO_WORKER_FAILED,
			"the module was not run, for its worker could not become the user of MODGO_USER, %.60s (%s);"
			" start this program as root and let it stay root, or unset MODGO_USER",
			user, strerror(errno));
	/* Else the kernel gives root what this process has in /proc, where the module's file is opened. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return MOD_GO_OK;
}
