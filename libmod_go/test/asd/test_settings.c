/* test_settings.c - what each setting accepts, at its bounds and just beyond, and what the others are then. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "asd/settings.h"

static const char *const names[] = {
	"MODGO_MODE",           "MODGO_WORKER", "MODGO_POOL",  "MODGO_IDLE", "MODGO_MEMORY", "MODGO_TIMEOUT",
	"MODGO_STREAM_TIMEOUT", "MODGO_TICKER", "MODGO_CACHE", "MODGO_LOG",  "MODGO_FENCE",  "MODGO_ENV",
	"MODGO_ALLOW",          "TMPDIR",       NULL,
};

/* The settings with one variable set, or none. */
static mod_go_settings read_with(const char *name, const char *value)
{
	mod_go_settings settings;

	for (size_t i = 0; names[i] != NULL; i++)
		unsetenv(names[i]);
	if (name != NULL)
		setenv(name, value, 1);
	mod_go_settings_read(&settings);
	return settings;
}

/* Whether a value is accepted; otherwise the problem names the variable and its value. */
static bool accepts(const char *name, const char *value)
{
	mod_go_settings settings = read_with(name, value);

	if (settings.problems[0] == '\0')
		return true;
	CHECK_CONTAINS(settings.problems, name);
	CHECK_CONTAINS(settings.problems, value);
	CHECK(strchr(settings.problems, '\n') == settings.problems + strlen(settings.problems) - 1);
	return false;
}

TEST(the_defaults_are_those_of_the_server_page)
{
	mod_go_settings settings = read_with(NULL, NULL);

	CHECK_TEXT(settings.problems, "");
	CHECK_NUMBER(settings.config.mode, MOD_GO_FENCED);
	CHECK_NUMBER(settings.config.workers, 0);
	CHECK_NUMBER(settings.config.memory, 512ll << 20);
	CHECK_NUMBER(settings.config.timeout, 0);
	CHECK_NUMBER(settings.config.record_time, 1000);
	CHECK_NUMBER(settings.config.stall, 30 * 1000);
	CHECK_NUMBER(settings.config.stream_time, 10 * 60 * 1000);
	CHECK_NUMBER(settings.config.idle, 30 * 1000);
	CHECK_NUMBER(settings.config.old_calls, 1000);
	CHECK_NUMBER(settings.ticker, 60 * 1000);
	CHECK_TEXT(settings.config.worker, "");
	CHECK_TEXT(settings.cache, "/tmp");
}

TEST(an_empty_value_is_none)
{
	for (size_t i = 0; names[i] != NULL; i++)
		CHECK_TEXT(read_with(names[i], "").problems, "");
	CHECK_TEXT(read_with("TMPDIR", "").cache, "/tmp");
}

TEST(each_word_has_its_number)
{
	static const char *const levels[] = {"error", "warning", "info", "debug", "trace"};

	CHECK_NUMBER(read_with("MODGO_MODE", "fenced").config.mode, MOD_GO_FENCED);
	CHECK_NUMBER(read_with("MODGO_MODE", "unfenced").config.mode, MOD_GO_UNFENCED);
	CHECK(!accepts("MODGO_MODE", "Fenced"));
	for (int i = 0; i < 5; i++)
		CHECK_NUMBER(read_with("MODGO_LOG", levels[i]).config.log_level, AEROSPIKE_UDF_GO_LOG_ERROR + i);
	CHECK(!accepts("MODGO_LOG", "warnings"));
}

TEST(times_have_units)
{
	CHECK_NUMBER(read_with("MODGO_TIMEOUT", "500").config.timeout, 500);
	CHECK_NUMBER(read_with("MODGO_TIMEOUT", "500ms").config.timeout, 500);
	CHECK_NUMBER(read_with("MODGO_TIMEOUT", "2s").config.timeout, 2000);
	CHECK_NUMBER(read_with("MODGO_IDLE", "3m").config.idle, 180000);
	CHECK_NUMBER(read_with("MODGO_STREAM_TIMEOUT", "2s").config.stall, 2000);
	CHECK_NUMBER(read_with("MODGO_STREAM_TIMEOUT", "2s").config.stream_time, 40000);
	CHECK_NUMBER(read_with("MODGO_TICKER", "5m").ticker, 300000);
	CHECK_NUMBER(read_with("MODGO_TICKER", "0").ticker, 0);
	CHECK(!accepts("MODGO_TIMEOUT", "2 s"));
	CHECK(!accepts("MODGO_TIMEOUT", "2h"));
	CHECK(!accepts("MODGO_TIMEOUT", "s"));
	CHECK(!accepts("MODGO_TIMEOUT", "-1"));
	CHECK(!accepts("MODGO_TIMEOUT", "+1"));
	CHECK(!accepts("MODGO_TIMEOUT", " 1"));
}

