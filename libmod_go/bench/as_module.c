/*
 * as_module.c - what a UDF costs through Aerospike's as_module_apply_record: in Go by mod_go, in Lua by mod_lua, on the
 * same record, beside an empty exported Go function (the floor). Prints "NAME NANOSECONDS" a line, Lua's names with
 * "lua_" before them: the best of some rounds, which take turns, for the machine is shared. Last, "threads2_speedup": how
 * many times as many get_bin calls two threads make as one.
 *
 * Use: bench-as_module FLOOR.so FOLDER_OF_AS_MODULE_LUA
 */
#include <aerospike/as_arraylist.h>
#include <aerospike/as_module.h>
#include <aerospike/as_orderedmap.h>
#include <aerospike/as_types.h>
#include <aerospike/mod_lua.h>
#include <aerospike/mod_lua_config.h>
#include <dlfcn.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mod_go_as_module.h"
#include "record.h"

enum { ROUNDS = 40, CALLS = 5000, THREAD_ROUNDS = 60, THREAD_CALLS = 40000 };

typedef struct measure {
	const char *name;
	as_list *arguments;
	double go, lua; /* nanoseconds a call */
} measure;

static const char *module_name; /* of the Go module */
static as_aerospike aerospike;
static as_udf_context context = {.as = &aerospike};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void at_most(double *best, double value)
{
	if (value < *best)
		*best = value;
}

static as_rec *new_record(void)
{
	as_rec *rec = record_new();

	as_rec_set(rec, "a", (as_val *)as_integer_new(1));
	return rec;
}

/* Nanoseconds for each of `count` calls. */
static double time_calls(as_module *module, const char *filename, const char *function, as_rec *rec,
                         as_list *arguments, int count)
{
	double start = now_ns();

	for (int i = 0; i < count; i++) {
		as_result result;

		as_result_init(&result);
		as_val_reserve(rec); /* a call takes one */
		if (as_module_apply_record(module, &context, filename, function, rec, arguments, &result) != 0 ||
		    !result.is_success) {
			char *why = as_val_tostring(result.value);

			fprintf(stderr, "%s.%s: %s\n", filename, function, why != NULL ? why : "failed");
			exit(1);
		}
		as_result_destroy(&result);
	}
	return (now_ns() - start) / count;
}

static double time_floor(void (*floor_call)(void))
{
	double start = now_ns();

	for (int i = 0; i < CALLS; i++)
		floor_call();
	return (now_ns() - start) / CALLS;
}

/* What the functions of bench/floor take. */
static as_list *no_arguments(void)
{
	return (as_list *)as_arraylist_new(1, 1);
}

static as_list *one_argument(void *argument)
{
	as_list *list = no_arguments();

	as_list_append(list, argument);
	return list;
}

static void *ten_numbers(void)
{
	as_arraylist *list = as_arraylist_new(10, 1);

	for (int64_t i = 0; i < 10; i++)
		as_arraylist_append_int64(list, i);
	return list;
}

static void *ten_pairs(void)
{
	as_orderedmap *map = as_orderedmap_new(10);

	for (int64_t i = 0; i < 10; i++) {
		char key[] = {(char)('a' + i), '\0'};

		as_orderedmap_set(map, (as_val *)as_string_new_strdup(key), (as_val *)as_integer_new(i));
	}
	return map;
}

static void measure_calls(void (*floor_call)(void))
{
	measure measures[] = {
		{"empty", no_arguments(), 1e18, 1e18},
		{"get_bin", no_arguments(), 1e18, 1e18},
		{"set_bin", no_arguments(), 1e18, 1e18},
		{"string_arg", one_argument(as_string_new_strdup("a")), 1e18, 1e18},
		{"list10", one_argument(ten_numbers()), 1e18, 1e18},
		{"map10", one_argument(ten_pairs()), 1e18, 1e18},
	};
	size_t count = sizeof(measures) / sizeof(measures[0]);
	as_rec *rec = new_record();
	double floor = 1e18;

	for (int round = 0; round < ROUNDS; round++) {
		at_most(&floor, time_floor(floor_call));
		for (measure *m = measures; m < measures + count; m++) {
			at_most(&m->go, time_calls(&mod_go, module_name, m->name, rec, m->arguments, CALLS));
			at_most(&m->lua, time_calls(&mod_lua, "as_module", m->name, rec, m->arguments, CALLS));
		}
	}
	printf("floor %.1f\n", floor);
	for (measure *m = measures; m < measures + count; m++)
		printf("%s %.1f\nlua_%s %.1f\n", m->name, m->go, m->name, m->lua);
	for (measure *m = measures; m < measures + count; m++)
		as_list_destroy(m->arguments);
	as_rec_destroy(rec);
}

static pthread_barrier_t together;

/* One thread's calls of get_bin on a record of its own. */
static void *run_thread(void *nanoseconds)
{
	as_rec *rec = new_record();
	as_list *arguments = no_arguments();

	time_calls(&mod_go, module_name, "get_bin", rec, arguments, 100);
	pthread_barrier_wait(&together);
	*(double *)nanoseconds = time_calls(&mod_go, module_name, "get_bin", rec, arguments, THREAD_CALLS);
	as_list_destroy(arguments);
	as_rec_destroy(rec);
	return NULL;
}

/* Nanoseconds a call, from the start of all threads to the end of the slower one. */
static double time_threads(unsigned count)
{
	pthread_t threads[2];
	double each[2] = {0};

	pthread_barrier_init(&together, NULL, count);
	for (unsigned i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, run_thread, &each[i]);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&together);
	return (each[0] > each[1] ? each[0] : each[1]) / count;
}

static void measure_threads(void)
{
	double one = 1e18, two = 1e18;

	for (int round = 0; round < THREAD_ROUNDS; round++) {
		at_most(&one, time_threads(1));
		at_most(&two, time_threads(2));
	}
	printf("threads2_speedup %.2f\n", one / two);
}

/* Makes both modules ready. */
static bool configure(const char *floor_path, const char *lua_folder)
{
	mod_lua_config lua = {.server_mode = true, .cache_enabled = true};
	mod_go_config go;
	char *folder = strdup(floor_path), *file = strdup(floor_path);
	as_module_event add = {.type = AS_MODULE_EVENT_FILE_ADD, .data.filename = basename(file)};

	module_name = add.data.filename; /* with ".so", as a file is named */
	mod_go_config_init(&go);
	snprintf(go.user_path, sizeof(go.user_path), "%s", dirname(folder));
	snprintf(lua.user_path, sizeof(lua.user_path), "%s", lua_folder);
	free(folder);
	return as_module_configure(&mod_go, &go) == 0 && as_module_update(&mod_go, &add) == 0 &&
	       as_module_configure(&mod_lua, &lua) == 0;
}

int main(int argc, char **argv)
{
	void *handle, *address;
	void (*floor_call)(void);

	if (argc != 3) {
		fprintf(stderr, "Use: bench-as_module FLOOR.so FOLDER_OF_AS_MODULE_LUA\n");
		return 2;
	}
	record_aerospike(&aerospike, NULL);
	if (!configure(argv[1], argv[2])) {
		fprintf(stderr, "%s, or what is in %s, cannot be loaded\n", argv[1], argv[2]);
		return 2;
	}
	/* mod_go has a copy of its own; the floor is called in a second one, for it is no UDF. */
	handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	address = handle != NULL ? dlsym(handle, "modgo_bench_floor") : NULL;
	if (address == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		return 2;
	}
	memcpy(&floor_call, &address, sizeof(address));
	measure_calls(floor_call);
	measure_threads();
	return 0;
}
