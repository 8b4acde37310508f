/* reporter.c - a thread that reads the modules' counters, so that calls log nothing. */
#include "asd/reporter.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "as_module/loaded_module.h"
#include "asd/node_status.h"
#include "asd/self_test.h"
#include "asd/server_symbols.h"
#include "common/clock.h"

#define PERIOD 200 /* milliseconds */

/* Milliseconds between two looks at what the file of the node's status should have. */
#define STATUS 1000

static const mod_go_settings *settings;
static char folder[1024];

static bool is_off(void)
{
	return strcmp(settings->fence, "off") == 0;
}

/* What an operator must know: the server, the mode, and what the fence lacks. */
static void write_greeting(char *text, size_t capacity)
{
	bool fenced = settings->config.mode == MOD_GO_FENCED;
	bool off = fenced && is_off();
	const char *lacks = fenced && !off ? mod_go_fenced_lacks() : "";

	snprintf(text, capacity, "Go modules (.so) run in this Aerospike %.60s, %s%s%s%s", mod_go_server.build,
	         fenced ? "fenced" : "unfenced",
	         off ? "; MODGO_FENCE is off: workers have all rights of this user" : "",
	         lacks[0] != '\0' ? "; " : "", lacks);
}

/* The server has no log yet when it configures its modules. */
static void greet(void)
{
	char greeting[1024];

	write_greeting(greeting, sizeof(greeting));
	while (g_as_log.callback == NULL)
		usleep(PERIOD * 1000);
	as_log_info("mod_go: %s", greeting);
	for (const char *line = settings->problems; *line != '\0'; line += strcspn(line, "\n") + 1)
		as_log_warn("mod_go: %.*s", (int)strcspn(line, "\n"), line);
}

static void start_self_test(void)
{
	const char *worker = settings->config.worker;

	if (settings->config.mode == MOD_GO_FENCED && !is_off())
		mod_go_self_test_start(worker[0] != '\0' ? worker : NULL);
}

static void report_self_test(void)
{
	char text[2200];

	switch (mod_go_self_test_take(text, sizeof(text))) {
	case MOD_GO_SELF_TEST_HELD:
		as_log_info("mod_go: self-test of the fence: %s", text);
		break;
	case MOD_GO_SELF_TEST_FAILED:
		as_log_warn(
			"mod_go: self-test of the fence: %s; mod-go-worker --check, run as the server's user, shows more",
			text);
		break;
	case MOD_GO_SELF_TEST_NONE:
		break;
	}
}

static void log_deaths(mod_go_loaded_module *module)
{
	char reason[512];
	uint32_t count;

	while ((count = mod_go_fenced_take_death(module->pool, reason, sizeof(reason))) > 0) {
		for (char *end = strchr(reason, '\n'); end != NULL; end = strchr(end, '\n'))
			*end = ' ';
		if (count == 1) {
			as_log_warn("mod_go: %s.so: a worker has ended: %s", module->name, reason);
		} else {
			as_log_warn("mod_go: %s.so: %u workers have ended: %s", module->name, count, reason);
		}
	}
}

/* The time in microseconds below which so many percent of the calls were, a power of two of nanoseconds; 0 where no
 * call was timed. */
static double percentile(const uint64_t latency[64], unsigned percent)
{
	uint64_t all = 0, seen = 0;

	for (int i = 0; i < 64; i++)
		all += latency[i];
	for (int i = 0; i < 63 && all > 0; i++) {
		seen += latency[i];
		if (seen * 100 >= all * percent)
			return (double)((uint64_t)2 << i) / 1000;
	}
	return 0;
}

/* Writes how many calls failed with each status. Leaves `text` as it is where none did. */
static void write_failures(char *text, size_t capacity, const uint64_t now[8], const uint64_t last[8])
{
	size_t used = 0;

	for (int i = 1; i < 8 && used < capacity; i++) {
		if (now[i] > last[i])
			used +=
				(size_t)snprintf(text + used, capacity - used, "%s%llux %s", used == 0 ? ", failed: " : ", ",
			                     (unsigned long long)(now[i] - last[i]), mod_go_call_status_text(i));
	}
}

static void write_time(char text[16], double microseconds)
{
	if (microseconds < 1000)
		snprintf(text, 16, "%.3g us", microseconds);
	else if (microseconds < 1e6)
		snprintf(text, 16, "%.3g ms", microseconds / 1000);
	else
		snprintf(text, 16, "%.3g s", microseconds / 1e6);
}

/* Writes what calls took. Leaves `text` as it is where none was timed. */
static void write_times(char *text, size_t capacity, const uint64_t latency[64])
{
	double median = percentile(latency, 50);
	char half[16], most[16];

	if (median <= 0)
		return;
	write_time(half, median);
	write_time(most, percentile(latency, 99));
	snprintf(text, capacity, "; 50%% within %s, 99%% within %s", half, most);
}

static void log_calls(mod_go_loaded_module *module)
{
	mod_go_fenced_counters now = mod_go_loaded_module_counters(module), *last = &module->reported;
	char failures[512] = "", times[64] = "", workers[128] = "";
	mod_go_fenced_counters since = now;

	since.calls -= last->calls;
	for (int i = 0; i < 64; i++)
		since.latency[i] -= last->latency[i];
	write_failures(failures, sizeof(failures), now.by_status, last->by_status);
	write_times(times, sizeof(times), since.latency);
	if (module->pool != NULL)
		snprintf(workers, sizeof(workers), "; %u workers, %u of them busy, %llu restarted, %.0f MiB",
		         now.live, now.busy, (unsigned long long)(now.restarts - last->restarts),
		         (double)mod_go_fenced_memory(module->pool) / (1 << 20));
	if (since.calls > 0) {
		as_log_info("mod_go: %s.so: %llu calls%s%s%s", module->name, (unsigned long long)since.calls,
		            failures, times, workers);
	}
	*last = now;
}

static void report_deaths(mod_go_loaded_module *module, void *unused)
{
	(void)unused;
	if (module->pool != NULL)
		log_deaths(module);
}

static void report_calls(mod_go_loaded_module *module, void *unused)
{
	(void)unused;
	if (module->pool != NULL || module->module != NULL)
		log_calls(module);
}

static void *run(void *unused)
{
	uint64_t ticker, status = 0;

	prctl(PR_SET_NAME, "mod-go-report");
	greet();
	start_self_test();
	ticker = mod_go_deadline_after(settings->ticker);
	for (;;) {
		if (mod_go_now() >= status) {
			mod_go_node_status_write(folder, settings);
			status = mod_go_deadline_after(STATUS);
		}
		usleep(PERIOD * 1000);
		report_self_test();
		mod_go_modules_visit(report_deaths, NULL);
		if (settings->ticker > 0 && mod_go_now() >= ticker) {
			mod_go_modules_visit(report_calls, NULL);
			ticker = mod_go_deadline_after(settings->ticker);
		}
	}
	return unused;
}

static void start(void)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all); /* signals are for the server's own threads */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, run, NULL) == 0)
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void mod_go_reporter_start(const mod_go_settings *given, const char *given_folder)
{
	static atomic_flag started = ATOMIC_FLAG_INIT;

	if (atomic_flag_test_and_set(&started))
		return;
	settings = given;
	snprintf(folder, sizeof(folder), "%s", given_folder);
	start();
}
