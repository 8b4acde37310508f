/* test_manifest.c - reads manifests: each capacity at its bound, and each kind of invalid manifest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "loader/manifest.h"

static char text[65536];

/* The functions as "name(symbol)[bin bin|0 1]", with ~ for a stream, ! where it does not use its deadline and ?
 * where the bins are unknown; "none" where it cannot be read. */
static const char *read_as(const char *json)
{
	mod_go_manifest manifest;
	char *exact = strdup(json); /* sanitizers see a read past its NUL */
	size_t length = 0;
	bool read = mod_go_manifest_read(&manifest, exact);

	free(exact);
	text[0] = '\0';
	for (size_t i = 0; i < manifest.count; i++) {
		const mod_go_manifest_function *function = &manifest.functions[i];

		length +=
			(size_t)sprintf(text + length, "%s%s%s(%s)", i > 0 ? " " : "", function->name,
		                    function->stream ? "~" : "", function->symbol != NULL ? function->symbol : "");
		if (function->no_deadline)
			length += (size_t)sprintf(text + length, "!");
		if (!function->bins_known) {
			length += (size_t)sprintf(text + length, "?");
			CHECK(function->bins == NULL && function->count == 0 && function->bin_argument_count == 0);
			continue;
		}
		length += (size_t)sprintf(text + length, "[");
		for (size_t at = 0, bin = 0; bin < function->count; bin++) {
			length += (size_t)sprintf(text + length, "%s%s", bin > 0 ? " " : "", function->bins + at);
			at += strlen(function->bins + at) + 1;
			CHECK(at <= function->bins_length);
		}
		for (unsigned k = 0; k < function->bin_argument_count; k++)
			length += (size_t)sprintf(text + length, "%s%u", k > 0 ? " " : "|", function->bin_arguments[k]);
		length += (size_t)sprintf(text + length, "]");
	}
	mod_go_manifest_clear(&manifest);
	CHECK(manifest.functions == NULL && manifest.count == 0);
	return read ? text : "none";
}

