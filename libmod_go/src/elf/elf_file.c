/* elf_file.c - checks the ELF header, the segments and the section table. */
#include "elf/elf_file.h"

#include <stdio.h>
#include <string.h>

#include "common/abi_symbols.h"
#include "common/error.h"
#include "loader/module_file.h"

#if defined(__x86_64__)
#define HOST_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#elif defined(__i386__)
#define HOST_MACHINE EM_386
#elif defined(__arm__)
#define HOST_MACHINE EM_ARM
#elif defined(__riscv)
#define HOST_MACHINE 243
#elif defined(__s390x__)
#define HOST_MACHINE EM_S390
#elif defined(__powerpc64__)
#define HOST_MACHINE EM_PPC64
#else
#error "add this machine's e_machine number"
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HOST_ORDER ELFDATA2LSB
#else
#define HOST_ORDER ELFDATA2MSB
#endif

#define HOST_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)

/* The remedy for every damaged file. */
#define BUILD_AGAIN "its build or copy was cut short or damaged; build it again"

static const char *machine_name(unsigned machine)
{
	switch (machine) {
	case EM_X86_64:
		return "x86-64";
	case EM_AARCH64:
		return "arm64";
	case EM_386:
		return "x86";
	case EM_ARM:
		return "arm";
	case EM_S390:
		return "s390x";
	case EM_PPC64:
		return "ppc64";
	case 243:
		return "riscv";
	default:
		return "an unknown machine";
	}
}

bool mod_go_elf_read(const mod_go_elf *elf, size_t offset, void *out, size_t length)
{
	if (offset > elf->size || length > elf->size - offset)
		return false;
	memcpy(out, elf->bytes + offset, length);
	return true;
}

static bool read_segment(const mod_go_elf *elf, unsigned index, ElfW(Phdr) * segment)
{
	/* check_segments has checked that e_phoff and the table are in the file. */
	return mod_go_elf_read(elf, (size_t)elf->header.e_phoff + index * sizeof(*segment), segment,
	                       sizeof(*segment));
}

bool mod_go_elf_locate(const mod_go_elf *elf, uint64_t address, uint64_t length, uint32_t flags,
                       mod_go_elf_range *range)
{
	ElfW(Phdr) segment;

	for (unsigned i = 0; i < elf->header.e_phnum; i++) {
		uint64_t within;

		if (!read_segment(elf, i, &segment) || segment.p_type != PT_LOAD || address < segment.p_vaddr)
			continue;
		within = address - segment.p_vaddr;
		if (within >= segment.p_filesz || (segment.p_flags & flags) != flags)
			continue;
		if (length > segment.p_filesz - within)
			return false;
		range->offset = (size_t)(segment.p_offset + within); /* in the file: see check_segment */
		range->length = (size_t)(segment.p_filesz - within);
		return true;
	}
	return false;
}

static mod_go_status wrong_machine(const mod_go_elf *elf, const char *built_for, const char *host,
                                   mod_go_error *error)
{
	return mod_go_fail(error, MOD_GO_WRONG_MACHINE,
	                   "%s: was built for %s, this process is %s; build it for this machine (`modgo build"
	                   " --target linux/…` names another)",
	                   elf->path, built_for, host);
}

/* Checks e_ident, the first 16 bytes, which determine the layout of the rest, then the header. */
static mod_go_status check_header(mod_go_elf *elf, mod_go_error *error)
{
	unsigned char ident[EI_NIDENT];

	if (!mod_go_elf_read(elf, 0, ident, SELFMAG) || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return mod_go_fail(
			error, MOD_GO_NOT_A_MODULE,
			"%s: is not a shared object (no ELF file); build the package with `modgo build` and"
			" give its .so",
			elf->path);
	if (!mod_go_elf_read(elf, 0, ident, sizeof(ident)))
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: ends in its header: %s", elf->path, BUILD_AGAIN);
	if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: has a damaged header (class %u): %s", elf->path,
		                   ident[EI_CLASS], BUILD_AGAIN);
	if (ident[EI_CLASS] != HOST_CLASS)
		return wrong_machine(elf, ident[EI_CLASS] == ELFCLASS32 ? "32 bits" : "64 bits",
		                     HOST_CLASS == ELFCLASS32 ? "of 32 bits" : "of 64 bits", error);
	if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: has a damaged header (byte order %u): %s",
		                   elf->path, ident[EI_DATA], BUILD_AGAIN);
	if (ident[EI_DATA] != HOST_ORDER)
		return wrong_machine(elf,
		                     ident[EI_DATA] == ELFDATA2LSB ? "little-endian machines" : "big-endian machines",
		                     HOST_ORDER == ELFDATA2LSB ? "little-endian" : "big-endian", error);
	if (!mod_go_elf_read(elf, 0, &elf->header, sizeof(elf->header)))
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: ends in its header: %s", elf->path, BUILD_AGAIN);
	if (elf->header.e_machine != HOST_MACHINE)
		return wrong_machine(elf, machine_name(elf->header.e_machine), machine_name(HOST_MACHINE), error);
	if (elf->header.e_type != ET_DYN)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE,
		                   "%s: is an ELF file, but %s; build the package with `modgo build`", elf->path,
		                   elf->header.e_type == ET_EXEC  ? "a program, not a shared object"
		                   : elf->header.e_type == ET_REL ? "an object file, not a shared object"
		                                                  : "no shared object");
	return MOD_GO_OK;
}

