/* test_filter_lists.c - what each system call returns, whatever its arguments, and what the log says of it. The lists
 * here are separate, so that a call removed from the filter's, or from the log's, is noticed. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced/landlock_version.h"
#include "filtered.h"

#define CALL(name)                                                                                           \
	{                                                                                                        \
#name, SYS_##name                                                                                    \
	}

static const struct call {
	const char *name;
	long number;
} refused[] = {
	CALL(execve),
	CALL(execveat),
	CALL(tkill),
	CALL(rt_sigqueueinfo),
	CALL(rt_tgsigqueueinfo),
	CALL(ptrace),
	CALL(process_vm_readv),
	CALL(process_vm_writev),
	CALL(kcmp),
	CALL(migrate_pages),
	CALL(move_pages),
	CALL(shmget),
	CALL(shmat),
	CALL(shmctl),
	CALL(semget),
	CALL(semctl),
	CALL(semop),
	CALL(semtimedop),
	CALL(msgget),
	CALL(msgsnd),
	CALL(msgrcv),
	CALL(msgctl),
	CALL(mq_open),
	CALL(mq_unlink),
	CALL(memfd_create),
	CALL(sched_setscheduler),
	CALL(sched_setparam),
	CALL(sched_setattr),
	CALL(setpriority),
	CALL(ioprio_set),
	CALL(truncate),
	CALL(mkdirat),
	CALL(mknodat),
	CALL(unlinkat),
	CALL(renameat),
	CALL(renameat2),
	CALL(linkat),
	CALL(symlinkat),
	CALL(fchmod),
	CALL(fchmodat),
	CALL(fchown),
	CALL(fchownat),
	CALL(setxattr),
	CALL(lsetxattr),
	CALL(fsetxattr),
	CALL(removexattr),
	CALL(lremovexattr),
	CALL(fremovexattr),
	CALL(utimensat),
	CALL(open_by_handle_at),
	CALL(mount),
	CALL(umount2),
	CALL(pivot_root),
	CALL(chroot),
	CALL(unshare),
	CALL(setns),
	CALL(swapon),
	CALL(swapoff),
	CALL(reboot),
	CALL(sethostname),
	CALL(setdomainname),
	CALL(init_module),
	CALL(finit_module),
	CALL(delete_module),
	CALL(kexec_load),
	CALL(bpf),
	CALL(perf_event_open),
	CALL(keyctl),
	CALL(add_key),
	CALL(request_key),
	CALL(acct),
	CALL(quotactl),
	CALL(settimeofday),
	CALL(clock_settime),
	CALL(adjtimex),
	CALL(clock_adjtime),
	CALL(syslog),
	CALL(fanotify_init),
	{"pidfd_send_signal", 424},
	{"pidfd_open", 434},
	{"pidfd_getfd", 438},
	{"process_mrelease", 448},
	{"process_madvise", 440},
	{"memfd_secret", 447},
	{"fchmodat2", 452},
	{"setxattrat", 463},
	{"removexattrat", 466},
	{"file_setattr", 469},
	{"open_tree", 428},
	{"move_mount", 429},
	{"fsopen", 430},
	{"fsconfig", 431},
	{"fsmount", 432},
	{"fspick", 433},
	{"mount_setattr", 442},
	{"open_tree_attr", 467},
	{"quotactl_fd", 443},
	{"io_uring_setup", 425},
	{"io_uring_enter", 426},
	{"io_uring_register", 427},
#ifdef SYS_fork
	CALL(fork),
	CALL(vfork),
	CALL(creat),
	CALL(mkdir),
	CALL(rmdir),
	CALL(mknod),
	CALL(unlink),
	CALL(rename),
	CALL(link),
	CALL(symlink),
	CALL(chmod),
	CALL(chown),
	CALL(lchown),
	CALL(utime),
	CALL(utimes),
	CALL(futimesat),
	CALL(iopl),
	CALL(ioperm),
#endif
#ifdef SYS_kexec_file_load
	CALL(kexec_file_load),
#endif
};

/* Those that the filter allows with any arguments, but for exit, exit_group, rt_sigreturn and pause, which don't
 * return. */
