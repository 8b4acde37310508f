/*
 * module_file.h - reading a module's file whole, and the private copy that it is loaded from.
 * Knows files only, not what is in them.
 */
#ifndef MOD_GO_FILE_H
#define MOD_GO_FILE_H

#include <stdbool.h>

#include "common/public.h"

/* A module larger than this is refused before it is read, in bytes. A large one has some 30 MB. */
#define MOD_GO_FILE_MAX ((size_t)1 << 30)

/* Reads a regular file that begins with `magic` (NUL-terminated) into memory from malloc, so that no one can
 * change it any more while it is looked at. A file that begins otherwise gives its first bytes only; the
 * caller sees it by the size. Never blocks on a pipe or a device. */
mod_go_status mod_go_file_read(const char *path, const char *magic, uint8_t **bytes, size_t *size,
                               mod_go_error *error);

/* A file that only this process knows, that is never written again, and whose name no other load of this
 * process has as long as the copy is held. */
typedef struct mod_go_private_copy {
	int descriptor; /* of the memory file, -1 where it is a temporary file */
	char folder[192];
	char name[256];
} mod_go_private_copy;

/* Writes the copy to a sealed memory file, or to a temporary file where the system has no such thing or lets
 * nobody run code from it. `path` is for the error. */
mod_go_status mod_go_private_copy_make(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                       size_t size, mod_go_error *error);

/* The two ways of it, for mod_go_private_copy_make and the tests. The first says false, the second fails. */
bool mod_go_private_copy_in_memory(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                   size_t size);
mod_go_status mod_go_private_copy_in_folder(mod_go_private_copy *copy, const char *path, const uint8_t *bytes,
                                            size_t size, mod_go_error *error);

/* Takes a temporary file's name away. To be called as soon as the file is mapped. */
void mod_go_private_copy_unlink(mod_go_private_copy *copy);

/* Lets the copy go, with its name: not while anything is loaded under it. */
void mod_go_private_copy_release(mod_go_private_copy *copy);

#endif
