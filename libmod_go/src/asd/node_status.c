/* node_status.c - writes one JSON object. It has names of modules, counters and settings, and nothing else of this
 * node: anybody who may connect can read it. */
#include "asd/node_status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "as_module/loaded_module.h"
#include "asd/module_state.h"
#include "asd/server_symbols.h"

/* Names of an aerospike_udf_go_status. */
static const char *const STATUSES[8] = {"ok",    "not_found", "bad_arguments", "failed",
                                        "panic", "deadline",  "refused",       "internal"};

static void write_text(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text != '\0'; text++)
		fputc((unsigned char)*text < ' ' || *text > '~' || *text == '"' || *text == '\\' ? '?' : *text, file);
	fputc('"', file);
}

static void write_number(FILE *file, const char *name, uint64_t number)
{
	fprintf(file, ", \"%s\": %llu", name, (unsigned long long)number);
}

/* The workers of a fenced module. */
static void write_workers(FILE *file, mod_go_fenced *pool, const mod_go_fenced_counters *counters)
{
	write_number(file, "workers", counters->live);
	write_number(file, "busy", counters->busy);
	write_number(file, "memory", mod_go_fenced_memory(pool));
	write_number(file, "restarts", counters->restarts);
	write_number(file, "failed_starts", counters->failed_starts);
	write_number(file, "crashes", counters->crashes);
	write_number(file, "timeouts", counters->timeouts);
	write_number(file, "replacements", counters->replacements);
	write_number(file, "dropped_output", counters->dropped_output);
}

/* The modules that are being written. */
struct modules {
	FILE *file;
	bool has_one;
};

static void write_module(mod_go_loaded_module *module, void *context)
{
	struct modules *modules = context;
	mod_go_fenced_counters counters = mod_go_loaded_module_counters(module);
	FILE *file = modules->file;

	if (module->pool == NULL && module->module == NULL)
		return;
	fprintf(file, "%s\n{\"name\": ", modules->has_one ? "," : "");
	modules->has_one = true;
	write_text(file, module->name);
	fputs(", \"calls\": {", file);
	for (int i = 0; i < 8; i++)
		fprintf(file, "%s\"%s\": %llu", i > 0 ? ", " : "", STATUSES[i],
		        (unsigned long long)counters.by_status[i]);
	fputs("}, \"latency\": [", file);
	for (int i = 0; i < 64; i++)
		fprintf(file, "%s%llu", i > 0 ? "," : "", (unsigned long long)counters.latency[i]);
	fputs("]", file);
	if (module->pool != NULL)
		write_workers(file, module->pool, &counters);
	fputs("}", file);
}

static void write_node(FILE *file, const mod_go_settings *settings, time_t since)
{
	bool fenced = settings->config.mode == MOD_GO_FENCED;
	bool on = fenced && strcmp(settings->fence, "off") != 0;
	struct modules modules = {.file = file};

	fputs("{\"modgo-node\": 1, \"server\": ", file);
	write_text(file, mod_go_server.build);
	fputs(", \"mode\": ", file);
	write_text(file, fenced ? "fenced" : "unfenced");
	fputs(", \"fence\": ", file);
	write_text(file, fenced ? settings->fence : "");
	fputs(", \"lacks\": ", file);
	write_text(file, on ? mod_go_fenced_lacks() : "");
	write_number(file, "since", (uint64_t)since);
	fputs(", \"modules\": [", file);
	mod_go_modules_visit(write_module, &modules);
	fputs("]}\n", file);
}

/* The content of the file, which the caller frees; NULL where there is no memory. */
static char *node_status(const mod_go_settings *settings)
{
	static time_t since;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (file == NULL)
		return NULL;
	if (since == 0)
		since = time(NULL);
	write_node(file, settings, since);
	if (fclose(file) == 0)
		return text;
	free(text);
	return NULL;
}

void mod_go_node_status_write(const char *folder, const mod_go_settings *settings)
{
	static char *written;
	static bool warned;
	char path[1100];
	char *text = node_status(settings);

	snprintf(path, sizeof(path), "%s/modgo-node.status", folder);
	if (text == NULL || (written != NULL && strcmp(written, text) == 0 && access(path, F_OK) == 0)) {
		free(text);
		return;
	}
	if (!mod_go_module_state_replace(path, text) && !warned) {
		as_log_warn("mod_go: %s cannot be written (%s): `modgo modules` takes this node for one without Go",
		            path, strerror(errno));
		warned = true;
	}
	free(written);
	written = text;
}
