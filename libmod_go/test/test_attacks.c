/*
 * test_attacks.c - each attack of the self-test achieves what it is named for where nothing stops it, answers with the
 * system's reason where something does.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "check/attacks.h"
#include "check/stand_in.h"
#include "fenced/landlock_version.h"
#include "refuse.h"

static const char ENDED[] = "the host has ended", MEMORY[] = "the host's memory is changed",
				  SECRET[] = "a secret is known", OTHERWISE[] = "the host is scheduled or limited otherwise",
				  FILES[] = "a file is changed", CONNECTED[] = "the host's socket is connected to",
				  THROUGH[] = ATTACK_THROUGH;

/* What an attack achieves where it succeeds. The others are THROUGH: only the attacker can see it. */
static const struct achievement {
	const char *function, *result;
} ACHIEVEMENTS[] = {
	{"proc_mem", MEMORY},
	{"proc_mem_read", SECRET},
	{"process_vm_writev", MEMORY},
	{"process_vm_readv", SECRET},
	{"ptrace", MEMORY},
	{"shared_memory", MEMORY},
	{"proc_fd", FILES},
	{"pidfd_getfd", FILES},
	{"kill", ENDED},
	{"kill_group", ENDED},
	{"tgkill", ENDED},
	{"tkill", ENDED},
	{"rt_sigqueueinfo", ENDED},
	{"rt_tgsigqueueinfo", ENDED},
	{"pidfd_send_signal", ENDED},
	{"setown", ENDED},
	{"setown_ex", ENDED},
	{"fiosetown", ENDED},
	{"siocspgrp", ENDED},
	{"affinity", OTHERWISE},
	{"scheduler", OTHERWISE},
	{"scheduling_attributes", OTHERWISE},
	{"priority", OTHERWISE},
	{"io_priority", OTHERWISE},
	{"limits", OTHERWISE},
	{"oom_score", OTHERWISE},
	{"terminal", "the host's terminal got a key"},
	{"program", FILES},
	{"execve", FILES},
	{"calls_x32", ENDED},
	{"write_file", FILES},
	{"truncating_open", FILES},
	{"truncate", FILES},
	{"make_file", FILES},
	{"make_folder", FILES},
	{"make_fifo", FILES},
	{"make_socket", FILES},
	{"remove_folder", FILES},
	{"remove_file", FILES},
	{"rename_file", FILES},
	{"link_file", FILES},
	{"symbolic_link", FILES},
	{"permissions", FILES},
	{"open_permissions", FILES},
	{"times", FILES},
	{"abstract_socket", CONNECTED},
	{"path_socket", CONNECTED},
	{"connect_tcp", CONNECTED},
	{"send_udp", "the host got a datagram"},
	{"read_file", SECRET},
	{"environment", SECRET},
	{"own_environ", SECRET},
	{"host_environ", SECRET},
	{"calls_32", THROUGH},
	{"dumpable", THROUGH},
};

static const struct attack *attack_named(const char *function)
{
	for (size_t i = 0; i < attack_count; i++) {
		if (strcmp(attack_list[i].function, function) == 0)
			return &attack_list[i];
	}
	abort();
}

static const char *achievement_of(const char *function)
{
	for (size_t i = 0; i < sizeof(ACHIEVEMENTS) / sizeof(*ACHIEVEMENTS); i++) {
		if (strcmp(ACHIEVEMENTS[i].function, function) == 0)
			return ACHIEVEMENTS[i].result;
	}
	return THROUGH;
}

static void prepare(void)
{
	CHECK(stand_in_prepare(check_folder()) == NULL);
	alarm(100);
}

TEST(each_attack_achieves_what_it_is_named_for)
{
	attacker unfenced = {0};

	for (size_t i = 0; i < sizeof(ACHIEVEMENTS) / sizeof(*ACHIEVEMENTS); i++)
		attack_named(ACHIEVEMENTS[i].function);
	prepare();
	for (size_t i = 0; i < attack_count; i++) {
		const char *function = attack_list[i].function,
				   *result = stand_in_attacked(&attack_list[i], &unfenced),
				   *expected = achievement_of(function), *answer = stand_in_answer();

		if (result == NULL) /* test_escapes.c knows which must succeed */
			continue;
		if (!CHECK_TEXT(result, expected))
			printf("    %s\n", function);
		if (expected == THROUGH)
			CHECK_TEXT(answer, ATTACK_THROUGH);
		else if (expected != SECRET && !CHECK(strcmp(answer, "done") == 0 || answer[0] == '\0'))
			printf("    %s: %s\n", function, answer);
	}
}

