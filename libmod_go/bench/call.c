/*
 * call.c - what a call costs from C into Go: an empty exported function (the floor), then UDFs of growing
 * weight through the loader, on the test app's record in memory. Prints "NAME NANOSECONDS" a line: the best
 * of some rounds, for the machine is shared.
 *
 * Use: call FLOOR.so
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../test/app/host.h"
#include "../test/app/record.h"
#include "mod_go.h"

enum { ROUNDS = 15, CALLS = 100000 };

/* The list 0 … 9, and the map from "a" … "j" to 0 … 9, in the server's dialect (strings begin with 3). */
static uint8_t list10[] = {0x9a, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
static uint8_t map10[] = {0x8a, 0xa2, 3, 'a',  0, 0xa2, 3, 'b',  1, 0xa2, 3, 'c',  2, 0xa2,
                          3,    'd',  3, 0xa2, 3, 'e',  4, 0xa2, 3, 'f',  5, 0xa2, 3, 'g',
                          6,    0xa2, 3, 'h',  7, 0xa2, 3, 'i',  8, 0xa2, 3, 'j',  9};
static uint8_t bin_name[] = {'a'};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void show(const char *name, double best)
{
	printf("%s %.1f\n", name, best);
}

static void time_floor(void (*floor_call)(void))
{
	double best = 1e18;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns();

		for (int i = 0; i < CALLS; i++)
			floor_call();
		double each = (now_ns() - start) / CALLS;
		best = each < best ? each : best;
	}
	show("floor", best);
}

static int time_function(mod_go_module *module, const char *name, aerospike_udf_go_record *record,
                         aerospike_udf_go_value *arguments, size_t count)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_WARN);
	double best = 1e18;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns();

		for (int i = 0; i < CALLS; i++) {
			aerospike_udf_go_result result;
			uint8_t buffer[256];

			mod_go_result_init(&result, buffer, sizeof(buffer));
			if (mod_go_apply_single(module, name, &call, record, arguments, count, &result) != 0) {
				fprintf(stderr, "%s: %.*s\n", name, (int)result.value.length, (char *)result.value.data);
				mod_go_result_clear(&result);
				return 1;
			}
			mod_go_result_clear(&result);
		}
		double each = (now_ns() - start) / CALLS;
		best = each < best ? each : best;
	}
	show(name, best);
	return 0;
}

static int time_all(mod_go_module *module)
{
	aerospike_udf_go_value string = {AEROSPIKE_UDF_GO_STRING, 0, 0, bin_name, sizeof(bin_name)};
	aerospike_udf_go_value list = {AEROSPIKE_UDF_GO_LIST, 0, 0, list10, sizeof(list10)};
	aerospike_udf_go_value map = {AEROSPIKE_UDF_GO_MAP, 0, 0, map10, sizeof(map10)};
	aerospike_udf_go_value one = {AEROSPIKE_UDF_GO_INTEGER, 0, 1, NULL, 0};
	aerospike_udf_go_record record;
	int failed;

	memset(&record, 0, sizeof(record));
	if (record_set(&record, "a", 1, &one) != NULL || record_store(&record) != NULL)
		return 1;
	failed = time_function(module, "empty", &record, NULL, 0) ||
	         time_function(module, "get_bin", &record, NULL, 0) ||
	         time_function(module, "set_bin", &record, NULL, 0) ||
	         time_function(module, "string_arg", &record, &string, 1) ||
	         time_function(module, "list10", &record, &list, 1) ||
	         time_function(module, "map10", &record, &map, 1);
	record_clear(&record);
	return failed;
}

int main(int argc, char **argv)
{
	mod_go_module *module;
	mod_go_error error;
	void *handle, *address;
	void (*floor_call)(void);

	if (argc != 2) {
		fprintf(stderr, "Use: call FLOOR.so\n");
		return 2;
	}
	if (mod_go_open(argv[1], &module, &error) != MOD_GO_OK || mod_go_setup(module, &error) != MOD_GO_OK) {
		fprintf(stderr, "%s\n", error.message);
		return 2;
	}
	/* The loader opens its own copy; the floor, which is not a UDF, is called in a second one. */
	handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	address = handle != NULL ? dlsym(handle, "modgo_bench_floor") : NULL;
	if (address == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		return 2;
	}
	memcpy(&floor_call, &address, sizeof(address));
	time_floor(floor_call);
	return time_all(module);
}
