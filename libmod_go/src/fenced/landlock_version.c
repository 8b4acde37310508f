/* landlock_version.c - asks the kernel for its version of Landlock, and describes what an old one lacks. */
#include "fenced/landlock_version.h"

#include <stddef.h>
#include <unistd.h>

#include "common/public.h"

#define GET_VERSION 1u

int mod_go_landlock_version(void)
{
	long version = syscall(MOD_GO_LANDLOCK_CREATE_RULESET, NULL, 0, GET_VERSION);

	return version > 0 ? (int)version : 0;
}

const char *mod_go_fenced_lacks(void)
{
	int version = mod_go_landlock_version();

	if (version >= MOD_GO_LANDLOCK_SCOPES)
		return "";
	if (version > 0)
		return "this kernel's Landlock is older than Linux 6.12, so that the filter of system calls alone "
			   "keeps a"
			   " module from signalling other processes";
	return "this kernel has no Landlock (Linux 5.13 and later do, where it is enabled): a module can read "
		   "the files"
		   " of its user, and may be able to read the memory and the environment of other processes of its "
		   "user,"
		   " of this one too";
}
