/* both_ways.c - stream functions in Go, in this process and in workers. */
#include "both_ways.h"

#include <aerospike/mod_lua.h>
#include <aerospike/mod_lua_config.h>
#include <limits.h>
#include <stdio.h>

static mod_go_config config;

void set_scope_of_go(uint32_t scope)
{
	config.scope = scope;
	CHECK_NUMBER(as_module_configure(&mod_go, &config), 0);
}

void set_scope(uint32_t scope)
{
	mod_lua_config lua = {.server_mode = scope == AEROSPIKE_UDF_GO_SCOPE_SERVER, .cache_enabled = false};

	snprintf(lua.user_path, sizeof(lua.user_path), "%s/lua", check_modules);
	CHECK_NUMBER(as_module_configure(&mod_lua, &lua), 0);
	set_scope_of_go(scope);
}

void use_both(const char *module, uint32_t timeout)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/streams.so", check_folder());
	copy_module(module, path);
	snprintf(path, sizeof(path), "%s/fenced.so", check_folder());
	copy_module(module, path);
	mod_go_config_init(&config);
	config.timeout = config.stream_time = timeout;
	config.workers = 2;
	snprintf(config.user_path, sizeof(config.user_path), "%s", check_folder());
	set_scope(AEROSPIKE_UDF_GO_SCOPE_SERVER);
	add_module("streams");
	config.mode = MOD_GO_FENCED;
	set_scope(AEROSPIKE_UDF_GO_SCOPE_SERVER);
	add_module("fenced");
}

void use_streams(uint32_t timeout)
{
	use_both("go/streams", timeout);
}

struct outcome run_go(const char *module, const char *function, struct flow *flow, as_val *arguments)
{
	struct outcome outcome;

	flow->owns = config.scope == AEROSPIKE_UDF_GO_SCOPE_SERVER;
	outcome = flow_run(&mod_go, module, function, flow, arguments);
	CHECK_NUMBER(flow->read_past_end, 0);
	CHECK_NUMBER(flow->ends, outcome.success);
	return outcome;
}

as_val *from_one(uint32_t index)
{
	return INT(index + 1);
}

as_val *campaign(uint32_t index)
{
	as_rec *rec = record_new();

	as_rec_set(rec, "id", INT(index + 1));
	as_rec_set(rec, "campaign", INT((index + 1) % 10));
	as_rec_set(rec, "views", INT((index + 1) * 2919 % 1000));
	record_of(rec)->generation = (uint16_t)(index + 1);
	record_of(rec)->set_name = "campaigns";
	record_store(rec);
	return (as_val *)rec;
}
