/* test_elf.c - checks of a file before it runs. */
#include <elf.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "elf/elf_file.h"

/* Checks a copy of exactly that many bytes, so that sanitizers find a read past the end. */
static mod_go_status check_bytes(const unsigned char *bytes, size_t length, mod_go_error *error)
{
	unsigned char *exact = malloc(length > 0 ? length : 1);
	mod_go_status status;

	memcpy(exact, bytes, length);
	status = mod_go_elf_check(exact, length, "some.so", error);
	free(exact);
	return status;
}

/* good.so with one byte changed. */
static mod_go_status check_patched(size_t offset, unsigned char byte, mod_go_error *error)
{
	size_t length;
	unsigned char *bytes = check_read(check_module("good"), &length);
	mod_go_status status;

	bytes[offset] = byte;
	status = check_bytes(bytes, length, error);
	free(bytes);
	return status;
}

TEST(a_whole_module_passes)
{
	mod_go_error error = {.status = MOD_GO_NO_FILE};

	CHECK_NUMBER(mod_go_check(check_module("good"), &error), MOD_GO_OK);
	CHECK_NUMBER(error.status, MOD_GO_OK);
	CHECK_TEXT(error.message, "");
	CHECK_NUMBER(mod_go_check(check_module("good"), NULL), MOD_GO_OK);
}

TEST(a_module_with_the_older_hash_table_passes)
{
	mod_go_error error;

	CHECK_NUMBER(mod_go_check(check_module("good_sysv"), &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_check(check_module("library_sysv"), &error), MOD_GO_MISSING_SYMBOL);
}

TEST(no_truncated_module_passes)
{
	size_t length;
	unsigned char *bytes = check_read(check_module("good"), &length);
	mod_go_error error;

	for (size_t cut = 0; cut < length; cut += 64) {
		if (!CHECK(check_bytes(bytes, cut, &error) == MOD_GO_NOT_A_MODULE))
			printf("    with %zu of %zu bytes\n", cut, length);
		CHECK_CONTAINS(error.message, "some.so: ");
	}
	CHECK_NUMBER(check_bytes(bytes, length - 1, &error), MOD_GO_NOT_A_MODULE);
	CHECK_NUMBER(check_bytes(bytes, length, &error), MOD_GO_OK);
	free(bytes);
}

TEST(a_truncated_file_says_so)
{
	char path[PATH_MAX];
	size_t length;
	unsigned char *bytes = check_read(check_module("good"), &length);
	mod_go_error error;

	snprintf(path, sizeof(path), "%s/cut.so", check_folder());
	check_write(path, bytes, length / 2);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, path);
	CHECK_CONTAINS(error.message, "it ends before");
	CHECK_CONTAINS(error.message, "build it again");
	free(bytes);
}

TEST(another_machine_is_named)
{
	mod_go_error error;
#ifdef __x86_64__
	unsigned char other = EM_AARCH64;
	const char *names = "was built for arm64, this process is x86-64";
#else
	unsigned char other = EM_X86_64;
	const char *names = "was built for x86-64, this process is ";
#endif

	CHECK_NUMBER(check_patched(offsetof(Elf64_Ehdr, e_machine), other, &error), MOD_GO_WRONG_MACHINE);
	CHECK_CONTAINS(error.message, names);
}

TEST(each_machine_has_its_name)
{
	static const struct {
		unsigned machine;
		const char *name;
	} MACHINES[] = {
		{EM_386, "was built for x86, "},       {EM_ARM, "was built for arm, "},
		{EM_S390, "was built for s390x, "},    {EM_PPC64, "was built for ppc64, "},
		{243, "was built for riscv, "},        {200, "an unknown machine"},
#ifdef __x86_64__
		{EM_AARCH64, "was built for arm64, "},
#else
		{EM_X86_64, "was built for x86-64, "},
#endif
	};
	mod_go_error error;

	for (size_t i = 0; i < sizeof(MACHINES) / sizeof(*MACHINES); i++) {
		CHECK_NUMBER(
			check_patched(offsetof(Elf64_Ehdr, e_machine), (unsigned char)MACHINES[i].machine, &error),
			MOD_GO_WRONG_MACHINE);
		CHECK_CONTAINS(error.message, MACHINES[i].name);
	}
}

