/*
 * syscall_lists.c - the system calls that a worker may make: an allow list. Everything else fails with EPERM, and
 * the first time that a worker tries it, its name or number is in the log (refused_call.c).
 *
 * The list is what Go's runtime and standard library, the SDK and the C library call in a UDF, and what reads a
 * process's own state. It does not have what reaches beyond the process: programs and processes, signals to others,
 * tracing, System V shared memory (a server keeps its index in it), priorities, changes to the file system and to
 * the system's settings, sockets without a grant.
 *
 * A filter sees the number of a call and its arguments as numbers, but not the memory that they point to. So calls
 * with flags in memory (clone3, and openat2 where it matters) fail with ENOSYS, and their callers use the older
 * call instead. Where a call has harmless uses, too, its arguments decide:
 *
 *   clone                threads only
 *   kill, tgkill         to this process only: Go preempts its threads by tgkill, and abort ends the process by it.
 *                        0, the process group, is refused
 *   fcntl                the commands of FCNTL_COMMANDS. Not F_SETOWN, F_SETOWN_EX, F_SETSIG and O_ASYNC, with which
 *                        the kernel signals another process on this one's behalf; no locks, no larger pipes
 *   ioctl                the requests of IOCTL_REQUESTS, which isatty and sockets need. Not FIOASYNC, FIOSETOWN and
 *                        SIOCSPGRP, which equal F_SETOWN, nor TIOCSTI, which types into a terminal, nor any driver's
 *   prctl                the options of PRCTL_OPTIONS
 *   prlimit64            of this process: reads any limit, and sets that of open files, as Go does when it starts
 *   sched_setaffinity    of this process and the calling thread (0). The ids of other threads are unknown here
 *   open, openat         for reading only, where Landlock does not control it
 *   mmap                 not shared and anonymous at once, nor growing downwards: the limit does not count that
 *   socketpair           of Unix sockets
 *   socket               with the grant of the network: IPv4, IPv6, and netlink's routes, which list the addresses of
 *                        this machine
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
#define COMMAND_ADD_SEALS 1033
#define COMMAND_GET_SEALS 1034

static const uint32_t FREQUENT[] = {
	SYS_futex,       SYS_nanosleep,      SYS_clock_nanosleep, SYS_read,    SYS_write,
	SYS_epoll_pwait, SYS_rt_sigprocmask, SYS_rt_sigreturn,    SYS_madvise, SYS_munmap,
	SYS_sched_yield, SYS_clock_gettime,  SYS_getpid,          SYS_gettid,  SYS_close,
};

/* Those without a name here are newer than some C libraries; from 424 on numbers are the same on every machine. */
static const uint32_t ALLOWED[] = {
	SYS_brk,
	SYS_mremap,
	SYS_mprotect,
	SYS_mincore,
	SYS_msync,
	SYS_membarrier,
	SYS_rt_sigaction,
	SYS_rt_sigpending,
	SYS_rt_sigsuspend,
	SYS_rt_sigtimedwait,
	SYS_sigaltstack,
	SYS_restart_syscall,
	SYS_timer_create,
	SYS_timer_settime,
	SYS_timer_gettime,
	SYS_timer_getoverrun,
	SYS_timer_delete,
	SYS_setitimer,
	SYS_getitimer,
	SYS_timerfd_create,
	SYS_timerfd_settime,
	SYS_timerfd_gettime,
	SYS_signalfd4,
	SYS_clock_getres,
	SYS_gettimeofday,
	SYS_times,
	SYS_set_robust_list,
	SYS_get_robust_list,
	SYS_set_tid_address,
	SYS_exit,
	SYS_exit_group,
	SYS_wait4,
	SYS_waitid,
	SYS_openat,
	SYS_lseek,
	SYS_pread64,
	SYS_readv,
	SYS_preadv,
	SYS_preadv2,
	SYS_writev,
	SYS_pwrite64,
	SYS_pwritev,
	SYS_pwritev2,
	SYS_fstat,
	SYS_statx,
	SYS_faccessat,
	SYS_readlinkat,
	SYS_getdents64,
	SYS_getcwd,
	SYS_chdir,
	SYS_fchdir,
	SYS_dup,
	SYS_dup3,
	SYS_pipe2,
	SYS_eventfd2,
	SYS_epoll_create1,
	SYS_epoll_ctl,
	SYS_ppoll,
	SYS_pselect6,
	SYS_fadvise64,
	SYS_readahead,
	SYS_statfs,
	SYS_fstatfs,
	SYS_fsync,
	SYS_fdatasync,
	SYS_sendfile,
	SYS_splice,
	SYS_tee,
	SYS_copy_file_range,
	SYS_umask,
	SYS_sendto,
	SYS_recvfrom,
	SYS_sendmsg,
	SYS_recvmsg,
	SYS_sendmmsg,
	SYS_recvmmsg,
	SYS_shutdown,
	SYS_getsockname,
	SYS_getpeername,
	SYS_getsockopt,
	SYS_setsockopt,
	SYS_getppid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_getgroups,
	SYS_getresuid,
	SYS_getresgid,
	SYS_getpgid,
	SYS_getsid,
	SYS_capget,
	SYS_sched_getaffinity,
	SYS_sched_getparam,
	SYS_sched_getscheduler,
	SYS_sched_get_priority_max,
	SYS_sched_get_priority_min,
	SYS_sched_rr_get_interval,
	SYS_getpriority,
	SYS_ioprio_get,
	SYS_getcpu,
	SYS_uname,
	SYS_sysinfo,
	SYS_getrusage,
	SYS_getrlimit,
	SYS_getrandom,
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_open
	SYS_open,
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_readlink,
	SYS_getdents,
	SYS_dup2,
	SYS_pipe,
	SYS_poll,
	SYS_select,
	SYS_epoll_create,
	SYS_epoll_wait,
	SYS_eventfd,
	SYS_signalfd,
	SYS_arch_prctl,
	SYS_time,
	SYS_alarm,
	SYS_pause,
	SYS_getpgrp,
#endif
#if defined(__x86_64__)
	334 /* rseq */,
#else
	293 /* rseq */,
#endif
	436 /* close_range */,
	437 /* openat2 */,
	439 /* faccessat2 */,
	441 /* epoll_pwait2 */,
	449 /* futex_waitv */,
	451 /* cachestat */,
	454 /* futex_wake */,
	455 /* futex_wait */,
	456 /* futex_requeue */,
	462 /* mseal */,
};

/* With the grant of the network; socket by its arguments. */
static const uint32_t NETWORK[] = {SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4};

/* F_SETFL is checked by its flags. */
static const uint32_t FCNTL_COMMANDS[] = {
	F_DUPFD, F_DUPFD_CLOEXEC,   F_GETFD,           F_SETFD,      F_GETFL,
	F_GETLK, COMMAND_ADD_SEALS, COMMAND_GET_SEALS, F_GETPIPE_SZ,
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
const syscall_numbers syscalls_allowed = ALL_OF(ALLOWED);
const syscall_numbers syscalls_of_network = ALL_OF(NETWORK);
const syscall_numbers fcntl_commands_allowed = ALL_OF(FCNTL_COMMANDS);
const syscall_numbers ioctl_requests_allowed = ALL_OF(IOCTL_REQUESTS);
const syscall_numbers prctl_options_allowed = ALL_OF(PRCTL_OPTIONS);
