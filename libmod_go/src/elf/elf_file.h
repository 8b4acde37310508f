/*
 * elf_file.h - what can be known of a module's file without running it.
 *
 * The bytes are hostile until the end: every offset, size and count in them is checked against what there is
 * before it is followed. Not a general ELF reader: this machine's shared objects only.
 */
#ifndef MOD_GO_ELF_FILE_H
#define MOD_GO_ELF_FILE_H

#include <elf.h>
#include <link.h>
#include <stdbool.h>

#include "common/public.h"

/* What mod_go_file_read looks for before it reads a file whole. */
#define MOD_GO_ELF_MAGIC ELFMAG

/* A stretch of the file. */
typedef struct mod_go_elf_range {
	size_t offset;
	size_t length;
} mod_go_elf_range;

/* A file under examination. The ranges are within it. */
typedef struct mod_go_elf {
	const uint8_t *bytes;
	size_t size;
	const char *path;
	ElfW(Ehdr) header;
	mod_go_elf_range dynamic;
	mod_go_elf_range symbols; /* from the first symbol to the end of its segment */
	mod_go_elf_range strings;
	mod_go_elf_range gnu_hash; /* likewise; of length 0 where there is none */
	mod_go_elf_range sysv_hash;
} mod_go_elf;

/* MOD_GO_OK for a whole shared object of this machine that exports every symbol of the ABI. */
mod_go_status mod_go_elf_check(const uint8_t *bytes, size_t size, const char *path, mod_go_error *error);

/* elf_file.c: copies `length` bytes at `offset` out, false where the file does not have them. */
bool mod_go_elf_read(const mod_go_elf *elf, size_t offset, void *out, size_t length);

/* elf_file.c: where the `length` bytes that will be loaded at `address` stand in the file. The range given goes on to
 * the end of its segment. False where they are in no segment, or not in the file. `flags` (PF_*) may be 0. */
bool mod_go_elf_locate(const mod_go_elf *elf, uint64_t address, uint64_t length, uint32_t flags,
                       mod_go_elf_range *range);

/* elf_dynamic.c: reads the dynamic section into the ranges, and checks the tables that the dynamic linker will
 * follow. Gives what is wrong, NULL where nothing is. */
const char *mod_go_elf_dynamic(mod_go_elf *elf);

/* elf_symbols.c: whether the file exports a function of that name, found as the dynamic linker would. */
bool mod_go_elf_exports(const mod_go_elf *elf, const char *name);

#endif
