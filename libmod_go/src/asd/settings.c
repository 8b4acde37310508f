/* settings.c - MODGO_MODE, _WORKER, _POOL, _IDLE, _MEMORY, _TIMEOUT, _STREAM_TIMEOUT, _TICKER, _CACHE, _LOG, _FENCE,
 * _ENV and _ALLOW; docs/server.md has what they do. MODGO_USER is for the workers alone (worker/identity.c). */
#include "asd/settings.h"
#include "as_module/modules.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "as_module/allow.h"

/* The defaults: bytes and milliseconds. */
enum {
	MEMORY = 512 << 20, /* for a worker */
	RECORD = 1000,      /* for a call of a record UDF that its client does not limit */
	STALL = 30000,      /* for a stream without progress */
	STREAM_TIMES = 20,  /* a stream may take so many times that in all */
	IDLE = 30000,       /* until an idle worker ends */
	TICKER = 60000,     /* between the lines of the ticker */
	OLD_CALLS = 1000    /* for the calls of an old version */
};

__attribute__((format(printf, 2, 3))) static void report_problem(mod_go_settings *settings,
                                                                 const char *format, ...)
{
	size_t used = strlen(settings->problems);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(settings->problems + used, sizeof(settings->problems) - used, format, arguments);
	va_end(arguments);
}

/* The value of a variable; NULL where it is not set, or empty. */
static const char *value_of(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* One of the values of a variable, and the number for it. */
typedef struct word {
	const char *text;
	uint32_t number;
} word;

static void read_word(mod_go_settings *settings, const char *name, const word *words, const char *choice,
                      uint32_t *number)
{
	const char *value = value_of(name);

	for (size_t i = 0; value != NULL && words[i].text != NULL; i++) {
		if (strcmp(value, words[i].text) == 0) {
			*number = words[i].number;
			return;
		}
	}
	if (value != NULL)
		report_problem(settings, "%s is \"%.60s\": expected %s\n", name, value, choice);
}

/* Reads a whole number with one of the units (or none), and multiplies it by the unit's number; `least` and `most`
 * bound the product. */
static void read_number(mod_go_settings *settings, const char *name, const word *units, uint64_t least,
                        uint64_t most, const char *example, uint64_t *number)
{
	const char *value = value_of(name);
	char *end = NULL;
	uint64_t given, factor = 0;

	if (value == NULL)
		return;
	errno = 0;
	given = value[0] >= '0' && value[0] <= '9' ? strtoull(value, &end, 10) : 0;
	for (size_t i = 0; end != NULL && units[i].text != NULL; i++) {
		if (strcmp(end, units[i].text) == 0)
			factor = units[i].number;
	}
	if (errno != 0 || factor == 0 || given > most / factor || given * factor < least)
		report_problem(settings, "%s is \"%.60s\": expected %s\n", name, value, example);
	else
		*number = given * factor;
}

/* Copies a text. False, with nothing changed, where it does not fit. */
static bool set_text(char *out, size_t capacity, const char *text)
{
	size_t length = strlen(text);

	if (length >= capacity)
		return false;
	memcpy(out, text, length + 1);
	return true;
}

static void read_worker(mod_go_settings *settings)
{
	const char *value = value_of("MODGO_WORKER");

	if (value == NULL)
		return;
	if (value[0] == '/' && access(value, X_OK) == 0 &&
	    set_text(settings->config.worker, sizeof(settings->config.worker), value))
		return;
	report_problem(
		settings,
		"MODGO_WORKER is \"%.200s\": expected the absolute path of mod-go-worker, a program that this"
		" user may run; looking beside the plugin, in ../bin there and in $PATH\n",
		value);
	unsetenv("MODGO_WORKER"); /* mod_go_find_worker reads it, too */
}

/* Checks that the folder is writable for this user alone, or has the sticky bit. Returns what is wrong, or NULL. */
static const char *folder_fault(const char *path)
{
	struct stat folder;

	if (path[0] != '/')
		return "it is not an absolute path";
	if (stat(path, &folder) != 0)
		return strerror(errno);
	if (!S_ISDIR(folder.st_mode))
		return "it is not a folder";
	if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (folder.st_mode & S_ISVTX) == 0)
		return "it may be written to by other users";
	return access(path, W_OK | X_OK) == 0 ? NULL : "it may not be written to by this user";
}

static void read_cache(mod_go_settings *settings)
{
	const char *value = value_of("MODGO_CACHE"), *temporary = value_of("TMPDIR");
	const char *fault = value != NULL ? folder_fault(value) : NULL;

	if (value != NULL && fault == NULL) {
		if (set_text(settings->cache, sizeof(settings->cache), value))
			return;
		fault = "it is too long";
	}
	if (fault != NULL)
		report_problem(settings, "MODGO_CACHE is \"%.200s\": %s; using a temporary folder\n", value, fault);
	if (temporary == NULL || !set_text(settings->cache, sizeof(settings->cache), temporary))
		set_text(settings->cache, sizeof(settings->cache), "/tmp");
}

