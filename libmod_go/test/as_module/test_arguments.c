/* test_arguments.c - arguments, scratch memory and readers alone, each at the bounds of its capacity. */
#include "as_module/apply.h"
#include "as_module/arguments.h"
#include "as_module/readers.h"
#include "as_module/scratch.h"
#include "call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Each count around the one that needs no allocation, in memory whose end sanitizers know. */
TEST(arguments_arrive_in_their_order_however_many_they_are)
{
	for (uint32_t count = 0; count <= 3 * INLINE_ARGUMENTS; count++) {
		mod_go_arguments *arguments = malloc(sizeof(*arguments));
		as_arraylist *list = as_arraylist_new(count + 1, 0);
		uint32_t at = 99;

		memset(arguments, 0xaa, sizeof(*arguments));
		for (uint32_t i = 0; i < count; i++)
			as_arraylist_append_int64(list, 1000 + i);
		CHECK(mod_go_arguments_take(arguments, (as_list *)list, &at) == NULL);
		CHECK_NUMBER(arguments->count, count);
		for (uint32_t i = 0; i < count; i++) {
			CHECK_NUMBER(arguments->values[i].type, AEROSPIKE_UDF_GO_INTEGER);
			CHECK_NUMBER(arguments->values[i].integer, 1000 + i);
		}
		if (count > INLINE_ARGUMENTS) /* the part that is too small has none */
			CHECK(arguments->values != arguments->inline_values);
		else
			CHECK(arguments->values == arguments->inline_values);
		mod_go_scratch_free_blocks(&arguments->scratch);
		as_list_destroy((as_list *)list);
		free(arguments);
	}
}

TEST(the_argument_that_cannot_cross_is_the_one_named)
{
	for (uint32_t bad = 0; bad < 12; bad++) {
		mod_go_arguments arguments;
		as_arraylist *list = as_arraylist_new(12, 0);
		uint32_t at = 0;

		for (uint32_t i = 0; i < 12; i++)
			as_arraylist_append(list, i == bad ? LIST(blob_of("x", 1, AS_BYTES_UNDEF)) : INT(i));
		CHECK_CONTAINS(mod_go_arguments_take(&arguments, (as_list *)list, &at), "type");
		CHECK_NUMBER(at, bad + 1);
		mod_go_scratch_free_blocks(&arguments.scratch);
		as_list_destroy((as_list *)list);
	}
}

TEST(no_arguments_are_none)
{
	mod_go_arguments arguments;
	uint32_t at = 99;

	CHECK(mod_go_arguments_take(&arguments, NULL, &at) == NULL);
	CHECK_NUMBER(arguments.count, 0);
	CHECK_NUMBER(at, 0);
}

static bool is_inline(const mod_go_scratch *scratch, const void *taken, size_t size)
{
	const uint8_t *begin = taken;

	return begin >= scratch->inline_bytes &&
	       begin + size <= scratch->inline_bytes + sizeof(scratch->inline_bytes);
}

/* Memory is taken from the inline bytes while it fits, aligned, and never twice. */
TEST(scratch_memory_is_inline_up_to_its_capacity)
{
	static const size_t SIZES[] = {0, 1, 15, 16, 17, 31, 32, 991, 992, 993, 1007, 1008, 1009, 1024, 5000};

	for (size_t i = 0; i < sizeof(SIZES) / sizeof(*SIZES); i++) {
		for (size_t k = 0; k < sizeof(SIZES) / sizeof(*SIZES); k++) {
			mod_go_scratch *scratch = malloc(sizeof(*scratch));
			size_t first = (SIZES[i] + 15) / 16 * 16, second = (SIZES[k] + 15) / 16 * 16;
			size_t capacity = sizeof(scratch->inline_bytes);
			uint8_t *one, *other;

			mod_go_scratch_init(scratch);
			one = mod_go_scratch_take(scratch, SIZES[i]);
			memset(one, 1, SIZES[i]);
			other = mod_go_scratch_take(scratch, SIZES[k]);
			memset(other, 2, SIZES[k]);
			CHECK((uintptr_t)one % 16 == 0 && (uintptr_t)other % 16 == 0);
			CHECK_NUMBER(is_inline(scratch, one, SIZES[i]), first <= capacity);
			if (first > capacity)
				first = 0;
			CHECK_NUMBER(is_inline(scratch, other, SIZES[k]), first + second <= capacity);
			for (size_t at = 0; at < SIZES[i]; at++)
				CHECK_NUMBER(one[at], 1);
			mod_go_scratch_free_blocks(scratch);
			CHECK(scratch->blocks == NULL);
			free(scratch);
		}
	}
}

