/*
 * fenced.c - what a fenced call costs, beside the floor of any such call: two processes that take turns over shared
 * memory, spinning for a bounded time, then sleeping on a futex. Prints "NAME NANOSECONDS" a line; the best of some
 * rounds for one caller, and the time a call at the rate of all callers together for more.
 *
 * Use: fenced FLOOR.so
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../test/app/host.h"
#include "../test/app/record.h"
#include "mod_go_fenced.h"

enum { ROUNDS = 15, TRIPS = 20000, PAUSES = 2000 };

/* How long the callers go on, in nanoseconds. */
#define TOGETHER 500000000.0

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void show(const char *name, double nanoseconds)
{
	printf("%s %.1f\n", name, nanoseconds);
	fflush(stdout);
}

/* ---- the floor ----------------------------------------------------------------------------------- */

/* Twice the count of turns; the lowest bit says that the one who waits sleeps. */
typedef struct turns {
	_Alignas(128) _Atomic uint32_t there;
	_Alignas(128) _Atomic uint32_t back;
} turns;

static void wait_for(_Atomic uint32_t *word, uint32_t turn)
{
	uint32_t seen = atomic_load_explicit(word, memory_order_acquire);

	for (int i = 0; i < PAUSES && seen >> 1 != turn; i++) {
#if defined(__x86_64__)
		__builtin_ia32_pause();
#endif
		seen = atomic_load_explicit(word, memory_order_acquire);
	}
	while (seen >> 1 != turn) {
		if (atomic_compare_exchange_strong(word, &seen, seen | 1))
			syscall(SYS_futex, word, FUTEX_WAIT, seen | 1, NULL, NULL, 0);
		seen = atomic_load_explicit(word, memory_order_acquire);
	}
}

static void give_turn(_Atomic uint32_t *word, uint32_t turn)
{
	if ((atomic_exchange(word, turn << 1) & 1) != 0)
		syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void time_floor(void)
{
	turns *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double best = 1e18;
	uint32_t turn = 0;
	pid_t child = fork();

	if (child == 0) {
		for (uint32_t i = 1;; i++) {
			wait_for(&shared->there, i);
			give_turn(&shared->back, i);
		}
	}
	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns(), each;

		for (int i = 0; i < TRIPS; i++) {
			give_turn(&shared->there, ++turn);
			wait_for(&shared->back, turn);
		}
		each = (now_ns() - start) / TRIPS;
		best = each < best ? each : best;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	show("futex_floor", best);
}

/* ---- fenced calls -------------------------------------------------------------------------------- */

typedef struct caller {
	mod_go_fenced *pool;
	const char *name;
	double until;
	unsigned long calls;
	int failed;
	aerospike_udf_go_record record;
} caller;

static int call_once(caller *caller)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_WARN);
	aerospike_udf_go_result result;
	uint8_t buffer[256];
	int status;

	mod_go_result_init(&result, buffer, sizeof(buffer));
	status = mod_go_fenced_apply_single(caller->pool, caller->name, &call, &caller->record, NULL, 0, &result);
	if (status != AEROSPIKE_UDF_GO_OK)
		fprintf(stderr, "%s: %.*s\n", caller->name, (int)result.value.length, (char *)result.value.data);
	mod_go_result_clear(&result);
	return status;
}

static void *call_on(void *argument)
{
	caller *caller = argument;

	while (now_ns() < caller->until && caller->failed == 0) {
		caller->failed = call_once(caller);
		caller->calls++;
	}
	return NULL;
}

static int prepare(caller *caller, mod_go_fenced *pool, const char *name)
{
	aerospike_udf_go_value one = {AEROSPIKE_UDF_GO_INTEGER, 0, 1, NULL, 0};

	memset(caller, 0, sizeof(*caller));
	caller->pool = pool;
	caller->name = name;
	return record_set(&caller->record, "a", 1, &one) != NULL || record_store(&caller->record) != NULL;
}

static int time_alone(mod_go_fenced *pool, const char *name)
{
	caller caller;
	double best = 1e18;
	char label[64];
	int failed = prepare(&caller, pool, name);

	for (int round = 0; round < ROUNDS && !failed; round++) {
		double start = now_ns(), each;

		for (int i = 0; i < TRIPS && !failed; i++)
			failed = call_once(&caller);
		each = (now_ns() - start) / TRIPS;
		best = each < best ? each : best;
	}
	record_clear(&caller.record);
	snprintf(label, sizeof(label), "fenced_%s", name);
	show(label, best);
	return failed;
}

static int time_together(mod_go_fenced *pool, const char *name, int count)
{
	caller *callers = calloc((size_t)count, sizeof(*callers));
	pthread_t *threads = calloc((size_t)count, sizeof(*threads));
	unsigned long calls = 0;
	double start = now_ns();
	char label[64];
	int failed = 0;

	for (int i = 0; i < count; i++) {
		prepare(&callers[i], pool, name);
		callers[i].until = start + TOGETHER;
		pthread_create(&threads[i], NULL, call_on, &callers[i]);
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		calls += callers[i].calls;
		failed |= callers[i].failed;
		record_clear(&callers[i].record);
	}
	snprintf(label, sizeof(label), "fenced_%s_%d", name, count);
	show(label, (now_ns() - start) / (double)calls);
	free(callers);
	free(threads);
	return failed;
}

int main(int count, char **words)
{
	static const char *const NAMES[] = {"empty", "get_bin", "set_bin"};
	static const int CALLERS[] = {2, 8, 64};
	mod_go_fenced *pool;
	mod_go_error error;
	int failed = 0;

	if (count != 2) {
		fprintf(stderr, "Use: fenced FLOOR.so\n");
		return 2;
	}
	time_floor();
	if (mod_go_fenced_open(words[1], NULL, &pool, &error) != MOD_GO_OK ||
	    mod_go_fenced_setup(pool, &error) != MOD_GO_OK) {
		fprintf(stderr, "%s\n", error.message);
		return 2;
	}
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
		failed |= time_alone(pool, NAMES[i]);
	for (size_t i = 0; i < sizeof(CALLERS) / sizeof(*CALLERS); i++) {
		failed |= time_together(pool, "get_bin", CALLERS[i]);
		failed |= time_together(pool, "set_bin", CALLERS[i]);
	}
	mod_go_fenced_close(pool);
	return failed;
}
