/*
 * test_escapes.c - tries all attacks on the fence. The attacker is a child of a stand-in for the host, and attacks
 * it: unfenced, to check that the attack works here at all; in a worker; and under each part of the fence alone, so
 * that a hole in one is found even where another part covers it. The test checks the stand-in and its files.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
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

#include "escape_list.h"
#include "fenced.h"
#include "fenced/landlock_version.h"
#include "host.h"
#include "refuse.h"
#include "worker/landlock_rules.h"
#include "worker/syscall_filter.h"
#include "worker/guard.h"

/* What restricts the attacker. */
enum hold { BY_NOTHING, BY_WORKER, BY_FILTER, BY_LANDLOCK, BY_BOTH };

#define SECRET "MODGO_TEST_SECRET"

static const char TEXT[] = "nobody shall read this";
static const char CONTENT[] = "the host's own";

/* Shared by the test, the stand-in and what runs in the stand-in. */
typedef struct stage {
	int canary;
	char secret[64];
	atomic_bool done;
	char answer[4096];
} stage;

static stage *shared;
static char folder[64], file[96], new_file[96], below[96], socket_name[64], terminal_name[64];
static int segment, listener, terminal, open_file;
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

static void prepare(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(folder, sizeof(folder), "%s", check_folder());
	snprintf(file, sizeof(file), "%s/file", folder);
	snprintf(new_file, sizeof(new_file), "%s/new", folder);
	snprintf(below, sizeof(below), "%s/folder", folder);
	segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	segment_memory = shmat(segment, NULL, 0);
	shmctl(segment, IPC_RMID,
	       NULL); /* removed when nobody uses it; until then others can attach it by its number */
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	snprintf(socket_name, sizeof(socket_name), "mod-go-test-%d", (int)getpid());
	memcpy(name.sun_path + 1, socket_name, strlen(socket_name));
	CHECK_NUMBER(bind(listener, (struct sockaddr *)&name,
	                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(socket_name))),
	             0);
	CHECK_NUMBER(listen(listener, 4), 0);
	prepare_terminal();
}

/* Resets everything to the state before an attack. */
static void reset(void)
{
	char some[64];

	memset(shared, 0, sizeof(*shared));
	snprintf(shared->secret, sizeof(shared->secret), "%s", TEXT);
	*segment_memory = 0;
	unlink(new_file);
	rmdir(new_file);
	unlink(file);
	mkdir(below, 0700);
	CHECK(check_write(file, CONTENT, sizeof(CONTENT)));
	chmod(file, 0600);
	close(accept(listener, NULL, NULL));
	while (terminal >= 0 && read(terminal, some, sizeof(some)) > 0)
		continue;
}

/* ---- what an attack has changed ---------------------------------------------------------------------- */

struct facts {
	cpu_set_t processors;
	int policy, priority, io_priority, oom_score;
	rlim_t files;
};

