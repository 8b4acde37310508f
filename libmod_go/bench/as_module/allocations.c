/*
 * allocations.c - how often a call through as_module allocates: on the C side every malloc, calloc and realloc of
 * this process, Go's modules included; on Go's side what its runtime counts. Prints "NAME COUNT" a line, the mean
 * of many calls. The one as_val that an answer is counts.
 *
 * Use: bench-allocations FOLDER_OF_GO_MODULES
 */
#include <aerospike/as_list.h>
#include <aerospike/as_rec.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "calls.h"

enum { CALLS = 50000 };

static _Atomic unsigned long count;

/* glibc's own, under the names for programs that replace malloc. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
	count++;
	return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	count++;
	return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
	count++;
	return __libc_realloc(memory, size);
}

int main(int argc, char **argv)
{
	static const char *const functions[] = {"empty", "get_bin", "set_bin", "string_arg", "list10", "map10"};
	as_rec *rec;

	if (argc != 2) {
		fprintf(stderr, "Use: bench-allocations FOLDER_OF_GO_MODULES\n");
		return 2;
	}
	calls_add(argv[1], "floor", MOD_GO_UNFENCED, "");
	rec = calls_record();
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		as_list *arguments = calls_arguments(functions[i]);
		unsigned long before;
		int64_t go;

		calls_time(&mod_go, "floor", functions[i], rec, arguments, 1000); /* what is allocated once */
		go = calls_integer("floor", "mallocs", rec);
		before = count;
		calls_time(&mod_go, "floor", functions[i], rec, arguments, CALLS);
		before = count - before;
		go = calls_integer("floor", "mallocs", rec) - go;
		printf("allocs_host_%s %.2f\nallocs_go_%s %.2f\n", functions[i], (double)before / CALLS, functions[i],
		       (double)go / CALLS);
		as_list_destroy(arguments);
	}
	as_rec_destroy(rec);
	as_module_destroy(&mod_go);
	return 0;
}
