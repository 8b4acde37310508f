/*
 * elf_file.h - checks a module's file without running it.
 *
 * Every byte of the file is hostile: each offset, size and count is checked against the file's size before it is
 * used. This reads shared objects of this machine, not ELF files in general. No function allocates or keeps a
 * pointer, and any thread may call them.
 */
#ifndef MOD_GO_ELF_FILE_H
#define MOD_GO_ELF_FILE_H

#include <elf.h>
#include <link.h>
#include <stdbool.h>

#include "common/public.h"

/* The bytes that mod_go_file_read expects before it reads a file whole. */
#define MOD_GO_ELF_MAGIC ELFMAG

/* A range of the file's bytes. */
typedef struct mod_go_elf_range {
	size_t offset;
	size_t length;
} mod_go_elf_range;

/* A file that is being checked. The ranges are within it. */
typedef struct mod_go_elf {
	const uint8_t *bytes;
	size_t size;
	const char *path; /* for messages */
	ElfW(Ehdr) header;
	mod_go_elf_range dynamic;
	mod_go_elf_range symbols; /* from the first symbol to the end of its segment */
	mod_go_elf_range strings;
	mod_go_elf_range gnu_hash; /* to the end of its segment; empty where the file has none */
	mod_go_elf_range sysv_hash;
} mod_go_elf;

/* MOD_GO_OK for a complete shared object of this machine that exports every symbol of the ABI. `path` is for
 * messages. */
mod_go_status mod_go_elf_check(const uint8_t *bytes, size_t size, const char *path, mod_go_error *error);

/* elf_file.c: copies `length` bytes at `offset` to `out`. False where the file does not have them. */
bool mod_go_elf_read(const mod_go_elf *elf, size_t offset, void *out, size_t length);

/* elf_file.c: finds the bytes that are loaded at `address`, in a segment with all of `flags` (PF_*, or 0). `range`
 * goes on to the end of the segment's bytes. False where fewer than `length` bytes of the file are loaded there. */
bool mod_go_elf_locate(const mod_go_elf *elf, uint64_t address, uint64_t length, uint32_t flags,
                       mod_go_elf_range *range);

/* elf_dynamic.c: sets the ranges from the dynamic section, and checks the tables that the dynamic linker follows.
 * Returns what is wrong, a static text, or NULL. */
const char *mod_go_elf_dynamic(mod_go_elf *elf);

/* elf_symbols.c: whether the file exports a function `name`, looked up as the dynamic linker does. */
bool mod_go_elf_exports(const mod_go_elf *elf, const char *name);

#endif
