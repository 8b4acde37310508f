/* guard.c - closes, limits, and the filter of system calls. */
#include "worker/guard.h"

#include <dirent.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of headers that older C libraries lack. */
#define CLOSE_RANGE 436
#define CLONE3      435

void guard_close_from(int first)
{
	DIR *folder;
	struct dirent *entry;

	if (syscall(CLOSE_RANGE, first, ~0u, 0) == 0)
		return;
	folder = opendir("/proc/self/fd");
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		int descriptor = atoi(entry->d_name);

		if (descriptor >= first && descriptor != dirfd(folder))
			close(descriptor);
	}
	if (folder != NULL)
		closedir(folder);
}

void guard_limit(uint64_t memory)
{
	struct rlimit none = {0, 0};
	struct rlimit data = {memory, memory};

	setrlimit(RLIMIT_CORE, &none);
	/* Not RLIMIT_AS: Go reserves far more than it uses, and does not start without. */
	if (memory > 0)
		setrlimit(RLIMIT_DATA, &data);
}

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE

/* Never allowed. */
static const int REFUSED[] = {
	SYS_execve,
	SYS_execveat,
#ifdef SYS_fork
	SYS_fork,
	SYS_vfork,
#endif
	SYS_tkill,
	SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo,
	424 /* pidfd_send_signal */,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_kcmp,
	438 /* pidfd_getfd */,
	440 /* process_madvise */,
	448 /* process_mrelease */,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_unshare,
	SYS_setns,
	428 /* open_tree */,
	429 /* move_mount */,
	430 /* fsopen */,
	431 /* fsconfig */,
	432 /* fsmount */,
	433 /* fspick */,
	442 /* mount_setattr */,
	SYS_swapon,
	SYS_swapoff,
	SYS_reboot,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
#ifdef SYS_kexec_file_load
	SYS_kexec_file_load,
#endif
	SYS_bpf,
	SYS_perf_event_open,
	SYS_keyctl,
	SYS_add_key,
	SYS_request_key,
	SYS_acct,
	SYS_quotactl,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_adjtimex,
	SYS_clock_adjtime,
	425 /* io_uring_setup */,
	SYS_syslog,
#ifdef SYS_iopl
	SYS_iopl,
	SYS_ioperm,
#endif
};

enum { REFUSED_COUNT = sizeof(REFUSED) / sizeof(*REFUSED) };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ARGUMENT(index)                                                                                      \
	LOAD(args[index]) /* its lower half, on the byte orders that Linux has these machines in */
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define ANSWER(code)        BPF_STMT(BPF_RET | BPF_K, (code))
#define REFUSE              ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW               ANSWER(SECCOMP_RET_ALLOW)

/* A system call whose first argument must be this process. */
#define SELF_ONLY(number, self) UNLESS((number), 4), ARGUMENT(0), UNLESS((self), 1), ALLOW, REFUSE

static size_t make_filter(struct sock_filter *filter, unsigned self)
{
	const struct sock_filter head[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
		REFUSE,
		LOAD(nr),
#if defined(__x86_64__)
		/* The x32 calls have numbers of their own. */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1),
		REFUSE,
#endif
		/* Its flags are in memory, where a filter cannot look; without it libc takes clone. */
		UNLESS(CLONE3, 1),
		ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
		/* Threads, yes; processes, no. */
		UNLESS(SYS_clone, 4),
		ARGUMENT(0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
		ALLOW,
		REFUSE,
		/* Go and abort signal their own threads. */
		SELF_ONLY(SYS_kill, self),
		SELF_ONLY(SYS_tgkill, self),
		/* Limits of this process may be read and lowered, that of its memory not changed. */
		UNLESS(SYS_prlimit64, 7),
		ARGUMENT(1),
		UNLESS(RLIMIT_DATA, 1),
		REFUSE,
		ARGUMENT(0),
		UNLESS(0, 1),
		ALLOW,
		REFUSE,
		UNLESS(SYS_setrlimit, 4),
		ARGUMENT(0),
		UNLESS(RLIMIT_DATA, 1),
		REFUSE,
		ALLOW
	};
	size_t count = sizeof(head) / sizeof(*head);

	for (size_t i = 0; i < count; i++)
		filter[i] = head[i];
	for (size_t i = 0; i < REFUSED_COUNT; i++) {
		filter[count++] = (struct sock_filter)UNLESS((unsigned)REFUSED[i], 1);
		filter[count++] = (struct sock_filter)REFUSE;
	}
	filter[count++] = (struct sock_filter)ALLOW;
	return count;
}

void guard_rights(void)
{
	struct sock_filter filter[64 + 2 * REFUSED_COUNT];
	struct sock_fprog program = {.filter = filter};

	program.len = (unsigned short)make_filter(filter, (unsigned)getpid());
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

void guard_rights(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

#endif
