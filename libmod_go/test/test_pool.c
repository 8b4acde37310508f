/* test_pool.c - who gets a worker, when one is started, and how long starts are delayed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "fenced.h"
#include "fenced/pool.h"

#define SECOND UINT64_C(1000000000)

/* A pool without threads and workers. */
static mod_go_fenced *empty_pool(void)
{
	mod_go_fenced *pool = calloc(1, sizeof(*pool));

	pool->wake_event = -1;
	pool->last_waiter = &pool->waiters;
	pool->options.limit = 2;
	return pool;
}

TEST(each_failed_start_doubles_the_delay_up_to_ten_seconds)
{
	mod_go_fenced *pool = empty_pool();
	mod_go_error error;

	pool->live = 1;
	for (unsigned i = 0; i < 14; i++) {
		uint64_t delay = UINT64_C(10000000) << (i < 10 ? i : 10), before = mod_go_now();

		mod_go_fail(&error, MOD_GO_WORKER_FAILED, "failure %u", i);
		pool->next_start = before; /* as if the start had been tried when it was due */
		mod_go_pool_start_failed(pool, &error);
		CHECK(pool->next_start >= before + delay && pool->next_start <= mod_go_now() + delay);
		CHECK_NUMBER(pool->failures, i + 1);
		CHECK_NUMBER(pool->counters.failed_starts, i + 1);
		CHECK_TEXT(pool->start_error.message, error.message);
	}
	/* A failure two seconds after the next start was due is the first one again. */
	pool->next_start = mod_go_now() - SECOND;
	mod_go_pool_start_failed(pool, &error);
	CHECK_NUMBER(pool->failures, 15);
	pool->next_start = mod_go_now() - 2 * SECOND - 1;
	mod_go_pool_start_failed(pool, &error);
	CHECK_NUMBER(pool->failures, 1);
	/* The reason of a pool that was stopped stays. */
	pool->stopped = true;
	mod_go_fail(&error, MOD_GO_WORKER_FAILED, "another");
	mod_go_pool_start_failed(pool, &error);
	CHECK_TEXT(pool->start_error.message, "failure 13");
	free(pool);
}

TEST(a_failed_start_fails_waiters_only_where_no_worker_is_live)
{
	mod_go_fenced *pool = empty_pool();
	mod_go_waiter one = {.woken = PTHREAD_COND_INITIALIZER}, two = {.woken = PTHREAD_COND_INITIALIZER};
	mod_go_error error = {.status = MOD_GO_WORKER_FAILED};

	pool->waiters = &one;
	one.next = &two;
	pool->live = 1;
	mod_go_pool_start_failed(pool, &error);
	CHECK(!one.failed && !two.failed);
	pool->live = 0;
	mod_go_pool_start_failed(pool, &error);
	CHECK(one.failed && two.failed);
	free(pool);
}

TEST(a_worker_is_started_where_none_is_ready)
{
	static const struct {
		unsigned records, streams, idle, planned; /* how many workers are busy with them, … */
		unsigned record_waiters, stream_waiters;
		bool no_spare, ended_unserved, closing, unready, needed;
	} CASES[] = {
		{0, 0, 0, 0, 0, 0, .needed = true},
		{2, 2, 0, 0, 0, 0, .needed = true}, /* the spare one */
		{1, 0, 1, 0, 0, 0, .needed = false},
		{1, 0, 0, 1, 0, 0, .needed = false},
		{1, 0, 0, 0, 0, 0, .closing = true, .needed = false},
		{1, 0, 0, 0, 0, 0, .unready = true, .needed = false},
		{1, 0, 0, 0, 0, 0, .ended_unserved = true, .needed = false},
		{1, 0, 0, 0, 1, 0, .ended_unserved = true, .needed = true},
		{1, 0, 0, 0, 0, 0, .no_spare = true, .needed = false},
		{1, 0, 0, 0, 1, 0, .no_spare = true, .needed = true},
		{2, 0, 0, 0, 1, 0, .no_spare = true, .needed = false}, /* no more calls of records may run */
		{2, 0, 0, 0, 9, 1, .no_spare = true, .needed = true},  /* but of streams */
		{2, 2, 0, 0, 9, 9, .no_spare = true, .needed = false},
		{0, 0, 0, 1, 2, 0, .no_spare = true, .needed = true}, /* starts side by side */
		{0, 0, 0, 2, 2, 0, .no_spare = true, .needed = false},
		{0, 0, 0, 2, 2, 0, .needed = true},
		{0, 0, 1, 1, 2, 0, .no_spare = true, .needed = false},
		{0, 0, 0, 4, 9, 9, .no_spare = true, .needed = false},
	};
	mod_go_waiter waiters[18];

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		mod_go_fenced *pool = empty_pool();

		pool->ready = !CASES[i].unready;
		pool->closing = CASES[i].closing;
		pool->busy[0] = CASES[i].records;
		pool->busy[1] = CASES[i].streams;
		pool->idle_count = CASES[i].idle;
		pool->planned = CASES[i].planned;
		pool->options.no_spare = CASES[i].no_spare;
		pool->no_spare = CASES[i].ended_unserved;
		for (unsigned j = 0; j < CASES[i].record_waiters + CASES[i].stream_waiters; j++) {
			waiters[j] = (mod_go_waiter){.next = pool->waiters, .stream = j >= CASES[i].record_waiters};
			pool->waiters = &waiters[j];
		}
		if (!CHECK(mod_go_pool_needs_worker(pool) == CASES[i].needed))
			printf("    case %zu\n", i);
		free(pool);
	}
}