TEST(functions_are_read_with_all_that_is_said_of_them)
{
	static const char *const CASES[][2] = {
		{"[]", ""},
		{" [ ] ", ""},
		{"[{\"name\":\"a\"}]", "a()?"},
		{"[{\"name\":\"b\"},{\"name\":\"a\"},{\"name\":\"c\"}]", "a()? b()? c()?"},
		{"[{\"name\":\"a\",\"kind\":\"stream\"}]", "a~()?"},
		{"[{\"name\":\"a\",\"kind\":\"record\"}]", "a()?"},
		{"[{\"kind\":\"streams\",\"name\":\"a\"}]", "a()?"},
		{"[{\"symbol\":\"s\",\"name\":\"a\"}]", "a(s)?"},
		{"[{\"symbol\":\"\",\"name\":\"a\"}]", "a()?"},
		{"[{\"symbol\":7,\"name\":\"a\"}]", "a()?"},
		{"[{\"symbol\":\"s\",\"symbol\":null,\"name\":\"a\"}]", "a()?"},
		{"[{\"name\":\"a\",\"context\":false}]", "a()!?"},
		{"[{\"name\":\"a\",\"context\":true}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[]}]", "a()[]"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"]}]", "a()[x]"},
		{"[{\"name\":\"a\",\"bins\":[ \"x\" , \"y\" ]}]", "a()[x y]"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bins\":[\"y\"]}]", "a()[y]"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bins\":null}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"x\",1]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":{}}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"\"]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"x\\\"y\"]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"\\u0061\"]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[],\"bin_arguments\":[0]}]", "a()[|0]"},
		{"[{\"name\":\"a\",\"bin_arguments\":[1, 20 ,333],\"bins\":[\"x\"]}]", "a()[x|1 20 333]"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[]}]", "a()[x]"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[9999]}]", "a()[x|9999]"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[10000]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[-1]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[1.5]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[\"1\"]}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":7}]", "a()?"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[1,2,3,4,5,6,7,8]}]", "a()[x|1 2 3 4 5 6 7 8]"},
		{"[{\"name\":\"a\",\"bins\":[\"x\"],\"bin_arguments\":[1,2,3,4,5,6,7,8,9]}]", "a()?"},
		{"[{\"name\":\"a\",\"bin_arguments\":[1]}]", "a()?"},
		/* Unknown members, with any values. */
		{"[{\"x\":[1,{\"name\":\"b\"},[]],\"name\":\"a\",\"y\":{\"a\":[\"]\"]},\"z\":-1e3}]", "a()?"},
		{"[{\"x\":\"\\\"}]\",\"name\":\"a\"}]", "a()?"},
		/* Invalid names. */
		{"[{\"name\":\"\"},{\"name\":1},{},{\"name\":\"a\\n\"},{\"name\":\"z\"}]", "z()?"},
		{"[{\"name\":\"a\\\\\"}]", ""},
		/* Not a manifest. */
		{"", "none"},
		{" ", "none"},
		{"{}", "none"},
		{"null", "none"},
		{"[", "none"},
		{"[1]", "none"},
		{"[[]]", "none"},
		{"[{\"name\":\"a\"}", "none"},
		{"[{\"name\":\"a\"},", "none"},
		{"[{\"name\"}]", "none"},
		{"[{\"name\" \"a\"}]", "none"},
		{"[{name:\"a\"}]", "none"},
		{"[{\"name\":}]", "none"},
		{"[{\"name\":,}]", "none"},
		{"[{\"name\":\"a\",\"x\":[}]", "none"},
		{"[{\"name\":\"a\",\"x\":\"}]", "none"},
		{"[{\"name\":\"a\",\"x\":\"\\", "none"},
		{"[{\"name\":\"a\",\"x\":]", "none"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
		if (!CHECK_TEXT(read_as(CASES[i][0]), CASES[i][1]))
			printf("    %s\n", CASES[i][0]);
}

/* With "name", "symbol" or a bin of that many letters. */
static const char *with_length(const char *before, size_t length, const char *after)
{
	static char json[1024];
	size_t at = (size_t)sprintf(json, "%s", before);

	memset(json + at, 'x', length);
	sprintf(json + at + length, "%s", after);
	return read_as(json);
}

TEST(names_symbols_and_bins_have_a_greatest_length)
{
	CHECK_NUMBER(strlen(with_length("[{\"name\":\"", 127, "\"}]")), 127 + strlen("()?"));
	CHECK_TEXT(with_length("[{\"name\":\"", 128, "\"}]"), "");
	CHECK_TEXT(with_length("[{\"name\":\"", 300, "\"}]"), "");
	CHECK_NUMBER(strlen(with_length("[{\"name\":\"a\",\"symbol\":\"", 255, "\"}]")), 255 + strlen("a()?"));
	CHECK_TEXT(with_length("[{\"name\":\"a\",\"symbol\":\"", 256, "\"}]"), "a()?");
	CHECK_TEXT(with_length("[{\"name\":\"a\",\"bins\":[\"", 15, "\"]}]"), "a()[xxxxxxxxxxxxxxx]");
	CHECK_TEXT(with_length("[{\"name\":\"a\",\"bins\":[\"", 16, "\"]}]"), "a()?");
}

