/*
 * error.h - how the loader fills a mod_go_error. Not for errors of a call: those are values (result.h).
 */
#ifndef MOD_GO_ERROR_H
#define MOD_GO_ERROR_H

#include "common/public.h"

/* Writes the message (printf's format), cut at a whole UTF-8 character, and returns `status`.
 * `error` may be NULL. A message says what is wrong, with which file, and what to do about it. */
mod_go_status mod_go_fail(mod_go_error *error, mod_go_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Says that nothing is wrong; returns MOD_GO_OK. */
mod_go_status mod_go_succeed(mod_go_error *error);

/* The failure of an allocation of about `size` bytes while working on `path`. */
mod_go_status mod_go_no_memory(mod_go_error *error, const char *path, size_t size);

/* Ends a NUL-terminated text that was cut in the middle of a UTF-8 character before that character. */
void mod_go_trim_cut_text(char *text);

#endif
