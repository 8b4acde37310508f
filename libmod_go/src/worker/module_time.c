/*
 * module_time.c - replaces the clock of the Go runtime, so that a test can set the time.
 *
 * Go reads the clock through the vDSO, code that the kernel maps into each process, and finds that by the auxiliary
 * vector, which lies in memory after the environment. So a copy of the vDSO is made whose clock_gettime jumps to a
 * function here, and the vector is changed to point at the copy before Go's runtime reads it. The C library has read
 * the vector long before and keeps the real one. The other functions of a copy would read the kernel's data beside it,
 * where there is none, so Go must not find them: their symbols become undefined.
 *
 * Only the time of day is replaced. The monotonic clock, by which timers and deadlines run, stays real.
 */
#include "worker/module_time.h"

#include <elf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#if defined(__x86_64__)
#define CLOCK_SYMBOL "__vdso_clock_gettime"
#elif defined(__aarch64__)
#define CLOCK_SYMBOL "__kernel_clock_gettime"
#endif

#define IMAGE_MAX   ((size_t)1 << 20)
#define NANOSECONDS 1000000000
#define JUMP_MAX    16

static _Atomic int64_t now;

void module_time_set(int64_t nanoseconds)
{
	atomic_store_explicit(&now, nanoseconds, memory_order_relaxed);
}

#ifdef CLOCK_SYMBOL

/* What Go calls. */
static int clock_of_module(clockid_t id, struct timespec *result)
{
	int64_t set = atomic_load_explicit(&now, memory_order_relaxed);

	if (set == 0 || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
		return clock_gettime(id, result) == 0 ? 0 : -errno;
	result->tv_sec = set / NANOSECONDS;
	result->tv_nsec = set % NANOSECONDS;
	return 0;
}

/* Writes a jump to clock_of_module. */
static void write_jump(uint8_t *code)
{
	uint64_t target = (uint64_t)(uintptr_t)clock_of_module;
#if defined(__x86_64__)
	static const uint8_t load[] = {0x48, 0xB8}, jump[] = {0xFF, 0xE0}; /* movabs $target, %rax; jmp *%rax */

	memcpy(code, load, sizeof(load));
	memcpy(code + sizeof(load), &target, sizeof(target));
	memcpy(code + sizeof(load) + sizeof(target), jump, sizeof(jump));
#else
	static const uint32_t jump[] = {0x58000050, 0xD61F0200}; /* ldr x16, .+8; br x16 */

	memcpy(code, jump, sizeof(jump));
	memcpy(code + sizeof(jump), &target, sizeof(target));
#endif
}

/* The parts of an image that are needed: its size in memory, and its table of symbols with their names. */
typedef struct image_parts {
	size_t size;
	size_t symbols; /* offsets */
	size_t names;
} image_parts;

/* False where the image is not as expected. Its addresses are offsets: the kernel links it to 0. */
static bool find_parts(const uint8_t *image, image_parts *parts)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)image;
	const Elf64_Phdr *segments = (const Elf64_Phdr *)(const void *)(image + header->e_phoff);
	const Elf64_Dyn *entry = NULL;

	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64)
		return false;
	*parts = (image_parts){0};
	for (unsigned i = 0; i < header->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && segments[i].p_vaddr == 0)
			parts->size = segments[i].p_memsz;
		else if (segments[i].p_type == PT_DYNAMIC)
			entry = (const Elf64_Dyn *)(const void *)(image + segments[i].p_vaddr);
	}
	for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_SYMTAB)
			parts->symbols = entry->d_un.d_ptr;
		else if (entry->d_tag == DT_STRTAB)
			parts->names = entry->d_un.d_ptr;
	}
	/* The names follow the symbols, so there is no need for a hash table to know their number. */
	return parts->size > 0 && parts->size <= IMAGE_MAX && parts->symbols > 0 &&
	       parts->symbols < parts->names && parts->names < parts->size;
}

/* Makes CLOCK_SYMBOL jump here, and the other functions undefined. False where there is no CLOCK_SYMBOL. */
static bool patch(uint8_t *image, const image_parts *parts)
{
	Elf64_Sym *symbols = (Elf64_Sym *)(void *)(image + parts->symbols);
	size_t count = (parts->names - parts->symbols) / sizeof(*symbols);
	bool patched = false;

	for (size_t i = 0; i < count; i++) {
		size_t name = parts->names + symbols[i].st_name;

		if (symbols[i].st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbols[i].st_info) != STT_FUNC)
			continue;
		if (name + sizeof(CLOCK_SYMBOL) <= parts->size && symbols[i].st_value + JUMP_MAX <= parts->size &&
		    memcmp(image + name, CLOCK_SYMBOL, sizeof(CLOCK_SYMBOL)) == 0) {
			write_jump(image + symbols[i].st_value);
			patched = true;
		} else {
			symbols[i].st_shndx = SHN_UNDEF;
		}
	}
	return patched;
}

bool module_time_make_settable(char **after_environment)
{
	Elf64_auxv_t *entry = (Elf64_auxv_t *)(void *)after_environment;
	const uint8_t *real;
	image_parts parts;
	uint8_t *copy;

	while (entry->a_type != AT_NULL && entry->a_type != AT_SYSINFO_EHDR)
		entry++;
	if (entry->a_type == AT_NULL || entry->a_un.a_val == 0)
		return false;
	real = (const uint8_t *)(uintptr_t)entry->a_un.a_val;
	if (!find_parts(real, &parts))
		return false;
	copy = mmap(NULL, parts.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (copy == MAP_FAILED)
		return false;
	memcpy(copy, real, parts.size);
	if (!patch(copy, &parts) || mprotect(copy, parts.size, PROT_READ | PROT_EXEC) != 0) {
		munmap(copy, parts.size);
		return false;
	}
	__builtin___clear_cache((char *)copy, (char *)copy + parts.size);
	entry->a_un.a_val = (uint64_t)(uintptr_t)copy;
	return true;
}

#else

bool module_time_make_settable(char **after_environment)
{
	(void)after_environment;
	return false;
}

#endif
