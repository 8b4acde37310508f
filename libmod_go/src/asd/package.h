/*
 * package.h - a module as files of a server: their names, what is in them, and how parts become one again.
 *
 *   NAME.so         the module: a shared object, one compressed by xz, or a head
 *   NAME.SET-I.so   part I (from 1) of a set; SET is 16 hexadecimal digits, the first of the head's packed-sha256
 *
 * A head is text, these lines and nothing else (docs/server-files.md has the whole):
 *
 *   modgo-parts 1
 *   parts N
 *   packed-size BYTES          of the joined parts, which are one xz stream
 *   packed-sha256 DIGITS
 *   size BYTES                 of the shared object
 *   sha256 DIGITS
 *
 * Everything read here may be hostile. Which module is loaded when is part_sets.c's.
 */
#ifndef MOD_GO_PACKAGE_H
#define MOD_GO_PACKAGE_H

#include <stdbool.h>

#include "common/public.h"
#include "asd/sha256.h"

enum { MOD_GO_PARTS_MAX = 256, MOD_GO_MODULE_NAME_MAX = 103, MOD_GO_SET_DIGITS = 16 };

/* The name of a file, taken apart. */
typedef struct mod_go_file_name {
	char module[MOD_GO_MODULE_NAME_MAX + 1];
	char set[MOD_GO_SET_DIGITS + 1]; /* "" for the module itself */
	uint32_t index;
} mod_go_file_name;

typedef struct mod_go_part_manifest {
	uint32_t parts;
	uint64_t packed_size;
	uint64_t size;
	mod_go_digest packed;
	mod_go_digest content;
} mod_go_part_manifest;

typedef enum mod_go_content_kind {
	MOD_GO_CONTENT_OTHER, /* none of the following */
	MOD_GO_CONTENT_ELF,
	MOD_GO_CONTENT_XZ,
	MOD_GO_CONTENT_PART_MANIFEST
} mod_go_content_kind;

/* Whether a name is the plugin's at all: it ends in ".so". */
bool mod_go_name_is_ours(const char *filename);

/* False for a name that is neither a module's nor a part's. */
bool mod_go_file_name_read(const char *filename, mod_go_file_name *name);

mod_go_content_kind mod_go_content_kind_of(const uint8_t *bytes, size_t size);

/* Gives what is wrong, NULL where nothing is. */
const char *mod_go_part_manifest_read(const uint8_t *bytes, size_t size, mod_go_part_manifest *head);

/* Whether `name` is one of the parts of `head`. */
bool mod_go_part_manifest_names(const mod_go_part_manifest *head, const mod_go_file_name *name);

/* The path of part `index` in `folder`. */
void mod_go_part_path(const char *folder, const char *module, const mod_go_part_manifest *head,
                      uint32_t index, char *path, size_t capacity);

/* How many of the parts are not in `folder`; the first such in `*first`. */
uint32_t mod_go_parts_missing(const char *folder, const char *module, const mod_go_part_manifest *head,
                              uint32_t *first);

/* The shared object that the parts hold, from page_allocator.h, after both digests were compared. */
mod_go_status mod_go_parts_join(const char *folder, const char *module, const mod_go_part_manifest *head,
                                uint8_t **bytes, size_t *size, mod_go_error *error);

/* The shared object that `packed`, an xz stream, holds, from page_allocator.h. `filename` is for the error. */
mod_go_status mod_go_xz_decode(const char *filename, const uint8_t *packed, size_t packed_size,
                               uint8_t **bytes, size_t *size, mod_go_error *error);

#endif