TEST(the_longest_waiting_is_handed_a_worker_and_leaves_the_queue)
{
	mod_go_fenced *pool = empty_pool();
	mod_go_worker *worker = calloc(1, sizeof(*worker));
	mod_go_waiter one = {.woken = PTHREAD_COND_INITIALIZER}, two = {.woken = PTHREAD_COND_INITIALIZER};
	uint64_t before;

	worker->state = MOD_GO_WORKER_STARTING;
	pool->starting = 1;
	mod_go_pool_make_idle(pool, worker);
	CHECK(pool->idle == worker && worker->state == MOD_GO_WORKER_IDLE && pool->idle_count == 1);
	CHECK_NUMBER(pool->starting, 0);
	pool->waiters = &one;
	one.next = &two;
	pool->last_waiter = &two.next;
	pool->busy[0] = 2; /* no more may be */
	mod_go_pool_serve_waiters(pool);
	CHECK(one.worker == NULL && !one.notified);
	pool->busy[0] = 0;
	one.since = before = mod_go_now();
	mod_go_pool_serve_waiters(pool);
	if (mod_go_now() - before < 1000000) { /* one that has not waited long is only signalled */
		CHECK(one.worker == NULL && one.notified && pool->waiters == &one);
	}
	one.since = mod_go_now() - SECOND;
	if (one.worker == NULL)
		mod_go_pool_serve_waiters(pool);
	CHECK(one.worker == worker && two.worker == NULL && pool->waiters == &two &&
	      pool->last_waiter == &two.next);
	CHECK(pool->idle == NULL && pool->idle_count == 0 && pool->busy[0] == 1);
	CHECK_NUMBER(worker->state, MOD_GO_WORKER_BUSY);
	mod_go_pool_serve_waiters(pool); /* there is no worker for the other */
	CHECK(two.worker == NULL && !two.notified);
	mod_go_pool_make_idle(pool, worker);
	CHECK_NUMBER(pool->busy[0], 0);
	two.since = mod_go_now() - SECOND;
	mod_go_pool_serve_waiters(pool);
	CHECK(two.worker == worker && pool->waiters == NULL && pool->last_waiter == &pool->waiters);
	free(worker);
	free(pool);
}

TEST(a_worker_is_retired_once_from_any_state)
{
	mod_go_fenced *pool = empty_pool();
	mod_go_worker workers[3] = {{.state = MOD_GO_WORKER_STARTING}, {.state = MOD_GO_WORKER_STARTING}, {0}};

	pool->starting = 2;
	pool->busy[0] = 1;
	pool->live = 4;
	workers[2].state = MOD_GO_WORKER_BUSY;
	mod_go_pool_make_idle(pool, &workers[0]);
	mod_go_pool_make_idle(pool, &workers[1]);
	mod_go_pool_retire(pool, &workers[0]); /* not the first of the list */
	CHECK(pool->idle == &workers[1] && workers[1].below == NULL && pool->idle_count == 1);
	CHECK_NUMBER(pool->live, 3);
	mod_go_pool_retire(pool, &workers[0]);
	CHECK_NUMBER(pool->live, 3);
	mod_go_pool_retire(pool, &workers[2]);
	CHECK(pool->busy[0] == 0 && pool->live == 2 && pool->idle_count == 1);
	workers[0].state = MOD_GO_WORKER_STARTING;
	pool->starting = 1;
	mod_go_pool_retire(pool, &workers[0]);
	CHECK(pool->starting == 0 && pool->live == 1);
	CHECK_NUMBER(workers[0].state, MOD_GO_WORKER_DYING);
	free(pool);
}