static int oom_score_of(pid_t process)
{
	char path[64];
	int score = -9999;
	FILE *text;

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)process);
	text = fopen(path, "r");
	if (text != NULL) {
		if (fscanf(text, "%d", &score) != 1)
			score = -9999;
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
static const char *got(pid_t host, const struct facts *before)
{
	const char *secret = getenv(SECRET);
	siginfo_t end = {0};
	struct facts now;
	char key;
	int line;

	if (waitid(P_PID, (id_t)host, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid == host)
		return "the host has ended";
	now = facts_of(host);
	if (memcmp(&now, before, sizeof(now)) != 0)
		return "the host is scheduled or limited otherwise";
	if (shared->canary != 0 || *segment_memory != 0)
		return "the host's memory is changed";
	if (strstr(shared->answer, TEXT) != NULL || (secret != NULL && strstr(shared->answer, secret) != NULL))
		return "the secret is known";
	if (strstr(shared->answer, THROUGH) != NULL)
		return THROUGH;
	if (file_is_changed())
		return "a file is changed";
	line = accept(listener, NULL, NULL);
	if (line >= 0) {
		close(line);
		return "the host's socket is connected to";
	}
	return terminal >= 0 && read(terminal, &key, 1) == 1 ? "the host's terminal got a key" : NULL;
}

/* ---- the attacker ------------------------------------------------------------------------------------ */

static void make_arguments(aerospike_udf_go_value arguments[ESCAPE_ARGUMENTS], pid_t host)
{
	arguments[ESCAPE_HOST] = integer_value(host);
	arguments[ESCAPE_CANARY] = integer_value((long long)(uintptr_t)&shared->canary);
	arguments[ESCAPE_SECRET] = integer_value((long long)(uintptr_t)shared->secret);
	arguments[ESCAPE_SHARED] = integer_value(segment);
	arguments[ESCAPE_OPEN] = integer_value(open_file);
	arguments[ESCAPE_FOLDER] = text_value(folder);
	arguments[ESCAPE_SOCKET] = text_value(socket_name);
	arguments[ESCAPE_TERMINAL] = text_value(terminal_name);
}

/* The stand-in is the host of a worker. */
static void attack_from_worker(const struct escape *escape)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module(escape->module), &options);
	aerospike_udf_go_value arguments[ESCAPE_ARGUMENTS];
	struct answer answer;

	make_arguments(arguments, getpid());
	answer = fenced_call(pool, escape->function, 10000, NULL, arguments, ESCAPE_ARGUMENTS);
	memcpy(shared->answer, answer.text, sizeof(shared->answer));
}

/* Landlock is tested for an ordinary user: neither the stand-in nor the attacker has root's capabilities, because a
 * process with fewer of them could not trace the other anyway. */
static bool is_ordinary(enum hold hold)
{
	return hold == BY_LANDLOCK || hold == BY_BOTH;
}

static bool hold_by(enum hold hold, int version)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	return (!is_ordinary(hold) || landlock_restrict(version)) &&
	       (hold == BY_LANDLOCK || syscall_filter_install(hold == BY_BOTH ? version : 0));
}

/* A child of the stand-in, under parts of the fence or none. */
static void attack_from_child(const struct escape *escape, enum hold hold, int version)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	aerospike_udf_go_value arguments[ESCAPE_ARGUMENTS];
	aerospike_udf_go_result result;
	static uint8_t buffer[2048];
	mod_go_module *module;
	mod_go_error error;
	pid_t host = getpid(), child = fork();

	if (child != 0) {
		waitpid(child, NULL, 0);
		return;
	}
	make_arguments(arguments, host);
	mod_go_result_init(&result, buffer, sizeof(buffer));
	if (mod_go_open(check_module(escape->module), &module, &error) != MOD_GO_OK ||
	    mod_go_setup(module, &error) != MOD_GO_OK)
		snprintf(shared->answer, sizeof(shared->answer), "%s: %s", THROUGH, error.message);
	else if (hold != BY_NOTHING && !hold_by(hold, version))
		snprintf(shared->answer, sizeof(shared->answer), "%s: the fence could not be set", THROUGH);
	else if (mod_go_apply_single(module, escape->function, &call, NULL, arguments, ESCAPE_ARGUMENTS,
	                             &result) == AEROSPIKE_UDF_GO_OK)
		snprintf(shared->answer, sizeof(shared->answer), "%.*s", (int)result.value.length,
		         (char *)result.value.data);
	_exit(0);
}