/* Workers read MODGO_FENCE themselves, and do not start with an invalid value. */
static void read_fence(mod_go_settings *settings)
{
	static const word levels[] = {{"standard", 0}, {"strict", 1}, {"off", 2}, {NULL, 0}};
	uint32_t level = UINT32_MAX;

	settings->fence = levels[0].text;
	if (value_of("MODGO_FENCE") == NULL)
		return;
	read_word(settings, "MODGO_FENCE", levels, "standard, strict or off; using standard", &level);
	if (level == UINT32_MAX)
		unsetenv("MODGO_FENCE");
	else
		settings->fence = levels[level].text;
}

static void read_environment(mod_go_settings *settings)
{
	const char *value = value_of("MODGO_ENV");
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_, ";

	if (value != NULL && value[strspn(value, allowed)] != '\0')
		report_problem(
			settings,
			"MODGO_ENV is \"%.200s\": expected names of environment variables, without their values,"
			" separated by commas; other entries are ignored\n",
			value);
}

static void read_allow(mod_go_settings *settings)
{
	const char *value = value_of("MODGO_ALLOW");

	if (value == NULL)
		return;
	if (!mod_go_allow_is_valid(value) ||
	    !set_text(settings->config.allow, sizeof(settings->config.allow), value))
		report_problem(settings,
		               "MODGO_ALLOW is \"%.200s\": expected MODULE=GRANT,GRANT with ; between modules, as in"
		               " geo=network,read:/etc/geo; allowing nothing\n",
		               value);
}

static void read_times(mod_go_settings *settings)
{
	static const word units[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {NULL, 0}};
	mod_go_config *config = &settings->config;
	uint64_t timeout = 0, stall = STALL, idle = IDLE, ticker = TICKER;

	read_number(settings, "MODGO_TIMEOUT", units, 1, UINT32_MAX,
	            "milliseconds, as in 500, 500ms or 2s; using the time limit of the call's client", &timeout);
	read_number(settings, "MODGO_STREAM_TIMEOUT", units, 1, UINT32_MAX / STREAM_TIMES,
	            "milliseconds without progress, as in 500ms, 30s or 5m; using 30s", &stall);
	read_number(settings, "MODGO_TICKER", units, 0, UINT32_MAX,
	            "milliseconds, as in 500ms, 30s or 5m, or 0 for none; using 1m", &ticker);
	read_number(settings, "MODGO_IDLE", units, 1, UINT32_MAX,
	            "milliseconds, as in 500ms, 30s or 5m; using 30s", &idle);
	settings->ticker = (uint32_t)ticker;
	config->timeout = (uint32_t)timeout;
	config->record_time = RECORD;
	config->stall = (uint32_t)stall;
	config->stream_time = (uint32_t)stall * STREAM_TIMES;
	config->idle = (uint32_t)idle;
	config->old_calls = OLD_CALLS;
}

void mod_go_settings_read(mod_go_settings *settings)
{
	static const word modes[] = {{"fenced", MOD_GO_FENCED}, {"unfenced", MOD_GO_UNFENCED}, {NULL, 0}};
	static const word levels[] = {
		{"error", AEROSPIKE_UDF_GO_LOG_ERROR}, {"warning", AEROSPIKE_UDF_GO_LOG_WARN},
		{"info", AEROSPIKE_UDF_GO_LOG_INFO},   {"debug", AEROSPIKE_UDF_GO_LOG_DEBUG},
		{"trace", AEROSPIKE_UDF_GO_LOG_TRACE}, {NULL, 0}};
	static const word plain[] = {{"", 1}, {NULL, 0}};
	static const word sizes[] = {{"", 1}, {"K", 1u << 10}, {"M", 1u << 20}, {"G", 1u << 30}, {NULL, 0}};
	uint32_t mode = MOD_GO_FENCED;
	uint64_t workers = 0;

	memset(settings, 0, sizeof(*settings));
	settings->config = (mod_go_config)MOD_GO_CONFIG_DEFAULTS;
	settings->config.memory = MEMORY;
	read_word(settings, "MODGO_MODE", modes, "fenced or unfenced; using fenced", &mode);
	read_word(settings, "MODGO_LOG", levels, "error, warning, info, debug or trace; using trace",
	          &settings->config.log_level);
	read_number(settings, "MODGO_POOL", plain, 1, 4096,
	            "a number of workers from 1 to 4096; using the default", &workers);
	read_number(settings, "MODGO_MEMORY", sizes, 64ull << 20, 1ull << 50,
	            "bytes, as in 512M or 2G, at least 64M; using 512M", &settings->config.memory);
	read_times(settings);
	read_fence(settings);
	read_environment(settings);
	read_allow(settings);
	read_worker(settings);
	read_cache(settings);
	settings->config.mode = (mod_go_mode)mode;
	settings->config.workers = (uint32_t)workers;
}
