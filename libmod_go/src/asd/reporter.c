/* reporter.c - a thread that reads the modules' counters, so that calls log nothing. */
#include "asd/reporter.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "as_module/modules.h"
#include "asd/server_symbols.h"
#include "common/clock.h"

#define PERIOD 200 /* milliseconds */

static const mod_go_settings *settings;
static const char *greeting;

/* The server has no log yet when it configures its modules. */
static void greet(void)
{
	while (g_as_log.callback == NULL)
		usleep(PERIOD * 1000);
	as_log_info("mod_go: %s", greeting);
	for (const char *line = settings->problems; *line != '\0'; line += strcspn(line, "\n") + 1)
		as_log_warn("mod_go: %.*s", (int)strcspn(line, "\n"), line);
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

static mod_go_fenced_counters counters_of(const mod_go_loaded_module *module)
{
	mod_go_fenced_counters counters = {.size = sizeof(counters)};
	mod_go_counters unfenced = {.size = sizeof(unfenced)};

	if (module->pool != NULL) {
		mod_go_fenced_read_counters(module->pool, &counters);
	} else {
		mod_go_read_counters(module->module, &unfenced);
		counters.calls = unfenced.calls;
		memcpy(counters.by_status, unfenced.by_status, sizeof(counters.by_status));
		memcpy(counters.latency, unfenced.latency, sizeof(counters.latency));
	}
	return counters;
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

static void add(char *text, size_t capacity, const char *format, const char *name, uint64_t number)
{
	size_t used = strlen(text);

	if (number > 0)
		snprintf(text + used, capacity - used, format, (unsigned long long)number, name);
}

static void log_calls(mod_go_loaded_module *module)
{
	mod_go_fenced_counters now = counters_of(module), *last = &module->reported;
	char failures[512] = "", times[64] = "", workers[128] = "";
	mod_go_fenced_counters since = now;

	since.calls -= last->calls;
	for (int i = 0; i < 64; i++)
		since.latency[i] -= last->latency[i];
	for (int i = 1; i < 8; i++)
		add(failures, sizeof(failures), ", %llu %s", mod_go_call_status_text(i),
		    now.by_status[i] - last->by_status[i]);
	if (module->pool != NULL)
		snprintf(workers, sizeof(workers), "; %u workers, %u of them busy, %llu restarted", now.live,
		         now.busy, (unsigned long long)(now.restarts - last->restarts));
	if (percentile(since.latency, 50) > 0)
		snprintf(times, sizeof(times), "; 50%% within %.3g us, 99%% within %.3g us",
		         percentile(since.latency, 50), percentile(since.latency, 99));
	if (since.calls > 0) {
		as_log_info("mod_go: %s.so: %llu calls%s%s%s", module->name, (unsigned long long)since.calls,
		            failures, times, workers);
	}
	*last = now;
}

static void report_deaths(mod_go_loaded_module *module)
{
	if (module->pool != NULL)
		log_deaths(module);
}

static void report_calls(mod_go_loaded_module *module)
{
	if (module->pool != NULL || module->module != NULL)
		log_calls(module);
}

static void *run(void *unused)
{
	uint64_t next;

	prctl(PR_SET_NAME, "mod-go-report");
	greet();
	next = mod_go_deadline_after(settings->ticker);
	for (;;) {
		usleep(PERIOD * 1000);
		mod_go_modules_visit(report_deaths);
		if (settings->ticker == 0 || mod_go_now() < next)
			continue;
		mod_go_modules_visit(report_calls);
		next = mod_go_deadline_after(settings->ticker);
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

void mod_go_reporter_start(const mod_go_settings *given, const char *text)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	settings = given;
	greeting = text;
	pthread_once(&once, start);
}
