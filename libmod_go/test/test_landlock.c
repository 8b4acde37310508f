/* test_landlock.c - Landlock's rules alone: which files a worker can read. The lists here are separate, so that a
 * path removed from the rules' is noticed. Not every system has every path, so root tests them all in a folder. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fenced/landlock_version.h"
#include "worker/landlock_rules.h"

static const char *const readable[] = {
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

static const char *const readable_with_network[] = {
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

static const char *const not_readable[] = {"/",     "/etc",  "/etc/passwd", "/usr", "/usr/share",
                                           "/dev",  "/proc", "/proc/1",     "/tmp", "/var/lib",
                                           "/root", "/run",  "/sys"};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define ALL(paths)  (paths), COUNT(paths)

/* Whether this user can open each path, before the restriction. */
static void open_paths(bool *opened, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int descriptor = open(paths[i], O_RDONLY | O_CLOEXEC);

		opened[i] = descriptor >= 0;
		if (descriptor >= 0)
			close(descriptor);
	}
}

/* Checks after it that the same paths open, or none. On some systems a path is a link to one that is readable. */
static void check_paths(const bool *opened, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char target[PATH_MAX];
		int descriptor = open(paths[i], O_RDONLY | O_CLOEXEC);
		bool in_store = realpath(paths[i], target) != NULL &&
		                (strncmp(target, "/nix/", 5) == 0 || strncmp(target, "/gnu/", 5) == 0);

		if (!in_store && !CHECK((descriptor >= 0) == (opened != NULL && opened[i])))
			printf("    %s\n", paths[i]);
		if (descriptor >= 0)
			close(descriptor);
	}
}

static bool restrict_to(const mod_go_grants *grants)
{
	const char *missing;

	CHECK_NUMBER(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	if (mod_go_landlock_version() == 0) {
		puts("    skipped: this kernel has no Landlock");
		return false;
	}
	CHECK(landlock_restrict(mod_go_landlock_version(), grants, &missing));
	CHECK(missing == NULL);
	return true;
}

/* Restricts this process and checks all paths. */
static void check_rules(bool network)
{
	const mod_go_grants grants = {.network = network};
	bool opened[COUNT(readable)], opened_with_network[COUNT(readable_with_network)];

	open_paths(opened, ALL(readable));
	open_paths(opened_with_network, ALL(readable_with_network));
	if (!restrict_to(&grants))
		return;
	check_paths(opened, ALL(readable));
	check_paths(network ? opened_with_network : NULL, ALL(readable_with_network));
	check_paths(NULL, ALL(not_readable));
	CHECK(open("/dev/null", O_RDWR | O_CLOEXEC) >= 0);
	CHECK_NUMBER(open("/dev/zero", O_RDWR | O_CLOEXEC), -1);
}

TEST(what_libraries_and_go_read_is_readable_and_nothing_else)
{
	check_rules(false);
}

TEST(the_grant_of_the_network_adds_what_names_and_certificates_need)
{
	check_rules(true);
}

/* A folder with all the parents of a path. */
static void make_path(const char *path)
{
	char parent[128];

	for (const char *end = strchr(path + 1, '/'); end != NULL; end = strchr(end + 1, '/')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(end - path), path);
		mkdir(parent, 0700);
	}
	CHECK(mkdir(path, 0700) == 0 || errno == EEXIST);
}

/* Makes a folder with every path the root of this process, which only root can. */
static bool enter_folder_with_every_path(void)
{
	if (chroot(check_folder()) < 0 || chdir("/") < 0) {
		puts("    skipped: only root can change its root");
		return false;
	}
	for (size_t i = 0; i < COUNT(readable); i++)
		make_path(readable[i]);
	for (size_t i = 0; i < COUNT(readable_with_network); i++)
		make_path(readable_with_network[i]);
	for (size_t i = 0; i < COUNT(not_readable); i++)
		make_path(not_readable[i]);
	CHECK(creat("/dev/null", 0600) >= 0);
	return true;
}

static void check_in_folder(void)
{
	if (enter_folder_with_every_path())
		check_rules(false);
}

static void check_in_folder_with_network(void)
{
	if (enter_folder_with_every_path())
		check_rules(true);
}

TEST(each_readable_path_has_a_rule)
{
	check_folder();
	check_in_child(check_in_folder);
}

TEST(each_path_of_the_network_has_a_rule)
{
	check_folder();
	check_in_child(check_in_folder_with_network);
}

/* TZDIR and ZONEINFO name time zones; the certificates' variables count with the network only. */
static void check_variables(bool network)
{
	static const char *const names[] = {"TZDIR", "ZONEINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"};
	const mod_go_grants grants = {.network = network};
	char paths[COUNT(names)][256];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%zu", check_folder(), i);
		CHECK_NUMBER(mkdir(paths[i], 0700), 0);
		setenv(names[i], paths[i], 1);
	}
	if (!restrict_to(&grants))
		return;
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!CHECK((open(paths[i], O_RDONLY | O_CLOEXEC) >= 0) == (network || i < 2)))
			printf("    %s\n", names[i]);
	}
}

static void check_variables_alone(void)
{
	check_variables(false);
}

static void check_variables_with_network(void)
{
	check_variables(true);
}

TEST(variables_name_more_time_zones)
{
	check_folder();
	check_in_child(check_variables_alone);
}

TEST(variables_name_certificates_with_the_grant_of_the_network)
{
	check_folder();
	check_in_child(check_variables_with_network);
}
