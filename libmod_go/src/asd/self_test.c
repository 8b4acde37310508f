/* self_test.c - starts mod-go-worker --check with its output in memory, and reads its summary there. */
#include "asd/self_test.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory_file.h"
#include "common/public.h"
#include "fenced/process.h"

#define LIMIT 60 /* seconds; it takes about one */

static enum { IDLE, RUNS, NOT_STARTED } state = IDLE;
static mod_go_process process;
static mod_go_error problem;
static uint64_t until;
static int output = -1;

static mod_go_status start(const char *worker)
{
	static const char *const arguments[] = {"--check", NULL};
	char program[PATH_MAX];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int descriptors[3] = {null, null, null};
	mod_go_status status;

	output = mod_go_memory_file("mod-go-check", false);
	status = mod_go_find_worker(worker, program, sizeof(program), &problem);
	if (status == MOD_GO_OK)
		status = mod_go_process_start(&process, program, arguments, "0", "the self-test of the fence",
		                              descriptors, output, &problem);
	close(null);
	return status;
}

void mod_go_self_test_start(const char *worker)
{
	until = mod_go_deadline_after(LIMIT * 1000);
	state = start(worker) == MOD_GO_OK ? RUNS : NOT_STARTED;
}

/* The last paragraph of the output, in one line. */
static void read_summary(char *text, size_t capacity)
{
	off_t length = lseek(output, 0, SEEK_END);
	off_t from = length < (off_t)capacity ? 0 : length - (off_t)capacity + 1;
	ssize_t got = pread(output, text, capacity - 1, from);
	char *paragraph;

	text[got < 0 ? 0 : got] = '\0';
	while (got > 0 && text[got - 1] == '\n')
		text[--got] = '\0';
	paragraph = strstr(text, "\n\n");
	if (paragraph != NULL)
		memmove(text, paragraph + 2, strlen(paragraph + 2) + 1);
	for (char *end = strchr(text, '\n'); end != NULL; end = strchr(end, '\n'))
		*end = ' ';
}

mod_go_self_test_result mod_go_self_test_take(char *text, size_t capacity)
{
	bool ended = state == RUNS && mod_go_process_ended(&process, 0);
	bool held = ended && process.status == 0;

	if (state == IDLE || (state == RUNS && !ended && mod_go_now() < until))
		return MOD_GO_SELF_TEST_NONE;
	if (state == NOT_STARTED) {
		snprintf(text, capacity, "%s", problem.message);
	} else if (!ended) {
		mod_go_process_kill(&process);
		mod_go_process_ended(&process, LIMIT * 1000);
		snprintf(text, capacity, "the self-test of the fence took longer than %d s, and was ended", LIMIT);
	} else {
		read_summary(text, capacity);
		if (text[0] == '\0') {
			snprintf(text, capacity, "the worker ended without a result");
			held = false; /* another program ends without an error as well */
		}
	}
	if (state == RUNS)
		mod_go_process_close(&process);
	close(output);
	state = IDLE;
	return held ? MOD_GO_SELF_TEST_HELD : MOD_GO_SELF_TEST_FAILED;
}
