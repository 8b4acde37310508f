/* elf_symbols.c - looks up a symbol as the dynamic linker does, in tables that may be damaged. */
#include "elf/elf_file.h"

#include <string.h>

/* Reads 32-bit word `index` of a range. */
static bool word_at(const mod_go_elf *elf, const mod_go_elf_range *range, uint64_t index, uint32_t *word)
{
	if (index >= range->length / sizeof(*word))
		return false;
	return mod_go_elf_read(elf, range->offset + (size_t)index * sizeof(*word), word, sizeof(*word));
}

/* Whether symbol `index` is an exported function `name` that is defined in this file's code. */
static bool symbol_is(const mod_go_elf *elf, uint32_t index, const char *name)
{
	mod_go_elf_range code;
	ElfW(Sym) symbol;
	size_t length = strlen(name) + 1;

	if (index >= elf->symbols.length / sizeof(symbol) ||
	    !mod_go_elf_read(elf, elf->symbols.offset + index * sizeof(symbol), &symbol, sizeof(symbol)))
		return false;
	if (symbol.st_name >= elf->strings.length || length > elf->strings.length - symbol.st_name ||
	    memcmp(elf->bytes + elf->strings.offset + symbol.st_name, name, length) != 0)
		return false;
	/* The macros are the same for both ELF classes. */
	if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC && ELF64_ST_TYPE(symbol.st_info) != STT_GNU_IFUNC)
		return false;
	if (ELF64_ST_BIND(symbol.st_info) == STB_LOCAL || symbol.st_shndx == SHN_UNDEF)
		return false;
	if (ELF64_ST_VISIBILITY(symbol.st_other) != STV_DEFAULT &&
	    ELF64_ST_VISIBILITY(symbol.st_other) != STV_PROTECTED)
		return false;
	return mod_go_elf_locate(elf, symbol.st_value, 1, PF_X, &code);
}

static uint32_t gnu_hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

/* The table: number of buckets, first symbol, number of bloom words, shift; the bloom words; the buckets; the
 * hashes of the symbols, where the lowest bit ends a bucket's chain. */
static bool in_gnu_hash(const mod_go_elf *elf, const char *name)
{
	const mod_go_elf_range *table = &elf->gnu_hash;
	uint32_t hash_of_name = gnu_hash_of(name);
	uint32_t buckets, first, bloom, symbol, hash;
	uint64_t buckets_at, chain_at;

	if (!word_at(elf, table, 0, &buckets) || !word_at(elf, table, 1, &first) ||
	    !word_at(elf, table, 2, &bloom))
		return false;
	/* The dynamic linker asserts that the number of bloom words is a power of 2. */
	if (buckets == 0 || bloom == 0 || (bloom & (bloom - 1)) != 0)
		return false;
	buckets_at = 4 + (uint64_t)bloom * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	chain_at = buckets_at + buckets;
	if (!word_at(elf, table, buckets_at + hash_of_name % buckets, &symbol) || symbol < first)
		return false;
	/* Ends at the end of the table at the latest. */
	while (word_at(elf, table, chain_at + (symbol - first), &hash)) {
		if ((hash | 1) == (hash_of_name | 1) && symbol_is(elf, symbol, name))
			return true;
		if ((hash & 1) != 0 || symbol == UINT32_MAX)
			return false;
		symbol++;
	}
	return false;
}

static uint32_t sysv_hash_of(const char *name)
{
	uint32_t hash = 0;

	for (; *name != '\0'; name++) {
		hash = (hash << 4) + (unsigned char)*name;
		hash ^= (hash & 0xF0000000) >> 24;
		hash &= 0x0FFFFFFF;
	}
	return hash;
}

/* The table: number of buckets, number of symbols; the buckets; for each symbol the next one of its bucket, or 0. */
static bool in_sysv_hash(const mod_go_elf *elf, const char *name)
{
	const mod_go_elf_range *table = &elf->sysv_hash;
	uint32_t buckets, count, symbol;

	if (!word_at(elf, table, 0, &buckets) || !word_at(elf, table, 1, &count) || buckets == 0)
		return false;
	if (count > table->length / sizeof(uint32_t))
		return false;
	if (!word_at(elf, table, 2 + (uint64_t)(sysv_hash_of(name) % buckets), &symbol))
		return false;
	/* A damaged chain may have a cycle: stop after as many steps as there are symbols. */
	for (uint32_t step = 0; step < count && symbol != STN_UNDEF; step++) {
		if (symbol_is(elf, symbol, name))
			return true;
		if (!word_at(elf, table, 2 + (uint64_t)buckets + symbol, &symbol))
			return false;
	}
	return false;
}

bool mod_go_elf_exports(const mod_go_elf *elf, const char *name)
{
	/* The dynamic linker uses DT_HASH only where there is no DT_GNU_HASH. */
	return elf->gnu_hash.length > 0 ? in_gnu_hash(elf, name) : in_sysv_hash(elf, name);
}
