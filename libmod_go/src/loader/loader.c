/*
 * loader.c - opens and closes a module: checks its file, loads a private copy, compares versions. apply.c calls its
 * functions.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/abi_symbols.h"
#include "elf/elf_file.h"
#include "common/error.h"
#include "loader/module.h"

/* How many versions stay mapped, those that are being loaded included, and the limit. */
static _Atomic uint32_t staying;
static _Atomic uint32_t staying_limit;

uint32_t mod_go_staying_versions(void)
{
	return staying;
}

void mod_go_limit_staying_versions(uint32_t limit)
{
	staying_limit = limit;
}

/* Reads and checks the file. With MOD_GO_OK the caller frees the bytes. */
static mod_go_status read_checked(const char *path, uint8_t **bytes, size_t *size, mod_go_error *error)
{
	mod_go_status status = mod_go_file_read(path, MOD_GO_ELF_MAGIC, bytes, size, error);

	if (status != MOD_GO_OK)
		return status;
	status = mod_go_elf_check(*bytes, *size, path, error);
	if (status != MOD_GO_OK) {
		free(*bytes);
		*bytes = NULL;
	}
	return status;
}

mod_go_status mod_go_check(const char *path, mod_go_error *error)
{
	uint8_t *bytes;
	size_t size;
	mod_go_status status = read_checked(path, &bytes, &size, error);

	if (status == MOD_GO_OK)
		free(bytes);
	return status;
}

/* Reports the dynamic linker's message, with the user's path in place of the private copy's name. */
static mod_go_status load_failed(const mod_go_module *module, mod_go_error *error)
{
	const char *reason = dlerror();
	size_t name_length = strlen(module->copy.name);
	char text[1024];
	size_t length = 0;

	if (reason == NULL)
		reason = "it gives no reason";
	while (*reason != '\0' && length + 1 < sizeof(text)) {
		if (strncmp(reason, module->copy.name, name_length) == 0) {
			int added = snprintf(text + length, sizeof(text) - length, "%s", module->path);

			length += (size_t)added < sizeof(text) - length ? (size_t)added : sizeof(text) - 1 - length;
			reason += name_length;
		} else {
			text[length++] = *reason++;
		}
	}
	text[length] = '\0';
	mod_go_trim_cut_text(text);
	return mod_go_fail(
		error, MOD_GO_LOAD_FAILED,
		"%s: the dynamic linker refused it: %s; install what it says is missing, or build the module"
		" on (or for) this system",
		module->path, text);
}

static void take_function(void *address, void *function)
{
	memcpy(function, &address, sizeof(address)); /* ISO C has no cast from data to function pointers */
}

