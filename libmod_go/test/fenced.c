/* fenced.c - functions for the tests of fenced modules. */
#include "fenced.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

mod_go_status fenced_open(const char *path, const mod_go_fenced_options *options, mod_go_fenced **pool,
                          mod_go_error *error)
{
	mod_go_fenced_options own = {.size = sizeof(own)};

	if (options != NULL)
		own = *options;
	own.worker = own.worker != NULL ? own.worker : check_program("mod-go-worker");
	/* A worker that is built with sanitizers must end as one without them. */
	setenv("ASAN_OPTIONS",
	       "detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigbus=0:use_sigaltstack=0:allocator_may_"
	       "return_null=1",
	       1);
	/* The environment variables that the test modules read. */
	setenv("MODGO_ENV", "HOSTILE_SETUP,GOOD_MANIFEST,ASAN_OPTIONS", 1);
	return mod_go_fenced_open(path, &own, pool, error);
}

mod_go_fenced *fenced_ready(const char *path, const mod_go_fenced_options *options)
{
	mod_go_fenced *pool = NULL;
	mod_go_error error;

	if (!CHECK(fenced_open(path, options, &pool, &error) == MOD_GO_OK &&
	           mod_go_fenced_setup(pool, &error) == MOD_GO_OK))
		printf("    %s\n", error.message);
	return pool;
}

aerospike_udf_go_value integer_value(long long integer)
{
	return (aerospike_udf_go_value){.type = AEROSPIKE_UDF_GO_INTEGER, .integer = integer};
}

aerospike_udf_go_value text_value(const char *text)
{
	return (aerospike_udf_go_value){
		.type = AEROSPIKE_UDF_GO_STRING, .data = (uint8_t *)(uintptr_t)text, .length = strlen(text)};
}

struct answer fenced_call(mod_go_fenced *pool, const char *function, unsigned timeout_ms,
                          aerospike_udf_go_record *record, aerospike_udf_go_value *arguments, size_t count)
{
	aerospike_udf_go_call call = host_call(AEROSPIKE_UDF_GO_LOG_INFO);
	struct answer answer = {.integer = -1, .outcome = {.size = sizeof(answer.outcome)}};
	double start = check_now();
	aerospike_udf_go_result result;
	uint8_t buffer[128];
	size_t length;

	if (timeout_ms > 0)
		call.deadline = (uint64_t)(start * 1e9) + timeout_ms * 1000000ull;
	mod_go_result_init(&result, buffer, sizeof(buffer));
	answer.status = mod_go_fenced_apply_single(pool, function, &call, record, arguments, count, &result);
	if (record != NULL)
		record_end_call(record);
	answer.seconds = check_now() - start;
	if (result.value.type == AEROSPIKE_UDF_GO_INTEGER)
		answer.integer = result.value.integer;
	length = result.value.length < sizeof(answer.text) ? result.value.length : sizeof(answer.text) - 1;
	if (length > 0)
		memcpy(answer.text, result.value.data, length);
	mod_go_result_clear(&result);
	mod_go_fenced_last_outcome(&answer.outcome);
	return answer;
}

struct answer fenced_ask(mod_go_fenced *pool, const char *function)
{
	return fenced_call(pool, function, 10000, NULL, NULL, 0);
}

mod_go_fenced_counters fenced_counters(mod_go_fenced *pool)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters)};

	mod_go_fenced_read_counters(pool, &counters);
	return counters;
}

static size_t open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	while (folder != NULL && readdir(folder) != NULL)
		count++;
	if (folder != NULL)
		closedir(folder);
	return count;
}

size_t settled_descriptors(size_t expected)
{
	size_t count = open_descriptors();

	for (int i = 0; i < 100 && count != expected && expected > 0; i++) {
		usleep(10000);
		count = open_descriptors();
	}
	return count;
}

size_t children(void)
{
	size_t count = 0;
	siginfo_t facts;

	/* Whether any child is left. */
	if (waitid(P_ALL, 0, &facts, WEXITED | WNOHANG | WNOWAIT) == 0)
		count++;
	return count;
}

bool worker_ends_with_host(mod_go_fenced *(*open)(void))
{
	pid_t host, worker = 0, ended = 0;
	int line[2];

	CHECK_NUMBER(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0),
	             0); /* so that the worker is this process's then */
	CHECK_NUMBER(pipe(line), 0);
	host = fork();
	if (host == 0) {
		mod_go_fenced *pool = open();

		if (pool != NULL)
			worker = (pid_t)fenced_ask(pool, "pid").integer;
		if (write(line[1], &worker, sizeof(worker)) == sizeof(worker))
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	close(line[1]);
	CHECK_NUMBER(read(line[0], &worker, sizeof(worker)), sizeof(worker));
	close(line[0]);
	CHECK_NUMBER(waitpid(host, NULL, 0), host);
	if (worker <= 0)
		return false;
	for (int i = 0; i < 2000 && ended == 0; i++) {
		ended = waitpid(worker, NULL, WNOHANG);
		usleep(ended == 0 ? 10000 : 0);
	}
	if (ended != worker)
		kill(worker, SIGKILL);
	return ended == worker;
}
