/* coverage.c - records which edges the code under test takes and what it compares, by gcc's -fsanitize-coverage.
 * This file is compiled without it. */
#include "engine.h"

#include <string.h>

uint8_t coverage[COVERAGE_BYTES];
compared coverage_compared[COMPARED_MAX];
size_t coverage_compared_count;

static uint8_t seen[COVERAGE_BYTES]; /* the classes of counts so far, a bit for each */
static uintptr_t before;

void coverage_begin(void)
{
	memset(coverage, 0, sizeof(coverage));
	before = 0;
}

/* Counts of 1, 2, 3, 4-7, 8-15, 16-31, 32-127 and more: one more iteration of a loop is new only at first. */
static uint8_t class_of(uint8_t count)
{
	static const uint8_t LEAST[] = {1, 2, 3, 4, 8, 16, 32, 128};
	uint8_t class = 0;

	for (size_t i = 0; i < sizeof(LEAST) && count >= LEAST[i]; i++)
		class = (uint8_t)(1u << i);
	return class;
}

size_t coverage_is_new(void)
{
	size_t fresh = 0;

	for (size_t at = 0; at < COVERAGE_BYTES; at += sizeof(uint64_t)) {
		uint64_t eight;

		memcpy(&eight, coverage + at, sizeof(eight));
		if (eight == 0)
			continue;
		for (size_t i = at; i < at + sizeof(eight); i++) {
			uint8_t class = class_of(coverage[i]);

			fresh += (class & ~seen[i]) != 0;
			seen[i] |= class;
		}
	}
	return fresh;
}

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	uintptr_t here = (uintptr_t)__builtin_return_address(0);

	coverage[(here ^ before) % COVERAGE_BYTES]++;
	before = here * 31;
}

static void note(uint64_t value, unsigned width)
{
	if (value < 256 && width > 1)
		return; /* chance finds these */
	coverage_compared[coverage_compared_count++ % COMPARED_MAX] = (compared){value, width};
}

#define COMPARISON(name, type)                                                                               \
	void __sanitizer_cov_trace_##name(type a, type b);                                                       \
	void __sanitizer_cov_trace_##name(type a, type b)                                                        \
	{                                                                                                        \
		if (a != b) {                                                                                        \
			note(a, sizeof(a));                                                                              \
			note(b, sizeof(b));                                                                              \
		}                                                                                                    \
	}

COMPARISON(cmp1, uint8_t)
COMPARISON(cmp2, uint16_t)
COMPARISON(cmp4, uint32_t)
COMPARISON(cmp8, uint64_t)
COMPARISON(const_cmp1, uint8_t)
COMPARISON(const_cmp2, uint16_t)
COMPARISON(const_cmp4, uint32_t)
COMPARISON(const_cmp8, uint64_t)

void __sanitizer_cov_trace_cmpf(float a, float b);
void __sanitizer_cov_trace_cmpf(float a, float b)
{
	(void)a, (void)b;
}

void __sanitizer_cov_trace_cmpd(double a, double b);
void __sanitizer_cov_trace_cmpd(double a, double b)
{
	(void)a, (void)b;
}

/* cases[0] is their count, cases[1] their width in bits. */
void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases);
void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases)
{
	(void)value;
	for (uint64_t i = 0; i < cases[0]; i++)
		note(cases[2 + i], (unsigned)cases[1] / 8);
}

/* The address sanitizer reports the arguments of memcmp and the like: eight bytes are enough. */
static void note_bytes(const void *bytes, size_t length)
{
	uint64_t value = 0;

	memcpy(&value, bytes, length < sizeof(value) ? length : sizeof(value));
	coverage_compared[coverage_compared_count++ % COMPARED_MAX] =
		(compared){value, (unsigned)(length < sizeof(value) ? length : sizeof(value))};
}

void __sanitizer_weak_hook_memcmp(void *pc, const void *a, const void *b, size_t length, int result);
void __sanitizer_weak_hook_memcmp(void *pc, const void *a, const void *b, size_t length, int result)
{
	(void)pc;
	if (result != 0 && length > 0) {
		note_bytes(a, length);
		note_bytes(b, length);
	}
}

void __sanitizer_weak_hook_strcmp(void *pc, const char *a, const char *b, int result);
void __sanitizer_weak_hook_strcmp(void *pc, const char *a, const char *b, int result)
{
	(void)pc;
	if (result != 0 && a[0] != '\0' && b[0] != '\0') {
		note_bytes(a, strlen(a));
		note_bytes(b, strlen(b));
	}
}

void __sanitizer_weak_hook_strncmp(void *pc, const char *a, const char *b, size_t length, int result);
void __sanitizer_weak_hook_strncmp(void *pc, const char *a, const char *b, size_t length, int result)
{
	(void)pc;
	if (result != 0 && length > 0) {
		note_bytes(a, strnlen(a, length));
		note_bytes(b, strnlen(b, length));
	}
}
