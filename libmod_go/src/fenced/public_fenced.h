/* public_fenced.h - what the other public.h is for mod_go.h, with mod_go_fenced.h. */
#ifndef MOD_GO_FENCED_PUBLIC_H
#define MOD_GO_FENCED_PUBLIC_H

#include "common/public.h"

#pragma GCC visibility push(default)
#include "mod_go_fenced.h"
#pragma GCC visibility pop

#endif
