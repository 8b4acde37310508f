/*
 * host_part.c - see host_part.h.
 *
 * Lists and maps are read where they lie. New ones are Aerospike's own, each element an as_val of the
 * heap with a count of its own: as_arraylist and as_orderedmap take no others over.
 */
#include "host_part.h"

#include <aerospike/as_types.h>
#include <citrusleaf/alloc.h>
#include <string.h>

static int64_t integer(const as_val *val)
{
	return ((const as_integer *)val)->value;
}

static as_val *empty(const as_rec *rec, const as_list *arguments)
{
	(void)rec;
	(void)arguments;
	return (as_val *)(uintptr_t)&as_nil;
}

static as_val *get_bin(const as_rec *rec, const as_list *arguments)
{
	(void)arguments;
	return (as_val *)as_integer_new(integer(as_rec_get(rec, "a")));
}

static as_val *set_bin(const as_rec *rec, const as_list *arguments)
{
	int64_t n = integer(as_rec_get(rec, "a"));

	(void)arguments;
	as_rec_set(rec, "a", (as_val *)as_integer_new(n + 1));
	return (as_val *)as_integer_new(n);
}

static as_val *string_arg(const as_rec *rec, const as_list *arguments)
{
	const as_string *bin = (const as_string *)as_list_get(arguments, 0);

	return (as_val *)as_integer_new(integer(as_rec_get(rec, bin->value)));
}

static as_val *list10(const as_rec *rec, const as_list *arguments)
{
	const as_arraylist *given = (const as_arraylist *)as_list_get(arguments, 0);
	as_arraylist *made = as_arraylist_new(given->size, 0);

	(void)rec;
	for (uint32_t i = 0; i < given->size; i++)
		as_arraylist_append(made, (as_val *)as_integer_new(integer(given->elements[i])));
	return (as_val *)made;
}

/* In one block of the heap. */
static as_string *copy_of(as_string *string)
{
	size_t length = as_string_len(string);
	as_string *copy = cf_malloc(sizeof(*copy) + length + 1);

	as_string_init_wlen(copy, (char *)(copy + 1), length, false);
	memcpy(copy->value, string->value, length + 1);
	copy->_.free = true;
	return copy;
}

/* In the order of the keys, the fastest for a map. */
static as_val *map10(const as_rec *rec, const as_list *arguments)
{
	const as_orderedmap *given = (const as_orderedmap *)as_list_get(arguments, 0);
	as_orderedmap *made = as_orderedmap_new(given->count);

	(void)rec;
	for (uint32_t i = 0; i < given->count; i++)
		as_orderedmap_set(made, (as_val *)copy_of((as_string *)given->table[i].key),
		                  (as_val *)as_integer_new(integer(given->table[i].value)));
	return (as_val *)made;
}

struct part {
	const char *function;
	as_val *(*answer)(const as_rec *rec, const as_list *arguments);
};

static int apply_record(as_module *module, as_udf_context *context, const char *filename,
                        const char *function, as_rec *rec, as_list *arguments, as_result *result)
{
	const struct part *part = module->source;

	(void)context;
	(void)filename;
	(void)function;
	as_result_setsuccess(result, part->answer(rec, arguments));
	as_rec_destroy(rec); /* a call drops one */
	return 0;
}

as_module *host_part(const char *function)
{
	static const struct part parts[] = {{"empty", empty},     {"get_bin", get_bin},
	                                    {"set_bin", set_bin}, {"string_arg", string_arg},
	                                    {"list10", list10},   {"map10", map10}};
	static const as_module_hooks hooks = {.apply_record = apply_record};
	static as_module modules[sizeof(parts) / sizeof(*parts)];
	size_t i = 0;

	while (strcmp(parts[i].function, function) != 0)
		i++;
	modules[i] = (as_module){.source = &parts[i], .hooks = &hooks};
	return &modules[i];
}