TEST(another_class_or_byte_order_is_named)
{
	mod_go_error error;

	CHECK_NUMBER(check_patched(EI_CLASS, ELFCLASS32, &error), MOD_GO_WRONG_MACHINE);
	CHECK_CONTAINS(error.message, "32 bits");
	CHECK_NUMBER(check_patched(EI_CLASS, 7, &error), MOD_GO_NOT_A_MODULE);
	CHECK_NUMBER(check_patched(EI_DATA, ELFDATA2MSB, &error), MOD_GO_WRONG_MACHINE);
	CHECK_CONTAINS(error.message, "big-endian");
	CHECK_NUMBER(check_patched(EI_DATA, 7, &error), MOD_GO_NOT_A_MODULE);
}

TEST(programs_and_objects_are_refused)
{
	mod_go_error error;

	CHECK_NUMBER(check_patched(offsetof(Elf64_Ehdr, e_type), ET_EXEC, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "a program");
	CHECK_NUMBER(check_patched(offsetof(Elf64_Ehdr, e_type), ET_REL, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "an object file");
	CHECK_NUMBER(mod_go_check(check_app, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "a program");
}

TEST(what_is_no_file_is_said)
{
	char path[PATH_MAX];
	mod_go_error error;

	CHECK_NUMBER(mod_go_check("/nowhere/at/all.so", &error), MOD_GO_NO_FILE);
	CHECK_CONTAINS(error.message,
	               "/nowhere/at/all.so: cannot be read (No such file or directory); check the path");
	CHECK_NUMBER(mod_go_check(check_folder(), &error), MOD_GO_NO_FILE);
	CHECK_CONTAINS(error.message, "is a folder");
	CHECK_NUMBER(mod_go_check("", &error), MOD_GO_NO_FILE);
	CHECK_NUMBER(mod_go_check(NULL, &error), MOD_GO_NO_FILE);
	/* Nobody writes to it: an ordinary open would block. */
	snprintf(path, sizeof(path), "%s/pipe", check_folder());
	CHECK(mkfifo(path, 0600) == 0);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NO_FILE);
	CHECK_CONTAINS(error.message, "not a regular file");
}

TEST(what_is_no_shared_object_is_said)
{
	char path[PATH_MAX];
	mod_go_error error;

	snprintf(path, sizeof(path), "%s/some.so", check_folder());
	check_write(path, "", 0);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "is empty");
	check_write(path, "function hello() return 1 end", 29);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "no ELF file");
	check_write(path,
	            "\x7F"
	            "EL",
	            3);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NOT_A_MODULE);
	check_write(path,
	            "\x7F"
	            "ELF",
	            4);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "ends in its header");
	CHECK(truncate(path, (off_t)2 << 30) == 0);
	CHECK_NUMBER(mod_go_check(path, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "more than the");
}

TEST(one_missing_symbol_is_named_alone)
{
	mod_go_error error;

	CHECK_NUMBER(mod_go_check(check_module("no_apply_stream"), &error), MOD_GO_MISSING_SYMBOL);
	CHECK_CONTAINS(error.message, "it does not export aerospike_udf_go_apply_stream; build it");
}

TEST(all_missing_symbols_are_in_one_error)
{
	mod_go_error error;

	CHECK_NUMBER(mod_go_check(check_module("library"), &error), MOD_GO_MISSING_SYMBOL);
	CHECK_CONTAINS(error.message, check_module("library"));
	CHECK_CONTAINS(error.message,
	               "aerospike_udf_go_get_api_version_major, aerospike_udf_go_get_api_version_minor, "
	               "aerospike_udf_go_get_property, aerospike_udf_go_setup, "
	               "aerospike_udf_go_apply_single, aerospike_udf_go_apply_stream");
}

/* The offset in good.so of the entry of the dynamic section with that tag; 0 where there is none. */
static size_t dynamic_entry(const unsigned char *bytes, Elf64_Sxword tag)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	Elf64_Dyn entry;

	memcpy(&header, bytes, sizeof(header));
	for (unsigned i = 0; i < header.e_phnum; i++) {
		memcpy(&segment, bytes + header.e_phoff + i * sizeof(segment), sizeof(segment));
		if (segment.p_type != PT_DYNAMIC)
			continue;
		for (size_t at = segment.p_offset; at < segment.p_offset + segment.p_filesz; at += sizeof(entry)) {
			memcpy(&entry, bytes + at, sizeof(entry));
			if (entry.d_tag == tag)
				return at;
		}
	}
	return 0;
}

