/* public_as_module.h - includes mod_go_as_module.h so that what it declares, and only that, can leave a shared library:
 * as public.h does for mod_go.h. */
#ifndef MOD_GO_PUBLIC_AS_MODULE_H
#define MOD_GO_PUBLIC_AS_MODULE_H

#pragma GCC visibility push(default)
#include "mod_go_as_module.h"
#pragma GCC visibility pop

#endif
