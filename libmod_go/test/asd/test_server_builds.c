/* test_server_builds.c - which builds are known, and that the probe notices a server whose values lie elsewhere. The
 * linker puts functions of this file in the place of the server's that read and write msgpack (--wrap). */
#include "asd/server_builds.h"

#include <aerospike/as_arraylist.h>
#include <aerospike/as_boolean.h>
#include <aerospike/as_bytes.h>
#include <aerospike/as_double.h>
#include <aerospike/as_integer.h>
#include <aerospike/as_msgpack.h>
#include <aerospike/as_nil.h>
#include <aerospike/as_string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "server.h"

int __real_as_unpack_val(as_unpacker *unpacker, as_val **val);
int __wrap_as_unpack_val(as_unpacker *unpacker, as_val **val);
int __real_as_pack_val(as_packer *packer, const as_val *val);
int __wrap_as_pack_val(as_packer *packer, const as_val *val);

/* What another server does with the list that it reads, or with what it writes. */
static void (*change_list)(as_val **list);
static int unpacked, packed;
static void (*change_packed)(as_packer *packer);

int __wrap_as_unpack_val(as_unpacker *unpacker, as_val **val)
{
	int status = __real_as_unpack_val(unpacker, val);

	if (change_list != NULL)
		change_list(val);
	return unpacked != 0 ? unpacked : status;
}

int __wrap_as_pack_val(as_packer *packer, const as_val *val)
{
	int status = __real_as_pack_val(packer, val);

	if (change_packed != NULL)
		change_packed(packer);
	return packed != 0 ? packed : status;
}

static void lose(as_val **list)
{
	as_val_destroy(*list);
	*list = NULL;
}

static void be_integer(as_val **list)
{
	as_val_destroy(*list);
	*list = (as_val *)as_integer_new(42);
}

static void have_fewer(as_val **list)
{
	as_list_remove((as_list *)*list, 5);
}

static void have_more(as_val **list)
{
	as_list_append_int64((as_list *)*list, 1);
}

static void have_no_owner(as_val **list)
{
	static as_arraylist own;
	as_arraylist *copy = as_arraylist_init(&own, 6, 0);

	for (uint32_t i = 0; i < 6; i++) {
		as_val *item = as_list_get((as_list *)*list, i);

		as_val_reserve(item);
		as_arraylist_set(copy, i, item);
	}
	as_val_destroy(*list);
	*list = (as_val *)copy;
}

static as_val *shared;

static void be_shared(as_val **list)
{
	shared = *list;
	as_val_reserve(shared);
}

static uint32_t at;
static as_val *(*make)(void);

static void replace_item(as_val **list)
{
	as_list_set((as_list *)*list, at, make());
}

static as_val *another_integer(void)
{
	return (as_val *)as_integer_new(43);
}

static as_val *another_text(void)
{
	return (as_val *)as_string_new_strdup("og");
}

static as_val *another_double(void)
{
	return (as_val *)as_double_new(-1.5);
}

static as_val *false_boolean(void)
{
	return (as_val *)as_boolean_new(false);
}

static as_val *other_bytes(void)
{
	as_bytes *bytes = as_bytes_new(1);

	as_bytes_set(bytes, 0, (const uint8_t *)"c", 1);
	return (as_val *)bytes;
}

static as_val *more_bytes(void)
{
	as_bytes *bytes = as_bytes_new(2);

	as_bytes_set(bytes, 0, (const uint8_t *)"bb", 2);
	return (as_val *)bytes;
}

static void write_less(as_packer *packer)
{
	packer->offset--;
}

static void write_otherwise(as_packer *packer)
{
	packer->buffer[1]++;
}

static const char *probed(void)
{
	const char *fault = mod_go_build_probe();

	change_list = NULL;
	change_packed = NULL;
	unpacked = packed = 0;
	return fault != NULL ? fault : "";
}

