/*
 * module_file.h - reads a module's file, and makes the private copy that it is loaded from. What is in the file is
 * elf/elf_file.h's. Any thread may call these functions; one copy belongs to one thread at a time.
 */
#ifndef MOD_GO_MODULE_FILE_H
#define MOD_GO_MODULE_FILE_H

#include <stdbool.h>

#include "common/public.h"

/* Larger files are refused unread, in bytes. A large module has some 30 MB. */
#define MOD_GO_FILE_MAX ((size_t)1 << 30)

/* Reads a regular file into memory, so that nobody can change it while it is checked. With MOD_GO_OK the caller
 * frees `*bytes`; else that is NULL, and `*size` 0. Of a file that does not begin with `magic` only the first bytes are
 * read: its `*size` is at most magic's length. Never blocks on a pipe or a device. */
mod_go_status mod_go_file_read(const char *path, const char *magic, uint8_t **bytes, size_t *size,
                               mod_go_error *error);

/* Writes all bytes. Returns 0, or errno. */
int mod_go_file_write(int descriptor, const uint8_t *bytes, size_t size);

/* A copy of the file that nobody writes to, under a name that no other load in this process uses while it exists. */
typedef struct mod_go_private_copy {
	int descriptor; /* of the memory file; -1 for a temporary file */
	char folder[192];
	char name[256];
} mod_go_private_copy;

/* Makes a sealed memory file or, where the kernel has none or does not run code from it, a temporary file. With
 * MOD_GO_OK the caller releases the copy. `path` is for messages. */
mod_go_status mod_go_private_copy_make(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                       size_t size, mod_go_error *error);

/* Each kind of copy by itself, for mod_go_private_copy_make and the tests. */
bool mod_go_private_copy_in_memory(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                   size_t size);
mod_go_status mod_go_private_copy_in_folder(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                            size_t size, mod_go_error *error);

/* Removes the name of a temporary file, as soon as the file is mapped or open. */
void mod_go_private_copy_unlink(mod_go_private_copy *copy);

/* Releases the copy and its name; nothing loaded from it may be mapped. */
void mod_go_private_copy_release(mod_go_private_copy *copy);

#endif
