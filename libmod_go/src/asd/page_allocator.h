/*
 * page_allocator.h - memory that goes back to the system as soon as it is let go of. The server's malloc keeps what each of its
 * many threads once had, and a module, which is megabytes, may be looked at in any of them.
 */
#ifndef MOD_GO_PAGES_H
#define MOD_GO_PAGES_H

#include <stddef.h>

/* As malloc, realloc and free. */
void *mod_go_pages_alloc(size_t size);
void *mod_go_pages_realloc(void *pages, size_t size);
void mod_go_pages_free(void *pages);

#endif
