/* escape.c - a module whose functions attack other processes: attacks of escape_list.h. */
#include "attack.h"

#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

/* ---- memory and descriptors ------------------------------------------------------------------------- */

static const int escaped = ESCAPED;

static int proc_mem(void)
{
	return gave(pwrite(open_of_host("mem", O_RDWR), &escaped, sizeof(escaped), (off_t)number(ESCAPE_CANARY)));
}

static int proc_mem_read(void)
{
	char secret[64] = "";
	ssize_t count =
		pread(open_of_host("mem", O_RDONLY), secret, sizeof(secret) - 1, (off_t)number(ESCAPE_SECRET));

	return count < 0 ? gave(-1) : answer(secret);
}

static int copy_memory(bool write)
{
	char secret[64] = "";
	struct iovec here = {write ? (void *)(uintptr_t)&escaped : secret,
	                     write ? sizeof(escaped) : sizeof(secret) - 1};
	struct iovec there = {(void *)(uintptr_t)number(write ? ESCAPE_CANARY : ESCAPE_SECRET), here.iov_len};
	ssize_t count = (write ? process_vm_writev : process_vm_readv)(host(), &here, 1, &there, 1, 0);

	return count < 0 ? gave(-1) : answer(secret);
}

static int trace(void)
{
	if (ptrace(PTRACE_ATTACH, host(), NULL, NULL) != 0)
		return gave(-1);
	waitpid(host(), NULL, __WALL);
	ptrace(PTRACE_POKEDATA, host(), (void *)(uintptr_t)number(ESCAPE_CANARY), (void *)(uintptr_t)ESCAPED);
	return gave(ptrace(PTRACE_DETACH, host(), NULL, NULL));
}

static int shared_memory(void)
{
	int *memory = shmat((int)number(ESCAPE_SHARED), NULL, 0);

	if (memory == (void *)-1)
		return gave(-1);
	*memory = ESCAPED;
	return gave(0);
}

static int proc_fd(void)
{
	char name[32];

	snprintf(name, sizeof(name), "fd/%d", (int)number(ESCAPE_OPEN));
	return gave(pwrite(open_of_host(name, O_RDWR), "escaped", 7, 0));
}

static int pidfd(void)
{
	return (int)syscall(434 /* pidfd_open */, host(), 0);
}

static int take_descriptor(void)
{
	return gave(
		pwrite((int)syscall(438 /* pidfd_getfd */, pidfd(), number(ESCAPE_OPEN), 0), "escaped", 7, 0));
}

/* ---- signals ---------------------------------------------------------------------------------------- */

static int queue_signal(bool to_thread)
{
	siginfo_t facts = {.si_signo = SIGKILL, .si_code = SI_QUEUE};

	facts.si_pid = getpid();
	return gave(to_thread ? syscall(SYS_rt_tgsigqueueinfo, host(), host(), SIGKILL, &facts)
	                      : syscall(SYS_rt_sigqueueinfo, host(), SIGKILL, &facts));
}

/* Has the kernel signal the owner of a socket when there is something to read from it. */
static int signal_as_owner(int how)
{
	struct {
		int type, id;
	} owner = {1 /* F_OWNER_PID */, host()};
	int ends[2], on = 1, id = host();

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return gave(-1);
	errno = 0;
	if (how == F_SETOWN || how == 15 /* F_SETOWN_EX */) {
		if ((how == F_SETOWN ? fcntl(ends[0], F_SETOWN, id) : fcntl(ends[0], 15, &owner)) != 0 ||
		    fcntl(ends[0], 10 /* F_SETSIG */, SIGKILL) != 0 || fcntl(ends[0], F_SETFL, O_ASYNC) != 0)
			return gave(-1);
	} else if (ioctl(ends[0], (unsigned long)how, &id) != 0 || ioctl(ends[0], FIOASYNC, &on) != 0) {
		return gave(-1);
	}
	return gave(write(ends[1], "x", 1));
}

/* One step of that. */
static int command(int command, long argument)
{
	int ends[2], on = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return gave(-1);
	errno = 0;
	return tried((command == FIOASYNC ? ioctl(ends[0], FIOASYNC, &on) : fcntl(ends[0], command, argument)) ==
	             0);
}

/* ---- scheduling and limits --------------------------------------------------------------------------- */

static int set_affinity(void)
{
	cpu_set_t may, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(may), &may) != 0 || CPU_COUNT(&may) < 2)
		return answer("one processor");
	for (int i = 0; CPU_COUNT(&one) == 0; i++) {
		if (CPU_ISSET(i, &may))
			CPU_SET(i, &one);
	}
	return gave(sched_setaffinity(host(), sizeof(one), &one));
}

static int set_scheduler(void)
{
	struct sched_param parameters = {.sched_priority = 0};

	return gave(sched_setscheduler(host(), SCHED_IDLE, &parameters));
}