/* Whether this process has a thread of that name. */
static bool has_thread(const char *name)
{
	DIR *folder = opendir("/proc/self/task");
	struct dirent *entry;
	bool found = false;

	while (folder != NULL && (entry = readdir(folder)) != NULL && !found) {
		char path[300], text[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
		file = fopen(path, "r");
		found =
			file != NULL && fgets(text, sizeof(text), file) != NULL && strncmp(text, name, strlen(name)) == 0;
		if (file != NULL)
			fclose(file);
	}
	if (folder != NULL)
		closedir(folder);
	return found;
}

static bool waits_for_thread(const char *name)
{
	for (int i = 0; i < 1000 && !has_thread(name); i++)
		usleep(10000);
	return has_thread(name);
}

TEST(a_worker_that_ends_while_it_is_idle_is_replaced_without_a_call)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	long worker = (long)fenced_ask(pool, "pid").integer;

	CHECK(waits_for_thread("mod-go-watch") && waits_for_thread("mod-go-start"));
	for (int i = 0; i < 1000 && fenced_counters(pool).idle < 2; i++)
		usleep(10000);
	kill((pid_t)worker, SIGKILL);
	for (int i = 0; i < 1000 && fenced_counters(pool).idle == 2; i++)
		usleep(10000);
	kill((pid_t)fenced_ask(pool, "pid").integer, SIGKILL);
	for (int i = 0; i < 1000 && (fenced_counters(pool).restarts == 0 || fenced_counters(pool).idle == 0); i++)
		usleep(10000);
	CHECK(fenced_counters(pool).restarts >= 1);
	CHECK(fenced_counters(pool).idle >= 1);
	mod_go_fenced_close(pool);
	CHECK(!has_thread("mod-go-watch") && !has_thread("mod-go-start"));
}

/* ---- waiting ------------------------------------------------------------------------------------- */

static void *sleep_until_killed(void *pool)
{
	CHECK_NUMBER(fenced_call(pool, "sleep", 2000, NULL, NULL, 0).status, AEROSPIKE_UDF_GO_DEADLINE);
	return NULL;
}

static void *ask_without_deadline(void *pool)
{
	CHECK_TEXT(fenced_call(pool, "who", 0, NULL, NULL, 0).text, "good");
	return NULL;
}

static unsigned count_waiters(mod_go_fenced *pool)
{
	unsigned count = 0;

	pthread_mutex_lock(&pool->lock);
	for (mod_go_waiter *waiter = pool->waiters; waiter != NULL; waiter = waiter->next)
		count++;
	pthread_mutex_unlock(&pool->lock);
	return count;
}

TEST(a_call_without_a_deadline_waits_and_a_later_one_gives_up_before_it)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	pthread_t sleeper, waiter;
	struct answer answer;

	CHECK_NUMBER(pthread_create(&sleeper, NULL, sleep_until_killed, pool), 0);
	for (int i = 0; i < 1000 && fenced_counters(pool).busy == 0; i++)
		usleep(1000);
	CHECK_NUMBER(pthread_create(&waiter, NULL, ask_without_deadline, pool), 0);
	for (int i = 0; i < 1000 && count_waiters(pool) == 0; i++)
		usleep(1000);
	answer = fenced_call(pool, "who", 1, NULL, NULL, 0);
	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_DEADLINE);
	pthread_join(sleeper, NULL);
	pthread_join(waiter, NULL);
	CHECK_NUMBER(count_waiters(pool), 0);
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	mod_go_fenced_close(pool);
}

TEST(a_call_whose_deadline_has_passed_is_not_begun)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	mod_go_fenced *pool = fenced_ready(check_module("good"), &options);
	aerospike_udf_go_call call = {.size = sizeof(call), .deadline = 1};
	aerospike_udf_go_result result;

	mod_go_result_init(&result, NULL, 0);
	CHECK_NUMBER(mod_go_fenced_apply_single(pool, "applied", &call, NULL, NULL, 0, &result),
	             AEROSPIKE_UDF_GO_DEADLINE);
	CHECK_CONTAINS((char *)result.value.data,
	               "function applied: the deadline had passed before the call began");
	mod_go_result_clear(&result);
	CHECK_NUMBER(fenced_ask(pool, "applied").integer, 1);
	CHECK_NUMBER(fenced_counters(pool).by_status[AEROSPIKE_UDF_GO_DEADLINE], 1);
	CHECK_NUMBER(fenced_counters(pool).timeouts, 0);
	CHECK_NUMBER(fenced_counters(pool).calls, 2);
	mod_go_fenced_close(pool);
}

