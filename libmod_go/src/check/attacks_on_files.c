/* escape_files.c - a module whose functions attack files, sockets and secrets: attacks of escape_list.h. */
#include "attack.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static int attributes(void)
{
	return tried(syscall(SYS_setxattr, path("file"), "user.escaped", "yes", 3, 0) == 0);
}

/* ---- files ------------------------------------------------------------------------------------------- */

static int open_at(const char *name, int flags)
{
	int descriptor = open(name, flags, 0600);

	return descriptor < 0 ? -1 : (flags & O_ACCMODE) == O_RDONLY ? 0 : (int)write(descriptor, "escaped", 7);
}

static int make_unnamed(void)
{
	return tried(open_at(text(ESCAPE_FOLDER), O_TMPFILE | O_RDWR) > 0);
}

static int make_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	snprintf(name.sun_path, sizeof(name.sun_path), "%.100s", path("new"));
	return gave(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&name, sizeof(name)));
}

static int connect_to_host(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int line = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t length = strlen(text(ESCAPE_SOCKET));

	memcpy(name.sun_path + 1, text(ESCAPE_SOCKET), length);
	return gave(connect(line, (struct sockaddr *)&name,
	                    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)));
}

/* ---- the environment --------------------------------------------------------------------------------- */

static int give_secret(void)
{
	const char *secret = getenv("MODGO_TEST_SECRET");

	return answer(secret != NULL ? secret : "not set");
}

/* The text of the file, with blanks for NUL. */
static int give_environ(int descriptor)
{
	static char all[65536];
	ssize_t count = read(descriptor, all, sizeof(all) - 1);

	if (count < 0)
		return gave(-1);
	for (ssize_t i = 0; i < count; i++)
		all[i] = all[i] != '\0' ? all[i] : ' ';
	all[count] = '\0';
	return answer(strstr(all, "MODGO_TEST_SECRET=") != NULL ? strstr(all, "MODGO_TEST_SECRET=") : "not set");
}

static int attack(const char *name)
{
#define IS(text) if (strcmp(name, text) == 0)
	IS("write_file") return gave(open_at(path("file"), O_WRONLY));
	IS("truncating_open") return gave(open_at(path("file"), O_RDONLY | O_TRUNC));
	IS("truncate") return gave(truncate(path("file"), 0));
	IS("make_file") return gave(open_at(path("new"), O_WRONLY | O_CREAT | O_EXCL));
	IS("make_unnamed") return make_unnamed();
	IS("make_folder") return gave(mkdir(path("new"), 0700));
	IS("make_fifo") return gave(mkfifo(path("new"), 0600));
	IS("make_socket") return make_socket();
	IS("remove_folder") return gave(rmdir(path("folder")));
	IS("remove_file") return gave(unlink(path("file")));
	IS("rename_file") return gave(rename(path("file"), path("new")));
	IS("link_file") return gave(link(path("file"), path("new")));
	IS("symbolic_link") return gave(symlink("file", path("new")));
	IS("permissions") return gave(chmod(path("file"), 0640));
	IS("open_permissions") return gave(fchmod(open(path("file"), O_RDONLY), 0640));
	IS("times") return gave(utimensat(AT_FDCWD, path("file"), (struct timespec[]){{1, 0}, {1, 0}}, 0));
	IS("attributes") return attributes();
	IS("abstract_socket") return connect_to_host();
	IS("environment") return give_secret();
	IS("own_environ") return give_environ(open("/proc/self/environ", O_RDONLY));
	IS("host_environ") return give_environ(open_of_host("environ", O_RDONLY));
	return -1;
}
