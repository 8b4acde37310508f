/* refused_call.c - the handler of SIGSYS. It runs on any thread of the module, so it calls only write. */
#include "worker/refused_call.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* The newest system call that the lists know of. Programs are used to ENOSYS for newer ones. */
#define NEWEST 470

#define CALL(name)                                                                                           \
	{                                                                                                        \
		SYS_##name, #name                                                                                    \
	}

/* The calls that modules may try, by name; the log has the number of others. */
static const struct {
	int number;
	const char *name;
} NAMES[] = {
	CALL(execve),
	CALL(execveat),
#ifdef SYS_fork
	CALL(fork),
#endif
#ifdef SYS_vfork
	CALL(vfork),
#endif
	CALL(tkill),
	CALL(rt_sigqueueinfo),
	CALL(rt_tgsigqueueinfo),
	CALL(ptrace),
	CALL(process_vm_readv),
	CALL(process_vm_writev),
	CALL(socket),
	CALL(connect),
	CALL(bind),
	CALL(listen),
	CALL(accept4),
	CALL(memfd_create),
	CALL(shmget),
	CALL(shmat),
#ifdef SYS_mkdir
	CALL(mkdir),
#endif
	CALL(mkdirat),
#ifdef SYS_unlink
	CALL(unlink),
#endif
	CALL(unlinkat),
#ifdef SYS_rename
	CALL(rename),
#endif
	CALL(renameat),
	CALL(renameat2),
#ifdef SYS_link
	CALL(link),
#endif
	CALL(linkat),
#ifdef SYS_symlink
	CALL(symlink),
#endif
	CALL(symlinkat),
#ifdef SYS_chmod
	CALL(chmod),
#endif
	CALL(fchmod),
	CALL(fchmodat),
#ifdef SYS_chown
	CALL(chown),
#endif
	CALL(fchown),
	CALL(fchownat),
	CALL(truncate),
	CALL(ftruncate),
	CALL(fallocate),
	CALL(flock),
#ifdef SYS_mknod
	CALL(mknod),
#endif
	CALL(mknodat),
#ifdef SYS_creat
	CALL(creat),
#endif
	CALL(setxattr),
	CALL(utimensat),
	CALL(inotify_init1),
	CALL(inotify_add_watch),
	CALL(mount),
	CALL(unshare),
	CALL(setns),
	CALL(bpf),
	CALL(perf_event_open),
	CALL(keyctl),
	CALL(sched_setscheduler),
	CALL(setpriority),
	CALL(setuid),
	CALL(setgid),
	CALL(setsid),
	CALL(personality),
	CALL(userfaultfd),
	CALL(mlock),
	CALL(mlockall),
	CALL(sync),
	CALL(settimeofday),
	{425, "io_uring_setup"},
	{434, "pidfd_open"},
};

static atomic_bool reported[NEWEST + 1];

static size_t append(char *text, size_t used, const char *more)
{
	while (*more != '\0')
		text[used++] = *more++;
	return used;
}

static size_t append_number(char *text, size_t used, unsigned number)
{
	char digits[12];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return append(text, used, digits + at);
}

static void report(int number)
{
	char text[160];
	size_t used = append(text, 0, "the fence refuses the system call ");
	ssize_t ignored;

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		if (NAMES[i].number == number) {
			used = append(text, used, NAMES[i].name);
			used = append(text, used, ", ");
			break;
		}
	}
	used = append_number(text, used, (unsigned)number);
	used = append(text, used, ", to this module: docs/fence.md has what a module may do\n");
	ignored = write(STDERR_FILENO, text, used);
	(void)ignored;
}

static void refuse(int signal, siginfo_t *facts, void *context)
{
	ucontext_t *state = context;
	int number = facts->si_syscall, reason = errno;
	int answer = number > NEWEST ? -ENOSYS : -EPERM;

	(void)signal;
#if defined(__x86_64__)
	state->uc_mcontext.gregs[REG_RAX] = answer;
#elif defined(__aarch64__)
	state->uc_mcontext.regs[0] = (unsigned long long)(long long)answer;
#else
	(void)state, (void)answer;
#endif
	if (number >= 0 && number <= NEWEST && !atomic_exchange(&reported[number], true))
		report(number);
	errno = reason;
}

bool refused_call_handle(void)
{
	struct sigaction action = {.sa_sigaction = refuse, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};

	sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) == 0;
}
