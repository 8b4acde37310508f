/* memory_file.h - memory files (memfd_create), whose constants and function older C libraries lack. */
#ifndef MOD_GO_MEMORY_FILE_H
#define MOD_GO_MEMORY_FILE_H

#include <stdbool.h>

typedef enum mod_go_seals {
	MOD_GO_SEAL_SIZE = 0x7, /* no further seals, no shrinking, no growing */
	MOD_GO_SEAL_ALL = 0xF   /* nor writing */
} mod_go_seals;

/* A new empty memory file that can be sealed, closed on exec; -1 with errno where there is none. Debuggers and
 * /proc/PID/maps show `name`. `executable`: code is to be mapped from it. */
int mod_go_memory_file(const char *name, bool executable);

/* False, with errno, where the kernel refuses. */
bool mod_go_memory_file_seal(int descriptor, mod_go_seals seals);

#endif
