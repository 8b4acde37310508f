/*
 * plugin.c - the constructor of libmod_go_asd.so: checks the process that it was preloaded into, and wraps the
 * hooks of the server's mod_lua. Where a check fails it does nothing, and the server runs as without it.
 */
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asd/server_builds.h"
#include "common/public.h"
#include "asd/hooks.h"
#include "asd/server_symbols.h"

static mod_go_settings settings;

/* Reports on standard error, because the server has no log yet. */
__attribute__((format(printf, 1, 2))) static void report(const char *format, ...)
{
	char line[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	fprintf(stderr, "mod_go: %s\n", line);
}

/* The search for the segment of `address`. */
struct search {
	uintptr_t address;
	bool writable;
	bool read_only; /* after relocation */
};

static int check_object(struct dl_phdr_info *object, size_t size, void *context)
{
	struct search *search = context;

	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + segment->p_vaddr;

		if (search->address < begin || search->address >= begin + segment->p_memsz)
			continue;
		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) != 0)
			search->writable = true;
		if (segment->p_type == PT_GNU_RELRO)
			search->read_only = true;
	}
	return 0;
}

static bool is_writable(const void *address)
{
	struct search search = {.address = (uintptr_t)address};

	dl_iterate_phdr(check_object, &search);
	return search.writable && !search.read_only;
}

static bool has_hooks(const as_module *module)
{
	const as_module_hooks *hooks = module->hooks;

	return hooks != NULL && hooks->update != NULL && hooks->validate != NULL && hooks->apply_record != NULL &&
	       hooks->apply_stream != NULL;
}

/* Whether the build is known, or the operator has named a known one that it equals. */
static bool is_build_known(void)
{
	const char *same = getenv("MODGO_BUILD");
	char list[512];

	if (mod_go_build_is_known(mod_go_server.build))
		return true;
	mod_go_server.lock_lua = NULL; /* its use in this build is unknown */
	mod_go_build_list(list, sizeof(list));
	if (same == NULL || *same == '\0') {
		report(
			"this is Aerospike %.60s, whose structures this libmod_go does not know: no Go modules run. It "
			"knows %s."
			" Take a newer libmod_go; or, where you know that Aerospike's common and mod-lua did not change,"
			" set MODGO_BUILD to the known build that this one is like",
			mod_go_server.build, list);
		return false;
	}
	if (mod_go_build_is_known(same))
		return true;
	report("MODGO_BUILD is \"%.60s\", which is not a known build: no Go modules run. Known are %s", same,
	       list);
	return false;
}

/* Checks everything, and reports what fails. */
static bool can_run(void)
{
	char missing[1024];
	const char *fault;

	if (!mod_go_server_find(missing, sizeof(missing))) {
		report("this process lacks what Go modules need of an Aerospike server: %s: no Go modules run",
		       missing);
		return false;
	}
	if (!is_build_known())
		return false;
	if (!is_writable(mod_go_server.lua) || !has_hooks(mod_go_server.lua)) {
		report("mod_lua of this Aerospike %.60s cannot be wrapped: no Go modules run", mod_go_server.build);
		return false;
	}
	fault = mod_go_build_probe();
	if (fault != NULL)
		report("this Aerospike %.60s is not as its build says: %s: no Go modules run", mod_go_server.build,
		       fault);
	return fault == NULL;
}

__attribute__((constructor)) void mod_go_plugin_begin(void)
{
	if (!mod_go_server_is_there() || !can_run())
		return;
	mod_go_settings_read(&settings);
	mod_go_hooks_wrap(&settings);
}
