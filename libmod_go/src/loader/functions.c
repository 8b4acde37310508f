/*
 * functions.c - looks up the functions of a module's manifest, their symbols and bins. Where a manifest is missing
 * or wrong, functions are called by name, which every module supports.
 */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "loader/module.h"

/* How many bins are prefetched for one call. A function that reads more asks for the rest. */
#define PREFETCHED_BINS 8

/* The address of a function that the module itself, not a library that it needs, defines; NULL where there is none. */
static void *own_function(const mod_go_module *module, const char *symbol)
{
	void *address = dlsym(module->handle, symbol);
	ElfW(Sym) *entry = NULL;
	Dl_info found, own;
	void *setup;

	memcpy(&setup, &module->functions.setup, sizeof(setup));
	if (address == NULL || dladdr1(address, &found, (void **)&entry, RTLD_DL_SYMENT) == 0 || entry == NULL ||
	    found.dli_saddr != address || ELF64_ST_TYPE(entry->st_info) != STT_FUNC)
		return NULL;
	return dladdr(setup, &own) != 0 && own.dli_fbase == found.dli_fbase ? address : NULL;
}

static void take_symbol(mod_go_function *function, const mod_go_manifest_function *described)
{
	static const char RESERVED[] = "aerospike_udf_go_";
	void *address = NULL;

	if (described->symbol != NULL && strncmp(described->symbol, RESERVED, sizeof(RESERVED) - 1) != 0)
		address = own_function(function->module, described->symbol);
	if (address == NULL)
		return;
	function->symbol = described->symbol;
	if (described->stream)
		memcpy(&function->stream, &address, sizeof(address));
	else
		memcpy(&function->record, &address, sizeof(address));
}

static void take_bins(mod_go_function *function, const mod_go_manifest_function *described)
{
	size_t count = described->count < PREFETCHED_BINS ? described->count : PREFETCHED_BINS;
	char *name = described->bins;

	if (described->stream || count == 0)
		return;
	function->bins = calloc(count, sizeof(*function->bins));
	for (size_t i = 0; i < count && function->bins != NULL; i++) {
		function->bins[i].name = name;
		function->bins[i].name_length = strlen(name);
		name += function->bins[i].name_length + 1;
	}
	function->bin_count = function->bins != NULL ? count : 0;
}

void mod_go_functions_list(mod_go_module *module)
{
	char *json = mod_go_property(module, "functions");
	mod_go_manifest *manifest = &module->manifest;

	if (json != NULL && mod_go_manifest_read(manifest, json))
		module->listed = calloc(manifest->count + 1, sizeof(*module->listed));
	free(json);
	if (module->listed == NULL)
		mod_go_manifest_clear(manifest);
	for (size_t i = 0; i < manifest->count; i++) {
		module->listed[i] = (mod_go_function){
			.module = module, .name = manifest->functions[i].name, .described = &manifest->functions[i]};
		take_symbol(&module->listed[i], &manifest->functions[i]);
		take_bins(&module->listed[i], &manifest->functions[i]);
		module->listed[i].no_deadline = manifest->functions[i].no_deadline && !manifest->functions[i].stream;
	}
}

void mod_go_functions_free(mod_go_module *module)
{
	for (size_t i = 0; i < module->manifest.count; i++)
		free(module->listed[i].bins);
	free(module->listed);
	mod_go_manifest_clear(&module->manifest);
}

const mod_go_function *mod_go_find_function(const mod_go_module *module, const char *name)
{
	const mod_go_manifest_function *described;

	if (name == NULL || !atomic_load_explicit(&module->ready, memory_order_acquire))
		return NULL;
	described = mod_go_manifest_find(&module->manifest, name);
	return described != NULL ? &module->listed[described - module->manifest.functions] : NULL;
}

const aerospike_udf_go_bin *mod_go_function_bins(const mod_go_function *function, size_t *count)
{
	*count = function->bin_count;
	return function->bins;
}

const uint32_t *mod_go_function_bin_arguments(const mod_go_function *function, size_t *count)
{
	*count = function->described != NULL ? function->described->bin_argument_count : 0;
	return *count > 0 ? function->described->bin_arguments : NULL;
}

bool mod_go_function_has_deadline(const mod_go_function *function)
{
	return !function->no_deadline;
}

const char *mod_go_function_symbol(const mod_go_function *function)
{
	return function->symbol;
}
