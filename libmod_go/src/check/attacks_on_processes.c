/* attacks_on_processes.c - attacks on other processes, and by system calls that no UDF needs. */
#include "check/attacks.h"

#include <errno.h>
#include <fcntl.h>

#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- memory and descriptors ------------------------------------------------------------------------- */

static const int escaped = ATTACK_NUMBER;

static bool proc_mem(void)
{
	return attack_gave(
		pwrite(attack_open_of_host("mem", O_RDWR), &escaped, sizeof(escaped), (off_t)attack_now()->canary));
}

static bool proc_mem_read(void)
{
	char secret[64] = "";
	ssize_t count =
		pread(attack_open_of_host("mem", O_RDONLY), secret, sizeof(secret) - 1, (off_t)attack_now()->secret);

	return count < 0 ? attack_gave(-1) : attack_answer(secret);
}

static bool copy_memory(bool write)
{
	char secret[64] = "";
	struct iovec here = {write ? (void *)(uintptr_t)&escaped : secret,
	                     write ? sizeof(escaped) : sizeof(secret) - 1};
	struct iovec there = {(void *)(uintptr_t)(write ? attack_now()->canary : attack_now()->secret),
	                      here.iov_len};
	ssize_t count =
		(write ? process_vm_writev : process_vm_readv)(attack_now()->host, &here, 1, &there, 1, 0);

	return count < 0 ? attack_gave(-1) : attack_answer(secret);
}

static bool trace(void)
{
	if (ptrace(PTRACE_ATTACH, attack_now()->host, NULL, NULL) != 0)
		return attack_gave(-1);
	waitpid(attack_now()->host, NULL, __WALL);
	ptrace(PTRACE_POKEDATA, attack_now()->host, (void *)(uintptr_t)attack_now()->canary,
	       (void *)(uintptr_t)ATTACK_NUMBER);
	return attack_gave(ptrace(PTRACE_DETACH, attack_now()->host, NULL, NULL));
}

static bool shared_memory(void)
{
	int *memory = shmat((int)attack_now()->segment, NULL, 0);

	if (memory == (void *)-1)
		return attack_gave(-1);
	*memory = ATTACK_NUMBER;
	return attack_gave(0);
}

static bool proc_fd(void)
{
	char name[32];

	snprintf(name, sizeof(name), "fd/%d", (int)attack_now()->descriptor);
	return attack_gave(pwrite(attack_open_of_host(name, O_RDWR), "escaped", 7, 0));
}

static int pidfd(void)
{
	return (int)syscall(434 /* pidfd_open */, attack_now()->host, 0);
}

static bool take_descriptor(void)
{
	return attack_gave(
		pwrite((int)syscall(438 /* pidfd_getfd */, pidfd(), attack_now()->descriptor, 0), "escaped", 7, 0));
}

/* ---- signals ---------------------------------------------------------------------------------------- */

static bool queue_signal(bool to_thread)
{
	siginfo_t facts = {.si_signo = SIGKILL, .si_code = SI_QUEUE};

	facts.si_pid = getpid();
	return attack_gave(
		to_thread ? syscall(SYS_rt_tgsigqueueinfo, attack_now()->host, attack_now()->host, SIGKILL, &facts)
				  : syscall(SYS_rt_sigqueueinfo, attack_now()->host, SIGKILL, &facts));
}

/* Has the kernel signal the owner of a socket when there is something to read from it. */
static bool signal_as_owner(int how)
{
	struct {
		int type, id;
	} owner = {1 /* F_OWNER_PID */, attack_now()->host};
	int ends[2], on = 1, id = attack_now()->host;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return attack_gave(-1);
	errno = 0;
	if (how == F_SETOWN || how == 15 /* F_SETOWN_EX */) {
		if ((how == F_SETOWN ? fcntl(ends[0], F_SETOWN, id) : fcntl(ends[0], 15, &owner)) != 0 ||
		    fcntl(ends[0], 10 /* F_SETSIG */, SIGKILL) != 0 || fcntl(ends[0], F_SETFL, O_ASYNC) != 0)
			return attack_gave(-1);
	} else if (ioctl(ends[0], (unsigned long)how, &id) != 0 || ioctl(ends[0], FIOASYNC, &on) != 0) {
		return attack_gave(-1);
	}
	return attack_gave(write(ends[1], "x", 1));
}