TEST(numbers_have_bounds)
{
	static const struct {
		const char *name, *text;
		bool accepted;
	} cases[] = {
		{"MODGO_POOL", "0", false},
		{"MODGO_POOL", "1", true},
		{"MODGO_POOL", "4096", true},
		{"MODGO_POOL", "4097", false},
		{"MODGO_POOL", "4K", false},
		{"MODGO_MEMORY", "67108863", false},
		{"MODGO_MEMORY", "67108864", true},
		{"MODGO_MEMORY", "63M", false},
		{"MODGO_MEMORY", "64M", true},
		{"MODGO_MEMORY", "65536K", true},
		{"MODGO_MEMORY", "1048576G", true},
		{"MODGO_MEMORY", "1048577G", false},
		{"MODGO_MEMORY", "17179869185G", false}, /* 2^64 and a gigabyte */
		{"MODGO_MEMORY", "99999999999999999999", false},
		{"MODGO_TIMEOUT", "0", false},
		{"MODGO_TIMEOUT", "1", true},
		{"MODGO_TIMEOUT", "4294967295", true},
		{"MODGO_TIMEOUT", "4294967296", false},
		{"MODGO_IDLE", "0", false},
		{"MODGO_IDLE", "4294967295", true},
		{"MODGO_STREAM_TIMEOUT", "0", false},
		{"MODGO_STREAM_TIMEOUT", "1", true},
		{"MODGO_STREAM_TIMEOUT", "214748364", true},
		{"MODGO_STREAM_TIMEOUT", "214748365", false},
		{"MODGO_TICKER", "4294967295", true},
		{"MODGO_TICKER", "4294967296", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!CHECK(accepts(cases[i].name, cases[i].text) == cases[i].accepted))
			printf("%s=%s\n", cases[i].name, cases[i].text);
	}
	CHECK_NUMBER(read_with("MODGO_POOL", "7").config.workers, 7);
	CHECK_NUMBER(read_with("MODGO_POOL", "4097").config.workers, 0);
	CHECK_NUMBER(read_with("MODGO_MEMORY", "65537K").config.memory, 65537ll << 10);
	CHECK_NUMBER(read_with("MODGO_MEMORY", "65M").config.memory, 65ll << 20);
	CHECK_NUMBER(read_with("MODGO_MEMORY", "2G").config.memory, 2ll << 30);
	CHECK_NUMBER(read_with("MODGO_MEMORY", "1").config.memory, 512ll << 20);
	CHECK_NUMBER(read_with("MODGO_STREAM_TIMEOUT", "214748364").config.stream_time, 4294967280ll);
	CHECK_NUMBER(read_with("MODGO_STREAM_TIMEOUT", "0").config.stream_time, 600000);
}

