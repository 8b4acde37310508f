/* manifest.c - reads the subset of JSON that a manifest uses. It may be hostile: nothing here recurses or reads
 * past the NUL. */
#include "loader/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "aerospike_udf_go.h"

/* No build makes longer symbols: a function's name has up to 127 bytes, with a prefix. */
enum { SYMBOL_CAPACITY = 256 };

/* A module has some dozens of functions, in some kilobytes. Without a limit, the functions would take ten times the
 * memory of a hostile manifest. */
enum { FUNCTIONS_MAX = 10000, BYTES_MAX = 1 << 20 };

/* The server allows no more bins in a record that a UDF uses. */
enum { BINS_MAX = 512 };

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* The end of the string that begins here; NULL where no string does, or it has no end. */
static const char *skip_string(const char *at)
{
	if (*at != '"')
		return NULL;
	for (at++; *at != '"'; at++) {
		if (*at == '\\')
			at++;
		if (*at == '\0')
			return NULL;
	}
	return at + 1;
}

/* The end of the value that begins here, or NULL. Brackets are counted, not matched by kind. */
static const char *skip_value(const char *at)
{
	size_t depth = 0;

	do {
		at = skip_space(at);
		if (*at == '"') {
			at = skip_string(at);
			if (at == NULL)
				return NULL;
		} else if (*at == '[' || *at == '{') {
			depth++;
			at++;
		} else if (*at == ']' || *at == '}') {
			if (depth == 0)
				return NULL;
			depth--;
			at++;
		} else if (*at == ',' || *at == ':') {
			if (depth == 0)
				return NULL;
			at++;
		} else {
			size_t length = strcspn(at, " \t\r\n,:]}[{\"");

			if (length == 0)
				return NULL;
			at += length;
		}
	} while (depth > 0);
	return at;
}

/* Copies a string without escapes; names in Aerospike need none. False for any other string. */
static bool copy_plain(const char *from, const char *end, char *to, size_t capacity)
{
	size_t length = (size_t)(end - from) - 2;

	if (length == 0 || length >= capacity || memchr(from + 1, '\\', length) != NULL)
		return false;
	memcpy(to, from + 1, length);
	to[length] = '\0';
	return true;
}

static bool add_bin(mod_go_manifest_function *function, const char *name)
{
	size_t length = strlen(name) + 1;
	char *grown = realloc(function->bins, function->bins_length + length);

	if (grown == NULL)
		return false;
	memcpy(grown + function->bins_length, name, length);
	function->bins = grown;
	function->bins_length += length;
	function->count++;
	return true;
}

static void clear_bins(mod_go_manifest_function *function)
{
	free(function->bins);
	function->bins = NULL;
	function->bins_length = 0;
	function->count = 0;
	function->bins_known = false;
}

/* Reads the list of bins that begins here. If it is not a list of plain names, the bins stay unknown. */
static void read_bins(mod_go_manifest_function *function, const char *at)
{
	clear_bins(function);
	if (*at != '[')
		return;
	at = skip_space(at + 1);
	while (*at != ']') {
		const char *end = skip_string(at);
		char name[AEROSPIKE_UDF_GO_BIN_NAME_MAX + 1];

		if (end == NULL || function->count == BINS_MAX || !copy_plain(at, end, name, sizeof(name)) ||
		    !add_bin(function, name)) {
			clear_bins(function);
			return;
		}
		at = skip_space(end);
		if (*at == ',')
			at = skip_space(at + 1);
	}
	function->bins_known = true;
}

/* In place of a count: arguments name bins, but which arguments is unknown. */
enum { WHICH_UNKNOWN = MOD_GO_BIN_ARGUMENTS + 1 };

/* Reads the list of positions that begins here. Returns how many, or WHICH_UNKNOWN where they are not a few small
 * numbers. */
static unsigned read_positions(uint32_t *positions, const char *at)
{
	unsigned count = 0;

	if (*at != '[')
		return WHICH_UNKNOWN;
	at = skip_space(at + 1);
	while (*at != ']') {
		size_t digits = strspn(at, "0123456789");

		if (digits == 0 || digits > 4 || count == MOD_GO_BIN_ARGUMENTS)
			return WHICH_UNKNOWN;
		positions[count++] = (uint32_t)strtoul(at, NULL, 10);
		at = skip_space(at + digits);
		if (*at == ',')
			at = skip_space(at + 1);
		else if (*at != ']')
			return WHICH_UNKNOWN;
	}
	return count;
}

