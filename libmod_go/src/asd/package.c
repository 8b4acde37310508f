/* package.c - parses the names of files, and part manifests. join_parts.c reads the parts. */
#include "asd/package.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "asd/xz_decoder.h"

#define PART_MANIFEST_MAGIC "modgo-parts "

bool mod_go_name_is_ours(const char *filename)
{
	size_t length = strlen(filename);

	return length >= 3 && strcmp(filename + length - 3, ".so") == 0;
}

static const char digits[] = "0123456789";
static const char hexadecimal[] = "0123456789abcdef";

/* Reads a number without sign or leading zero, at most `most`, and advances `*text`. Returns 0 where there is none. */
static uint64_t take_number(const char **text, uint64_t most)
{
	size_t length = strspn(*text, digits);
	uint64_t number = 0;

	if (length == 0 || length > 10 || **text == '0')
		return 0;
	for (size_t i = 0; i < length; i++)
		number = 10 * number + (uint64_t)((*text)[i] - '0');
	*text += length;
	return number <= most ? number : 0;
}

bool mod_go_file_name_read(const char *filename, mod_go_file_name *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t length = strspn(filename, letters);
	const char *rest = filename + length;

	*name = (mod_go_file_name){.index = 0};
	if (length == 0 || length > MOD_GO_MODULE_NAME_MAX)
		return false;
	memcpy(name->module, filename, length);
	if (strcmp(rest, ".so") == 0)
		return true;
	if (*rest != '.')
		return false;
	rest++;
	if (strspn(rest, hexadecimal) != MOD_GO_SET_DIGITS || rest[MOD_GO_SET_DIGITS] != '-')
		return false;
	memcpy(name->set, rest, MOD_GO_SET_DIGITS);
	rest += MOD_GO_SET_DIGITS + 1;
	name->index = (uint32_t)take_number(&rest, MOD_GO_PARTS_MAX);
	return name->index > 0 && strcmp(rest, ".so") == 0;
}

static bool begins(const uint8_t *bytes, size_t size, const char *magic)
{
	return size >= strlen(magic) && memcmp(bytes, magic, strlen(magic)) == 0;
}

mod_go_content_kind mod_go_content_kind_of(const uint8_t *bytes, size_t size)
{
	if (begins(bytes, size, ELFMAG))
		return MOD_GO_CONTENT_ELF;
	if (begins(bytes, size, MOD_GO_XZ_MAGIC))
		return MOD_GO_CONTENT_XZ;
	return begins(bytes, size, PART_MANIFEST_MAGIC) ? MOD_GO_CONTENT_PART_MANIFEST : MOD_GO_CONTENT_OTHER;
}

static bool take_word(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return false;
	*text += length;
	return true;
}

static bool take_line_number(const char **text, const char *key, uint64_t most, uint64_t *number)
{
	return take_word(text, key) && (*number = take_number(text, most)) > 0 && take_word(text, "\n");
}

static bool take_line_digest(const char **text, const char *key, mod_go_digest *digest)
{
	size_t length = sizeof(digest->text) - 1;

	if (!take_word(text, key) || strspn(*text, hexadecimal) != length)
		return false;
	memcpy(digest->text, *text, length);
	digest->text[length] = '\0';
	*text += length;
	return take_word(text, "\n");
}

const char *mod_go_part_manifest_read(const uint8_t *bytes, size_t size, mod_go_part_manifest *manifest)
{
	char copy[512];
	const char *text = copy;
	uint64_t parts = 0;

	*manifest = (mod_go_part_manifest){.parts = 0};
	if (size >= sizeof(copy) || memchr(bytes, '\0', size) != NULL)
		return "its part manifest is damaged; put the module again";
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	if (!take_word(&text, PART_MANIFEST_MAGIC "1\n"))
		return "its part manifest has a newer version than 1; use the libmod_go of that version";
	if (!take_line_number(&text, "parts ", MOD_GO_PARTS_MAX, &parts) ||
	    !take_line_number(&text, "packed-size ", MOD_GO_UNPACKED_MAX, &manifest->packed_size) ||
	    !take_line_digest(&text, "packed-sha256 ", &manifest->packed) ||
	    !take_line_number(&text, "size ", MOD_GO_UNPACKED_MAX, &manifest->size) ||
	    !take_line_digest(&text, "sha256 ", &manifest->content) || *text != '\0')
		return "its part manifest is damaged; put the module again";
	manifest->parts = (uint32_t)parts;
	return NULL;
}

bool mod_go_part_manifest_names(const mod_go_part_manifest *manifest, const mod_go_file_name *name)
{
	return name->index >= 1 && name->index <= manifest->parts &&
	       memcmp(name->set, manifest->packed.text, MOD_GO_SET_DIGITS) == 0;
}

void mod_go_part_path(const char *folder, const char *module, const mod_go_part_manifest *manifest,
                      uint32_t index, char *path, size_t capacity)
{
	snprintf(path, capacity, "%s/%s.%.*s-%u.so", folder, module, MOD_GO_SET_DIGITS, manifest->packed.text,
	         index);
}

uint32_t mod_go_parts_missing(const char *folder, const char *module, const mod_go_part_manifest *manifest,
                              uint32_t *first)
{
	uint32_t missing = 0;

	for (uint32_t index = manifest->parts; index >= 1; index--) {
		char path[1280];
		struct stat file;

		mod_go_part_path(folder, module, manifest, index, path, sizeof(path));
		if (stat(path, &file) != 0) {
			missing++;
			*first = index;
		}
	}
	return missing;
}