/* An attack that fails for another reason would hide a hole in the fence. Where the machine lacks what an attack needs,
 * it fails for that. */
TEST(it_is_the_fence_that_stops_an_attack)
{
	static const char *const REASONS[] = {"Operation not permitted", "Permission denied",
	                                      "Bad file descriptor", "not set", "one processor"};
	attacker by = {.worker = check_program("mod-go-worker")};

	prepare();
	for (size_t i = 0; i < attack_count; i++) {
		const char *answer;
		bool known = false;

		if ((attack_list[i].stopped_by & fence_parts()) == 0)
			continue;
		CHECK(stand_in_attacked(&attack_list[i], &by) == NULL);
		if (attack_list[i].needs != NULL)
			continue;
		answer = stand_in_answer();
		for (size_t j = 0; j < sizeof(REASONS) / sizeof(*REASONS); j++)
			known = known || strcmp(answer, REASONS[j]) == 0;
		if (!CHECK(known || strncmp(answer, "the fence refuses the system call ", 34) == 0))
			printf("    %s: %s\n", attack_list[i].function, answer);
	}
}

/* Whoever lacks the capability cannot raise the limits that it has lowered. */
TEST(the_attack_on_its_own_limits_needs_a_capability)
{
	attacker ordinary = {.ordinary = true};

	prepare();
	CHECK(stand_in_attacked(attack_named("own_limits"), &ordinary) == NULL);
	CHECK_TEXT(stand_in_answer(), strerror(EPERM));
}

/* ---- refused calls --------------------------------------------------------------------------------------- */

