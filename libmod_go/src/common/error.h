/* error.h - fills a mod_go_error. Errors of a call are values instead: loader/result.h. */
#ifndef MOD_GO_ERROR_H
#define MOD_GO_ERROR_H

#include "common/public.h"

/* Sets the status and the message (printf's format), which is cut at a whole UTF-8 character, and returns `status`.
 * `error` may be NULL. A message says what is wrong, with which file, and what to do about it. */
mod_go_status mod_go_fail(mod_go_error *error, mod_go_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Clears the error, which may be NULL, and returns MOD_GO_OK. */
mod_go_status mod_go_succeed(mod_go_error *error);

/* Reports that about `size` bytes could not be allocated for `path`. */
mod_go_status mod_go_no_memory(mod_go_error *error, const char *path, size_t size);

/* Removes an incomplete UTF-8 character from the end of a NUL-terminated text. */
void mod_go_trim_cut_text(char *text);

#endif
