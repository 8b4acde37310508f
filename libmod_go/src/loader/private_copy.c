/*
 * private_copy.c - the private copy that a module is loaded from.
 *
 * The dynamic linker maps the file it is given, so a rebuild that writes over it would change code that runs.
 * It also answers a name that it knows with what it loaded before, so each load needs a name of its own.
 */
#include "loader/module_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/error.h"

/* Of linux/memfd.h and fcntl.h, which older C libraries lack. */
#define MEMORY_CLOEXEC 0x1u
#define MEMORY_SEALING 0x2u
#define MEMORY_EXEC    0x10u
#define ADD_SEALS      1033
#define ALL_SEALS      0xF /* no further seals, no shrinking, no growing, no writing */

/* The file's name is what debuggers, profilers and /proc/PID/maps show. */
static int memory_file(const char *path)
{
#ifdef SYS_memfd_create
	unsigned flags = MEMORY_CLOEXEC | MEMORY_SEALING;
	const char *slash = strrchr(path, '/');
	char name[128];
	long descriptor;

	snprintf(name, sizeof(name), "%s", slash != NULL ? slash + 1 : path);
	descriptor = syscall(SYS_memfd_create, name, flags | MEMORY_EXEC);

	if (descriptor < 0 && errno == EINVAL) /* before Linux 6.3 the flag is unknown, and implied */
		descriptor = syscall(SYS_memfd_create, name, flags);
	return (int)descriptor;
#else
	(void)path;
	errno = ENOSYS;
	return -1;
#endif
}

/* 0, or errno's value. */
static int write_all(int descriptor, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t count = write(descriptor, bytes, size);

		if (count < 0 && errno != EINTR)
			return errno;
		if (count > 0) {
			bytes += count;
			size -= (size_t)count;
		}
	}
	return 0;
}

/* Whether the system lets code run from this file: some are set up not to. */
static bool may_run_from(int descriptor, const char *name)
{
	long page = sysconf(_SC_PAGESIZE);
	void *mapped;

	if (page <= 0 || access(name, R_OK) != 0)
		return false;
	mapped = mmap(NULL, (size_t)page, PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0);
	if (mapped == MAP_FAILED)
		return false;
	munmap(mapped, (size_t)page);
	return true;
}

bool mod_go_private_copy_in_memory(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                   size_t size)
{
	memset(copy, 0, sizeof(*copy));
	copy->descriptor = memory_file(path);
	if (copy->descriptor < 0)
		return false;
	/* As long as the descriptor is open, no other load can have this name. */
	snprintf(copy->name, sizeof(copy->name), "/proc/self/fd/%d", copy->descriptor);
	if (write_all(copy->descriptor, bytes, size) == 0 && fcntl(copy->descriptor, ADD_SEALS, ALL_SEALS) == 0 &&
	    may_run_from(copy->descriptor, copy->name))
		return true;
	mod_go_private_copy_release(copy);
	return false;
}

mod_go_status mod_go_private_copy_in_folder(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                            size_t size, mod_go_error *error)
{
	static atomic_ulong count; /* an unlinked name may come again, so chance alone does not do */
	const char *parent = getenv("TMPDIR");
	int descriptor;
	int reason;

	memset(copy, 0, sizeof(*copy));
	copy->descriptor = -1;
	if (parent == NULL || *parent != '/' || strlen(parent) > sizeof(copy->folder) - sizeof("/modgo-XXXXXX"))
		parent = "/tmp";
	snprintf(copy->folder, sizeof(copy->folder), "%s/modgo-XXXXXX", parent);
	if (mkdtemp(copy->folder) == NULL) {
		reason = errno;
		copy->folder[0] = '\0';
		return mod_go_fail(error, MOD_GO_LOAD_FAILED,
		                   "%s: no private copy to load from could be made in %s (%s); set TMPDIR to a folder"
		                   " that can be written to",
		                   path, parent, strerror(reason));
	}
	snprintf(copy->name, sizeof(copy->name), "%s/%lu.so", copy->folder, atomic_fetch_add(&count, 1));
	descriptor = open(copy->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0500);
	reason = descriptor < 0 ? errno : write_all(descriptor, bytes, size);
	if (descriptor >= 0 && close(descriptor) != 0 && reason == 0)
		reason = errno;
	if (reason == 0)
		return MOD_GO_OK;
	mod_go_private_copy_release(copy);
	return mod_go_fail(
		error, MOD_GO_LOAD_FAILED,
		"%s: its private copy could not be written in %s (%s); make room there, or set TMPDIR to"
		" another folder",
		path, parent, strerror(reason));
}

mod_go_status mod_go_private_copy_make(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                       size_t size, mod_go_error *error)
{
	if (mod_go_private_copy_in_memory(copy, path, bytes, size))
		return MOD_GO_OK;
	return mod_go_private_copy_in_folder(copy, path, bytes, size, error);
}

void mod_go_private_copy_unlink(mod_go_private_copy *copy)
{
	if (copy->folder[0] == '\0')
		return;
	unlink(copy->name);
	rmdir(copy->folder);
	copy->folder[0] = '\0';
}

void mod_go_private_copy_release(mod_go_private_copy *copy)
{
	mod_go_private_copy_unlink(copy);
	if (copy->descriptor >= 0)
		close(copy->descriptor);
	copy->descriptor = -1;
}