/* System calls that an attack cannot do without. */
static const struct refused {
	const char *function;
	int call;
} REFUSED[] = {
	{"proc_mem", SYS_pwrite64},
	{"proc_mem_read", SYS_pread64},
	{"process_vm_writev", SYS_process_vm_writev},
	{"process_vm_readv", SYS_process_vm_readv},
	{"ptrace", SYS_ptrace},
	{"shared_memory", SYS_shmat},
	{"proc_fd", SYS_pwrite64},
	{"pidfd_getfd", SYS_pwrite64},
	{"kill", SYS_kill},
	{"kill_group", SYS_kill},
	{"tgkill", SYS_tgkill},
	{"tkill", SYS_tkill},
	{"rt_sigqueueinfo", SYS_rt_sigqueueinfo},
	{"rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo},
	{"pidfd_send_signal", 424},
	{"setown", SYS_socketpair},
	{"setown", SYS_fcntl},
	{"setown_ex", SYS_socketpair},
	{"setown_ex", SYS_fcntl},
	{"fiosetown", SYS_socketpair},
	{"fiosetown", SYS_ioctl},
	{"siocspgrp", SYS_ioctl},
	{"setown_command", SYS_socketpair},
	{"setown_command", SYS_fcntl},
	{"setown_ex_command", SYS_fcntl},
	{"setsig_command", SYS_fcntl},
	{"async_flag", SYS_fcntl},
	{"async_request", SYS_socketpair},
	{"async_request", SYS_ioctl},
	{"scheduler", SYS_sched_setscheduler},
	{"scheduling_attributes", SYS_sched_setattr},
	{"priority", SYS_setpriority},
	{"io_priority", SYS_ioprio_set},
	{"limits", SYS_prlimit64},
	{"own_limits", SYS_prlimit64},
	{"real_time", SYS_sched_setscheduler},
	{"terminal", SYS_ioctl},
	{"fork", SYS_clone},
	{"program", SYS_clone},
	{"execve", SYS_execve},
	{"io_uring", 425},
	{"unshare", SYS_unshare},
	{"keys", SYS_keyctl},
	{"memory_file", SYS_memfd_create},
	{"shared_mapping", SYS_mmap},
	{"growing_mapping", SYS_mmap},
	{"larger_pipe", SYS_fcntl},
	{"write_file", SYS_openat},
	{"truncating_open", SYS_openat},
	{"truncate", SYS_truncate},
	{"make_file", SYS_openat},
	{"make_unnamed", SYS_openat},
	{"make_socket", SYS_socket},
	{"make_socket", SYS_bind},
	{"open_permissions", SYS_openat},
	{"open_permissions", SYS_fchmod},
	{"times", SYS_utimensat},
	{"attributes", SYS_setxattr},
	{"abstract_socket", SYS_socket},
	{"abstract_socket", SYS_connect},
	{"path_socket", SYS_connect},
	{"connect_tcp", SYS_connect},
	{"listen_tcp", SYS_socket},
	{"listen_tcp", SYS_bind},
	{"listen_tcp", SYS_listen},
	{"send_udp", SYS_socket},
	{"send_udp", SYS_sendto},
	{"netlink", SYS_socket},
	{"read_file", SYS_read},
	{"list_folder", SYS_openat},
	{"list_folder", SYS_getdents64},
	{"watch_folder", SYS_inotify_add_watch},
	{"lock_file", SYS_flock},
	{"lock_range", SYS_fcntl},
	{"own_environ", SYS_read},
	{"host_environ", SYS_read},
#ifdef __x86_64__
	{"fork_call", SYS_fork},
	{"clone_call", SYS_clone},
	{"make_folder", SYS_mkdir},
	{"remove_folder", SYS_rmdir},
	{"remove_file", SYS_unlink},
	{"rename_file", SYS_rename},
	{"link_file", SYS_link},
	{"symbolic_link", SYS_symlink},
	{"permissions", SYS_chmod},
#endif
};

static const struct refused *now_refused;
static attack_target target;

static void attack_refused(void)
{
	CHECK(refuse_call(now_refused->call, -1, EDOM));
	if (!CHECK_TEXT(attack_run(now_refused->function, &target), strerror(EDOM)))
		printf("    %s without system call %d\n", now_refused->function, now_refused->call);
}

/* Makes a target that an attack may destroy. */
static void make_target(void)
{
	static char path[4200];
	pid_t host = fork();

	if (host == 0) {
		alarm(100);
		for (;;)
			pause();
	}
	snprintf(path, sizeof(path), "%s/file", check_folder());
	check_write(path, "content", 7);
	target = (attack_target){.host = host,
	                         .folder = check_folder(),
	                         .socket = "no-such-socket",
	                         .terminal = "/dev/null",
	                         .port = 9};
}

TEST(an_attack_whose_system_call_is_refused_answers_with_the_reason)
{
	make_target();
	for (size_t i = 0; i < sizeof(REFUSED) / sizeof(*REFUSED); i++) {
		now_refused = &REFUSED[i];
		attack_named(now_refused->function);
		check_in_child(attack_refused);
	}
	kill(target.host, SIGKILL);
	waitpid(target.host, NULL, 0);
}

static void attack_without_processors(void)
{
	cpu_set_t may, one;

	CPU_ZERO(&one);
	CHECK(sched_getaffinity(0, sizeof(may), &may) == 0);
	for (int i = 0; CPU_COUNT(&one) == 0; i++) {
		if (CPU_ISSET(i, &may))
			CPU_SET(i, &one);
	}
	CHECK(sched_setaffinity(0, sizeof(one), &one) == 0);
	CHECK_TEXT(attack_run("affinity", &target), "one processor");
	sched_setaffinity(0, sizeof(may), &may);
	refuse_call(SYS_sched_getaffinity, -1, EDOM);
	CHECK_TEXT(attack_run("affinity", &target), "one processor");
	refuse_call(SYS_prctl, PR_SET_DUMPABLE, EDOM);
	CHECK_TEXT(attack_run("dumpable", &target), strerror(EDOM));
	unsetenv(ATTACK_SECRET);
	CHECK_TEXT(attack_run("environment", &target), "not set");
	/* Its answer counts as a success, so that a misspelt attack is noticed. */
	CHECK_CONTAINS(attack_run("nonsense", &target), ATTACK_THROUGH);
}

TEST(an_attack_that_cannot_be_made_says_so)
{
	make_target();
	check_in_child(attack_without_processors);
	kill(target.host, SIGKILL);
	waitpid(target.host, NULL, 0);
}
