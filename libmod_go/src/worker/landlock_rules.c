/* landlock_rules.c - Landlock's system calls. Not every system has linux/landlock.h, so the constants used are
 * here. */
#include "worker/landlock_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced/landlock_version.h"
#include "fenced/wire.h"

/* The same on every machine. */
#define LANDLOCK_ADD_RULE      445
#define LANDLOCK_RESTRICT_SELF 446

#define RULE_PATH_BENEATH 1

/* Accesses, by the version that introduced them. */
#define WRITE_FILE (1ull << 1)
#define READ_FILE  (1ull << 2)
#define READ_DIR   (1ull << 3)
#define TRUNCATE   (1ull << 14)
#define IOCTL_DEV  (1ull << 15)
#define VERSION_1                                                                                            \
	(1ull << 0 /* EXECUTE */ | WRITE_FILE | READ_FILE | READ_DIR | 0x1ff0ull /* REMOVE_DIR to MAKE_SYM */)
#define VERSION_2 (1ull << 13 /* REFER: to another folder */)

#define BIND_TCP    (1ull << 0)
#define CONNECT_TCP (1ull << 1)

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

/* What the C library, Go's runtime and its package time read, where it is there. */
static const char *const READABLE[] = {
	"/lib",
	"/lib32",
	"/lib64",
	"/libx32",
	"/usr/lib",
	"/usr/lib32",
	"/usr/lib64",
	"/usr/libx32",
	"/usr/local/lib",
	"/nix/store",
	"/gnu/store",
	"/etc/ld.so.cache",
	"/etc/localtime",
	"/usr/share/zoneinfo",
	"/usr/share/lib/zoneinfo",
	"/usr/share/locale",
	"/usr/share/mime",
	"/dev/zero",
	"/dev/random",
	"/dev/urandom",
	"/proc/self",
	"/proc/cpuinfo",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/sys/kernel/hostname",
	"/proc/sys/vm/overcommit_memory",
	"/sys/devices/system/cpu",
	"/sys/fs/cgroup",
	"/sys/kernel/mm/transparent_hugepage",
};

/* Go's resolver and the C library's, and the certificates that crypto/x509 looks for. A file that is replaced is not
 * readable until the next worker, so the resolver's are listed by their folders where they have their own. */
static const char *const READABLE_FOR_NETWORK[] = {
	"/etc/resolv.conf",
	"/run/systemd/resolve",
	"/run/resolvconf",
	"/run/NetworkManager/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/mime.types",
	"/etc/ssl",
	"/etc/pki",
	"/etc/ca-certificates",
	"/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates",
	"/usr/local/share/certs",
	"/var/lib/ca-certificates",
	"/proc/sys/net",
};

/* Variables that name a file or folder to read; the worker has them only if its environment allows them. */
static const char *const VARIABLES[] = {"TZDIR", "ZONEINFO"};
static const char *const VARIABLES_FOR_NETWORK[] = {"SSL_CERT_FILE", "SSL_CERT_DIR"};

#define COUNT(texts) (sizeof(texts) / sizeof(*(texts)))

/* Allows accesses at and below the file of a descriptor. */
static bool allow_descriptor(int rules, int descriptor, uint64_t allowed)
{
	struct path_beneath rule = {.allowed = allowed, .parent = descriptor};
	struct stat facts;

	/* A rule for a file must not name what only folders have. */
	if (fstat(descriptor, &facts) == 0 && !S_ISDIR(facts.st_mode))
		rule.allowed &= ~READ_DIR;
	return syscall(LANDLOCK_ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0) == 0;
}

/* The same for a path. One that is not there is fine unless it `must` be. */
static bool allow_path(int rules, const char *path, uint64_t allowed, bool must)
{
	int descriptor = open(path, O_PATH | O_CLOEXEC), reason;
	bool added;

	if (descriptor < 0)
		return !must;
	added = allow_descriptor(rules, descriptor, allowed);
	reason = errno;
	close(descriptor);
	errno = reason;
	return added;
}

static bool allow_paths(int rules, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!allow_path(rules, paths[i], READ_FILE | READ_DIR, false))
			return false;
	}
	return true;
}

static bool allow_variables(int rules, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *path = getenv(names[i]);

		if (path != NULL && path[0] == '/' && !allow_path(rules, path, READ_FILE | READ_DIR, false))
			return false;
	}
	return true;
}

/* The module's file. A memory file, which it usually is, needs no rule and accepts none. */
static bool allow_module(int rules)
{
	return allow_descriptor(rules, MOD_GO_MODULE_DESCRIPTOR, READ_FILE) || errno == EBADFD || errno == EBADF;
}

static bool add_rules(int rules, uint64_t restricted, const mod_go_grants *grants, const char **missing)
{
	/* Libraries discard output by writing to /dev/null. */
	bool done = allow_path(rules, "/dev/null", restricted & (READ_FILE | WRITE_FILE | TRUNCATE), false) &&
	            allow_module(rules) && allow_paths(rules, READABLE, COUNT(READABLE)) &&
	            allow_variables(rules, VARIABLES, COUNT(VARIABLES));

	if (done && grants->network)
		done = allow_paths(rules, READABLE_FOR_NETWORK, COUNT(READABLE_FOR_NETWORK)) &&
		       allow_variables(rules, VARIABLES_FOR_NETWORK, COUNT(VARIABLES_FOR_NETWORK));
	for (size_t i = 0; done && i < grants->count; i++) {
		done = allow_path(rules, grants->read[i], READ_FILE | READ_DIR, true);
		if (!done)
			*missing = grants->read[i];
	}
	return done;
}

bool landlock_restrict(int landlock, const mod_go_grants *grants, const char **missing)
{
	struct ruleset ruleset = {.files = restricted_accesses(landlock)};
	int rules, reason;
	bool done;

	*missing = NULL;
	if (landlock >= MOD_GO_LANDLOCK_NETWORK && !grants->network)
		ruleset.network = BIND_TCP | CONNECT_TCP;
	if (landlock >= MOD_GO_LANDLOCK_SCOPES)
		ruleset.scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
	rules = (int)syscall(MOD_GO_LANDLOCK_CREATE_RULESET, &ruleset, sizeof(ruleset), 0);
	if (rules < 0)
		return false;
	done = add_rules(rules, ruleset.files, grants, missing) && syscall(LANDLOCK_RESTRICT_SELF, rules, 0) == 0;
	reason = errno;
	close(rules);
	errno = reason;
	return done;
}
