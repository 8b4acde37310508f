/*
 * package.h - a module as files of a server: their names, what is in them, and how parts are joined.
 *
 *   NAME.so         the module: a shared object, one compressed by xz, or a part manifest
 *   NAME.SET-I.so   part I (from 1) of a part set; SET is the first 16 hexadecimal digits of the manifest's
 *                   packed-sha256
 *
 * A part manifest is text, exactly these lines (docs/server-files.md has the details):
 *
 *   modgo-parts 1
 *   parts N
 *   packed-size BYTES          of the joined parts, which are one xz stream
 *   packed-sha256 DIGITS
 *   size BYTES                 of the shared object
 *   sha256 DIGITS
 *
 * All input may be hostile. part_sets.h has which module is loaded when. Any thread may call these functions; no
 * locks.
 */
#ifndef MOD_GO_PACKAGE_H
#define MOD_GO_PACKAGE_H

#include <stdbool.h>

#include "asd/sha256.h"
#include "common/public.h"

enum { MOD_GO_PARTS_MAX = 256, MOD_GO_MODULE_NAME_MAX = 103, MOD_GO_SET_DIGITS = 16 };

/* The parts of a file's name. */
typedef struct mod_go_file_name {
	char module[MOD_GO_MODULE_NAME_MAX + 1];
	char set[MOD_GO_SET_DIGITS + 1]; /* "" for the module itself */
	uint32_t index;                  /* 0 for the module itself */
} mod_go_file_name;

typedef struct mod_go_part_manifest {
	uint32_t parts;
	uint64_t packed_size;
	uint64_t size;
	mod_go_digest packed;
	mod_go_digest content;
} mod_go_part_manifest;

typedef enum mod_go_content_kind {
	MOD_GO_CONTENT_OTHER,
	MOD_GO_CONTENT_ELF,
	MOD_GO_CONTENT_XZ,
	MOD_GO_CONTENT_PART_MANIFEST
} mod_go_content_kind;

/* Whether the plugin handles files of this name: it ends in ".so". */
bool mod_go_name_is_ours(const char *filename);

/* False for a name that is neither a module's nor a part's. */
bool mod_go_file_name_read(const char *filename, mod_go_file_name *name);

/* The kind of content, by its first bytes. */
mod_go_content_kind mod_go_content_kind_of(const uint8_t *bytes, size_t size);

/* Reads a part manifest. Returns what is wrong, a static text, or NULL. */
const char *mod_go_part_manifest_read(const uint8_t *bytes, size_t size, mod_go_part_manifest *manifest);

/* Whether `name` is one of the manifest's parts. */
bool mod_go_part_manifest_names(const mod_go_part_manifest *manifest, const mod_go_file_name *name);

/* Writes the path of part `index` in `folder`. */
void mod_go_part_path(const char *folder, const char *module, const mod_go_part_manifest *manifest,
                      uint32_t index, char *path, size_t capacity);

/* How many of the parts are missing in `folder`; `*first` is the first of them. */
uint32_t mod_go_parts_missing(const char *folder, const char *module, const mod_go_part_manifest *manifest,
                              uint32_t *first);

/* Joins and decompresses the parts, and compares both digests. With MOD_GO_OK the caller frees `*bytes`, by
 * mod_go_pages_free; else that is NULL. */
mod_go_status mod_go_parts_join(const char *folder, const char *module, const mod_go_part_manifest *manifest,
                                uint8_t **bytes, size_t *size, mod_go_error *error);

/* Decompresses an xz stream, with the same ownership. `filename` is for messages. */
mod_go_status mod_go_xz_decode(const char *filename, const uint8_t *packed, size_t packed_size,
                               uint8_t **bytes, size_t *size, mod_go_error *error);

#endif