static void *sleep_until_stopped(void *pool)
{
	struct answer answer = fenced_call(pool, "sleep", 0, NULL, NULL, 0);

	/* On a loaded machine the worker may not have begun the call. */
	if (answer.status != AEROSPIKE_UDF_GO_PANICKED) {
		CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_INTERNAL);
		CHECK_CONTAINS(answer.text, "its host has stopped it");
	}
	return NULL;
}

static void *wait_until_stopped(void *pool)
{
	struct answer answer = fenced_call(pool, "who", 0, NULL, NULL, 0);

	CHECK_NUMBER(answer.status, AEROSPIKE_UDF_GO_INTERNAL);
	CHECK_CONTAINS(answer.text, "its host has stopped it");
	return NULL;
}

TEST(a_descriptor_ends_a_call_and_a_wait_for_a_worker)
{
	mod_go_fenced_options options = {.size = sizeof(options), .limit = 1, .no_spare = 1};
	pthread_t sleeper, waiter;
	mod_go_fenced *pool;
	int line[2];

	CHECK_NUMBER(pipe(line), 0);
	options.stop = line[0];
	pool = fenced_ready(check_module("good"), &options);
	CHECK_NUMBER(pthread_create(&sleeper, NULL, sleep_until_stopped, pool), 0);
	for (int i = 0; i < 10000 && fenced_counters(pool).busy == 0; i++)
		usleep(1000);
	CHECK_NUMBER(pthread_create(&waiter, NULL, wait_until_stopped, pool), 0);
	for (int i = 0; i < 10000 && count_waiters(pool) == 0; i++)
		usleep(1000);
	CHECK_NUMBER(write(line[1], "", 1), 1);
	pthread_join(sleeper, NULL);
	pthread_join(waiter, NULL);
	mod_go_fenced_close(pool);
	close(line[0]);
	close(line[1]);
}

/* ---- opening and replacing ----------------------------------------------------------------------- */

TEST(a_pool_opens_or_says_that_descriptors_lack)
{
	size_t before = settled_descriptors(0);
	struct rlimit limit;
	bool opened = false;
	int refused = 0;

	CHECK_NUMBER(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (rlim_t most = 3; most < 64 && !opened; most++) {
		struct rlimit few = {most, limit.rlim_max};
		mod_go_fenced *pool = NULL;
		mod_go_error error;

		CHECK_NUMBER(setrlimit(RLIMIT_NOFILE, &few), 0);
		opened = fenced_open(check_module("good"), NULL, &pool, &error) == MOD_GO_OK;
		CHECK_NUMBER(setrlimit(RLIMIT_NOFILE, &limit), 0);
		if (opened)
			mod_go_fenced_close(pool);
		else
			refused++;
		if (!opened && error.status != MOD_GO_NO_FILE) /* which says that the file cannot be read */
			CHECK_CONTAINS(error.message, "open files");
		CHECK_NUMBER(children(), 0);
		CHECK_NUMBER(settled_descriptors(before), before);
	}
	CHECK(opened && refused > 3);
}

/* A daemon may have closed it; the first file that is opened is number 0 then. */
TEST(a_host_without_standard_input_runs_workers)
{
	mod_go_fenced *pool;
	mod_go_error error;
	size_t before;

	close(0);
	before = settled_descriptors(0);
	pool = fenced_ready(check_module("good"), NULL);
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("good"), &error), MOD_GO_OK);
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	mod_go_fenced_close(pool);
	CHECK_NUMBER(settled_descriptors(before), before);
}

TEST(a_module_that_was_not_set_up_yet_is_replaced)
{
	mod_go_fenced *pool = NULL;
	mod_go_error error;

	CHECK_NUMBER(fenced_open(check_module("twin"), NULL, &pool, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_fenced_replace(pool, "/no/such/module.so", &error), MOD_GO_NO_FILE);
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("setup_fails"), &error), MOD_GO_SETUP_FAILED);
	CHECK_NUMBER(fenced_ask(pool, "who").status, AEROSPIKE_UDF_GO_REFUSED);
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("good"), &error), MOD_GO_OK);
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	CHECK_NUMBER(mod_go_fenced_setup(pool, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_fenced_replace(pool, check_module("setup_fails"), &error), MOD_GO_SETUP_FAILED);
	CHECK_TEXT(fenced_ask(pool, "who").text, "good");
	CHECK_NUMBER(fenced_counters(pool).replacements, 1);
	mod_go_fenced_close(pool);
	CHECK_NUMBER(children(), 0);
}

