/*
 * public.h - the headers of the library, so that their functions, and only they, leave the shared library.
 *
 * Everything is compiled with hidden visibility. Sources of the library include this file, never include/ directly;
 * programs that use the library do the opposite.
 */
#ifndef MOD_GO_PUBLIC_H
#define MOD_GO_PUBLIC_H

#pragma GCC visibility push(default)
#include "mod_go.h"
#include "mod_go_fenced.h"
#pragma GCC visibility pop

#endif
