/* module_file.c - reads a module's file into memory. */
#include "loader/module_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"

static const char *remedy(int reason)
{
	switch (reason) {
	case ENOENT:
	case ENOTDIR:
		return "check the path, or build the module first";
	case EACCES:
	case EPERM:
		return "give this user the right to read it";
	default:
		return "check the file and its disk";
	}
}

static mod_go_status cannot_read(mod_go_error *error, const char *path, int reason)
{
	return mod_go_fail(error, MOD_GO_NO_FILE, "%s: cannot be read (%s); %s", path, strerror(reason),
	                   remedy(reason));
}

/* Checks that it is a regular file of a size that a module can have. */
static mod_go_status check_file(int descriptor, const char *path, size_t *size, mod_go_error *error)
{
	struct stat facts;

	if (fstat(descriptor, &facts) != 0)
		return cannot_read(error, path, errno);
	if (S_ISDIR(facts.st_mode))
		return mod_go_fail(error, MOD_GO_NO_FILE,
		                   "%s: is a folder, not a module; give the .so file, or build the package with"
		                   " `modgo build`",
		                   path);
	if (!S_ISREG(facts.st_mode))
		return mod_go_fail(error, MOD_GO_NO_FILE, "%s: is not a regular file; give the .so file itself",
		                   path);
	if (facts.st_size == 0)
		return mod_go_fail(error, MOD_GO_NOT_A_MODULE,
		                   "%s: is empty; its build or copy was cut short, build it again", path);
	if ((uintmax_t)facts.st_size > MOD_GO_FILE_MAX)
		return mod_go_fail(
			error, MOD_GO_NOT_A_MODULE,
			"%s: has %ju bytes, more than the %zu that a module may have; is it the right file?", path,
			(uintmax_t)facts.st_size, MOD_GO_FILE_MAX);
	*size = (size_t)facts.st_size;
	return MOD_GO_OK;
}

/* Reads until there are `length` bytes; `*got` is less where the file is shorter. Returns 0, or errno. */
static int read_up_to(int descriptor, uint8_t *bytes, size_t length, size_t *got)
{
	while (*got < length) {
		ssize_t count = read(descriptor, bytes + *got, length - *got);

		if (count == 0)
			return 0;
		if (count > 0)
			*got += (size_t)count;
		else if (errno != EINTR)
			return errno;
	}
	return 0;
}

static mod_go_status read_open_file(int descriptor, const char *path, const char *magic, uint8_t **bytes,
                                    size_t *size, mod_go_error *error)
{
	size_t magic_length = strlen(magic);
	size_t length = 0;
	size_t got = 0;
	mod_go_status status = check_file(descriptor, path, &length, error);
	int reason;

	if (status != MOD_GO_OK)
		return status;
	*bytes = malloc(length);
	if (*bytes == NULL)
		return mod_go_no_memory(error, path, length);
	reason = read_up_to(descriptor, *bytes, length < magic_length ? length : magic_length, &got);
	if (reason == 0 && got == magic_length && memcmp(*bytes, magic, magic_length) == 0)
		reason = read_up_to(descriptor, *bytes, length, &got);
	if (reason != 0) {
		free(*bytes);
		*bytes = NULL;
		return cannot_read(error, path, reason);
	}
	*size = got;
	return MOD_GO_OK;
}

int mod_go_file_write(int descriptor, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t count = write(descriptor, bytes, size);

		if (count < 0 && errno != EINTR)
			return errno;
		if (count > 0) {
			bytes += count;
			size -= (size_t)count;
		}
	}
	return 0;
}

mod_go_status mod_go_file_read(const char *path, const char *magic, uint8_t **bytes, size_t *size,
                               mod_go_error *error)
{
	mod_go_status status;
	int descriptor;

	*bytes = NULL;
	*size = 0;
	if (path == NULL || *path == '\0')
		return mod_go_fail(error, MOD_GO_NO_FILE, "no path was given; name the module's .so file");
	descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (descriptor < 0)
		return cannot_read(error, path, errno);
	status = read_open_file(descriptor, path, magic, bytes, size, error);
	close(descriptor);
	return status;
}
