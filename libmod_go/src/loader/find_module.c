/* find_module.c - finds a module's file by the module's name. mod_go_check checks the file. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"

/* One search: the result, and the folders searched so far, for the error. */
struct search {
	const char *name;
	char *path;
	size_t capacity;
	bool too_long;
	char tried[1024];
	size_t tried_length;
};

static void add_tried(struct search *search, const char *folder, int folder_length)
{
	size_t free_bytes = sizeof(search->tried) - search->tried_length;
	int added = snprintf(search->tried + search->tried_length, free_bytes, "%s%.*s",
	                     search->tried_length > 0 ? ", " : "", folder_length, folder);

	if (added > 0)
		search->tried_length += (size_t)added < free_bytes ? (size_t)added : free_bytes - 1;
}

static bool try_folder(struct search *search, const char *folder, size_t folder_length)
{
	struct stat facts;
	int length;

	if (folder_length == 0 || folder_length > 65535)
		return false;
	add_tried(search, folder, (int)folder_length);
	length = snprintf(search->path, search->capacity, "%.*s%s%s.so", (int)folder_length, folder,
	                  folder[folder_length - 1] == '/' ? "" : "/", search->name);
	if (length < 0 || (size_t)length >= search->capacity) {
		search->too_long = true;
		return false;
	}
	return stat(search->path, &facts) == 0 && S_ISREG(facts.st_mode);
}

static bool try_folders(struct search *search, const char *folders)
{
	while (folders != NULL && *folders != '\0') {
		size_t length = strcspn(folders, ":");

		if (try_folder(search, folders, length))
			return true;
		folders += length + (folders[length] == ':');
	}
	return false;
}

mod_go_status mod_go_find(const char *name, const char *library_folder, char *path, size_t capacity,
                          mod_go_error *error)
{
	struct search search = {.name = name, .path = path, .capacity = capacity};

	if (path != NULL && capacity > 0)
		path[0] = '\0';
	if (path == NULL || capacity == 0)
		return mod_go_fail(error, MOD_GO_NO_FILE,
		                   "there is no buffer for the path of a module; pass one of 4096 bytes");
	if (name == NULL || *name == '\0' || strchr(name, '/') != NULL)
		return mod_go_fail(error, MOD_GO_NO_FILE,
		                   "\"%s\" is not the name of a module; give the file's name without folder and .so",
		                   name == NULL ? "" : name);
	if (try_folder(&search, ".", 1) || try_folders(&search, getenv("MODGO_PATH")) ||
	    (library_folder != NULL && try_folder(&search, library_folder, strlen(library_folder))))
		return mod_go_succeed(error);
	path[0] = '\0';
	mod_go_trim_cut_text(search.tried);
	return mod_go_fail(
		error, MOD_GO_NO_FILE,
		"module %s: no file %s.so in any of: %s%s; build it there, or add its folder to MODGO_PATH", name,
		name, search.tried, search.too_long ? " (some of these paths are too long)" : "");
}
