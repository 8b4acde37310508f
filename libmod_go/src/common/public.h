/*
 * public.h - includes mod_go.h so that its functions, and only they, leave the shared library.
 *
 * Everything is compiled with hidden visibility. Sources of the library include this file, never mod_go.h
 * itself; programs that use the library do the opposite.
 */
#ifndef MOD_GO_PUBLIC_H
#define MOD_GO_PUBLIC_H

#pragma GCC visibility push(default)
#include "mod_go.h"
#pragma GCC visibility pop

#endif
