/* page_allocator.c - anonymous mappings, each with its length in front. */
#include "asd/page_allocator.h"

#include <stdint.h>
#include <sys/mman.h>

/* Precedes the caller's memory, which is aligned as malloc's. */
struct head {
	_Alignas(max_align_t) size_t length;
};

void *mod_go_pages_alloc(size_t size)
{
	struct head *head;

	if (size > SIZE_MAX - sizeof(*head))
		return NULL;
	head = mmap(NULL, sizeof(*head) + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (head == MAP_FAILED)
		return NULL;
	head->length = sizeof(*head) + size;
	return head + 1;
}

void *mod_go_pages_realloc(void *pages, size_t size)
{
	struct head *head = pages;

	if (pages == NULL)
		return mod_go_pages_alloc(size);
	if (size > SIZE_MAX - sizeof(*head))
		return NULL;
	head = mremap(head - 1, head[-1].length, sizeof(*head) + size, MREMAP_MAYMOVE);
	if (head == MAP_FAILED)
		return NULL;
	head->length = sizeof(*head) + size;
	return head + 1;
}

void mod_go_pages_free(void *pages)
{
	struct head *head = pages;

	if (pages != NULL)
		munmap(head - 1, head[-1].length);
}
