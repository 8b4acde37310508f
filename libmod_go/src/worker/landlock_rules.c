/* landlock_rules.c - Landlock's system calls. Not every system has linux/landlock.h, so the constants used are
 * here. */
#include "worker/landlock_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced/landlock_version.h"

/* The same on every machine. */
#define LANDLOCK_ADD_RULE      445
#define LANDLOCK_RESTRICT_SELF 446

#define RULE_PATH_BENEATH 1

/* Accesses, by the version that introduced them. READ_FILE and READ_DIR are not restricted. */
#define WRITE_FILE (1ull << 1)
#define TRUNCATE   (1ull << 14)
#define IOCTL_DEV  (1ull << 15)
#define VERSION_1  (1ull << 0 /* EXECUTE */ | WRITE_FILE | 0x1ff0ull /* REMOVE_DIR to MAKE_SYM */)
#define VERSION_2  (1ull << 13 /* REFER: to another folder */)

#define SCOPE_ABSTRACT_SOCKETS (1ull << 0)
#define SCOPE_SIGNALS          (1ull << 1)

/* A kernel accepts a longer struct than it knows if the rest is 0. */
struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scopes;
};

struct path_beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

static uint64_t restricted_accesses(int landlock)
{
	uint64_t files = VERSION_1;

	if (landlock >= 2)
		files |= VERSION_2;
	if (landlock >= MOD_GO_LANDLOCK_TRUNCATE)
		files |= TRUNCATE;
	if (landlock >= MOD_GO_LANDLOCK_DEVICES)
		files |= IOCTL_DEV;
	return files;
}

/* Allows writing to /dev/null, which libraries use to discard output. Some containers have none, and need no rule. */
static bool allow_null(int rules, uint64_t restricted)
{
	struct path_beneath rule = {.allowed = restricted & (WRITE_FILE | TRUNCATE),
	                            .parent = open("/dev/null", O_PATH | O_CLOEXEC)};
	bool added;

	if (rule.parent < 0)
		return true;
	added = syscall(LANDLOCK_ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0) == 0;
	close(rule.parent);
	return added;
}

bool landlock_restrict(int landlock)
{
	struct ruleset ruleset = {.files = restricted_accesses(landlock)};
	int rules, reason;
	bool done;

	if (landlock >= MOD_GO_LANDLOCK_SCOPES)
		ruleset.scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
	rules = (int)syscall(MOD_GO_LANDLOCK_CREATE_RULESET, &ruleset, sizeof(ruleset), 0);
	if (rules < 0)
		return false;
	done = allow_null(rules, ruleset.files) && syscall(LANDLOCK_RESTRICT_SELF, rules, 0) == 0;
	reason = errno;
	close(rules);
	errno = reason;
	return done;
}