TEST(the_entries_of_the_dynamic_section_come_in_any_order)
{
	static const Elf64_Sxword TAGS[] = {DT_SYMTAB,   DT_SYMENT, DT_STRTAB,    DT_STRSZ,
	                                    DT_GNU_HASH, DT_RELA,   DT_INIT_ARRAY};
	size_t length, first;
	unsigned char *bytes = check_read(check_module("good"), &length);
	mod_go_error error;
	Elf64_Dyn one, other;

	for (first = dynamic_entry(bytes, DT_NULL); dynamic_entry(bytes, DT_NEEDED) < first;)
		first = dynamic_entry(bytes, DT_NEEDED); /* linkers write it first */
	for (size_t i = 0; i < sizeof(TAGS) / sizeof(*TAGS); i++) {
		size_t place = dynamic_entry(bytes, TAGS[i]);

		if (!CHECK(place > first))
			continue;
		memcpy(&one, bytes + first, sizeof(one));
		memcpy(&other, bytes + place, sizeof(other));
		memcpy(bytes + first, &other, sizeof(other));
		memcpy(bytes + place, &one, sizeof(one));
		if (!CHECK(check_bytes(bytes, length, &error) == MOD_GO_OK))
			printf("    entry %d first: %s\n", (int)TAGS[i], error.message);
	}
	free(bytes);
}

/* Every table that the dynamic linker follows, pointed past the end of the file. */
TEST(tables_that_are_not_there_are_refused)
{
	static const Elf64_Sxword TAGS[] = {DT_SYMTAB, DT_STRTAB, DT_STRSZ, DT_GNU_HASH, DT_RELA, DT_RELASZ};
	size_t length;
	unsigned char *bytes = check_read(check_module("good"), &length);
	mod_go_error error;

	for (size_t i = 0; i < sizeof(TAGS) / sizeof(*TAGS); i++) {
		size_t at = dynamic_entry(bytes, TAGS[i]) + offsetof(Elf64_Dyn, d_un);
		Elf64_Xword right, wrong = (Elf64_Xword)1 << 40;

		if (!CHECK(at > offsetof(Elf64_Dyn, d_un)))
			continue;
		memcpy(&right, bytes + at, sizeof(right));
		memcpy(bytes + at, &wrong, sizeof(wrong));
		if (!CHECK_NUMBER(check_bytes(bytes, length, &error), MOD_GO_NOT_A_MODULE))
			printf("    with tag %lld\n", (long long)TAGS[i]);
		wrong = UINT64_MAX - 8;
		memcpy(bytes + at, &wrong, sizeof(wrong));
		CHECK_NUMBER(check_bytes(bytes, length, &error), MOD_GO_NOT_A_MODULE);
		memcpy(bytes + at, &right, sizeof(right));
	}
	free(bytes);
}

/* Without section headers, only the segments show whether the file is complete. */
TEST(a_segment_past_the_end_is_refused)
{
	size_t length;
	unsigned char *bytes = check_read(check_module("good"), &length);
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	size_t end = 0, last = 0;
	mod_go_error error;

	memcpy(&header, bytes, sizeof(header));
	header.e_shoff = 0;
	header.e_shnum = 0;
	memcpy(bytes, &header, sizeof(header));
	for (unsigned i = 0; i < header.e_phnum; i++) {
		memcpy(&segment, bytes + header.e_phoff + i * sizeof(segment), sizeof(segment));
		if (segment.p_type == PT_LOAD && segment.p_offset + segment.p_filesz >= end) {
			end = segment.p_offset + segment.p_filesz;
			last = header.e_phoff + i * sizeof(segment);
		}
	}
	CHECK_NUMBER(check_bytes(bytes, end, &error), MOD_GO_OK);
	CHECK_NUMBER(check_bytes(bytes, end - 1, &error), MOD_GO_NOT_A_MODULE);
	CHECK_CONTAINS(error.message, "it ends before its last segment does");
	memcpy(&segment, bytes + last, sizeof(segment));
	segment.p_filesz = segment.p_memsz = UINT64_MAX - segment.p_vaddr;
	memcpy(bytes + last, &segment, sizeof(segment));
	CHECK_NUMBER(check_bytes(bytes, length, &error), MOD_GO_NOT_A_MODULE);
	free(bytes);
}
