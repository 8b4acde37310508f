/*
 * memory_limit.c - replaces the C library's mmap by one that notes where the limit is reached.
 *
 * Go's runtime maps its memory by the C library's mmap where a program has C code, as each module has, and the
 * dynamic linker finds this one first. Not every place in the runtime checks whether it got memory: some crash by
 * SIGSEGV at address 0 (spanQueue.tryDrain of Go 1.26), so that nothing in their output mentions memory. The note is in
 * the memory that is shared with the host, which reads it when the worker has ended.
 *
 * Memory that the C library maps for itself, in malloc and pthread_create, does not come here.
 */
#include "worker/memory_limit.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic uint32_t *limit_reached; /* NULL where there is no limit */

void memory_limit_note_in(_Atomic uint32_t *reached)
{
	limit_reached = reached;
}

void memory_limit_forget(void)
{
	/* A load before the store: nearly always there is nothing to forget. */
	if (limit_reached != NULL && atomic_load_explicit(limit_reached, memory_order_relaxed) != 0)
		atomic_store_explicit(limit_reached, 0, memory_order_relaxed);
}

#undef mmap
#undef mmap64

/* Called by any thread and in signal handlers, also before main. */
__attribute__((visibility("default"))) void *mmap(void *address, size_t length, int protection, int flags,
                                                  int descriptor, off_t offset)
{
	long mapped = syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);

	/* The mappings that RLIMIT_DATA counts. */
	if (mapped == -1 && errno == ENOMEM && limit_reached != NULL && (protection & PROT_WRITE) != 0 &&
	    (flags & MAP_PRIVATE) != 0)
		atomic_store_explicit(limit_reached, 1, memory_order_relaxed);
	return (void *)mapped; /* -1 is MAP_FAILED */
}

/* What programs call that were compiled for large files. */
__attribute__((visibility("default"))) void *mmap64(void *address, size_t length, int protection, int flags,
                                                    int descriptor, off64_t offset)
{
	return mmap(address, length, protection, flags, descriptor, (off_t)offset);
}
