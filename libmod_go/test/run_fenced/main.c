/*
 * main.c - run-fenced PROGRAM [ARGUMENT...] runs a program behind the fence: with a worker's limits, Landlock rules,
 * capabilities and filter of system calls. tests/e2e/test_allow_list.py runs the SDK's own tests with it.
 *
 * The program must be static: Landlock allows no file to be executed, the C library's loader neither. So the program
 * runs from a copy in memory. It may also read the current folder.
 *
 * A refused call ends the program, unlike in a worker, because execve resets the handler that answers EPERM. Go's own
 * handler prints the goroutines and, in rax or r8, the number of the call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker/guard.h"

/* Bytes: a worker's default (docs/server.md). */
#define MEMORY (512ull << 20)

enum { ADDED = 3, FILTER_MAX = 2048 };

int __real_prctl(int option, ...);
int __wrap_prctl(int option, ...);

/* Replaces prctl in the worker's sources (see the Makefile). Puts the one call that runs the program in front of the
 * filter. */
int __wrap_prctl(int option, ...)
{
	static struct sock_filter code[FILTER_MAX] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	unsigned long words[4];
	va_list rest;

	va_start(rest, option);
	for (size_t i = 0; i < 4; i++)
		words[i] = va_arg(rest, unsigned long);
	va_end(rest);
	if (option == PR_SET_SECCOMP) {
		struct sock_fprog *filter = (struct sock_fprog *)words[1]; /* NOLINT(performance-no-int-to-ptr) */
		struct sock_fprog longer = {.len = (unsigned short)(filter->len + ADDED), .filter = code};

		if (longer.len > FILTER_MAX)
			abort();
		memcpy(code + ADDED, filter->filter, filter->len * sizeof(*code));
		return __real_prctl(option, words[0], &longer, 0, 0);
	}
	return __real_prctl(option, words[0], words[1], words[2], words[3]);
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "run-fenced: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* A descriptor of a copy in memory. */
static int copy_program(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), copy = memfd_create("program", MFD_CLOEXEC);
	struct stat facts;
	ssize_t copied;

	if (file < 0 || copy < 0 || fstat(file, &facts) != 0)
		fail(path);
	while ((copied = sendfile(copy, file, NULL, (size_t)facts.st_size)) > 0)
		continue;
	if (copied < 0)
		fail(path);
	close(file);
	return copy;
}

int main(int count, char **argv, char **environment)
{
	mod_go_grants grants = {.count = 1};
	mod_go_error error;
	char *folder = getcwd(NULL, 0);
	int program;

	if (count < 2) {
		fprintf(stderr, "usage: run-fenced PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	if (folder == NULL)
		fail("the current folder");
	grants.read[0] = folder;
	program = copy_program(argv[1]);
	if (guard_limit(MEMORY, &error) != MOD_GO_OK ||
	    guard_drop_rights("standard", &grants, &error) != MOD_GO_OK) {
		fprintf(stderr, "run-fenced: %s\n", error.message);
		return 2;
	}
	syscall(SYS_execveat, program, "", argv + 1, environment, AT_EMPTY_PATH);
	fail(argv[1]);
}