/* Loading needs no section table, but linkers write it last: where it is missing the file was cut short. */
static const char *check_sections(const mod_go_elf *elf)
{
	const ElfW(Ehdr) *header = &elf->header;
	ElfW(Shdr) first;
	uint64_t count = header->e_shnum;

	if (header->e_shoff == 0)
		return header->e_shnum == 0 ? NULL : "its section headers have no offset";
	if (header->e_shentsize != sizeof(first))
		return "its section headers have an invalid size";
	if (header->e_shoff > elf->size || !mod_go_elf_read(elf, (size_t)header->e_shoff, &first, sizeof(first)))
		return "it ends before its section headers";
	if (count == 0)
		count = first.sh_size; /* with 65280 sections and more the count is here */
	if (count > (elf->size - header->e_shoff) / sizeof(first))
		return "it ends within its section headers";
	return NULL;
}

static const char *check_segment(const mod_go_elf *elf, const ElfW(Phdr) * segment, uint64_t *loaded_to)
{
	if (segment->p_offset > elf->size || segment->p_filesz > elf->size - segment->p_offset)
		return "it ends before its last segment does";
	if (segment->p_type != PT_LOAD)
		return NULL;
	if (segment->p_filesz > segment->p_memsz || segment->p_memsz > UINT64_MAX - segment->p_vaddr ||
	    segment->p_vaddr + segment->p_memsz > (uint64_t)(SIZE_MAX / 2))
		return "a segment has an invalid size";
	if (segment->p_vaddr < *loaded_to)
		return "its segments overlap or are out of order";
	if (segment->p_align > 1 && ((segment->p_align & (segment->p_align - 1)) != 0 ||
	                             (segment->p_vaddr - segment->p_offset) % segment->p_align != 0))
		return "a segment is not aligned as its header declares";
	*loaded_to = segment->p_vaddr + segment->p_memsz;
	return NULL;
}

static const char *check_segments(mod_go_elf *elf)
{
	const ElfW(Ehdr) *header = &elf->header;
	ElfW(Phdr) segment;
	uint64_t loaded_to = 0;
	ElfW(Phdr) dynamic = {.p_type = PT_NULL};

	if (header->e_phentsize != sizeof(segment) || header->e_phnum == 0 || header->e_phnum == PN_XNUM)
		return "it has no program headers to load";
	if (header->e_phoff > elf->size || header->e_phnum > (elf->size - header->e_phoff) / sizeof(segment))
		return "it ends before its program headers do";
	for (unsigned i = 0; i < header->e_phnum; i++) {
		const char *fault;

		if (!read_segment(elf, i, &segment))
			return "it ends before its program headers do";
		fault = check_segment(elf, &segment, &loaded_to);
		if (fault != NULL)
			return fault;
		if (segment.p_type == PT_DYNAMIC) {
			if (dynamic.p_type == PT_DYNAMIC)
				return "it has two dynamic sections";
			dynamic = segment;
		}
	}
	if (dynamic.p_type != PT_DYNAMIC)
		return "it has no dynamic section";
	/* The dynamic linker uses the address, other tools use the offset: they must agree. */
	if (!mod_go_elf_locate(elf, dynamic.p_vaddr, dynamic.p_filesz, 0, &elf->dynamic) ||
	    elf->dynamic.offset != dynamic.p_offset)
		return "its dynamic section is not in a loaded segment";
	elf->dynamic.length = (size_t)dynamic.p_filesz;
	return NULL;
}

mod_go_status mod_go_elf_check(const uint8_t *bytes, size_t size, const char *path, mod_go_error *error)
{
	mod_go_elf elf = {.bytes = bytes, .size = size, .path = path};
	int present[MOD_GO_ABI_SYMBOL_COUNT];
	const char *fault;
	mod_go_status status = check_header(&elf, error);

	if (status != MOD_GO_OK)
		return status;
	fault = check_segments(&elf);
	if (fault == NULL)
		fault = check_sections(&elf);
	if (fault == NULL)
		fault = mod_go_elf_dynamic(&elf);
	if (fault != NULL)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE, "%s: is not a complete shared object: %s; %s", path,
		                   fault, BUILD_AGAIN);
	for (int i = 0; i < MOD_GO_ABI_SYMBOL_COUNT; i++)
		present[i] = mod_go_elf_exports(&elf, mod_go_abi_names[i]);
	status = mod_go_abi_complete(present, path, error);
	return status == MOD_GO_OK ? mod_go_succeed(error) : status;
}
