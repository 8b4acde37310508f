/* self_test.h - the self-test of the fence at the server's start: mod-go-worker --check, in a process of its own. */
#ifndef MOD_GO_ASD_SELF_TEST_H
#define MOD_GO_ASD_SELF_TEST_H

#include <stdbool.h>
#include <stddef.h>

typedef enum mod_go_self_test_result {
	MOD_GO_SELF_TEST_NONE, /* it runs, or was not started, or its result was taken */
	MOD_GO_SELF_TEST_HELD,
	MOD_GO_SELF_TEST_FAILED, /* an attack came through, or the test did not run */
} mod_go_self_test_result;

/* Starts it, without waiting. `worker` is the program, NULL for the one that is found. One thread calls this, and the
 * same one the next. */
void mod_go_self_test_start(const char *worker);

/* Its result, once, and what to log about it. A test that takes longer than a minute is ended, and has failed. */
mod_go_self_test_result mod_go_self_test_take(char *text, size_t capacity);

#endif