TEST(no_scratch_memory_is_given_for_a_size_that_cannot_be)
{
	mod_go_scratch scratch;

	mod_go_scratch_init(&scratch);
	for (size_t less = 0; less < 16; less++) /* with the header of a block, less than none */
		CHECK(mod_go_scratch_take(&scratch, SIZE_MAX - less) == NULL);
	CHECK(scratch.used == 0 && scratch.blocks == NULL);
}

/* An object that counts how often it was released. */
typedef struct {
	mod_go_retired retired;
	atomic_int count;
} counted;

static void release(void *object)
{
	atomic_fetch_add(&((counted *)object)->count, 1);
}

/* A thread of mod_go releases what readers have held, some milliseconds later. */
static bool is_released(counted *object)
{
	for (int i = 0; i < 6000 && atomic_load(&object->count) == 0; i++)
		usleep(10000);
	return atomic_load(&object->count) == 1;
}

TEST(what_nobody_reads_is_released_at_once)
{
	counted released = {.count = 0};

	mod_go_readers_retire(&released.retired, release);
	CHECK_NUMBER(released.count, 1);
	CHECK(mod_go_readers_enter());
	mod_go_readers_leave();
	mod_go_readers_retire(&released.retired, release);
	CHECK_NUMBER(released.count, 2);
}

TEST(what_a_reader_may_hold_is_released_when_it_has_left)
{
	counted released[3] = {{.count = 0}};

	CHECK(mod_go_readers_enter());
	CHECK(mod_go_readers_enter()); /* nested: a reader until both have left */
	for (int i = 0; i < 3; i++)
		mod_go_readers_retire(&released[i].retired, release);
	mod_go_readers_leave();
	for (int i = 0; i < 3; i++)
		CHECK_NUMBER(released[i].count, 0);
	mod_go_readers_leave();
	for (int i = 0; i < 3; i++)
		CHECK(is_released(&released[i]));
}

static void *read_nothing(void *argument)
{
	return argument;
}

TEST(without_a_thread_for_it_the_next_retirement_releases)
{
	counted released[2] = {{.count = 0}};
	pthread_attr_t attributes;
	pthread_t thread;

	/* No process has space for such a stack, so no thread can be created. */
	pthread_attr_init(&attributes);
	CHECK_NUMBER(pthread_attr_setstacksize(&attributes, (size_t)1 << 60), 0);
	CHECK_NUMBER(pthread_setattr_default_np(&attributes), 0);
	CHECK(pthread_create(&thread, NULL, read_nothing, NULL) != 0);
	CHECK(mod_go_readers_enter());
	mod_go_readers_retire(&released[0].retired, release);
	CHECK_NUMBER(released[0].count, 0);
	mod_go_readers_leave();
	mod_go_readers_retire(&released[1].retired, release);
	CHECK_NUMBER(released[0].count, 1);
	CHECK_NUMBER(released[1].count, 1);
}

/* A second reader, which enters and leaves on request. */
static pthread_barrier_t step;

static void *read_between(void *argument)
{
	(void)argument;
	pthread_barrier_wait(&step);
	CHECK(mod_go_readers_enter());
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	mod_go_readers_leave();
	pthread_barrier_wait(&step);
	return NULL;
}

TEST(a_reader_holds_what_was_retired_while_it_was_in_and_nothing_else)
{
	counted before, between, after;
	pthread_t thread;

	for (int round = 0; round < 3; round++) { /* a thread's slot is reused */
		before = between = after = (counted){.count = 0};
		pthread_barrier_init(&step, NULL, 2);
		CHECK_NUMBER(pthread_create(&thread, NULL, read_between, NULL), 0);
		CHECK(mod_go_readers_enter());
		mod_go_readers_retire(&before.retired, release);
		pthread_barrier_wait(&step); /* the second enters */
		pthread_barrier_wait(&step);
		mod_go_readers_retire(&between.retired, release);
		CHECK_NUMBER(before.count, 0);
		mod_go_readers_leave();
		CHECK(is_released(&before)); /* retired before the second entered */
		CHECK_NUMBER(between.count, 0);
		mod_go_readers_retire(&after.retired, release);
		CHECK_NUMBER(after.count, 0);
		pthread_barrier_wait(&step); /* the second leaves */
		pthread_barrier_wait(&step);
		CHECK(is_released(&between));
		CHECK(is_released(&after));
		pthread_join(thread, NULL);
		pthread_barrier_destroy(&step);
	}
}

