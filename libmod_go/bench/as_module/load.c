/*
 * load.c - what UDFs cost under more callers than processors: four threads on two processors call a function through
 * Aerospike's as_module_apply_record, in Go unfenced, in Go fenced and in Lua, in turns. Prints a line a round:
 * FUNCTION MODE OPERATIONS_A_SECOND CPU, the processor time of all processes for an operation in microseconds.
 *
 * Use: bench-load FOLDER WORKER ROUNDS MILLISECONDS
 */
#include <aerospike/as_arraylist.h>
#include <aerospike/as_list.h>
#include <aerospike/as_orderedmap.h>
#include <aerospike/as_rec.h>
#include <aerospike/as_types.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "calls.h"
#include "cpu_time.h"
#include "record.h"

enum { THREADS = 4, PROCESSORS = 2, ELEMENTS = 100, JSON_BYTES = 4096, CALLS = 20 };

static const char *const functions[] = {"get_bin", "add", "sum", "top", "order"};

static const struct mode {
	const char *name;
	as_module *module;
	const char *file;
} modes[] = {
	{"lua", &mod_lua, "load_lua"}, {"unfenced", &mod_go, "load"}, {"fenced", &mod_go, "load_fenced"}};

/* On machines with more processors, the first two that this process may use. */
static void use_two_processors(void)
{
	cpu_set_t allowed, two;

	CPU_ZERO(&two);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&two) < PROCESSORS; i++) {
		if (CPU_ISSET(i, &allowed))
			CPU_SET(i, &two);
	}
	sched_setaffinity(0, sizeof(two), &two);
}

/* ---- the record ---------------------------------------------------------------------------------- */

static as_val *numbers(void)
{
	as_arraylist *list = as_arraylist_new(ELEMENTS, 1);

	for (int64_t i = 0; i < ELEMENTS; i++)
		as_arraylist_append_int64(list, i * 1000);
	return (as_val *)list;
}

static as_val *scores(void)
{
	as_orderedmap *map = as_orderedmap_new(ELEMENTS);

	for (int64_t i = 0; i < ELEMENTS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "player-%03d", (int)i);
		as_orderedmap_set(map, (as_val *)as_string_new_strdup(name), (as_val *)as_integer_new(i * 37 % 1009));
	}
	return (as_val *)map;
}

/* An order as JSON. bench/client/main.go has the same. */
static as_val *order(void)
{
	char text[JSON_BYTES + 200]; /* each thread makes its own */
	int length = snprintf(text, sizeof(text), "{\"id\": 1, \"customer\": \"Ada Lovelace\", \"items\": [");

	for (int i = 0; length < JSON_BYTES - 90; i++)
		length += snprintf(
			text + length, sizeof(text) - (size_t)length,
			"%s{\"sku\": \"A-%04d\", \"name\": \"a \\\"small\\\" part\", \"cents\": %d, \"count\": %d}",
			i > 0 ? ", " : "", i, 100 + i, i % 7 + 1);
	snprintf(text + length, sizeof(text) - (size_t)length, "]}");
	return (as_val *)as_string_new_strdup(text);
}

static as_rec *new_record(void)
{
	as_rec *rec = record_new();

	as_rec_set(rec, "n", (as_val *)as_integer_new(1));
	as_rec_set(rec, "numbers", numbers());
	as_rec_set(rec, "scores", scores());
	as_rec_set(rec, "order", order());
	record_store(rec);
	return rec;
}

/* ---- measuring ----------------------------------------------------------------------------------- */

static pthread_barrier_t together;
static atomic_bool over;

struct caller {
	pthread_t thread;
	const struct mode *mode;
	const char *function;
	unsigned long calls;
};

static void *run(void *argument)
{
	struct caller *caller = argument;
	as_list *arguments = calls_arguments(caller->function);
	as_rec *rec = new_record();

	calls_time(caller->mode->module, caller->mode->file, caller->function, rec, arguments, CALLS);
	pthread_barrier_wait(&together);
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		calls_time(caller->mode->module, caller->mode->file, caller->function, rec, arguments, CALLS);
		caller->calls += CALLS;
	}
	as_list_destroy(arguments);
	as_rec_destroy(rec);
	return NULL;
}

static void measure(const struct mode *mode, const char *function, long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
	struct caller callers[THREADS];
	unsigned long calls = 0;
	double start, cpu;

	atomic_store(&over, false);
	pthread_barrier_init(&together, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		callers[i] = (struct caller){.mode = mode, .function = function};
		pthread_create(&callers[i].thread, NULL, run, &callers[i]);
	}
	pthread_barrier_wait(&together);
	cpu = cpu_time_all();
	start = calls_now();
	nanosleep(&time, NULL);
	atomic_store(&over, true);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(callers[i].thread, NULL);
		calls += callers[i].calls;
	}
	cpu = cpu_time_all() - cpu;
	pthread_barrier_destroy(&together);
	printf("%s %s %.0f %.3f\n", function, mode->name, (double)calls / (calls_now() - start) * 1e9,
	       cpu / (double)calls / 1000);
	fflush(stdout);
}

int main(int count, char **argv)
{
	if (count != 5) {
		fprintf(stderr, "Use: bench-load FOLDER WORKER ROUNDS MILLISECONDS\n");
		return 2;
	}
	use_two_processors();
	calls_add(argv[1], "load", MOD_GO_UNFENCED, argv[2]);
	calls_add(argv[1], "load_fenced", MOD_GO_FENCED, argv[2]);
	calls_add_lua(argv[1]);
	for (long round = 0; round < atol(argv[3]); round++) {
		for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
			for (size_t j = 0; j < sizeof(modes) / sizeof(*modes); j++)
				measure(&modes[j], functions[i], atol(argv[4]));
		}
	}
	as_module_destroy(&mod_go);
	return 0;
}
