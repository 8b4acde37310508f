/* attacks_on_files.c - attacks on files, sockets and secrets. */
#include "check/attacks.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static bool attributes(void)
{
	return attack_tried(syscall(SYS_setxattr, attack_path("file"), "user.escaped", "yes", 3, 0) == 0);
}

/* ---- files ------------------------------------------------------------------------------------------- */

static int open_at(const char *name, int flags)
{
	int descriptor = open(name, flags, 0600);

	return descriptor < 0 ? -1 : (flags & O_ACCMODE) == O_RDONLY ? 0 : (int)write(descriptor, "escaped", 7);
}

static bool make_unnamed(void)
{
	return attack_tried(open_at(attack_now()->folder, O_TMPFILE | O_RDWR) > 0);
}

/* A socket of the domain and type that is bound to the address; -1 with errno. */
static int bind_to(int domain, int type, const void *address, size_t size)
{
	int line = socket(domain, type, 0);

	return line >= 0 && bind(line, address, (socklen_t)size) == 0 ? line : -1;
}

static int connect_to(int domain, const void *address, size_t size)
{
	int line = socket(domain, SOCK_STREAM, 0);

	return line >= 0 ? connect(line, address, (socklen_t)size) : -1;
}

static bool make_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	snprintf(name.sun_path, sizeof(name.sun_path), "%.100s", attack_path("new"));
	return attack_gave(bind_to(AF_UNIX, SOCK_STREAM, &name, sizeof(name)));
}

static bool connect_to_host(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t length = strlen(attack_now()->socket);

	memcpy(name.sun_path + 1, attack_now()->socket, length);
	return attack_gave(connect_to(AF_UNIX, &name, offsetof(struct sockaddr_un, sun_path) + 1 + length));
}

static bool connect_to_path(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	snprintf(name.sun_path, sizeof(name.sun_path), "%.100s", attack_path("socket"));
	return attack_gave(connect_to(AF_UNIX, &name, sizeof(name)));
}

static struct sockaddr_in address(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
}

static bool connect_tcp(void)
{
	struct sockaddr_in to = address(attack_now()->port);

	return attack_gave(connect_to(AF_INET, &to, sizeof(to)));
}

static bool listen_tcp(void)
{
	struct sockaddr_in here = address(0);
	int line = bind_to(AF_INET, SOCK_STREAM, &here, sizeof(here));

	return attack_tried(line >= 0 && listen(line, 1) == 0);
}

static bool send_udp(void)
{
	struct sockaddr_in to = address(attack_now()->port);
	int line = socket(AF_INET, SOCK_DGRAM, 0);

	return attack_gave(line >= 0 ? (int)sendto(line, "escaped", 7, 0, (struct sockaddr *)&to, sizeof(to))
	                             : -1);
}

/* ---- reading and locking ----------------------------------------------------------------------------- */

static bool read_file(void)
{
	char content[64] = "";
	ssize_t count = read(open(attack_path("file"), O_RDONLY), content, sizeof(content) - 1);

	return count < 0 ? attack_gave(-1) : attack_answer(content);
}

static bool open_permissions(void)
{
	int descriptor = open(attack_path("file"), O_RDONLY);

	return attack_gave(descriptor >= 0 ? fchmod(descriptor, 0640) : -1);
}

static bool list_folder(void)
{
	DIR *opened = opendir(attack_now()->folder);

	return attack_tried(opened != NULL && readdir(opened) != NULL);
}

static bool watch_folder(void)
{
	return attack_tried(inotify_add_watch(inotify_init(), attack_now()->folder, IN_OPEN) >= 0);
}

static bool lock_range(void)
{
	struct flock lock = {.l_type = F_RDLCK};

	return attack_tried(fcntl(open(attack_path("file"), O_RDONLY), F_SETLK, &lock) == 0);
}

/* ---- the environment --------------------------------------------------------------------------------- */

static bool give_secret(void)
{
	const char *secret = getenv(ATTACK_SECRET);

	return attack_answer(secret != NULL ? secret : "not set");
}

/* The text of the file, with blanks for NUL. */
static bool give_environ(int descriptor)
{
	static char all[65536];
	ssize_t count = read(descriptor, all, sizeof(all) - 1);

	if (count < 0)
		return attack_gave(-1);
	for (ssize_t i = 0; i < count; i++)
		all[i] = all[i] != '\0' ? all[i] : ' ';
	all[count] = '\0';
	return attack_answer(strstr(all, ATTACK_SECRET "=") != NULL ? strstr(all, ATTACK_SECRET "=") : "not set");
}

bool attack_files(const char *function)
{
#define IS(text) if (strcmp(function, text) == 0)
	IS("write_file") return attack_gave(open_at(attack_path("file"), O_WRONLY));
	IS("truncating_open") return attack_gave(open_at(attack_path("file"), O_RDONLY | O_TRUNC));
	IS("truncate") return attack_gave(truncate(attack_path("file"), 0));
	IS("make_file") return attack_gave(open_at(attack_path("new"), O_WRONLY | O_CREAT | O_EXCL));
	IS("make_unnamed") return make_unnamed();
	IS("make_folder") return attack_gave(mkdir(attack_path("new"), 0700));
	IS("make_fifo") return attack_gave(mkfifo(attack_path("new"), 0600));
	IS("make_socket") return make_socket();
	IS("remove_folder") return attack_gave(rmdir(attack_path("folder")));
	IS("remove_file") return attack_gave(unlink(attack_path("file")));
	IS("rename_file") return attack_gave(rename(attack_path("file"), attack_path("new")));
	IS("link_file") return attack_gave(link(attack_path("file"), attack_path("new")));
	IS("symbolic_link") return attack_gave(symlink("file", attack_path("new")));
	IS("permissions") return attack_gave(chmod(attack_path("file"), 0640));
	IS("open_permissions") return open_permissions();
	IS("times")
	return attack_gave(utimensat(AT_FDCWD, attack_path("file"), (struct timespec[]){{1, 0}, {1, 0}}, 0));
	IS("attributes") return attributes();
	IS("abstract_socket") return connect_to_host();
	IS("path_socket") return connect_to_path();
	IS("connect_tcp") return connect_tcp();
	IS("listen_tcp") return listen_tcp();
	IS("send_udp") return send_udp();
	IS("netlink") return attack_tried(socket(AF_NETLINK, SOCK_RAW, 15 /* of devices */) >= 0);
	IS("read_file") return read_file();
	IS("list_folder") return list_folder();
	IS("watch_folder") return watch_folder();
	IS("lock_file") return attack_tried(flock(open(attack_path("file"), O_RDONLY), LOCK_EX | LOCK_NB) == 0);
	IS("lock_range") return lock_range();
	IS("environment") return give_secret();
	IS("own_environ") return give_environ(open("/proc/self/environ", O_RDONLY));
	IS("host_environ") return give_environ(attack_open_of_host("environ", O_RDONLY));
	return false;
}
