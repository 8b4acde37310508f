/*
 * server_builds.c - the table of known builds, and a probe.
 *
 * A build is in the table when the headers of its sources (Aerospike's common and mod-lua, at the commits of the
 * server's release) were compared with those that the plugin is compiled with, and every structure that crosses
 * between the two was the same: as_module with its hooks and events, as_val and all values, as_rec, as_stream,
 * as_result, as_udf_context, as_timer, as_aerospike, as_log, as_packer, as_unpacker and mod_lua_config; and when
 * its udf_cask.c was read: it sends the events of files with Lua's lock held.
 */
#include "asd/server_builds.h"

#include <aerospike/as_msgpack.h>
#include <aerospike/as_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A release, and its last fix that was compared. */
typedef struct known {
	const char *release;
	unsigned last;
} known;

/* common 88eff22f, adb57b27 and c42853bc, mod-lua 16da7372. */
static const known table[] = {
	{"7.1.0", 23}, {"7.2.0", 17}, {"8.0.0", 15}, {"8.1.0", 3}, {"8.1.1", 2}, {"8.1.2", 0},
};

/* Whether the text is a number of up to three digits, and not above `most`. */
static bool is_fix(const char *text, unsigned most)
{
	size_t digits = strspn(text, "0123456789");

	return digits >= 1 && digits <= 3 && text[digits] == '\0' && strtoul(text, NULL, 10) <= most;
}

bool mod_go_build_is_known(const char *build)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t length = strlen(table[i].release);

		if (strncmp(build, table[i].release, length) == 0 && build[length] == '.')
			return is_fix(build + length + 1, table[i].last);
	}
	return false;
}

void mod_go_build_list(char *text, size_t capacity)
{
	size_t length = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && length < capacity; i++)
		length += (size_t)snprintf(text + length, capacity - length, "%s%s.0 to .%u", i > 0 ? ", " : "",
		                           table[i].release, table[i].last);
}

/* [42, "go", 1.5, true, nil, bytes "b"] in the server's msgpack. */
static const uint8_t sample[] = {0x96, 42, 0xA3, 3, 'g', 'o',  0xCB, 0x3F, 0xF8, 0,
                                 0,    0,  0,    0, 0,   0xC3, 0xC0, 0xA2, 4,    'b'};

static bool list_is_right(const as_list *list)
{
	const as_val *second = as_list_get(list, 1), *third = as_list_get(list, 2), *last = as_list_get(list, 5);

	return as_val_type(as_list_get(list, 0)) == AS_INTEGER &&
	       ((const as_integer *)as_list_get(list, 0))->value == 42 && as_val_type(second) == AS_STRING &&
	       strcmp(((const as_string *)second)->value, "go") == 0 && as_val_type(third) == AS_DOUBLE &&
	       ((const as_double *)third)->value == 1.5 && as_val_type(as_list_get(list, 3)) == AS_BOOLEAN &&
	       ((const as_boolean *)as_list_get(list, 3))->value && as_val_type(as_list_get(list, 4)) == AS_NIL &&
	       as_val_type(last) == AS_BYTES && ((const as_bytes *)last)->size == 1 &&
	       ((const as_bytes *)last)->value[0] == 'b';
}

const char *mod_go_build_probe(void)
{
	as_unpacker unpacker = {.buffer = sample, .length = sizeof(sample)};
	uint8_t buffer[64];
	as_packer packer = {.buffer = buffer, .capacity = sizeof(buffer)};
	as_val *list = NULL;
	const char *fault = NULL;

	if (as_unpack_val(&unpacker, &list) != 0 || list == NULL)
		return "as_unpack_val does not read a list";
	if (as_val_type(list) != AS_LIST || list->count != 1 || !list->free || as_list_size((as_list *)list) != 6)
		fault = "a list is not where it should be";
	else if (!list_is_right((as_list *)list))
		fault = "the values of a list are not where they should be";
	else if (as_pack_val(&packer, list) != 0 || packer.head != NULL || packer.offset != sizeof(sample) ||
	         memcmp(buffer, sample, sizeof(sample)) != 0)
		fault = "as_pack_val writes a list otherwise than it was read";
	as_val_destroy(list);
	return fault;
}