/* Runs the attack. Returns what it has achieved, NULL for nothing. */
static const char *attack(const struct escape *escape, enum hold hold, int version)
{
	struct facts before = facts_of(0);
	double until = check_now() + 20;
	const char *result;
	siginfo_t end = {0};
	pid_t host;

	before.oom_score = oom_score_of(getpid());
	reset();
	fflush(stdout);
	host = fork();
	if (host == 0) {
		setpgid(0, 0);
		open_file = open(file, O_RDWR);
		CHECK(!is_ordinary(hold) || guard_drop_capabilities());
		if (hold == BY_WORKER)
			attack_from_worker(escape);
		else
			attack_from_child(escape, hold, version);
		fflush(stdout);
		atomic_store(&shared->done, true);
		for (;;)
			pause();
	}
	while (!atomic_load(&shared->done) && end.si_pid == 0 && check_now() < until) {
		usleep(500);
		waitid(P_PID, (id_t)host, &end, WEXITED | WNOHANG | WNOWAIT);
	}
	CHECK(check_now() < until);
	result = got(host, &before);
	kill(-host, SIGKILL);
	kill(host, SIGKILL);
	waitpid(host, NULL, 0);
	return result;
}

static bool needs_secret(const struct escape *escape)
{
	return (escape->held_by & ENVIRONMENT) != 0 || strcmp(escape->function, "host_environ") == 0;
}

/* Runs the rows with one of the parts; none of them achieves anything. */
static void hold_all(enum hold hold, int version, int parts)
{
	size_t held = 0;

	for (size_t i = 0; i < escape_count; i++) {
		const struct escape *escape = &escape_list[i];
		const char *result;

		if ((escape->held_by & parts) == 0)
			continue;
		alarm(100);
		result = attack(escape, hold, version);
		if (result != NULL)
			printf("%s: %s (%.80s)\n", escape->name, result, shared->answer);
		CHECK(result == NULL);
		CHECK(shared->answer[0] != '\0');
		held += result == NULL;
	}
	printf("%zu held\n", held);
}

TEST(every_way_out_is_one_where_there_is_no_fence)
{
	size_t through = 0;

	prepare();
	for (size_t i = 0; i < escape_count; i++) {
		const struct escape *escape = &escape_list[i];
		const char *result = attack(escape, BY_NOTHING, 0);
		bool sure = (escape->held_by & UNSURE) == 0 && (!needs_secret(escape) || getenv(SECRET) != NULL);

		alarm(100);
		if (result == NULL)
			printf("%s: not on this machine (%.80s)\n", escape->name, shared->answer);
		CHECK(result != NULL || !sure);
		through += result != NULL;
	}
	printf("%zu of %zu get through\n", through, escape_count);
}

TEST(no_way_out_gets_through_the_fence)
{
	int parts = mod_go_landlock_version() >= MOD_GO_LANDLOCK_SCOPES ? ~0 : ~SCOPES & ~UNSURE;

	prepare();
	hold_all(BY_WORKER, 0, mod_go_landlock_version() > 0 ? parts : FILTER | OPENING | ENVIRONMENT);
}

TEST(the_filter_holds_by_itself)
{
	prepare();
	hold_all(BY_FILTER, 0, FILTER | OPENING);
}

TEST(a_kernel_without_landlock_has_fewer_ways_out)
{
	prepare();
	refuse_call(444 /* landlock_create_ruleset */, -1, ENOSYS);
	hold_all(BY_WORKER, 0, FILTER | OPENING | ENVIRONMENT | (geteuid() == 0 ? CAPABILITIES : 0));
}

TEST(landlock_holds_by_itself)
{
	int version = mod_go_landlock_version();
	int parts = LANDLOCK | (version >= MOD_GO_LANDLOCK_TRUNCATE ? TRUNCATING : 0) |
	            (version >= MOD_GO_LANDLOCK_SCOPES ? SCOPES : 0);

	if (version == 0) {
		printf("not run: this kernel has no Landlock\n");
		return;
	}
	prepare();
	hold_all(BY_LANDLOCK, version, parts);
}

/* On older kernels only abstract sockets are not protected. */
TEST(the_filter_and_an_older_landlock_hold_together)
{
	prepare();
	for (int version = 1; version < MOD_GO_LANDLOCK_SCOPES && version <= mod_go_landlock_version(); version++)
		hold_all(BY_BOTH, version, FILTER | OPENING | LANDLOCK | TRUNCATING);
}
