/*
 * private_copy.c - the copy of the file that a module is loaded from.
 *
 * The dynamic linker maps the file, so a build that overwrites it would change running code. It also returns what
 * it has loaded before for a name that it knows, so each load needs a new name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "common/memory_file.h"
#include "loader/module_file.h"

/* Whether the kernel runs code from this file. Some systems are set up not to. */
static bool is_executable(int descriptor, const char *name)
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
	const char *slash = strrchr(path, '/');
	char name[128];

	memset(copy, 0, sizeof(*copy));
	snprintf(name, sizeof(name), "%s", slash != NULL ? slash + 1 : path);
	copy->descriptor = mod_go_memory_file(name, true);
	if (copy->descriptor < 0)
		return false;
	/* While the descriptor is open, no other load has this name. */
	snprintf(copy->name, sizeof(copy->name), "/proc/self/fd/%d", copy->descriptor);
	if (mod_go_file_write(copy->descriptor, bytes, size) == 0 &&
	    mod_go_memory_file_seal(copy->descriptor, MOD_GO_SEAL_ALL) &&
	    is_executable(copy->descriptor, copy->name))
		return true;
	mod_go_private_copy_release(copy);
	return false;
}

mod_go_status mod_go_private_copy_in_folder(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                            size_t size, mod_go_error *error)
{
	static atomic_ulong count; /* mkdtemp may reuse the name of a removed folder */
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
	reason = descriptor < 0 ? errno : mod_go_file_write(descriptor, bytes, size);
	if (descriptor >= 0 && close(descriptor) != 0 && reason == 0)
		reason = errno;
	if (reason == 0)
		return MOD_GO_OK;
	mod_go_private_copy_release(copy);
	return mod_go_fail(
		error, MOD_GO_LOAD_FAILED,
		"%s: its private copy could not be written in %s (%s); free space there, or set TMPDIR to another"
		" folder",
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