TEST(a_server_with_the_known_values_passes)
{
	CHECK_TEXT(probed(), "");
}

TEST(a_server_that_reads_lists_otherwise_is_noticed)
{
	static void (*const CHANGES[])(as_val * *list) = {be_integer, have_fewer, have_more, have_no_owner,
	                                                  be_shared};

	change_list = lose;
	CHECK_TEXT(probed(), "as_unpack_val does not read a list");
	change_list = lose;
	unpacked = -1;
	CHECK_TEXT(probed(), "as_unpack_val does not read a list");
	for (size_t i = 0; i < sizeof(CHANGES) / sizeof(*CHANGES); i++) {
		change_list = CHANGES[i];
		if (!CHECK_TEXT(probed(), "a list is not where it should be"))
			printf("    change %zu\n", i);
	}
	as_val_destroy(shared);
}

TEST(a_server_with_other_values_in_lists_is_noticed)
{
	static as_val *(*const MADE[])(void) = {another_integer, another_text, another_double,
	                                        false_boolean,   other_bytes,  more_bytes};

	change_list = replace_item;
	/* Each item by one of its own type, and by all others. */
	for (at = 0; at < 6; at++) {
		for (size_t i = 0; i < sizeof(MADE) / sizeof(*MADE); i++) {
			change_list = replace_item;
			make = MADE[i];
			if (!CHECK_TEXT(probed(), "the values of a list are not where they should be"))
				printf("    value %zu at %u\n", i, at);
		}
	}
}

TEST(a_server_that_writes_lists_otherwise_is_noticed)
{
	static const char FAULT[] = "as_pack_val writes a list otherwise than it was read";

	packed = -1;
	CHECK_TEXT(probed(), FAULT);
	change_packed = write_less;
	CHECK_TEXT(probed(), FAULT);
	change_packed = write_otherwise;
	CHECK_TEXT(probed(), FAULT);
}

TEST(a_server_with_other_values_is_left_alone)
{
	const as_module_hooks *hooks = server_lua.hooks;

	server_prepare();
	server_is_there = true;
	packed = -1;
	CHECK_TEXT(server_load_plugin(),
	           "mod_go: this Aerospike 8.1.2.0 is not as its build says: as_pack_val writes a list "
	           "otherwise than it was read: no Go modules run\n");
	CHECK(server_lua.hooks == hooks);
	packed = 0;
	CHECK_TEXT(server_load_plugin(), "");
	CHECK(server_lua.hooks != hooks);
}

TEST(builds_are_known_up_to_the_last_fix_that_was_compared)
{
	static const char *const KNOWN[] = {"7.1.0.0", "7.1.0.23", "7.2.0.17", "8.0.0.15",
	                                    "8.1.0.3", "8.1.1.2",  "8.1.2.0"};
	static const char *const OTHERS[] = {"7.1.0.24", "7.2.0.18",   "8.0.0.16", "8.1.0.4", "8.1.1.3",
	                                     "8.1.2.1",  "8.1.2",      "8.1.2.",   "8.1.2.x", "8.1.20.0",
	                                     "8.1.2.0x", "8.1.2.0000", "7.0.0.1",  ""};
	char list[400], shorter[20];

	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++)
		if (!CHECK(mod_go_build_is_known(KNOWN[i])))
			printf("    %s\n", KNOWN[i]);
	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(*OTHERS); i++)
		if (!CHECK(!mod_go_build_is_known(OTHERS[i])))
			printf("    %s\n", OTHERS[i]);
	mod_go_build_list(list, sizeof(list));
	CHECK_TEXT(list,
	           "7.1.0.0 to .23, 7.2.0.0 to .17, 8.0.0.0 to .15, 8.1.0.0 to .3, 8.1.1.0 to .2, 8.1.2.0 to .0");
	mod_go_build_list(shorter, sizeof(shorter));
	CHECK_TEXT(shorter, "7.1.0.0 to .23, 7.2");
}
