/* syscall_filter.c - builds the filter of system calls. syscall_lists.c has which calls it allows, and why. */
#include "worker/syscall_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fenced/landlock_version.h"
#include "worker/refused_call.h"
#include "worker/syscall_lists.h"

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE

/* Numbers that older C libraries lack; from 424 on they are the same on every machine. */
#define OPENAT2 437
#define CLONE3  435

enum { INSTRUCTIONS_MAX = 1024 };

struct program {
	struct sock_filter code[INSTRUCTIONS_MAX];
	size_t length;
};

static void add(struct program *program, struct sock_filter instruction)
{
	if (program->length == INSTRUCTIONS_MAX)
		abort(); /* the lists are too long: the first worker of any test fails */
	program->code[program->length++] = instruction;
}

static void load(struct program *program, size_t offset)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Loads the lower half of an argument; both machines are little-endian. */
static void load_argument(struct program *program, int index)
{
	load(program, offsetof(struct seccomp_data, args) + sizeof(uint64_t) * (size_t)index);
}

static void answer(struct program *program, uint32_t what)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

static void allow(struct program *program)
{
	answer(program, SECCOMP_RET_ALLOW);
}

static void refuse(struct program *program)
{
	answer(program, SECCOMP_RET_ERRNO | EPERM);
}

/* Skip instructions unless the loaded word is `value`; unless it has one of the bits; if it is `value`. */
static void unless(struct program *program, uint32_t value, uint8_t skipped)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped));
}

static void unless_any(struct program *program, uint32_t bits, uint8_t skipped)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, skipped));
}

static void skip_if(struct program *program, uint32_t value, uint8_t skipped)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, skipped, 0));
}

static void allow_value(struct program *program, uint32_t value)
{
	unless(program, value, 1);
	allow(program);
}

/* The instructions between these two run only for that system call. They must end with an answer, because they
 * change the loaded word. */
static size_t begin_call(struct program *program, uint32_t number)
{
	unless(program, number, 0);
	return program->length;
}

static void end_call(struct program *program, size_t begin)
{
	size_t skipped = program->length - begin;

	if (skipped > UINT8_MAX)
		abort();
	program->code[begin - 1].jf = (uint8_t)skipped;
}

/* Allows the call only with one of these values in that argument. */
static void allow_values(struct program *program, uint32_t number, int argument, syscall_numbers numbers)
{
	size_t begin = begin_call(program, number);

	load_argument(program, argument);
	for (size_t i = 0; i < numbers.count; i++)
		allow_value(program, numbers.values[i]);
	refuse(program);
	end_call(program, begin);
}

/* Refuses the call with any of these bits in that argument. */
static void refuse_bits(struct program *program, uint32_t number, int argument, uint32_t bits)
{
	size_t begin = begin_call(program, number);

	load_argument(program, argument);
	unless_any(program, bits, 1);
	refuse(program);
	allow(program);
	end_call(program, begin);
}

static void allow_all(struct program *program, syscall_numbers numbers)
{
	for (size_t i = 0; i < numbers.count; i++)
		allow_value(program, numbers.values[i]);
}

/* Refuses system calls of other machines (32-bit, x32), whose numbers mean other calls. */
static void check_machine(struct program *program)
{
	load(program, offsetof(struct seccomp_data, arch));
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
	refuse(program);
	load(program, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
	/* The x32 calls. */
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1));
	refuse(program);
#endif
}

static void check_processes(struct program *program, uint32_t self)
{
	const uint32_t own[] = {0, self};
	size_t begin;

	unless(program, CLONE3, 1);
	answer(program, SECCOMP_RET_ERRNO | ENOSYS);
	begin = begin_call(program, SYS_clone);
	load_argument(program, 0);
	unless_any(program, CLONE_THREAD, 1);
	allow(program);
	refuse(program);
	end_call(program, begin);
	allow_values(program, SYS_kill, 0, (syscall_numbers){&own[1], 1});
	allow_values(program, SYS_tgkill, 0, (syscall_numbers){&own[1], 1});
	allow_values(program, SYS_sched_setaffinity, 0, (syscall_numbers){own, 2});
	allow_values(program, SYS_prctl, 0, prctl_options_allowed);
}

