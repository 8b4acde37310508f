/* filtered.c - installs the filter. */
#include "filtered.h"

#include <sys/prctl.h>

#include "worker/syscall_filter.h"

void set_filter(int landlock)
{
	CHECK_NUMBER(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK(syscall_filter_install(landlock, false));
}