static int set_scheduling_attributes(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t times[3];
	} wanted = {.size = 48, .policy = SCHED_IDLE};

	return gave(syscall(SYS_sched_setattr, host(), &wanted, 0));
}

static int set_limits(void)
{
	struct rlimit few = {5, 5};

	return gave(prlimit(host(), RLIMIT_NOFILE, &few, NULL));
}

static int set_own_limits(void)
{
	struct rlimit none = {0, 0}, any = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_CORE, &none);
	return tried(setrlimit(RLIMIT_CORE, &any) == 0);
}

static int set_oom_score(void)
{
	return gave(write(open_of_host("oom_score_adj", O_WRONLY), "777", 3));
}

static int become_real_time(void)
{
	struct sched_param parameters = {.sched_priority = 1};

	return tried(sched_setscheduler(0, SCHED_RR, &parameters) == 0);
}

static int type_into_terminal(void)
{
	char key = 'x';

	return gave(ioctl(open(text(ESCAPE_TERMINAL), O_RDONLY | O_NOCTTY), TIOCSTI, &key));
}

/* ---- programs and system calls ----------------------------------------------------------------------- */

static int call_fork(int how)
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
	return tried(child > 0);
}

static int run_program(bool in_child)
{
	char *words[] = {"sh", "-c", "echo escaped >\"$0\"", (char *)(uintptr_t)path("file"), NULL};
	pid_t child = in_child ? fork() : 0;

	if (child < 0)
		return gave(-1);
	if (child == 0) {
		execv("/bin/sh", words);
		if (in_child)
			_exit(1);
		return gave(-1);
	}
	return gave(waitpid(child, NULL, 0));
}

static int call_32_bit(void)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(2L /* fork */) : "memory", "r8", "r9", "r10", "r11");
	if (result == 0)
		_exit(0);
	errno = (int)-result;
	return tried(result > 0);
#else
	return answer("not of this machine");
#endif
}

static int call_x32(void)
{
#ifdef __x86_64__
	return gave(syscall(0x40000000L + SYS_kill, host(), SIGKILL));
#else
	return answer("not of this machine");
#endif
}

static int set_up_ring(void)
{
	char parameters[256] = {0};

	return tried(syscall(425 /* io_uring_setup */, 1, parameters) >= 0);
}

static int attack(const char *name)
{
#define IS(text) if (strcmp(name, text) == 0)
	IS("proc_mem") return proc_mem();
	IS("proc_mem_read") return proc_mem_read();
	IS("process_vm_writev") return copy_memory(true);
	IS("process_vm_readv") return copy_memory(false);
	IS("ptrace") return trace();
	IS("shared_memory") return shared_memory();
	IS("proc_fd") return proc_fd();
	IS("pidfd_getfd") return take_descriptor();
	IS("kill") return gave(kill(host(), SIGKILL));
	IS("kill_group")
	{
		signal(SIGUSR1, SIG_IGN);
		return gave(kill(0, SIGUSR1));
	}
	IS("tgkill") return gave(syscall(SYS_tgkill, host(), host(), SIGKILL));
	IS("tkill") return gave(syscall(SYS_tkill, host(), SIGKILL));
	IS("rt_sigqueueinfo") return queue_signal(false);
	IS("rt_tgsigqueueinfo") return queue_signal(true);
	IS("pidfd_send_signal") return gave(syscall(424, pidfd(), SIGKILL, NULL, 0));
	IS("setown") return signal_as_owner(F_SETOWN);
	IS("setown_ex") return signal_as_owner(15);
	IS("fiosetown") return signal_as_owner(0x8901 /* FIOSETOWN */);
	IS("siocspgrp") return signal_as_owner(0x8902 /* SIOCSPGRP */);
	IS("setown_command") return command(F_SETOWN, host());
	IS("setown_ex_command") return command(15, (long)(uintptr_t) & (int[]){1 /* F_OWNER_PID */, host()});
	IS("setsig_command") return command(10 /* F_SETSIG */, SIGKILL);
	IS("async_flag") return command(F_SETFL, O_ASYNC);
	IS("async_request") return command(FIOASYNC, 0);
	IS("affinity") return set_affinity();
	IS("scheduler") return set_scheduler();
	IS("scheduling_attributes") return set_scheduling_attributes();
	IS("priority") return gave(setpriority(PRIO_PROCESS, (id_t)host(), getpriority(PRIO_PROCESS, 0) + 3));
	IS("io_priority") return gave(syscall(SYS_ioprio_set, 1, host(), 3 << 13));
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
	IS("unshare") return tried(unshare(CLONE_NEWUSER) == 0);
	IS("keys")
	return tried(syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3 /* the session's */, 1) >= 0);
	IS("memory_file") return tried(syscall(SYS_memfd_create, "escape", 0) >= 0);
	IS("own_limits") return set_own_limits();
	IS("dumpable") return tried(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
	return -1;
}