static void clear_function(mod_go_manifest_function *function)
{
	free(function->name);
	free(function->symbol);
	free(function->bins);
	*function = (mod_go_manifest_function){0};
}

/* Replaces `*text` by a plain string, or by NULL where the value is none. */
static void take_text(char **text, const char *value, const char *end)
{
	char copy[SYMBOL_CAPACITY];

	free(*text);
	*text = *value == '"' && copy_plain(value, end, copy, sizeof(copy)) ? strdup(copy) : NULL;
}

/* Uses the value of a known key; the value ends before `end`. */
static void take_member(mod_go_manifest_function *function, const char *key, const char *value,
                        const char *end)
{
	if (strncmp(key, "\"name\"", 6) == 0)
		take_text(&function->name, value, end);
	else if (strncmp(key, "\"symbol\"", 8) == 0)
		take_text(&function->symbol, value, end);
	else if (strncmp(key, "\"kind\"", 6) == 0)
		function->stream = strncmp(value, "\"stream\"", 8) == 0;
	else if (strncmp(key, "\"bins\"", 6) == 0)
		read_bins(function, value);
	else if (strncmp(key, "\"bin_arguments\"", 15) == 0)
		function->bin_argument_count = read_positions(function->bin_arguments, value);
	else if (strncmp(key, "\"context\"", 9) == 0)
		function->no_deadline = strncmp(value, "false", 5) == 0;
}

/* Reads the object of one function. Returns its end, or NULL. */
static const char *read_function(mod_go_manifest_function *function, const char *at)
{
	if (*at != '{')
		return NULL;
	at = skip_space(at + 1);
	while (*at != '}') {
		const char *key = at;
		const char *value;

		at = skip_string(key);
		if (at == NULL || *(at = skip_space(at)) != ':')
			return NULL;
		value = skip_space(at + 1);
		at = skip_value(value);
		if (at == NULL)
			return NULL;
		take_member(function, key, value, at);
		at = skip_space(at);
		if (*at == ',')
			at = skip_space(at + 1);
	}
	if (function->bin_argument_count == WHICH_UNKNOWN || !function->bins_known) {
		clear_bins(function);
		function->bin_argument_count = 0;
	}
	if (function->name == NULL || strlen(function->name) > AEROSPIKE_UDF_GO_NAME_MAX)
		clear_function(function);
	return at + 1;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const mod_go_manifest_function *)a)->name, ((const mod_go_manifest_function *)b)->name);
}

static bool read_functions(mod_go_manifest *manifest, const char *at)
{
	at = skip_space(at);
	if (*at != '[')
		return false;
	at = skip_space(at + 1);
	while (*at != ']') {
		mod_go_manifest_function function = {0};
		mod_go_manifest_function *grown;

		at = read_function(&function, at);
		if (at == NULL) {
			clear_function(&function);
			return false;
		}
		if (function.name != NULL) {
			grown = manifest->count < FUNCTIONS_MAX
			            ? realloc(manifest->functions, (manifest->count + 1) * sizeof(*grown))
			            : NULL;
			if (grown == NULL) {
				clear_function(&function);
				return false;
			}
			manifest->functions = grown;
			manifest->functions[manifest->count++] = function;
		}
		at = skip_space(at);
		if (*at == ',')
			at = skip_space(at + 1);
	}
	return true;
}

bool mod_go_manifest_read(mod_go_manifest *manifest, const char *json)
{
	*manifest = (mod_go_manifest){NULL, 0};
	if (strnlen(json, BYTES_MAX + 1) > BYTES_MAX || !read_functions(manifest, json)) {
		mod_go_manifest_clear(manifest);
		return false;
	}
	if (manifest->count > 0)
		qsort(manifest->functions, manifest->count, sizeof(*manifest->functions), compare);
	return true;
}

bool mod_go_manifest_function_has_bin(const mod_go_manifest_function *function, const char *name,
                                      size_t length)
{
	for (size_t at = 0; at < function->bins_length; at += strlen(function->bins + at) + 1) {
		if (strlen(function->bins + at) == length && memcmp(function->bins + at, name, length) == 0)
			return true;
	}
	return false;
}

const mod_go_manifest_function *mod_go_manifest_find(const mod_go_manifest *manifest, const char *name)
{
	size_t low = 0, high = manifest->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, manifest->functions[middle].name);

		if (order == 0)
			return &manifest->functions[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void mod_go_manifest_clear(mod_go_manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++)
		clear_function(&manifest->functions[i]);
	free(manifest->functions);
	*manifest = (mod_go_manifest){NULL, 0};
}
