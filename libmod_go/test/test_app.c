/* test_app.c - the test app from its command line: output and exit codes. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char out[70000];
static char err[70000];

static void read_back(FILE *file, char *text, size_t capacity)
{
	size_t length;

	rewind(file);
	length = fread(text, 1, capacity - 1, file);
	text[length] = '\0';
	fclose(file);
}

/* Runs the app with the arguments up to NULL; stores its output in `out` and `err`, and returns its exit code. */
#define RUN(...) run((const char *const[]){check_app, __VA_ARGS__, NULL})

static int run(const char *const *words)
{
	FILE *out_file = tmpfile();
	FILE *err_file = tmpfile();
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		setenv("MODGO_PATH", check_modules, 1);
		dup2(fileno(out_file), STDOUT_FILENO);
		dup2(fileno(err_file), STDERR_FILENO);
		execv(check_app, (char *const *)(uintptr_t)words);
		_exit(127);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	read_back(out_file, out, sizeof(out));
	read_back(err_file, err, sizeof(err));
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What the app prints for an argument that the function returns. */
static const char *echo(const char *argument)
{
	CHECK_NUMBER(RUN("record", "good.echo", argument), 0);
	CHECK_TEXT(err, "");
	if (out[0] != '\0')
		out[strlen(out) - 1] = '\0';
	return out;
}

TEST(arguments_go_there_and_back)
{
	static const char *const SAME[] = {
		"1",
		"-9223372036854775808",
		"9223372036854775807",
		"0.5",
		"-1e-07",
		"true",
		"false",
		"null",
		"[]",
		"{}",
		"[1, -1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, 9223372036854775807]",
		"[-32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, -9223372036854775808]",
		"[true, false, null, \"x\", 1.5, [[]], {\"a\": {\"b\": [1]}}]",
		"{\"a\": 1, \"aa\": 2, \"b\": [3]}",
	};

	for (size_t i = 0; i < sizeof(SAME) / sizeof(*SAME); i++)
		CHECK_TEXT(echo(SAME[i]), SAME[i]);
	CHECK_TEXT(echo("word"), "\"word\"");
	CHECK_TEXT(echo("\"1\""), "\"1\"");
	CHECK_TEXT(echo("1.0"), "1.0");
	CHECK_TEXT(echo("1e2"), "100.0");
	CHECK_TEXT(echo("12abc"), "\"12abc\"");
	CHECK_TEXT(echo("1."), "\"1.\"");
	CHECK_TEXT(echo("NaN"), "\"NaN\"");
	CHECK_TEXT(echo(""), "\"\"");
	CHECK_TEXT(echo("h\xC3\xA9"), "\"h\xC3\xA9\"");
	CHECK_TEXT(echo("\"\\u00e9\\ud83d\\ude00\\n\\t\\\"\\\\\""),
	           "\"\xC3\xA9\xF0\x9F\x98\x80\\n\\u0009\\\"\\\\\"");
	CHECK_TEXT(echo(" { \"b\" : 1 , \"a\" : 2 } "), "{\"a\": 2, \"b\": 1}"); /* key-ordered */
}

/* Lists, maps and strings whose size needs each of msgpack's heads. */
TEST(large_collections_go_there_and_back)
{
	static const size_t COUNTS[] = {15, 16, 17, 255, 256, 9000};
	char *text = malloc(70000);

	for (size_t i = 0; i < sizeof(COUNTS) / sizeof(*COUNTS); i++) {
		size_t length = (size_t)sprintf(text, "[1");

		for (size_t n = 1; n < COUNTS[i]; n++)
			length += (size_t)sprintf(text + length, ", %zu", n % 10);
		sprintf(text + length, "]");
		CHECK_TEXT(echo(text), text);
		length = (size_t)sprintf(text, "{\"000000\": 1");
		for (size_t n = 1; n < COUNTS[i] && n < 4000; n++)
			length += (size_t)sprintf(text + length, ", \"%06zu\": 1", n);
		sprintf(text + length, "}");
		CHECK_TEXT(echo(text), text);
		text[0] = '[';
		text[1] = '"';
		memset(text + 2, 'y', COUNTS[i]);
		memcpy(text + 2 + COUNTS[i], "\"]", 3);
		CHECK_TEXT(echo(text), text);
	}
	free(text);
}

TEST(a_slip_in_json_is_no_string)
{
	static const struct {
		const char *argument;
		const char *message;
	} SLIPS[] = {
		{"[1", "a list does not end (at byte 2)"},
		{"[1,]", "a value is missing (at byte 3)"},
		{"{\"a\" 1}", "a colon must follow a key"},
		{"{a: 1}", "a key of an object must be a string in quotes"},
		{"{\"a\": 1, \"a\": 2}", "the same key twice"},
		{"\"abc", "a string does not end"},
		{"\"a\" b", "something follows its end"},
		{"\"\\x\"", "an escape does not exist"},
		{"\"\\ud800\"", "half of a surrogate pair"},
		{"[\"\\u0000\"]", "has a NUL"},
		{"[\"a\nb\"]", "a control character"},
		{"[1e999]", "a number is too large"},
		{"[01]", "a list does not end"},
		{"[nul]", "a word is not JSON"},
		{"9223372036854775808", "an integer is outside 64 bits"},
		{"a\xFF", "not UTF-8"},
		{"{\"$bytes\": \"AA==\"}", "the forms that begin with $ are not read here"},
	};

	for (size_t i = 0; i < sizeof(SLIPS) / sizeof(*SLIPS); i++) {
		if (!(CHECK_NUMBER(RUN("record", "good.echo", SLIPS[i].argument), 2) &&
		      CHECK_CONTAINS(err, SLIPS[i].message)))
			printf("    %s\n", SLIPS[i].argument);
		CHECK_CONTAINS(err, "test: argument 1, ");
		CHECK_TEXT(out, "");
	}
}

/* One level more than a value may have, and far more than a stack would take. */
TEST(deep_json_is_refused)
{
	static char deep[100001];

	memset(deep, '[', 64);
	memset(deep + 64, ']', 64);
	CHECK_TEXT(echo(deep), deep);
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	CHECK_NUMBER(RUN("record", "good.echo", deep), 2);
	CHECK_CONTAINS(err, "nest deeper than 64 (at byte 64)");
	memset(deep, '[', 100000);
	CHECK_NUMBER(RUN("record", "good.echo", deep), 2);
	CHECK_CONTAINS(err, "nest deeper than 64 (at byte 64)");
}

TEST(the_records_bins_are_printed_after_the_result)
{
	CHECK_NUMBER(RUN("record", "good.set", "n", "[1, \"x\"]"), 0);
	CHECK_TEXT(out, "0\nn = [1, \"x\"]\n");
	CHECK_NUMBER(RUN("--bin", "a=1", "--bin=b={\"k\": 2.5}", "record", "good.set", "a", "word"), 0);
	CHECK_TEXT(out, "1\na = \"word\"\nb = {\"k\": 2.5}\n");
	CHECK_NUMBER(RUN("--bin", "a=1", "record", "good.get", "a"), 0);
	CHECK_TEXT(out, "1\na = 1\n");
	CHECK_NUMBER(RUN("--bin", "a=1", "record", "good.set", "a", "null"), 0);
	CHECK_TEXT(out, "1\n");
	CHECK_NUMBER(RUN("--bin", "a=1", "record", "good.remove"), 0);
	CHECK_TEXT(out, "null\n");
	CHECK_NUMBER(RUN("--bin", "a=1", "record", "good.forget"), 0);
	CHECK_TEXT(out, "null\na = 1\n");
	CHECK_CONTAINS(err, "changed bins and stored none of that");
}

TEST(the_options_describe_the_record)
{
	CHECK_NUMBER(
		RUN("--bin", "a=1", "--key", "user-7", "--ttl", "60", "--generation", "5", "record", "good.metadata"),
		0);
	CHECK_TEXT(out, "\"exists 1 ttl 60 generation 5 namespace test key user-7\"\na = 1\n");
	CHECK_NUMBER(RUN("--bin", "a=1", "--ttl=never", "record", "good.metadata"), 0);
	CHECK_CONTAINS(out, "ttl 4294967295 generation 1");
	CHECK_NUMBER(RUN("--key", "7", "record", "good.metadata"), 0);
	CHECK_CONTAINS(out, "exists 0 ttl 0 generation 0");
	CHECK_NUMBER(RUN("record", "good.log"), 0);
	CHECK_TEXT(err, "info: good.c:1: hello\n");
	CHECK_NUMBER(RUN("--log", "debug", "record", "good.log"), 0);
	CHECK_TEXT(err, "info: good.c:1: hello\ndebug: quiet\n");
}

TEST(a_failed_call_exits_with_1)
{
	CHECK_NUMBER(RUN("record", "good.fail"), 1);
	CHECK_TEXT(out, "");
	CHECK_TEXT(err, "test: fail: the function returned an error: no more tokens\ngood.c:1 fail\n");
	CHECK_NUMBER(RUN("record", "good.nobody"), 1);
	CHECK_CONTAINS(err, "no such function: the module has no such function");
	CHECK_NUMBER(RUN("--bin", "a=1", "record", "good.set", "sixteen-bytes-xx", "1"), 1);
	CHECK_CONTAINS(err, "refused by the host: a bin's name has more than 15 bytes");
	CHECK_NUMBER(RUN("record", "answers.past_buffer"), 1);
	CHECK_CONTAINS(err, "internal error: ");
	CHECK_NUMBER(RUN("stream", "good.top", "3"), 1);
	CHECK_CONTAINS(err, "streams are not available");
}

TEST(a_stream_function_reads_and_writes_elements)
{
	for (int fenced = 0; fenced < 2; fenced++) {
		const char *how = fenced ? "--fenced" : "--log=info"; /* which is so anyway */

		CHECK_NUMBER(
			RUN(how, "--element", "1", "--element=[2, \"x\"]", "--element", "word", "stream", "streams.copy"),
			0);
		CHECK_TEXT(out, "1\n[2, \"x\"]\n\"word\"\n");
		CHECK_TEXT(err, "");
		CHECK_NUMBER(RUN(how, "--bin", "n=1", "--next", "--bin", "n=5", "--key", "k", "--generation", "7",
		                 "--element", "3", "stream", "streams.copy"),
		             0);
		CHECK_TEXT(out, "1\n5\n3\n");
		CHECK_NUMBER(RUN(how, "--bin", "n=1", "--key", "k", "--generation=7", "stream", "streams.records"),
		             0);
		CHECK_TEXT(out, "\"1 bins, generation 7, exists 1, key k, namespace test, read only\"\n");
		CHECK_NUMBER(RUN(how, "stream", "streams.copy"), 0);
		CHECK_TEXT(out, "");
		CHECK_NUMBER(RUN(how, "--element", "1", "stream", "streams.fail", "50"), 1);
		CHECK_CONTAINS(err, "test: fail: the function returned an error: no more of this");
	}
	CHECK_NUMBER(RUN("--element", "1", "record", "good.who"), 2);
	CHECK_CONTAINS(err, "--next and --element are of a stream");
	CHECK_NUMBER(RUN("--element", "null", "stream", "streams.copy"), 2);
	CHECK_NUMBER(RUN("--element", "[", "stream", "streams.copy"), 2);
	CHECK_NUMBER(RUN("--ttl", "5", "--next", "stream", "streams.copy"), 2);
}

TEST(a_module_that_does_not_load_exits_with_2)
{
	char path[PATH_MAX];

	CHECK_NUMBER(RUN("record", "nobody.hello"), 2);
	CHECK_CONTAINS(err, "test: no-file: module nobody: no file nobody.so in any of: ., ");
	CHECK_CONTAINS(err, "/../lib; build it there");
	CHECK_NUMBER(RUN("record", "library.hello"), 2);
	CHECK_CONTAINS(err, "test: missing-symbol: ");
	CHECK_NUMBER(RUN("record", "major2.hello"), 2);
	CHECK_CONTAINS(err, "test: abi-mismatch: ");
	CHECK_NUMBER(RUN("record", "setup_fails.hello"), 2);
	CHECK_CONTAINS(err, "two functions are named add");
	snprintf(path, sizeof(path), "%s/minor9.hello", check_modules);
	CHECK_NUMBER(RUN("record", path), 0);
	CHECK_TEXT(out, "\"minor9\"\n");
}

TEST(a_function_that_hangs_is_ended)
{
	/* Without the time-out sleep would come back, and the program would exit with 0. */
	CHECK_NUMBER(RUN("--timeout", "100", "record", "good.sleep"), 1);
	CHECK_CONTAINS(err, "test: sleep did not return within 100 ms");
}

TEST(a_fenced_module_is_used_as_any_other)
{
	CHECK_NUMBER(RUN("--fenced", "--bin", "a=1", "record", "good.set", "a", "2"), 0);
	CHECK_TEXT(out, "1\na = 2\n");
	CHECK_TEXT(err, "");
	CHECK_NUMBER(RUN("--fenced", "record", "good.log"), 0);
	CHECK_TEXT(err, "info: good.c:1: hello\n");
	CHECK_NUMBER(RUN("--fenced", "record", "good.fail"), 1);
	CHECK_CONTAINS(err, "no more tokens");
	CHECK_NUMBER(RUN("--fenced", "record", "hostile.abort"), 1);
	CHECK_CONTAINS(err,
	               "test: abort: the function panicked: function abort: its worker was ended by signal 6");
	CHECK_NUMBER(RUN("--fenced", "record", "hostile.print"), 1);
	CHECK_CONTAINS(err, "this is line 1199 of");
	CHECK_NUMBER(RUN("--fenced", "--timeout", "100", "record", "good.sleep"), 1);
	CHECK_CONTAINS(err, "did not return in time, and its worker was ended");
	CHECK_NUMBER(RUN("--fenced", "stream", "good.who"), 1);
	CHECK_CONTAINS(err, "streams are not available in this version of the SDK");
	CHECK_NUMBER(RUN("--fenced", "record", "setup_fails.x"), 2);
	CHECK_CONTAINS(err, "setup-failed");
}

TEST(wrong_usage_exits_with_2_and_says_what_is_wrong)
{
	CHECK_NUMBER(run((const char *const[]){check_app, NULL}), 2);
	CHECK_CONTAINS(err, "say record or stream");
	CHECK_NUMBER(RUN("recrd", "a.b"), 2);
	CHECK_CONTAINS(err, "must be record or stream, not: recrd; see test --help");
	CHECK_NUMBER(RUN("record"), 2);
	CHECK_NUMBER(RUN("record", "good"), 2);
	CHECK_CONTAINS(err, "good is not MODULE.FUNCTION");
	CHECK_NUMBER(RUN("record", "good."), 2);
	CHECK_NUMBER(RUN("record", ".echo"), 2);
	CHECK_NUMBER(RUN("record", "./good"), 2);
	CHECK_NUMBER(RUN("--bins", "a=1", "record", "good.who"), 2);
	CHECK_CONTAINS(err, "there is no such option: --bins");
	CHECK_NUMBER(RUN("--bin"), 2);
	CHECK_NUMBER(RUN("--bin", "a", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--bin", "sixteen-bytes-xx=1", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--bin", "a=[", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--ttl", "-1", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--ttl", "5", "record", "good.who"), 2);
	CHECK_CONTAINS(err, "of a record that exists");
	CHECK_NUMBER(RUN("--generation", "x", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--key", "[1]", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--log", "loud", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--timeout", "1s", "record", "good.who"), 2);
	CHECK_NUMBER(RUN("--help"), 0);
	CHECK_CONTAINS(out, "Examples:");
}
