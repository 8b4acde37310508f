/* flow.c - as_streams over a few elements. */
#include "flow.h"

#include <stdio.h>
#include <string.h>

static as_val *read_one(const as_stream *stream)
{
	struct flow *flow = stream->data;
	as_val *val;

	if (flow->owns && flow->owned != NULL)
		as_val_destroy(flow->owned);
	flow->owned = NULL;
	flow->read_past_end += flow->reads > flow->count;
	val = flow->reads++ < flow->count ? flow->make(flow->reads - 1) : NULL;
	if (flow->owns)
		flow->owned = val;
	return val;
}

static as_stream_status write_one(const as_stream *stream, as_val *val)
{
	struct flow *flow = stream->data;
	bool taken = val == NULL || flow->full == 0 || flow->writes + 1 < flow->full;

	if (val == NULL)
		flow->ends++;
	else if (taken)
		flow->writes++;
	if (taken && flow->length < sizeof(flow->text) - 1)
		flow->length += (size_t)snprintf(flow->text + flow->length, sizeof(flow->text) - flow->length, "%s%s",
		                                 val == NULL         ? "; end"
		                                 : flow->writes == 1 ? ""
		                                                     : ", ",
		                                 val != NULL ? show(val) : "");
	if (val != NULL && taken && flow->stores && flow->writes <= FLOW_STORED)
		flow->stored[flow->writes - 1] = val;
	else if (val != NULL)
		as_val_destroy(val);
	return taken ? AS_STREAM_OK : AS_STREAM_ERR;
}

static const as_stream_hooks IN = {.read = read_one}, OUT = {.write = write_one};

struct outcome flow_run(as_module *module, const char *filename, const char *function, struct flow *flow,
                        as_val *arguments)
{
	as_val *list = arguments != NULL ? arguments : LIST();
	struct outcome outcome = {.success = false};
	as_aerospike aerospike;
	as_udf_context context = {.as = &aerospike};
	as_result result;

	record_aerospike(&aerospike, &call_log);
	as_stream_init(&flow->in, flow, &IN);
	as_stream_init(&flow->out, flow, &OUT);
	flow->reads = flow->read_past_end = flow->writes = flow->ends = 0;
	flow->length = 0;
	flow->text[0] = '\0';
	flow->owned = NULL;
	as_result_init(&result);
	outcome.rc = as_module_apply_stream(module, &context, filename, function, &flow->in, (as_list *)list,
	                                    &flow->out, &result);
	outcome.success = outcome.rc == 0;
	if (result.value != NULL && as_val_type(result.value) == AS_STRING)
		snprintf(outcome.text, sizeof(outcome.text), "%s", as_string_get((as_string *)result.value));
	as_result_destroy(&result);
	as_val_destroy(list);
	if (flow->owned != NULL)
		as_val_destroy(flow->owned);
	return outcome;
}
