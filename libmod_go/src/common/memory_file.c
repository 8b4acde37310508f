/* memory_file.c - memfd_create by its number. */
#include "common/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLOEXEC       0x1u
#define ALLOW_SEALING 0x2u
#define EXEC          0x10u
#define ADD_SEALS     1033

int mod_go_memory_file(const char *name, bool executable)
{
	unsigned flags = CLOEXEC | ALLOW_SEALING;
	long descriptor = syscall(SYS_memfd_create, name, flags | (executable ? EXEC : 0));

	if (descriptor < 0 && errno == EINVAL) /* before Linux 6.3 the flag is unknown, and implied */
		descriptor = syscall(SYS_memfd_create, name, flags);
	return (int)descriptor;
}

bool mod_go_memory_file_seal(int descriptor, mod_go_seals seals)
{
	return fcntl(descriptor, ADD_SEALS, (int)seals) == 0;
}
