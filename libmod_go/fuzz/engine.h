/*
 * engine.h - the interface of a fuzz target and the engine: libFuzzer's, so that a target can also be linked with
 * clang's -fsanitize=fuzzer.
 */
#ifndef FUZZ_ENGINE_H
#define FUZZ_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/* Runs one input, which is valid only during the call. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* coverage.c: what the instrumented code reports. */
enum { COVERAGE_BYTES = 1 << 16, COMPARED_MAX = 512 };

typedef struct compared {
	uint64_t value; /* what a value was compared with */
	unsigned width; /* in bytes */
} compared;

extern uint8_t coverage[COVERAGE_BYTES]; /* how often each edge was taken, modulo 256 */
extern compared coverage_compared[COMPARED_MAX];
extern size_t coverage_compared_count; /* of all runs; the last COMPARED_MAX are stored */

/* Begins a run. */
void coverage_begin(void);

/* Whether the run did something new, which is recorded. */
size_t coverage_is_new(void);

#endif