/* One step of that. */
static bool command(int command, long argument)
{
	int ends[2], on = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return attack_gave(-1);
	errno = 0;
	return attack_tried(
		(command == FIOASYNC ? ioctl(ends[0], FIOASYNC, &on) : fcntl(ends[0], command, argument)) == 0);
}

/* ---- scheduling and limits --------------------------------------------------------------------------- */

static bool set_affinity(void)
{
	cpu_set_t may, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(may), &may) != 0 || CPU_COUNT(&may) < 2)
		return attack_answer("one processor");
	for (int i = 0; CPU_COUNT(&one) == 0; i++) {
		if (CPU_ISSET(i, &may))
			CPU_SET(i, &one);
	}
	return attack_gave(sched_setaffinity(attack_now()->host, sizeof(one), &one));
}

static bool set_scheduler(void)
{
	struct sched_param parameters = {.sched_priority = 0};

	return attack_gave(sched_setscheduler(attack_now()->host, SCHED_IDLE, &parameters));
}

static bool set_scheduling_attributes(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t times[3];
	} requested = {.size = 48, .policy = SCHED_IDLE};

	return attack_gave(syscall(SYS_sched_setattr, attack_now()->host, &requested, 0));
}

static bool set_priority(void)
{
	int niceness = getpriority(PRIO_PROCESS, 0); /* 19 at most */

	return attack_gave(
		setpriority(PRIO_PROCESS, (id_t)attack_now()->host, niceness > 16 ? 16 : niceness + 3));
}

static bool set_limits(void)
{
	struct rlimit few = {5, 5};

	return attack_gave(prlimit(attack_now()->host, RLIMIT_NOFILE, &few, NULL));
}

static bool set_own_limits(void)
{
	struct rlimit none = {0, 0}, any = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_CORE, &none);
	return attack_tried(setrlimit(RLIMIT_CORE, &any) == 0);
}

static bool set_oom_score(void)
{
	return attack_gave(write(attack_open_of_host("oom_score_adj", O_WRONLY), "777", 3));
}

static bool become_real_time(void)
{
	struct sched_param parameters = {.sched_priority = 1};

	return attack_tried(sched_setscheduler(0, SCHED_RR, &parameters) == 0);
}

static bool type_into_terminal(void)
{
	char key = 'x';

	return attack_gave(ioctl(open(attack_now()->terminal, O_RDONLY | O_NOCTTY), TIOCSTI, &key));
}

/* ---- programs and system calls ----------------------------------------------------------------------- */

static bool call_fork(int how)
{
	pid_t child = -1;

	errno = ENOSYS;
	if (how == 0)
		child = fork();
#ifdef SYS_fork
	else
		child = (pid_t)syscall(how == 1 ? SYS_fork : SYS_clone, how == 1 ? 0 : SIGCHLD, 0, 0, 0, 0);
#endif
	if (child == 0)
		_exit(0);
	return attack_tried(child > 0);
}

static bool run_program(bool in_child)
{
	char *words[] = {"sh", "-c", "echo escaped >\"$0\"", (char *)(uintptr_t)attack_path("file"), NULL};
	pid_t child = in_child ? fork() : 0;

	if (child < 0)
		return attack_gave(-1);
	if (child == 0) {
		execv("/bin/sh", words);
		if (in_child)
			_exit(1);
		return attack_gave(-1);
	}
	return attack_gave(waitpid(child, NULL, 0));
}

static bool call_32_bit(void)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(2L /* fork */) : "memory", "r8", "r9", "r10", "r11");
	if (result == 0)
		_exit(0);
	errno = (int)-result;
	return attack_tried(result > 0);
#else
	return attack_answer("not of this machine");
#endif
}

