/* elf_dynamic.c - finds in the dynamic section the tables that the dynamic linker follows unchecked, and checks
 * them. */
#include "elf/elf_file.h"

#include <stddef.h>

#ifndef DF_1_PIE
#define DF_1_PIE 0x08000000
#endif

/* The entries used here; 0 for a missing one, since no table is at address 0. */
typedef struct entries {
	uint64_t symbols, symbol_size, strings, strings_size, gnu_hash, sysv_hash, flags_1;
	uint64_t rela, rela_size, rel, rel_size, plt, plt_size;
	uint64_t init_array, init_array_size, fini_array, fini_array_size;
} entries;

static const struct {
	int64_t tag;
	size_t field;
} FIELDS[] = {
	{DT_SYMTAB, offsetof(entries, symbols)},
	{DT_SYMENT, offsetof(entries, symbol_size)},
	{DT_STRTAB, offsetof(entries, strings)},
	{DT_STRSZ, offsetof(entries, strings_size)},
	{DT_GNU_HASH, offsetof(entries, gnu_hash)},
	{DT_HASH, offsetof(entries, sysv_hash)},
	{DT_FLAGS_1, offsetof(entries, flags_1)},
	{DT_RELA, offsetof(entries, rela)},
	{DT_RELASZ, offsetof(entries, rela_size)},
	{DT_REL, offsetof(entries, rel)},
	{DT_RELSZ, offsetof(entries, rel_size)},
	{DT_JMPREL, offsetof(entries, plt)},
	{DT_PLTRELSZ, offsetof(entries, plt_size)},
	{DT_INIT_ARRAY, offsetof(entries, init_array)},
	{DT_INIT_ARRAYSZ, offsetof(entries, init_array_size)},
	{DT_FINI_ARRAY, offsetof(entries, fini_array)},
	{DT_FINI_ARRAYSZ, offsetof(entries, fini_array_size)},
};

/* Reads entry `index`; false past the end of the section. */
static bool entry_at(const mod_go_elf *elf, size_t index, ElfW(Dyn) * entry)
{
	if (index >= elf->dynamic.length / sizeof(*entry))
		return false;
	return mod_go_elf_read(elf, elf->dynamic.offset + index * sizeof(*entry), entry, sizeof(*entry));
}

/* False where the section has no DT_NULL at its end. */
static bool read_entries(const mod_go_elf *elf, entries *found)
{
	ElfW(Dyn) entry;

	for (size_t i = 0; entry_at(elf, i, &entry); i++) {
		if (entry.d_tag == DT_NULL)
			return true;
		for (size_t f = 0; f < sizeof(FIELDS) / sizeof(*FIELDS); f++) {
			if (entry.d_tag == FIELDS[f].tag)
				*(uint64_t *)((char *)found + FIELDS[f].field) = entry.d_un.d_val;
		}
	}
	return false;
}

static bool table_is_there(const mod_go_elf *elf, uint64_t address, uint64_t size)
{
	mod_go_elf_range range;

	return size == 0 || mod_go_elf_locate(elf, address, size, 0, &range);
}

/* Checks the entries whose value is an offset in the string table. */
static bool names_are_there(const mod_go_elf *elf)
{
	ElfW(Dyn) entry;

	for (size_t i = 0; entry_at(elf, i, &entry) && entry.d_tag != DT_NULL; i++) {
		switch (entry.d_tag) {
		case DT_NEEDED:
		case DT_SONAME:
		case DT_RPATH:
		case DT_RUNPATH:
			if (entry.d_un.d_val >= elf->strings.length)
				return false;
			break;
		default:
			break;
		}
	}
	return true;
}

static const char *find_symbol_tables(mod_go_elf *elf, const entries *found)
{
	uint8_t last;

	if (found->strings_size == 0 ||
	    !mod_go_elf_locate(elf, found->strings, found->strings_size, 0, &elf->strings))
		return "its string table is missing";
	elf->strings.length = (size_t)found->strings_size;
	/* With a NUL at the end, every name in the table ends within it. */
	if (!mod_go_elf_read(elf, elf->strings.offset + elf->strings.length - 1, &last, 1) || last != 0)
		return "its string table does not end in a NUL";
	if (found->symbol_size != sizeof(ElfW(Sym)) ||
	    !mod_go_elf_locate(elf, found->symbols, sizeof(ElfW(Sym)), 0, &elf->symbols))
		return "its symbol table is missing";
	if (found->gnu_hash == 0 && found->sysv_hash == 0)
		return "it has no symbol hash table";
	if (found->gnu_hash != 0 &&
	    !mod_go_elf_locate(elf, found->gnu_hash, 4 * sizeof(uint32_t), 0, &elf->gnu_hash))
		return "its symbol hash table is missing";
	if (found->sysv_hash != 0 &&
	    !mod_go_elf_locate(elf, found->sysv_hash, 2 * sizeof(uint32_t), 0, &elf->sysv_hash))
		return "its symbol hash table is missing";
	return NULL;
}

const char *mod_go_elf_dynamic(mod_go_elf *elf)
{
	entries found = {0};
	const char *fault;

	if (!read_entries(elf, &found))
		return "its dynamic section does not end in DT_NULL";
	if ((found.flags_1 & DF_1_PIE) != 0)
		return "it is a program";
	fault = find_symbol_tables(elf, &found);
	if (fault != NULL)
		return fault;
	if (!names_are_there(elf))
		return "its dynamic section has a name outside its string table";
	if (!table_is_there(elf, found.rela, found.rela_size) ||
	    !table_is_there(elf, found.rel, found.rel_size) || !table_is_there(elf, found.plt, found.plt_size))
		return "its relocations are missing";
	if (!table_is_there(elf, found.init_array, found.init_array_size) ||
	    !table_is_there(elf, found.fini_array, found.fini_array_size))
		return "its list of initialisers is missing";
	return NULL;
}
