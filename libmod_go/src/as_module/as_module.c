/* as_module.c - `as_module mod_go`: the hooks that Aerospike calls. */
#include "as_module/apply.h"

#include <aerospike/as_log_macros.h>
#include <stdio.h>
#include <string.h>

#include "elf/elf_file.h"
#include "common/error.h"
#include "as_module/modules.h"

/* What update returns; the same as mod_lua's. */
enum { UNKNOWN_EVENT = 1, FILE_FAILED = 2, FOLDER_FAILED = 3 };

void mod_go_config_init(mod_go_config *config)
{
	*config = (mod_go_config)MOD_GO_CONFIG_DEFAULTS;
}

static int logged(int failed, const mod_go_error *error)
{
	as_log_error("mod_go: %s", error->message);
	return failed;
}

static int configure(const mod_go_config *config)
{
	mod_go_error error;

	if (config == NULL || config->size == 0)
		return FOLDER_FAILED;
	if (mod_go_modules_configure(config, &error) != MOD_GO_OK)
		return logged(FOLDER_FAILED, &error);
	mod_go_apply_configure(config);
	return 0;
}

static int update(as_module *module, as_module_event *event)
{
	mod_go_error error;

	(void)module;
	switch (event->type) {
	case AS_MODULE_EVENT_CONFIGURE:
		return configure(event->data.config);
	case AS_MODULE_EVENT_FILE_SCAN:
	case AS_MODULE_EVENT_CLEAR_CACHE:
		return mod_go_modules_scan(&error) == MOD_GO_OK ? 0 : logged(FOLDER_FAILED, &error);
	case AS_MODULE_EVENT_FILE_ADD: /* mod_go_modules_add logs failures itself */
		return mod_go_modules_add(event->data.filename, &error) == MOD_GO_OK ? 0 : FILE_FAILED;
	case AS_MODULE_EVENT_FILE_REMOVE:
		return mod_go_modules_remove(event->data.filename, &error) == MOD_GO_OK ? 0
		                                                                        : logged(FILE_FAILED, &error);
	default:
		as_log_error("mod_go: there is no module event %d", (int)event->type);
		return UNKNOWN_EVENT;
	}
}

int mod_go_report_invalid(as_module_error *out, const char *filename, const mod_go_error *error)
{
	out->scope = 2; /* as_module.h: the error is in the module */
	out->code = error->status;
	snprintf(out->message, sizeof(out->message), "%.*s", (int)sizeof(out->message) - 1, error->message);
	mod_go_trim_cut_text(out->message);
	snprintf(out->file, sizeof(out->file), "%s", filename);
	return (int)out->code;
}

static int validate(as_module *module, as_aerospike *aerospike, const char *filename, const char *content,
                    uint32_t size, as_module_error *out)
{
	mod_go_error error = {.status = MOD_GO_OK};

	(void)module, (void)aerospike;
	memset(out, 0, sizeof(*out));
	if (mod_go_elf_check((const uint8_t *)content, size, filename, &error) == MOD_GO_OK)
		return 0;
	return mod_go_report_invalid(out, filename, &error);
}

static int destroy(as_module *module)
{
	(void)module;
	mod_go_modules_clear();
	return 0;
}

static const as_module_hooks hooks = {
	.destroy = destroy,
	.update = update,
	.validate = validate,
	.apply_record = mod_go_apply_record,
	.apply_stream = mod_go_apply_to_stream,
};

as_module mod_go = {.source = NULL, .hooks = &hooks};