static bool call_x32(void)
{
#ifdef __x86_64__
	return attack_gave(syscall(0x40000000L + SYS_kill, attack_now()->host, SIGKILL));
#else
	return attack_answer("not of this machine");
#endif
}

static bool map_memory(int flags)
{
	return attack_tried(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED);
}

static bool enlarge_pipe(void)
{
	int ends[2];

	return attack_tried(pipe(ends) == 0 && fcntl(ends[0], F_SETPIPE_SZ, 1 << 18) > 0);
}

static bool set_up_ring(void)
{
	char parameters[256] = {0};

	return attack_tried(syscall(425 /* io_uring_setup */, 1, parameters) >= 0);
}

bool attack_processes(const char *function)
{
#define IS(text) if (strcmp(function, text) == 0)
	IS("proc_mem") return proc_mem();
	IS("proc_mem_read") return proc_mem_read();
	IS("process_vm_writev") return copy_memory(true);
	IS("process_vm_readv") return copy_memory(false);
	IS("ptrace") return trace();
	IS("shared_memory") return shared_memory();
	IS("proc_fd") return proc_fd();
	IS("pidfd_getfd") return take_descriptor();
	IS("kill") return attack_gave(kill(attack_now()->host, SIGKILL));
	IS("kill_group")
	{
		signal(SIGUSR1, SIG_IGN);
		return attack_gave(kill(0, SIGUSR1));
	}
	IS("tgkill") return attack_gave(syscall(SYS_tgkill, attack_now()->host, attack_now()->host, SIGKILL));
	IS("tkill") return attack_gave(syscall(SYS_tkill, attack_now()->host, SIGKILL));
	IS("rt_sigqueueinfo") return queue_signal(false);
	IS("rt_tgsigqueueinfo") return queue_signal(true);
	IS("pidfd_send_signal") return attack_gave(syscall(424, pidfd(), SIGKILL, NULL, 0));
	IS("setown") return signal_as_owner(F_SETOWN);
	IS("setown_ex") return signal_as_owner(15);
	IS("fiosetown") return signal_as_owner(0x8901 /* FIOSETOWN */);
	IS("siocspgrp") return signal_as_owner(0x8902 /* SIOCSPGRP */);
	IS("setown_command") return command(F_SETOWN, attack_now()->host);
	IS("setown_ex_command")
	return command(15, (long)(uintptr_t) & (int[]){1 /* F_OWNER_PID */, attack_now()->host});
	IS("setsig_command") return command(10 /* F_SETSIG */, SIGKILL);
	IS("async_flag") return command(F_SETFL, O_ASYNC);
	IS("async_request") return command(FIOASYNC, 0);
	IS("affinity") return set_affinity();
	IS("scheduler") return set_scheduler();
	IS("scheduling_attributes") return set_scheduling_attributes();
	IS("priority") return set_priority();
	IS("io_priority") return attack_gave(syscall(SYS_ioprio_set, 1, attack_now()->host, 3 << 13));
	IS("limits") return set_limits();
	IS("oom_score") return set_oom_score();
	IS("real_time") return become_real_time();
	IS("terminal") return type_into_terminal();
	IS("fork") return call_fork(0);
	IS("fork_call") return call_fork(1);
	IS("clone_call") return call_fork(2);
	IS("program") return run_program(true);
	IS("execve") return run_program(false);
	IS("calls_32") return call_32_bit();
	IS("calls_x32") return call_x32();
	IS("io_uring") return set_up_ring();
	IS("unshare") return attack_tried(unshare(CLONE_NEWUSER) == 0);
	IS("keys")
	return attack_tried(syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3 /* the session's */, 1) >= 0);
	IS("memory_file") return attack_tried(syscall(SYS_memfd_create, "escape", 0) >= 0);
	IS("shared_mapping") return map_memory(MAP_SHARED | MAP_ANONYMOUS);
	IS("growing_mapping") return map_memory(MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN);
	IS("larger_pipe") return enlarge_pipe();
	IS("own_limits") return set_own_limits();
	IS("dumpable") return attack_tried(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
	return false;
}
