/*
 * syscall_lists.c - which system calls a worker may make.
 *
 * A filter sees the number of a call and its arguments as numbers, but not the memory that they point to. So calls
 * with flags in memory (clone3, and openat2 where it matters) fail with ENOSYS, and their callers use the older
 * call instead.
 *
 * Refused altogether is what no UDF needs and what reaches beyond the process: programs and processes, signals to
 * others, tracing, System V shared memory (a server keeps its index in it), priorities, changes to the file system
 * and to the system's settings. Where a call has harmless uses, too, its arguments decide:
 *
 *   clone                threads only
 *   kill, tgkill         to this process only: Go preempts its threads by tgkill, and abort ends the process by it.
 *                        0, the process group, is refused
 *   fcntl                the commands of FCNTL_COMMANDS. Not F_SETOWN, F_SETOWN_EX, F_SETSIG and O_ASYNC, with which
 *                        the kernel signals another process on this one's behalf
 *   ioctl                the requests of IOCTL_REQUESTS, which isatty and sockets need. Not FIOASYNC, FIOSETOWN and
 *                        SIOCSPGRP, which equal F_SETOWN, nor TIOCSTI, which types into a terminal, nor any driver's
 *   prctl                the options of PRCTL_OPTIONS
 *   prlimit64            of this process: reads any limit, and sets that of open files, as Go does when it starts
 *   sched_setaffinity    of this process and the calling thread (0). The ids of other threads are unknown here
 *   open, openat         for reading only, where Landlock does not control it
 *
 * sched_setscheduler and the like are refused even for the process itself: root's worker could make itself a
 * real-time process and stop everything else.
 *
 * Frequent calls come first, because a filter runs from its beginning. (Since Linux 5.11 the kernel caches which
 * numbers are allowed with any arguments.)
 */
#include "worker/syscall_lists.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* PR_SET_VMA, with which Go and the C library name memory, and other constants that older headers lack. */
#define PRCTL_NAME_MEMORY 0x53564d41
#define COMMAND_OFD_GETLK 36
#define COMMAND_OFD_SETLK 37
#define COMMAND_OFD_WAIT  38
#define COMMAND_ADD_SEALS 1033
#define COMMAND_GET_SEALS 1034

static const uint32_t FREQUENT[] = {
	SYS_futex,          SYS_nanosleep,    SYS_clock_nanosleep, SYS_read,  SYS_write,  SYS_epoll_pwait,
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_madvise,         SYS_mmap,  SYS_munmap, SYS_sched_yield,
	SYS_clock_gettime,  SYS_getpid,       SYS_gettid,          SYS_close,
};

static const uint32_t REFUSED[] = {
	/* programs and processes */
	SYS_execve,
	SYS_execveat,
#ifdef SYS_fork
	SYS_fork,
	SYS_vfork,
#endif
	/* signals to others, and handles of them */
	SYS_tkill,
	SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo,
	424 /* pidfd_send_signal */,
	434 /* pidfd_open */,
	438 /* pidfd_getfd */,
	448 /* process_mrelease */,
	/* others' memory */
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_kcmp,
	SYS_migrate_pages,
	SYS_move_pages,
	440 /* process_madvise */,
	SYS_shmget,
	SYS_shmat,
	SYS_shmctl,
	SYS_semget,
	SYS_semctl,
	SYS_semop,
	SYS_semtimedop,
	SYS_msgget,
	SYS_msgsnd,
	SYS_msgrcv,
	SYS_msgctl,
	SYS_mq_open,
	SYS_mq_unlink,
	/* memory that the limit does not count */
	SYS_memfd_create,
	447 /* memfd_secret */,
	/* priorities */
	SYS_sched_setscheduler,
	SYS_sched_setparam,
	SYS_sched_setattr,
	SYS_setpriority,
	SYS_ioprio_set,
	/* the file system */
	SYS_truncate,
	SYS_mkdirat,
	SYS_mknodat,
	SYS_unlinkat,
	SYS_renameat,
	SYS_renameat2,
	SYS_linkat,
	SYS_symlinkat,
	SYS_fchmod,
	SYS_fchmodat,
	452 /* fchmodat2 */,
	SYS_fchown,
	SYS_fchownat,
	SYS_setxattr,
	SYS_lsetxattr,
	SYS_fsetxattr,
	SYS_removexattr,
	SYS_lremovexattr,
	SYS_fremovexattr,
	463 /* setxattrat */,
	466 /* removexattrat */,
	469 /* file_setattr */,
	SYS_utimensat,
	SYS_open_by_handle_at,
#ifdef SYS_open
	SYS_creat,
	SYS_mkdir,
	SYS_rmdir,
	SYS_mknod,
	SYS_unlink,
	SYS_rename,
	SYS_link,
	SYS_symlink,
	SYS_chmod,
	SYS_chown,
	SYS_lchown,
	SYS_utime,
	SYS_utimes,
	SYS_futimesat,
#endif
	/* mounting */
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
	467 /* open_tree_attr */,
	/* the system */
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
	443 /* quotactl_fd */,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_adjtimex,
	SYS_clock_adjtime,
	SYS_syslog,
	SYS_fanotify_init,
	425 /* io_uring_setup */,
	426 /* io_uring_enter */,
	427 /* io_uring_register */,
#ifdef SYS_iopl
	SYS_iopl,
	SYS_ioperm,
#endif
};

/* F_SETFL is checked by its flags. */
static const uint32_t FCNTL_COMMANDS[] = {
	F_DUPFD,          F_DUPFD_CLOEXEC,   F_GETFD,           F_SETFD,           F_GETFL,
	F_GETLK,          F_SETLK,           F_SETLKW,          COMMAND_OFD_GETLK, COMMAND_OFD_SETLK,
	COMMAND_OFD_WAIT, COMMAND_ADD_SEALS, COMMAND_GET_SEALS, F_SETPIPE_SZ,      F_GETPIPE_SZ,
};

static const uint32_t IOCTL_REQUESTS[] = {TCGETS, TIOCGWINSZ, TIOCOUTQ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX};

static const uint32_t PRCTL_OPTIONS[] = {
	PR_SET_NAME,     PR_GET_NAME,       PRCTL_NAME_MEMORY, PR_GET_NO_NEW_PRIVS, PR_GET_SECCOMP,
	PR_GET_DUMPABLE, PR_GET_TIMERSLACK, PR_SET_TIMERSLACK, PR_CAPBSET_READ,     PR_GET_PDEATHSIG,
};

#define ALL_OF(numbers)                                                                                      \
	{                                                                                                        \
		numbers, sizeof(numbers) / sizeof(*(numbers))                                                        \
	}

const syscall_numbers syscalls_frequent = ALL_OF(FREQUENT);
const syscall_numbers syscalls_refused = ALL_OF(REFUSED);
const syscall_numbers fcntl_commands_allowed = ALL_OF(FCNTL_COMMANDS);
const syscall_numbers ioctl_requests_allowed = ALL_OF(IOCTL_REQUESTS);
const syscall_numbers prctl_options_allowed = ALL_OF(PRCTL_OPTIONS);