static const struct call allowed[] = {
	CALL(futex),
	CALL(nanosleep),
	CALL(clock_nanosleep),
	CALL(read),
	CALL(write),
	CALL(epoll_pwait),
	CALL(rt_sigprocmask),
	CALL(madvise),
	CALL(munmap),
	CALL(sched_yield),
	CALL(clock_gettime),
	CALL(getpid),
	CALL(gettid),
	CALL(close),
	CALL(brk),
	CALL(mremap),
	CALL(mprotect),
	CALL(mincore),
	CALL(msync),
	CALL(membarrier),
	CALL(rt_sigaction),
	CALL(rt_sigpending),
	CALL(rt_sigsuspend),
	CALL(rt_sigtimedwait),
	CALL(sigaltstack),
	CALL(restart_syscall),
	CALL(timer_create),
	CALL(timer_settime),
	CALL(timer_gettime),
	CALL(timer_getoverrun),
	CALL(timer_delete),
	CALL(setitimer),
	CALL(getitimer),
	CALL(timerfd_create),
	CALL(timerfd_settime),
	CALL(timerfd_gettime),
	CALL(signalfd4),
	CALL(clock_getres),
	CALL(gettimeofday),
	CALL(times),
	CALL(set_robust_list),
	CALL(get_robust_list),
	CALL(set_tid_address),
	CALL(wait4),
	CALL(waitid),
	CALL(openat),
	CALL(lseek),
	CALL(pread64),
	CALL(readv),
	CALL(preadv),
	CALL(preadv2),
	CALL(writev),
	CALL(pwrite64),
	CALL(pwritev),
	CALL(pwritev2),
	CALL(fstat),
	CALL(statx),
	CALL(faccessat),
	CALL(readlinkat),
	CALL(getdents64),
	CALL(getcwd),
	CALL(chdir),
	CALL(fchdir),
	CALL(dup),
	CALL(dup3),
	CALL(pipe2),
	CALL(eventfd2),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(ppoll),
	CALL(pselect6),
	CALL(fadvise64),
	CALL(readahead),
	CALL(statfs),
	CALL(fstatfs),
	CALL(fsync),
	CALL(fdatasync),
	CALL(sendfile),
	CALL(splice),
	CALL(tee),
	CALL(copy_file_range),
	CALL(umask),
	CALL(sendto),
	CALL(recvfrom),
	CALL(sendmsg),
	CALL(recvmsg),
	CALL(sendmmsg),
	CALL(recvmmsg),
	CALL(shutdown),
	CALL(getsockname),
	CALL(getpeername),
	CALL(getsockopt),
	CALL(setsockopt),
	CALL(getppid),
	CALL(getuid),
	CALL(geteuid),
	CALL(getgid),
	CALL(getegid),
	CALL(getgroups),
	CALL(getresuid),
	CALL(getresgid),
	CALL(getpgid),
	CALL(getsid),
	CALL(capget),
	CALL(sched_getaffinity),
	CALL(sched_getparam),
	CALL(sched_getscheduler),
	CALL(sched_get_priority_max),
	CALL(sched_get_priority_min),
	CALL(sched_rr_get_interval),
	CALL(getpriority),
	CALL(ioprio_get),
	CALL(getcpu),
	CALL(uname),
	CALL(sysinfo),
	CALL(getrusage),
	CALL(getrlimit),
	CALL(getrandom),
	{"close_range", 436},
	{"openat2", 437},
	{"faccessat2", 439},
	{"epoll_pwait2", 441},
	{"futex_waitv", 449},
	{"cachestat", 451},
	{"futex_wake", 454},
	{"futex_wait", 455},
	{"futex_requeue", 456},
	{"mseal", 462},
#ifdef SYS_newfstatat
	CALL(newfstatat),
#endif
#ifdef SYS_rseq
	CALL(rseq),
#endif
#ifdef SYS_open
	CALL(open),
	CALL(stat),
	CALL(lstat),
	CALL(access),
	CALL(readlink),
	CALL(getdents),
	CALL(dup2),
	CALL(pipe),
	CALL(poll),
	CALL(select),
	CALL(epoll_create),
	CALL(epoll_wait),
	CALL(eventfd),
	CALL(signalfd),
	CALL(arch_prctl),
	CALL(time),
	CALL(alarm),
	CALL(getpgrp),
#endif
};

/* Those that the log names. */
static const struct call named[] = {
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
	{"io_uring_setup", 425},
	{"pidfd_open", 434},
};

/* With arguments that hardly any call accepts: most fail, the others change what only this process sees. */
static int reason_of(long call)
{
	return REASON_OF(syscall(call, -1L, -1L, -1L, -1L, -1L, -1L));
}

FILTERED_TEST(each_refused_system_call_answers_that_it_is_not_permitted)
{
	set_filter(MOD_GO_LANDLOCK_SCOPES);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		/* One that gets through fails with another error. */
		if (!CHECK_NUMBER(reason_of(refused[i].number), EPERM))
			printf("    %s\n", refused[i].name);
	}
	CHECK_NUMBER(REASON_OF(syscall(435 /* clone3 */, NULL, 0)), ENOSYS);
}

FILTERED_TEST(the_first_refusal_of_a_system_call_is_logged_with_its_name)
{
	int log[2];

	CHECK_NUMBER(pipe2(log, O_NONBLOCK), 0);
	CHECK_NUMBER(dup2(log[1], STDERR_FILENO), STDERR_FILENO);
	set_filter(MOD_GO_LANDLOCK_SCOPES);
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		char expected[160], text[160] = "";
		ssize_t length;

		snprintf(expected, sizeof(expected),
		         "the fence refuses the system call %s, %ld, to this module: docs/fence.md has what a module "
		         "may do\n",
		         named[i].name, named[i].number);
		reason_of(named[i].number);
		length = read(log[0], text, sizeof(text) - 1);
		CHECK_TEXT(text, expected);
		reason_of(named[i].number);
		CHECK(length < 0 || read(log[0], text, sizeof(text) - 1) < 0);
	}
	CHECK_NUMBER(reason_of(470), EPERM); /* the newest that is known */
	CHECK_NUMBER(reason_of(471), ENOSYS);
}

FILTERED_TEST(each_allowed_system_call_reaches_the_kernel)
{
	static bool refused_before[sizeof(allowed) / sizeof(*allowed)]; /* as a container's own filter does */

	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		refused_before[i] = reason_of(allowed[i].number) == EPERM;
	set_filter(MOD_GO_LANDLOCK_SCOPES);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		if (!CHECK(refused_before[i] || reason_of(allowed[i].number) != EPERM))
			printf("    %s\n", allowed[i].name);
	}
}