static mod_go_status take_functions(mod_go_module *module, mod_go_error *error)
{
	int present[MOD_GO_ABI_SYMBOL_COUNT];
	void *address;

#define X(name)                                                                                              \
	address = dlsym(module->handle, mod_go_abi_names[MOD_GO_ABI_##name]);                                    \
	present[MOD_GO_ABI_##name] = address != NULL;                                                            \
	take_function(address, &module->functions.name);
	MOD_GO_ABI_SYMBOLS(X)
#undef X
	return mod_go_abi_complete(present, module->path, error);
}

static mod_go_status compare_versions(mod_go_module *module, mod_go_error *error)
{
	module->major = module->functions.get_api_version_major();
	module->minor = module->functions.get_api_version_minor();
	if (module->major == AEROSPIKE_UDF_GO_API_VERSION_MAJOR)
		return MOD_GO_OK;
	return mod_go_fail(
		error, MOD_GO_ABI_MISMATCH,
		"%s: speaks version %d.%d of the UDF ABI, this libmod_go speaks %d.%d; build the module with"
		" an SDK of version %d, or take a libmod_go of version %d",
		module->path, module->major, module->minor, AEROSPIKE_UDF_GO_API_VERSION_MAJOR,
		AEROSPIKE_UDF_GO_API_VERSION_MINOR, AEROSPIKE_UDF_GO_API_VERSION_MAJOR, module->major);
}

mod_go_status mod_go_copy_checked_file(const char *path, mod_go_private_copy *copy, mod_go_error *error)
{
	uint8_t *bytes;
	size_t size;
	mod_go_status status = read_checked(path, &bytes, &size, error);

	if (status != MOD_GO_OK)
		return status;
	status = mod_go_private_copy_make(copy, path, bytes, size, error);
	free(bytes);
	return status;
}

static bool property_is(mod_go_module *module, const char *name, const char *expected)
{
	char *value = mod_go_property(module, name);
	bool equal = value != NULL && strcmp(value, expected) == 0;

	free(value);
	return equal;
}

/* Loads the module from its copy. */
static mod_go_status load(mod_go_module *module, mod_go_error *error)
{
	uint32_t limit = staying_limit, before = atomic_fetch_add(&staying, 1);
	mod_go_status status;

	if (limit > 0 && before >= limit) {
		staying--;
		mod_go_private_copy_release(&module->copy);
		return mod_go_fail(
			error, MOD_GO_LOAD_FAILED,
			"%s: %u versions of modules are loaded that cannot be unloaded, and no more may be;"
			" restart this process, allow more versions, or run modules fenced",
			module->path, limit);
	}

	/* RTLD_NOW: a symbol that is missing must fail here, not end the process in a call. RTLD_LOCAL: all modules
	 * export the same names. */
	module->handle = dlopen(module->copy.name, RTLD_NOW | RTLD_LOCAL);
	mod_go_private_copy_unlink(&module->copy);
	if (module->handle == NULL) {
		staying--;
		status = load_failed(module, error);
		mod_go_private_copy_release(&module->copy);
		return status;
	}
	/* From here on the module's threads may run: if one of these fails, the module stays mapped and its copy's name
	 * taken. */
	status = take_functions(module, error);
	if (status == MOD_GO_OK)
		status = compare_versions(module, error);
	module->stays = status != MOD_GO_OK || (!property_is(module, "supports-dlclose", "true") &&
	                                        !property_is(module, "suports-dlclose", "true"));
	if (!module->stays)
		staying--;
	return status;
}

static mod_go_module *new_module(const char *path)
{
	mod_go_module *module = calloc(1, sizeof(*module));

	if (module == NULL)
		return NULL;
	module->path = strdup(path);
	module->call_counters = mod_go_call_counters_new();
	if (module->path == NULL || module->call_counters == NULL ||
	    pthread_mutex_init(&module->setup_lock, NULL) != 0) {
		mod_go_call_counters_free(module->call_counters);
		free(module->path);
		free(module);
		return NULL;
	}
	return module;
}

static void free_module(mod_go_module *module)
{
	mod_go_functions_free(module);
	pthread_mutex_destroy(&module->setup_lock);
	mod_go_call_counters_free(module->call_counters);
	free(module->path);
	free(module);
}

mod_go_status mod_go_open_copy(const char *path, const mod_go_private_copy *copy, mod_go_module **module,
                               mod_go_error *error)
{
	mod_go_module *opened = new_module(path);
	mod_go_status status;

	if (opened == NULL) {
		mod_go_private_copy unused = *copy;

		mod_go_private_copy_release(&unused);
		return mod_go_no_memory(error, path, sizeof(*opened));
	}
	opened->copy = *copy;
	status = load(opened, error);
	if (status == MOD_GO_OK) {
		*module = opened;
		return mod_go_succeed(error);
	}
	free_module(opened);
	return status;
}

mod_go_status mod_go_open(const char *path, mod_go_module **module, mod_go_error *error)
{
	mod_go_private_copy copy;
	mod_go_status status = mod_go_copy_checked_file(path, &copy, error);

	return status == MOD_GO_OK ? mod_go_open_copy(path, &copy, module, error) : status;
}

void mod_go_api_version(const mod_go_module *module, int *major, int *minor)
{
	*major = module->major;
	*minor = module->minor;
}

char *mod_go_property(mod_go_module *module, const char *name)
{
	char *value = module->functions.get_property((char *)(uintptr_t)name);

	return value != NULL ? value : strdup("");
}

/* Unloads the module. False where it stays mapped. */
static bool unload(mod_go_module *module)
{
	void *still;

	if (dlclose(module->handle) != 0)
		return false;
	still = dlopen(module->copy.name, RTLD_LAZY | RTLD_NOLOAD);
	if (still == NULL)
		return true;
	dlclose(still);
	return false;
}

void mod_go_read_counters(const mod_go_module *module, mod_go_counters *counters)
{
	mod_go_call_counters_read(module->call_counters, counters);
}

void mod_go_close(mod_go_module *module)
{
	if (module == NULL)
		return;
	/* A module that stays mapped keeps its copy: else the next load could get the same name, and with it the old
	 * code. */
	if (!module->stays && unload(module))
		mod_go_private_copy_release(&module->copy);
	else if (!module->stays)
		staying++;
	free_module(module);
}