/* Lines beyond the buffer's capacity are dropped. */
TEST(all_settings_may_be_wrong_at_once)
{
	struct {
		mod_go_settings settings;
		char after[4096];
	} read;
	char value[300];

	memset(value, '?', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	for (size_t i = 0; names[i] != NULL; i++)
		setenv(names[i], value, 1);
	memset(&read, '#', sizeof(read));
	mod_go_settings_read(&read.settings);
	CHECK_NUMBER(strlen(read.settings.problems), sizeof(read.settings.problems) - 1);
	for (size_t i = 0; i < sizeof(read.after); i++)
		CHECK_NUMBER(read.after[i], '#');
	CHECK_NUMBER(read.settings.config.memory, 512ll << 20);
}

TEST(the_worker_is_a_program_at_an_absolute_path)
{
	char most[1024], over[1026];

	CHECK_TEXT(read_with("MODGO_WORKER", "/bin/sh").config.worker, "/bin/sh");
	CHECK(!accepts("MODGO_WORKER", "bin/sh"));
	CHECK(!accepts("MODGO_WORKER", "/bin/no-such-program"));
	CHECK(getenv("MODGO_WORKER") == NULL);
	memset(over, '/', sizeof(over));
	strcpy(over + sizeof(over) - sizeof("/bin/sh"), "/bin/sh"); /* 1,025 bytes */
	memcpy(most, over + 2, sizeof(most));                       /* 1,023 and the end */
	CHECK_TEXT(read_with("MODGO_WORKER", most).config.worker, most);
	CHECK(read_with("MODGO_WORKER", over + 1).problems[0] != '\0');
}

TEST(the_cache_is_a_folder_of_this_user)
{
	char path[256], file[300], longest[900], over[901];
	mod_go_settings settings;

	snprintf(path, sizeof(path), "%s", check_folder());
	chmod(path, 0700);
	CHECK_TEXT(read_with("MODGO_CACHE", path).cache, path);
	CHECK_TEXT(read_with("MODGO_CACHE", path).problems, "");
	CHECK_TEXT(read_with("TMPDIR", path).cache, path);
	CHECK_TEXT(read_with("MODGO_CACHE", "/tmp").problems, ""); /* for all, with the sticky bit */
	for (mode_t others = 02; others <= 020; others *= 010) {
		chmod(path, 0700 | others);
		settings = read_with("MODGO_CACHE", path);
		CHECK_CONTAINS(settings.problems, "may be written to by other users");
		CHECK_TEXT(settings.cache, "/tmp");
	}
	chmod(path, 0755);
	CHECK_TEXT(read_with("MODGO_CACHE", path).cache, path);
	chmod(path, 0700);
	snprintf(file, sizeof(file), "%s/file", path);
	check_write(file, "", 0);
	CHECK_CONTAINS(read_with("MODGO_CACHE", file).problems, "is not a folder");
	CHECK_CONTAINS(read_with("MODGO_CACHE", "tmp").problems, "is not an absolute path");
	CHECK_CONTAINS(read_with("MODGO_CACHE", "/nowhere").problems,
	               "\"/nowhere\": No such file or directory; using a temporary folder\n");
	memset(over, '/', sizeof(over));
	strcpy(over + sizeof(over) - sizeof("/tmp"), "/tmp"); /* 900 bytes and the end */
	memcpy(longest, over + 1, sizeof(longest));
	CHECK_TEXT(read_with("MODGO_CACHE", longest).cache, longest);
	CHECK_CONTAINS(read_with("MODGO_CACHE", over).problems, "is too long");
	CHECK_TEXT(read_with("MODGO_CACHE", over).cache, "/tmp");
	CHECK_TEXT(read_with("TMPDIR", over).cache, "/tmp");
	CHECK_TEXT(read_with("TMPDIR", longest).cache, longest);
}

/* The worker reads these itself. */
TEST(what_workers_read_is_checked_before)
{
	static const char *const levels[] = {"standard", "strict", "off"};

	for (int i = 0; i < 3; i++) {
		CHECK(accepts("MODGO_FENCE", levels[i]));
		CHECK_TEXT(getenv("MODGO_FENCE"), levels[i]);
	}
	CHECK(!accepts("MODGO_FENCE", "none"));
	CHECK(getenv("MODGO_FENCE") == NULL);
	CHECK(accepts("MODGO_ENV", "A_1,b Z"));
	CHECK(!accepts("MODGO_ENV", "TOKEN=secret"));
}

TEST(grants_are_those_of_a_valid_list)
{
	CHECK(accepts("MODGO_ALLOW", "geo=network,read:/etc/geo;*=read:/etc/ssl;"));
	CHECK_TEXT(read_with("MODGO_ALLOW", "geo=network").config.allow, "geo=network");
	CHECK(!accepts("MODGO_ALLOW", "network"));
	CHECK_TEXT(read_with("MODGO_ALLOW", "geo=all").config.allow, "");
}

TEST(each_problem_has_a_line)
{
	mod_go_settings settings;

	read_with(NULL, NULL);
	setenv("MODGO_POOL", "none", 1);
	setenv("MODGO_LOG", "loud", 1);
	mod_go_settings_read(&settings);
	CHECK_TEXT(settings.problems,
	           "MODGO_LOG is \"loud\": expected error, warning, info, debug or trace; using trace\n"
	           "MODGO_POOL is \"none\": expected a number of workers from 1 to 4096; using the default\n");
}