/* ---- the program of workers ---------------------------------------------------------------------- */

static void put_program(const char *path, mode_t mode)
{
	CHECK(check_write(path, "x", 1) && chmod(path, mode) == 0);
}

TEST(the_worker_is_the_one_that_is_named_or_the_first_of_the_path)
{
	char folder[PATH_MAX / 2], program[PATH_MAX], path[PATH_MAX], text[2 * PATH_MAX];
	mod_go_error error;

	snprintf(folder, sizeof(folder), "%s", check_folder());
	snprintf(program, sizeof(program), "%s/mod-go-worker", folder);
	snprintf(text, sizeof(text), "/no/such/folder::%s:/usr", folder);
	setenv("PATH", text, 1);
	unsetenv("MODGO_WORKER");
	CHECK_NUMBER(mod_go_find_worker(NULL, path, sizeof(path), &error), MOD_GO_WORKER_FAILED);
	CHECK_CONTAINS(error.message, "mod-go-worker was not found beside libmod_go (in ");
	put_program(program, 0600); /* which nobody may run */
	CHECK_NUMBER(mod_go_find_worker(NULL, path, sizeof(path), &error), MOD_GO_WORKER_FAILED);
	put_program(program, 0700);
	CHECK_NUMBER(mod_go_find_worker(NULL, path, sizeof(path), &error), MOD_GO_OK);
	CHECK_TEXT(path, program);
	CHECK_NUMBER(mod_go_find_worker("", path, sizeof(path), &error), MOD_GO_OK);
	CHECK_TEXT(path, program);
	CHECK_NUMBER(mod_go_find_worker(NULL, path, strlen(program) + 1, &error), MOD_GO_OK);
	CHECK_NUMBER(mod_go_find_worker(NULL, path, strlen(program), &error), MOD_GO_WORKER_FAILED);
	CHECK_NUMBER(mod_go_find_worker(program, path, strlen(program) + 1, &error), MOD_GO_OK);
	CHECK_TEXT(path, program);
	CHECK_NUMBER(mod_go_find_worker(program, path, strlen(program), &error), MOD_GO_WORKER_FAILED);
	CHECK_CONTAINS(error.message, ": is not a program that this user may run");
	setenv("MODGO_WORKER", "/bin/sh", 1);
	CHECK_NUMBER(mod_go_find_worker(NULL, path, sizeof(path), &error), MOD_GO_OK);
	CHECK_TEXT(path, "/bin/sh");
	CHECK_NUMBER(mod_go_find_worker(program, path, sizeof(path), &error), MOD_GO_OK);
	CHECK_TEXT(path, program);
	setenv("MODGO_WORKER", "/no/such/worker", 1);
	CHECK_NUMBER(mod_go_find_worker(NULL, path, sizeof(path), &error), MOD_GO_WORKER_FAILED);
	CHECK_CONTAINS(error.message, "/no/such/worker: is not a program");
	unsetenv("MODGO_WORKER");
	setenv("PATH", "", 1);
	CHECK_NUMBER(mod_go_find_worker(NULL, path, sizeof(path), &error), MOD_GO_WORKER_FAILED);
	unsetenv("PATH");
	CHECK_NUMBER(mod_go_find_worker(NULL, path, sizeof(path), &error), MOD_GO_WORKER_FAILED);
}

/* Standard input, output and error, the lifeline and the module; not the memory that it shares with its host. */
TEST(a_worker_has_a_session_and_few_descriptors)
{
	static const char *const DESCRIPTORS[] = {"/dev/null", "pipe:", "pipe:", "socket:", "", "/memfd:good.so"};
	mod_go_fenced *pool = fenced_ready(check_module("good"), NULL);
	long worker = (long)fenced_ask(pool, "pid").integer;

	CHECK_NUMBER(getsid((pid_t)worker), worker);
	for (int i = 0; i < 32; i++) {
		char path[64], target[PATH_MAX] = "";

		snprintf(path, sizeof(path), "/proc/%ld/fd/%d", worker, i);
		if (readlink(path, target, sizeof(target) - 1) < 0)
			target[0] = '\0';
		CHECK_CONTAINS(target, i < 6 ? DESCRIPTORS[i] : "");
		CHECK((target[0] != '\0') == (i < 6 && i != 4));
	}
	mod_go_fenced_close(pool);
}
