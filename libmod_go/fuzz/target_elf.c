/* target_elf.c - checks a module's file before it runs. */
#include "elf/elf_file.h"
#include "engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mod_go_error error;

	mod_go_elf_check(data, size, "fuzzed.so", &error);
	return 0;
}
