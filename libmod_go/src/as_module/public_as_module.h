/* public_as_module.h - includes mod_go_as_module.h with default visibility, as common/public.h does for the other
 * headers. */
#ifndef MOD_GO_PUBLIC_AS_MODULE_H
#define MOD_GO_PUBLIC_AS_MODULE_H

#pragma GCC visibility push(default)
#include "mod_go_as_module.h"
#pragma GCC visibility pop

#endif
