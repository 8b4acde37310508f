/*
 * as_module.c - what a UDF costs through Aerospike's as_module_apply_record: in Go by mod_go, also fenced, and in
 * Lua by mod_lua, on the same record, beside an empty exported Go function (the floor) and a bare round trip over
 * shared memory (that of fenced calls). What no host can save is measured too: Aerospike's own part, "host_NAME",
 * and the body of the function on Go values, "body_NAME". Prints "NAME NANOSECONDS" a line: the best of many short
 * rounds, in which all take turns, for the machine is shared. Last, "threads2_speedup": how many times as many
 * get_bin calls two threads make as one. With "dispatch" instead of a folder of Lua it measures the ways to
 * dispatch, one beside the other: in a process of their own, for each is a module and a Go runtime more.
 *
 * Use: bench-as_module FOLDER_OF_GO_MODULES FOLDER_OF_LUA|dispatch WORKER
 */
#include <aerospike/as_list.h>
#include <aerospike/as_rec.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "host_part.h"
#include "round_trip.h"

enum {
	ROUNDS = 150,
	CALLS = 1000,
	FENCED_ROUNDS = 10,
	FENCED_CALLS = 100,
	WAKING_CALLS = 5,
	THREAD_ROUNDS = 100,
	THREAD_CALLS = 10000
};

#define FUNCTIONS 6
#define BODIES    2
#define MODES     3

static const char *const functions[FUNCTIONS] = {"empty",      "get_bin", "set_bin",
                                                 "string_arg", "list10",  "map10"};
/* The functions whose body is measured, too. */
static const char *const bodies[BODIES] = {"list10", "map10"};
static const char *const modes[MODES] = {"registry", "exported", "reflect"};

/* Nanoseconds a call, the least so far. */
static struct {
	double floor, round_trip, fenced_get_bin, fenced_set_bin;
	double go[FUNCTIONS], lua[FUNCTIONS], host[FUNCTIONS], body[BODIES];
	double dispatch_empty[MODES], dispatch[MODES];
} best;

/* What the floor exports besides its UDFs. */
static void (*floor_call)(void);
static void (*body_calls[BODIES])(int count);

static void at_most(double *least, double value)
{
	if (*least == 0 || value < *least)
		*least = value;
}

static double time_floor(void)
{
	double start = calls_now();

	for (int i = 0; i < CALLS; i++)
		floor_call();
	return (calls_now() - start) / CALLS;
}

static double time_body(void (*body_call)(int count))
{
	double start = calls_now();

	body_call(CALLS);
	return (calls_now() - start) / CALLS;
}

/* Fenced calls are timed after a warm-up: a worker that waits for its turn sleeps. */
static double time_round_trip(round_trip *trip)
{
	double start;

	for (int i = 0; i < WAKING_CALLS; i++)
		round_trip_make(trip);
	start = calls_now();
	for (int i = 0; i < FENCED_CALLS; i++)
		round_trip_make(trip);
	return (calls_now() - start) / FENCED_CALLS;
}

static double time_go(const char *name, const char *function, as_rec *rec, as_list *arguments)
{
	return calls_time(&mod_go, name, function, rec, arguments, CALLS);
}

static double time_fenced(const char *function, as_rec *rec, as_list *arguments)
{
	calls_time(&mod_go, "floor_fenced", function, rec, arguments, WAKING_CALLS);
	return calls_time(&mod_go, "floor_fenced", function, rec, arguments, FENCED_CALLS);
}

static void measure_round(round_trip *trip, as_rec *rec, as_list *arguments[FUNCTIONS])
{
	at_most(&best.floor, time_floor());
	for (int i = 0; i < FUNCTIONS; i++) {
		at_most(&best.go[i], time_go("floor", functions[i], rec, arguments[i]));
		at_most(&best.lua[i], calls_time(&mod_lua, "as_module", functions[i], rec, arguments[i], CALLS));
		at_most(&best.host[i],
		        calls_time(host_part(functions[i]), "host", functions[i], rec, arguments[i], CALLS));
	}
	for (int i = 0; i < BODIES; i++)
		at_most(&best.body[i], time_body(body_calls[i]));
	/* Shorter, because these need two processors at once. */
	for (int i = 0; i < FENCED_ROUNDS; i++) {
		at_most(&best.round_trip, time_round_trip(trip));
		at_most(&best.fenced_get_bin, time_fenced("get_bin", rec, arguments[0]));
		at_most(&best.fenced_set_bin, time_fenced("set_bin", rec, arguments[0]));
	}
}