static bool has_prefetched(const mod_go_host_call *host_call, const char *name, int64_t integer)
{
	for (size_t i = 0; i < host_call->call.bin_count; i++) {
		const aerospike_udf_go_bin *bin = &host_call->bins[i];

		if (bin->name_length == strlen(name) && memcmp(bin->name, name, bin->name_length) == 0)
			return bin->value.type == AEROSPIKE_UDF_GO_INTEGER
			           ? bin->value.integer == integer
			           : bin->value.type == AEROSPIKE_UDF_GO_NIL && integer < 0;
	}
	return false;
}

/* The bins of the manifest and those that arguments name, each once; but not lists and maps. */
TEST(the_bins_that_a_function_reads_are_prefetched)
{
	as_rec *rec = record_new();
	as_val *list = LIST(TEXT("a"), TEXT("c"), TEXT("more than 15 bytes"), INT(7), TEXT("c"), TEXT("none"),
	                    TEXT("l"), TEXT(""));
	mod_go_module *module = NULL;
	mod_go_arguments arguments;
	mod_go_host_call host_call;
	mod_go_error error;
	uint32_t at;

	setenv("GOOD_MANIFEST",
	       "[{\"name\":\"get\",\"bins\":[\"a\",\"b\",\"l\"],\"bin_arguments\":[0,1,2,3,4,5,6,9]}]", 1);
	CHECK(mod_go_open(check_module("c/good"), &module, &error) == MOD_GO_OK &&
	      mod_go_setup(module, &error) == MOD_GO_OK);
	as_rec_set(rec, "a", INT(1));
	as_rec_set(rec, "b", INT(2));
	as_rec_set(rec, "c", INT(3));
	as_rec_set(rec, "l", LIST(INT(4)));
	CHECK(mod_go_arguments_take(&arguments, (as_list *)list, &at) == NULL);
	mod_go_host_call_begin(&host_call, NULL, &mod_go_host);
	mod_go_host_prefetch_bins(&host_call, mod_go_find_function(module, "get"), (aerospike_udf_go_record *)rec,
	                          &arguments);
	CHECK_NUMBER(host_call.call.bin_count, 4);
	CHECK(has_prefetched(&host_call, "a", 1) && has_prefetched(&host_call, "b", 2) &&
	      has_prefetched(&host_call, "c", 3) && has_prefetched(&host_call, "none", -1));
	mod_go_host_call_end(&host_call);
	mod_go_scratch_clear(&arguments.scratch);
	mod_go_close(module);
	as_val_destroy(list);
	as_rec_destroy(rec);
}

TEST(no_more_bins_are_prefetched_than_there_is_capacity_for)
{
	static const char MANIFEST[] = "[{\"name\":\"get\",\"bins\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"],"
								   "\"bin_arguments\":[0,1,2]}]";
	as_rec *rec = record_new();
	as_val *list = LIST(TEXT("x"), TEXT("y"), TEXT("z"));
	mod_go_module *module = NULL;
	mod_go_host_call *host_call = malloc(sizeof(*host_call));
	mod_go_arguments arguments;
	mod_go_error error;
	uint32_t at;

	setenv("GOOD_MANIFEST", MANIFEST, 1);
	CHECK(mod_go_open(check_module("c/good"), &module, &error) == MOD_GO_OK &&
	      mod_go_setup(module, &error) == MOD_GO_OK);
	CHECK(mod_go_arguments_take(&arguments, (as_list *)list, &at) == NULL);
	mod_go_host_call_begin(host_call, NULL, &mod_go_host);
	mod_go_host_prefetch_bins(host_call, mod_go_find_function(module, "get"), (aerospike_udf_go_record *)rec,
	                          &arguments);
	CHECK_NUMBER(host_call->call.bin_count, MOD_GO_BINS);
	CHECK(has_prefetched(host_call, "g", -1) && has_prefetched(host_call, "x", -1) &&
	      !has_prefetched(host_call, "y", -1));
	mod_go_host_call_end(host_call);
	mod_go_scratch_clear(&arguments.scratch);
	mod_go_close(module);
	free(host_call);
	as_val_destroy(list);
	as_rec_destroy(rec);
}

