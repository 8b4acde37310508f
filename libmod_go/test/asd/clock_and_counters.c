/* clock_and_counters.c - the clock, the counters of modules, the deaths of their workers, and files in memory. */
#include "clock_and_counters.h"

#include <errno.h>
#include <stdio.h>

_Atomic uint64_t clock_ahead;
_Atomic(const mod_go_fenced_counters *) all_counters;
_Atomic uint64_t all_memory;
_Atomic uint32_t deaths;
const char *death_reason;
const char *fence_lacks;
bool no_memory_files, files_are_cut;
bool only_data_in_memory;

uint64_t __real_mod_go_now(void);
uint64_t __wrap_mod_go_now(void);
uint64_t __real_mod_go_deadline_after(uint64_t milliseconds);
uint64_t __wrap_mod_go_deadline_after(uint64_t milliseconds);
mod_go_fenced_counters __real_mod_go_loaded_module_counters(const mod_go_loaded_module *version);
mod_go_fenced_counters __wrap_mod_go_loaded_module_counters(const mod_go_loaded_module *version);
uint64_t __real_mod_go_fenced_memory(mod_go_fenced *pool);
uint64_t __wrap_mod_go_fenced_memory(mod_go_fenced *pool);
uint32_t __real_mod_go_fenced_take_death(mod_go_fenced *pool, char *reason, size_t capacity);
uint32_t __wrap_mod_go_fenced_take_death(mod_go_fenced *pool, char *reason, size_t capacity);
const char *__real_mod_go_fenced_lacks(void);
const char *__wrap_mod_go_fenced_lacks(void);
FILE *__real_open_memstream(char **text, size_t *size);
FILE *__wrap_open_memstream(char **text, size_t *size);
int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
int __real_mod_go_memory_file(const char *name, bool executable);
int __wrap_mod_go_memory_file(const char *name, bool executable);

uint64_t __wrap_mod_go_now(void)
{
	return __real_mod_go_now() + clock_ahead;
}

uint64_t __wrap_mod_go_deadline_after(uint64_t milliseconds)
{
	return __real_mod_go_deadline_after(milliseconds) + clock_ahead;
}

mod_go_fenced_counters __wrap_mod_go_loaded_module_counters(const mod_go_loaded_module *version)
{
	const mod_go_fenced_counters *given = all_counters;

	return given != NULL ? *given : __real_mod_go_loaded_module_counters(version);
}

uint64_t __wrap_mod_go_fenced_memory(mod_go_fenced *pool)
{
	return all_memory != 0 ? all_memory : __real_mod_go_fenced_memory(pool);
}

uint32_t __wrap_mod_go_fenced_take_death(mod_go_fenced *pool, char *reason, size_t capacity)
{
	uint32_t count = deaths;

	if (count == 0)
		return __real_mod_go_fenced_take_death(pool, reason, capacity);
	snprintf(reason, capacity, "%s", death_reason);
	deaths = 0;
	return count;
}

const char *__wrap_mod_go_fenced_lacks(void)
{
	return fence_lacks != NULL ? fence_lacks : __real_mod_go_fenced_lacks();
}

int __wrap_mod_go_memory_file(const char *name, bool executable)
{
	if (!only_data_in_memory || !executable)
		return __real_mod_go_memory_file(name, executable);
	errno = EACCES;
	return -1;
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
	return no_memory_files ? NULL : __real_open_memstream(text, size);
}

int __wrap_fclose(FILE *file)
{
	int code = __real_fclose(file);

	return files_are_cut ? EOF : code;
}
