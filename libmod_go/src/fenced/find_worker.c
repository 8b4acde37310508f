/* find_worker.c - finds the program mod-go-worker. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "fenced/process.h"

#define NAME "mod-go-worker"

static bool usable(const char *path)
{
	return access(path, X_OK) == 0;
}

static bool try(const char *folder, size_t length, const char *below, char *path, size_t capacity)
{
	int written = snprintf(path, capacity, "%.*s%s/" NAME, (int)length, folder, below);

	return length > 0 && written > 0 && (size_t)written < capacity && usable(path);
}

/* Writes the path of the file that this code is in, the library or a program, and returns the length of its folder. */
static size_t library_folder(char *folder, size_t capacity)
{
	Dl_info facts;
	char *slash;

	if (dladdr((void *)(uintptr_t)&mod_go_find_worker, &facts) == 0 || facts.dli_fname == NULL)
		return 0;
	if (strchr(facts.dli_fname, '/') != NULL && strlen(facts.dli_fname) < capacity) {
		memcpy(folder, facts.dli_fname, strlen(facts.dli_fname) + 1);
	} else {
		ssize_t length = readlink("/proc/self/exe", folder, capacity - 1);

		if (length <= 0)
			return 0;
		folder[length] = '\0';
	}
	slash = strrchr(folder, '/');
	return slash != NULL ? (size_t)(slash - folder) : 0;
}

static bool on_path(char *path, size_t capacity)
{
	const char *folders = getenv("PATH");

	while (folders != NULL && *folders != '\0') {
		size_t length = strcspn(folders, ":");

		if (try(folders, length, "", path, capacity))
			return true;
		folders += length + (folders[length] == ':');
	}
	return false;
}

mod_go_status mod_go_find_worker(const char *given, char *path, size_t capacity, mod_go_error *error)
{
	char folder[PATH_MAX];
	size_t length;

	if (given == NULL)
		given = getenv("MODGO_WORKER");
	if (given != NULL && *given != '\0') {
		int written = snprintf(path, capacity, "%s", given);

		if (written > 0 && (size_t)written < capacity && usable(path))
			return MOD_GO_OK;
		return mod_go_fail(error, MOD_GO_WORKER_FAILED,
		                   "%s: is not a program that this user may run; name " NAME
		                   " of this libmod_go, or nothing",
		                   given);
	}
	length = library_folder(folder, sizeof(folder));
	if (try(folder, length, "", path, capacity) || try(folder, length, "/../bin", path, capacity) ||
	    on_path(path, capacity))
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_WORKER_FAILED,
	                   NAME
	                   " was not found beside libmod_go (in %.*s), in ../bin there, or in $PATH; install it"
	                   " there, or name it in MODGO_WORKER",
	                   (int)length, folder);
}