/* Whether a call of "get" prefetches the bins of these names, in this order, each followed by a blank. The arguments
 * are destroyed. */
static void check_prefetched(mod_go_host_call *host_call, as_rec *rec, const char *manifest, as_val *list,
                             const char *names)
{
	mod_go_arguments *arguments = malloc(sizeof(*arguments));
	mod_go_module *module = NULL;
	mod_go_error error;
	char text[200] = "";
	uint32_t at;

	setenv("GOOD_MANIFEST", manifest, 1);
	CHECK(mod_go_open(check_module("c/good"), &module, &error) == MOD_GO_OK &&
	      mod_go_setup(module, &error) == MOD_GO_OK);
	CHECK(mod_go_arguments_take(arguments, (as_list *)list, &at) == NULL);
	mod_go_host_call_begin(host_call, NULL, &mod_go_host);
	mod_go_host_prefetch_bins(host_call, mod_go_find_function(module, "get"), (aerospike_udf_go_record *)rec,
	                          arguments);
	for (size_t i = 0; i < host_call->call.bin_count; i++)
		strcat(strncat(text, host_call->bins[i].name, host_call->bins[i].name_length), " ");
	CHECK_TEXT(text, names);
	mod_go_host_call_end(host_call);
	mod_go_scratch_clear(&arguments->scratch);
	free(arguments);
	mod_go_close(module);
	as_val_destroy(list);
}

TEST(bins_are_prefetched_by_exact_names_and_texts_alone)
{
	mod_go_host_call *host_call = malloc(sizeof(*host_call));
	as_rec *rec = record_new();

	as_rec_set(rec, "m", MAP(INT(1), INT(2)));
	as_rec_set(rec, "pair", (as_val *)as_pair_new(INT(1), INT(2)));
	check_prefetched(
		host_call, rec, "[{\"name\":\"get\",\"bins\":[\"ab\"],\"bin_arguments\":[0,1,2,3,4,6,7,8]}]",
		LIST(TEXT("a"), TEXT("abc"), BLOB("d"), TEXT("m"), TEXT("pair"), TEXT("e"), TEXT("a"), TEXT("f")),
		"ab a abc f ");
	free(host_call);
	as_rec_destroy(rec);
}

/* A call has the memory of an earlier one, with the names of that. */
TEST(bins_of_an_earlier_call_are_not_taken_for_prefetched)
{
	static const char *const MANIFEST = "[{\"name\":\"get\",\"bins\":[],\"bin_arguments\":[0]}]";
	mod_go_host_call *host_call = malloc(sizeof(*host_call));
	static char name[] = "a";
	as_rec *rec = record_new();

	for (int i = 0; i < 3; i++) {
		for (size_t bin = 0; bin < MOD_GO_BINS; bin++) {
			host_call->bins[bin].name = name;
			host_call->bins[bin].name_length = 1;
		}
		check_prefetched(host_call, rec, MANIFEST, LIST(TEXT("a")), "a ");
	}
	free(host_call);
	as_rec_destroy(rec);
}

TEST(of_many_known_bins_the_first_are_prefetched)
{
	mod_go_host_call *host_call = malloc(sizeof(*host_call));
	as_rec *rec = record_new();

	check_prefetched(host_call, rec,
	                 "[{\"name\":\"get\",\"bins\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"],"
	                 "\"bin_arguments\":[0]}]",
	                 LIST(TEXT("x")), "a b c d e f g h ");
	free(host_call);
	as_rec_destroy(rec);
}

/* Cut where it is too long, but not within a character. */
TEST(a_long_failure_is_cut_between_characters)
{
	for (int first = 0; first < 2; first++) {
		char text[8000];
		as_result result;
		const char *cut;
		size_t length;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = i % 2 == 0 ? '\xc3' : '\xa9';
		text[sizeof(text) - 1] = '\0';
		as_result_init(&result);
		mod_go_result_fail(&result, "%s%s", first == 0 ? "" : "x", text);
		CHECK(!result.is_success);
		cut = as_string_get((as_string *)result.value);
		length = strlen(cut);
		CHECK(length > 500 && length % 2 == (size_t)first);
		as_result_destroy(&result);
	}
	mod_go_result_fail(NULL, "nobody hears of it");
}