static void measure_calls(void)
{
	as_list *arguments[FUNCTIONS];
	as_rec *rec = calls_record();
	round_trip *trip = round_trip_start();

	for (int i = 0; i < FUNCTIONS; i++)
		arguments[i] = calls_arguments(functions[i]);
	for (int round = 0; round < ROUNDS; round++)
		measure_round(trip, rec, arguments);
	round_trip_end(trip);
	printf("floor %.1f\n", best.floor);
	for (int i = 0; i < FUNCTIONS; i++)
		printf("%s %.1f\nlua_%s %.1f\nhost_%s %.1f\n", functions[i], best.go[i], functions[i], best.lua[i],
		       functions[i], best.host[i]);
	for (int i = 0; i < BODIES; i++)
		printf("body_%s %.1f\n", bodies[i], best.body[i]);
	printf("futex_floor %.1f\nfenced_get_bin %.1f\nfenced_set_bin %.1f\n", best.round_trip,
	       best.fenced_get_bin, best.fenced_set_bin);
	for (int i = 0; i < FUNCTIONS; i++)
		as_list_destroy(arguments[i]);
	as_rec_destroy(rec);
}

/* ---- ways to dispatch ---------------------------------------------------------------------------- */

static void measure_dispatch(const char *folder)
{
	as_list *arguments = calls_arguments("get_bin");
	as_rec *rec = calls_record();
	char names[MODES][64];

	for (int i = 0; i < MODES; i++) {
		snprintf(names[i], sizeof(names[i]), "floor_%s", modes[i]);
		calls_add(folder, names[i], MOD_GO_UNFENCED, "");
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < MODES; i++) {
			at_most(&best.dispatch_empty[i], time_go(names[i], "empty", rec, arguments));
			at_most(&best.dispatch[i], time_go(names[i], "get_bin", rec, arguments));
		}
	}
	for (int i = 0; i < MODES; i++)
		printf("dispatch_%s %.1f\ndispatch_%s_empty %.1f\n", modes[i], best.dispatch[i], modes[i],
		       best.dispatch_empty[i]);
	as_list_destroy(arguments);
	as_rec_destroy(rec);
}

/* ---- threads ------------------------------------------------------------------------------------- */

static pthread_barrier_t together;

/* One thread's calls of get_bin on a record of its own. */
static void *run_thread(void *nanoseconds)
{
	as_rec *rec = calls_record();
	as_list *arguments = calls_arguments("get_bin");

	calls_time(&mod_go, "floor", "get_bin", rec, arguments, 100);
	pthread_barrier_wait(&together);
	*(double *)nanoseconds = calls_time(&mod_go, "floor", "get_bin", rec, arguments, THREAD_CALLS);
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
	double one = 0, two = 0;

	for (int round = 0; round < THREAD_ROUNDS; round++) {
		at_most(&one, time_threads(1));
		at_most(&two, time_threads(2));
	}
	printf("threads2_speedup %.2f\n", one / two);
}

/* A symbol of the module that is not a UDF, from a second copy of it: mod_go has its own. */
static void *exported(const char *folder, const char *symbol)
{
	char path[4096];
	void *handle, *address;

	snprintf(path, sizeof(path), "%s/floor.so", folder);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	address = handle != NULL ? dlsym(handle, symbol) : NULL;
	if (address == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(2);
	}
	return address;
}

static void find_exported(const char *folder)
{
	void *address = exported(folder, "modgo_bench_floor");
	char symbol[64];

	memcpy(&floor_call, &address, sizeof(address));
	for (int i = 0; i < BODIES; i++) {
		snprintf(symbol, sizeof(symbol), "modgo_bench_%s", bodies[i]);
		address = exported(folder, symbol);
		memcpy(&body_calls[i], &address, sizeof(address));
	}
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "Use: bench-as_module FOLDER_OF_GO_MODULES FOLDER_OF_LUA|dispatch WORKER\n");
		return 2;
	}
	if (strcmp(argv[2], "dispatch") == 0) {
		measure_dispatch(argv[1]);
		as_module_destroy(&mod_go);
		return 0;
	}
	calls_add(argv[1], "floor", MOD_GO_UNFENCED, argv[3]);
	calls_add(argv[1], "floor_fenced", MOD_GO_FENCED, argv[3]);
	calls_add_lua(argv[2]);
	find_exported(argv[1]);
	measure_calls();
	measure_threads();
	as_module_destroy(&mod_go);
	return 0;
}
