/*
 * page_allocator.h - memory that goes back to the system as soon as it is freed. The server's malloc caches memory
 * for each of its many threads, and any of them may decompress a module, which takes megabytes. Any thread may call
 * these functions.
 */
#ifndef MOD_GO_PAGE_ALLOCATOR_H
#define MOD_GO_PAGE_ALLOCATOR_H

#include <stddef.h>

/* As malloc, realloc and free. */
void *mod_go_pages_alloc(size_t size);
void *mod_go_pages_realloc(void *pages, size_t size);
void mod_go_pages_free(void *pages);

#endif
