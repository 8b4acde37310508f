/* stand_in.c - starts a stand-in for a host, has it attacked, and looks at what has changed. */
#include "check/stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "check/attacks.h"
#include "common/clock.h"
#include "common/memory_file.h"
#include "fenced/landlock_version.h"
#include "fenced/process.h"
#include "worker/guard.h"

#define ATTACK_SECONDS 20

/* A worker of the stand-in has no limit of memory: no attack depends on it, and sanitizers need a lot. */
#define MEMORY "0"

static const char TEXT[] = "nobody shall read this";
static const char CONTENT[] = "the host's own";

/* Shared by the caller, the stand-in and its copy. */
typedef struct stage {
	int canary;
	char secret[64];
	atomic_bool done;
	char answer[4096];
} stage;

static stage *shared;
static char folder[128], file[160], new_file[160], below[160], socket_path[108], socket_name[64],
	terminal_name[64];
static int segment, listener, path_listener, tcp_listener, datagrams, port, terminal;
static int *segment_memory;

static void prepare_terminal(void)
{
	struct termios raw;
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	terminal = -1;
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return;
	snprintf(terminal_name, sizeof(terminal_name), "%s", ptsname(master));
	terminal = open(terminal_name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (terminal >= 0 && tcgetattr(terminal, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(terminal, TCSANOW, &raw);
	}
}

static bool prepare_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	snprintf(socket_name, sizeof(socket_name), "mod-go-check-%d", (int)getpid());
	memcpy(name.sun_path + 1, socket_name, strlen(socket_name));
	return listener >= 0 &&
	       bind(listener, (struct sockaddr *)&name,
	            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(socket_name))) == 0 &&
	       listen(listener, 4) == 0;
}

static int listen_at(int domain, int type, const void *address, socklen_t length)
{
	int line = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return line >= 0 && bind(line, address, length) == 0 && (type == SOCK_DGRAM || listen(line, 4) == 0)
	           ? line
	           : -1;
}

static bool prepare_path_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	snprintf(socket_path, sizeof(socket_path), "%.100s/socket", folder);
	memcpy(name.sun_path, socket_path, sizeof(socket_path));
	path_listener = listen_at(AF_UNIX, SOCK_STREAM, &name, sizeof(name));
	return path_listener >= 0;
}

/* TCP and UDP on one port. */
static bool prepare_network(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	tcp_listener = listen_at(AF_INET, SOCK_STREAM, &address, length);
	if (tcp_listener < 0 || getsockname(tcp_listener, (struct sockaddr *)&address, &length) != 0)
		return false;
	port = ntohs(address.sin_port);
	datagrams = listen_at(AF_INET, SOCK_DGRAM, &address, length);
	return datagrams >= 0;
}

const char *stand_in_prepare(const char *given)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	segment_memory = shmat(segment, NULL, 0);
	if (shared == MAP_FAILED || segment_memory == (void *)-1)
		return "shared memory";
	/* Removed when nobody uses it; until then others can attach it by its number. */
	shmctl(segment, IPC_RMID, NULL);
	snprintf(folder, sizeof(folder), "%s", given);
	snprintf(file, sizeof(file), "%s/file", folder);
	snprintf(new_file, sizeof(new_file), "%s/new", folder);
	snprintf(below, sizeof(below), "%s/folder", folder);
	prepare_terminal();
	return !prepare_socket() || !prepare_path_socket() ? "a socket"
	       : !prepare_network()                        ? "a port on 127.0.0.1"
	                                                   : NULL;
}

/* Removes the files of an attack. */
static void remove_files(void)
{
	unlink(new_file);
	rmdir(new_file);
	unlink(file);
	rmdir(below);
}

void stand_in_clean(void)
{
	remove_files();
	unlink(socket_path);
}

/* Whether somebody has connected to a listening socket; takes one connection. */
static bool is_connected(int listening)
{
	int line = accept(listening, NULL, NULL);

	if (line >= 0)
		close(line);
	return line >= 0;
}

static bool write_file(void)
{
	int descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool done = descriptor >= 0 && write(descriptor, CONTENT, sizeof(CONTENT)) == (ssize_t)sizeof(CONTENT);

	if (descriptor >= 0)
		close(descriptor);
	return done;
}

/* Resets everything to the state before an attack. */
static bool reset(void)
{
	char some[64];

	memset(shared, 0, sizeof(*shared));
	snprintf(shared->secret, sizeof(shared->secret), "%s", TEXT);
	*segment_memory = 0;
	remove_files();
	while (terminal >= 0 && read(terminal, some, sizeof(some)) > 0)
		continue;
	return mkdir(below, 0700) == 0 && write_file();
}