TEST(a_function_has_at_most_512_bins)
{
	for (unsigned count = 511; count <= 513; count++) {
		static char json[16384];
		mod_go_manifest manifest;
		size_t at = (size_t)sprintf(json, "[{\"name\":\"a\",\"bins\":[");

		for (unsigned i = 0; i < count; i++)
			at += (size_t)sprintf(json + at, "%s\"bin%u\"", i > 0 ? "," : "", i);
		sprintf(json + at, "]}]");
		CHECK(mod_go_manifest_read(&manifest, json));
		CHECK_NUMBER(manifest.functions[0].bins_known, count <= 512);
		CHECK_NUMBER(manifest.functions[0].count, count <= 512 ? count : 0);
		for (unsigned i = 0; i < count; i++) {
			char name[16];
			size_t length = (size_t)sprintf(name, "bin%u", i);

			CHECK_NUMBER(mod_go_manifest_function_has_bin(&manifest.functions[0], name, length),
			             count <= 512);
			CHECK(!mod_go_manifest_function_has_bin(&manifest.functions[0], name, length - 1) || i >= 10);
			CHECK(!mod_go_manifest_function_has_bin(&manifest.functions[0], name, 2));
		}
		mod_go_manifest_clear(&manifest);
	}
}

/* No prefix of a manifest is a manifest, and none leaves anything allocated. */
TEST(a_manifest_that_was_cut_off_is_none)
{
	static const char WHOLE[] =
		"[{\"name\": \"one\", \"kind\": \"record\", \"symbol\": \"s\", \"bins\": [\"a\", \"b\"], "
		"\"bin_arguments\": [1, 2], \"x\": {\"y\": [\"\\\"\"]}}, {\"name\": \"two\"}]";

	for (size_t length = 0; length < strlen(WHOLE); length++) {
		char *cut = strndup(WHOLE, length);

		if (!CHECK_TEXT(read_as(cut), "none"))
			printf("    %s\n", cut);
		free(cut);
	}
	CHECK_TEXT(read_as(WHOLE), "one(s)[a b|1 2] two()?");
}

TEST(each_function_is_found_by_its_name_and_no_other)
{
	for (unsigned count = 0; count < 20; count++) {
		char json[1024] = "[", name[16];
		mod_go_manifest manifest;

		for (unsigned i = 0; i < count; i++)
			sprintf(json + strlen(json), "{\"name\":\"n%02u\"},", (i * 23 + 3) % count * 2);
		strcat(json, "]");
		CHECK(mod_go_manifest_read(&manifest, json));
		CHECK_NUMBER(manifest.count, count);
		for (unsigned i = 0; i < 42; i++) {
			const mod_go_manifest_function *function;

			sprintf(name, "n%02u", i);
			function = mod_go_manifest_find(&manifest, name);
			if (i % 2 != 0 || i >= 2 * count)
				CHECK(function == NULL);
			else if (CHECK(function != NULL))
				CHECK_TEXT(function->name, name);
		}
		CHECK(mod_go_manifest_find(&manifest, "") == NULL);
		mod_go_manifest_clear(&manifest);
	}
}

TEST(a_manifest_of_more_than_a_megabyte_is_not_read)
{
	enum { MOST = 1 << 20 };
	static const char ONE[] = "[{\"name\":\"a\"}]";
	char *json = malloc(MOST + 2);

	for (size_t length = MOST; length <= MOST + 1; length++) {
		mod_go_manifest manifest;

		memset(json, ' ', length);
		memcpy(json, ONE, sizeof(ONE) - 1);
		json[length] = '\0';
		CHECK_NUMBER(mod_go_manifest_read(&manifest, json), length == MOST);
		mod_go_manifest_clear(&manifest);
	}
	free(json);
}

TEST(a_manifest_of_too_many_functions_is_not_read)
{
	enum { MOST = 10000 };
	static const char ONE[] = "{\"name\":\"a\"},";
	char *json = malloc((MOST + 1) * (sizeof(ONE) - 1) + 3);

	for (unsigned count = MOST; count <= MOST + 1; count++) {
		mod_go_manifest manifest;
		char *end = json;

		*end++ = '[';
		for (unsigned i = 0; i < count; i++)
			end = stpcpy(end, ONE);
		strcpy(end, "]");
		CHECK_NUMBER(mod_go_manifest_read(&manifest, json), count == MOST);
		CHECK_NUMBER(manifest.count, count == MOST ? MOST : 0);
		mod_go_manifest_clear(&manifest);
	}
	free(json);
}