static void check_limits(struct program *program, uint32_t self)
{
	const uint32_t settable[] = {RLIMIT_NOFILE};
	size_t begin = begin_call(program, SYS_prlimit64);

	load_argument(program, 0);
	skip_if(program, 0, 2);
	skip_if(program, self, 1);
	refuse(program);
	load_argument(program, 1);
	allow_value(program, RLIMIT_NOFILE);
	load_argument(program, 2); /* the new limit; NULL to read only */
	unless(program, 0, 3);
	load(program, offsetof(struct seccomp_data, args) + sizeof(uint64_t) * 2 + sizeof(uint32_t));
	unless(program, 0, 1);
	allow(program);
	refuse(program);
	end_call(program, begin);
	allow_values(program, SYS_setrlimit, 0, (syscall_numbers){settable, 1});
}

static void check_descriptors(struct program *program)
{
	size_t begin = begin_call(program, SYS_fcntl);

	load_argument(program, 1);
	unless(program, F_SETFL, 4);
	load_argument(program, 2);
	unless_any(program, O_ASYNC, 1);
	refuse(program);
	allow(program);
	for (size_t i = 0; i < fcntl_commands_allowed.count; i++)
		allow_value(program, fcntl_commands_allowed.values[i]);
	refuse(program);
	end_call(program, begin);
	allow_values(program, SYS_ioctl, 1, ioctl_requests_allowed);
}

/* Refuses to open files for writing where Landlock does not control that. */
static void check_opening(struct program *program, int landlock)
{
	uint32_t refused = landlock > 0 ? O_TRUNC : O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

	if (landlock >= MOD_GO_LANDLOCK_TRUNCATE)
		return;
	refuse_bits(program, SYS_openat, 2, refused);
#ifdef SYS_open
	refuse_bits(program, SYS_open, 1, refused);
#endif
	unless(program, OPENAT2, 1);
	answer(program, SECCOMP_RET_ERRNO | ENOSYS);
}

/* Refuses memory that RLIMIT_DATA does not count. */
static void check_memory(struct program *program)
{
	size_t begin = begin_call(program, SYS_mmap);

	load_argument(program, 3);
	unless_any(program, MAP_GROWSDOWN, 1);
	refuse(program);
	unless_any(program, MAP_ANONYMOUS, 2);
	unless_any(program, MAP_SHARED, 1);
	refuse(program);
	allow(program);
	end_call(program, begin);
}

static void check_sockets(struct program *program, bool network)
{
	static const uint32_t pairs[] = {AF_UNIX};
	size_t begin;

	allow_values(program, SYS_socketpair, 0, (syscall_numbers){pairs, 1});
	if (!network)
		return;
	begin = begin_call(program, SYS_socket);
	load_argument(program, 0);
	allow_value(program, AF_INET);
	allow_value(program, AF_INET6);
	unless(program, AF_NETLINK, 3);
	load_argument(program, 2);
	unless(program, 0 /* NETLINK_ROUTE */, 1);
	allow(program);
	refuse(program);
	end_call(program, begin);
	allow_all(program, syscalls_of_network);
}

bool syscall_filter_install(int landlock, bool network)
{
	static struct program program;
	uint32_t self = (uint32_t)getpid();
	struct sock_fprog all = {.filter = program.code};

	program.length = 0;
	check_machine(&program);
	allow_all(&program, syscalls_frequent);
	check_memory(&program);
	check_processes(&program, self);
	check_limits(&program, self);
	check_descriptors(&program);
	check_opening(&program, landlock);
	check_sockets(&program, network);
	allow_all(&program, syscalls_allowed);
	answer(&program, SECCOMP_RET_TRAP);
	all.len = (unsigned short)program.length;
	return refused_call_handle() && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0) == 0;
}

#else

bool syscall_filter_install(int landlock, bool network)
{
	(void)landlock, (void)network;
	errno = ENOSYS;
	return false;
}

#endif