/* ---- what an attack has changed ---------------------------------------------------------------------- */

struct facts {
	cpu_set_t processors;
	int policy, priority, io_priority, oom_score;
	rlim_t files;
};

static int oom_score_of(pid_t process)
{
	char path[64], line[16];
	int score = -9999;
	FILE *text;

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)process);
	text = fopen(path, "r");
	if (text != NULL) {
		if (fgets(line, sizeof(line), text) != NULL)
			score = (int)strtol(line, NULL, 10);
		fclose(text);
	}
	return score;
}

static struct facts facts_of(pid_t process)
{
	struct rlimit limit = {0};
	struct facts facts;

	memset(&facts, 0, sizeof(facts));
	sched_getaffinity(process, sizeof(facts.processors), &facts.processors);
	facts.policy = sched_getscheduler(process);
	facts.priority = getpriority(PRIO_PROCESS, (id_t)process);
	facts.io_priority = (int)syscall(SYS_ioprio_get, 1, process);
	facts.oom_score = oom_score_of(process);
	prlimit(process, RLIMIT_NOFILE, NULL, &limit);
	facts.files = limit.rlim_max;
	return facts;
}

static bool file_is_changed(void)
{
	struct stat now;
	char content[64] = "";
	FILE *text;
	bool changed;

	if (access(below, F_OK) != 0 || faccessat(AT_FDCWD, new_file, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	    stat(file, &now) != 0 || (now.st_mode & 0777) != 0600 || now.st_mtime < 1000000 || now.st_nlink != 1)
		return true;
	text = fopen(file, "r");
	changed = text == NULL || fread(content, 1, sizeof(content), text) != sizeof(CONTENT) ||
	          memcmp(content, CONTENT, sizeof(CONTENT)) != 0;
	if (text != NULL)
		fclose(text);
	return changed;
}

/* What the attack has achieved, NULL for nothing. */
static const char *achieved(pid_t host, const struct facts *before)
{
	const char *secret = getenv(ATTACK_SECRET);
	siginfo_t end = {0};
	struct facts now;
	char key;

	if (waitid(P_PID, (id_t)host, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid == host)
		return "the host has ended";
	now = facts_of(host);
	if (memcmp(&now, before, sizeof(now)) != 0)
		return "the host is scheduled or limited otherwise";
	if (shared->canary != 0 || *segment_memory != 0)
		return "the host's memory is changed";
	if (strstr(shared->answer, TEXT) != NULL || strstr(shared->answer, CONTENT) != NULL ||
	    (secret != NULL && strstr(shared->answer, secret) != NULL))
		return "a secret is known";
	if (strstr(shared->answer, ATTACK_THROUGH) != NULL)
		return ATTACK_THROUGH;
	if (file_is_changed())
		return "a file is changed";
	if (is_connected(listener) || is_connected(path_listener) || is_connected(tcp_listener))
		return "the host's socket is connected to";
	if (recv(datagrams, &key, 1, 0) == 1)
		return "the host got a datagram";
	return terminal >= 0 && read(terminal, &key, 1) == 1 ? "the host's terminal got a key" : NULL;
}

/* ---- the stand-in and its attacker ------------------------------------------------------------------- */

static attack_target make_target(int descriptor)
{
	return (attack_target){.host = getpid(),
	                       .canary = (uintptr_t)&shared->canary,
	                       .secret = (uintptr_t)shared->secret,
	                       .segment = segment,
	                       .descriptor = descriptor,
	                       .port = port,
	                       .folder = folder,
	                       .socket = socket_name,
	                       .terminal = terminal_name};
}

/* Shared memory for a worker, as a host makes it; -1 where there is none. */
static int share_memory(mod_go_channel *channel, atomic_bool *gone)
{
	int descriptor = mod_go_memory_file("mod-go-check", false);
	mod_go_shared *memory;

	if (descriptor < 0 || ftruncate(descriptor, sizeof(mod_go_shared)) != 0)
		return -1;
	memory = mmap(NULL, sizeof(mod_go_shared), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	if (memory == MAP_FAILED)
		return -1;
	mod_go_channel_create(channel, memory, gone);
	return descriptor;
}

/* Runs the attack in a worker, which is started as every worker is, and reads what it prints. */
static void attack_from_worker(const struct attack *attack, const attack_target *target, const char *worker)
{
	const char *arguments[3 + ATTACK_WORDS + 1] = {"--attack", MEMORY, attack->function};
	static atomic_bool gone;
	mod_go_process process;
	mod_go_channel channel;
	mod_go_error error;
	attack_words words;
	int lifeline[2], output[2], given[3];
	size_t used = 0;
	ssize_t count;
	char *begun;

	attack_target_write(target, words);
	for (int i = 0; i < ATTACK_WORDS; i++)
		arguments[3 + i] = words[i];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lifeline) != 0 || pipe2(output, O_CLOEXEC) != 0)
		return;
	given[0] = lifeline[1];
	given[1] = share_memory(&channel, &gone);
	given[2] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (mod_go_process_start(&process, worker, arguments, MEMORY, "the self-test", given, output[1],
	                         &error) != MOD_GO_OK) {
		snprintf(shared->answer, sizeof(shared->answer), "%s: %s", ATTACK_THROUGH, error.message);
		return;
	}
	close(output[1]);
	close(lifeline[1]);
	while ((count = read(output[0], shared->answer + used, sizeof(shared->answer) - 1 - used)) > 0)
		used += (size_t)count;
	mod_go_process_ended(&process, 1000);
	/* An attack that did not begin is not held. */
	begun = strstr(shared->answer, ATTACK_BEGINS);
	if (begun != NULL)
		begun += strlen(ATTACK_BEGINS);
	memmove(shared->answer,
	        begun == NULL    ? ""
	        : *begun == '\0' ? "the attacker has ended"
	                         : begun,
	        begun == NULL    ? 1
	        : *begun == '\0' ? sizeof("the attacker has ended")
	                         : strlen(begun) + 1);
}

static void attack_from_copy(const struct attack *attack, const attack_target *target, const attacker *by)
{
	pid_t child = fork();

	if (child != 0) {
		waitpid(child, NULL, 0);
		return;
	}
	if (by->restrict_self != NULL && !by->restrict_self(by->context))
		snprintf(shared->answer, sizeof(shared->answer), "%s: the fence could not be set", ATTACK_THROUGH);
	else
		snprintf(shared->answer, sizeof(shared->answer), "%s", attack_run(attack->function, target));
	_exit(0);
}

static _Noreturn void be_host(const struct attack *attack, const attacker *by)
{
	attack_target target;

	setpgid(0, 0);
	/* Where only a parent may trace (ptrace_scope is 1), the attacks must not fail because of that. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	target = make_target(open(file, O_RDWR | O_CLOEXEC));
	if (by->ordinary && !guard_drop_capabilities())
		_exit(1);
	if (by->worker != NULL)
		attack_from_worker(attack, &target, by->worker);
	else
		attack_from_copy(attack, &target, by);
	atomic_store(&shared->done, true);
	for (;;)
		pause();
}

const char *stand_in_attacked(const struct attack *attack, const attacker *by)
{
	struct facts before = facts_of(0);
	uint64_t until = mod_go_now() + (uint64_t)ATTACK_SECONDS * 1000000000u;
	const char *result;
	siginfo_t end = {0};
	pid_t host;

	before.oom_score = oom_score_of(getpid());
	if (!reset())
		return "the files to attack could not be made";
	fflush(stdout);
	host = fork();
	if (host == 0)
		be_host(attack, by);
	while (host > 0 && !atomic_load(&shared->done) && end.si_pid == 0 && mod_go_now() < until) {
		usleep(500);
		waitid(P_PID, (id_t)host, &end, WEXITED | WNOHANG | WNOWAIT);
	}
	result = host > 0 ? achieved(host, &before) : "no process could be started";
	if (host > 0) {
		kill(-host, SIGKILL);
		kill(host, SIGKILL);
		waitpid(host, NULL, 0);
	}
	return result;
}

const char *stand_in_answer(void)
{
	return shared->answer;
}

int fence_parts_with(int landlock)
{
	int parts = FILTER | ENVIRONMENT | (geteuid() == 0 ? CAPABILITIES : 0);

	if (landlock < MOD_GO_LANDLOCK_TRUNCATE)
		parts |= OPENING;
	if (landlock > 0)
		parts |= LANDLOCK;
	if (landlock >= MOD_GO_LANDLOCK_TRUNCATE)
		parts |= TRUNCATING;
	if (landlock >= MOD_GO_LANDLOCK_NETWORK)
		parts |= TCP;
	if (landlock >= MOD_GO_LANDLOCK_SCOPES)
		parts |= SCOPES;
	return parts;
}

int fence_parts(void)
{
	return fence_parts_with(mod_go_landlock_version());
}
