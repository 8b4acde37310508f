/* good.c - a valid module: each function tests one function of the host. */
#define FUNCTIONS                                                                                       \
	"[{\"name\":\"add\",\"kind\":\"record\",\"params\":[{\"name\":\"bin\",\"type\":\"string\"},"     \
	"{\"name\":\"by\",\"type\":\"int64\"}],\"results\":[\"int64\",\"error\"],\"doc\":\"Adds.\","     \
	"\"location\":\"good.c:12\",\"symbol\":\"\",\"bins\":[]}"                                       \
	FUNCTION("echo") FUNCTION("fail") FUNCTION("panic") FUNCTION("exit") FUNCTION("segv")            \
	FUNCTION("hang") FUNCTION("talk") FUNCTION("remove") FUNCTION("create") FUNCTION("meta")         \
	FUNCTION("lines") FUNCTION("print") FUNCTION("exhaust") FUNCTION("refused") FUNCTION("pid") FUNCTION("nap") FUNCTION("longbin") FUNCTION("ttl") FUNCTION("die") FUNCTION("badlist")                          \
	",{\"name\":\"flow\",\"kind\":\"stream\",\"params\":[],\"results\":[],\"doc\":\"\","            \
	"\"location\":\"\",\"symbol\":\"\",\"bins\":[]}]"
#define FUNCTION(name)                                                                                  \
	",{\"name\":\"" name "\",\"kind\":\"record\",\"params\":[],\"results\":[],\"doc\":\"\","         \
	"\"location\":\"\",\"symbol\":\"\",\"bins\":[]}"
#include "module.h"

#include <sys/mman.h>

int aerospike_udf_go_setup(void) { return 0; }

/* record[bin] += by; update. */
static int add(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
               aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	aerospike_udf_go_host *host = call->host;
	aerospike_udf_go_value bin = {0}, why = {0};
	int status;

	if (count != 2)
		return answer_text(result, AEROSPIKE_UDF_GO_BAD_ARGUMENTS, "add expects 2 arguments");
	host->record_get(call, record, (char *)arguments[0].data, arguments[0].length, &bin);
	result->value.type = AEROSPIKE_UDF_GO_INTEGER;
	result->value.integer = bin.integer + arguments[1].integer;
	status = host->record_set(call, record, (char *)arguments[0].data, arguments[0].length,
	                          AEROSPIKE_UDF_GO_INTEGER, result->value.integer, NULL, 0, &why);
	if (status == 0)
		status = host->record_update(call, record, &why);
	if (status != 0) {
		char text[256];

		snprintf(text, sizeof text, "%.*s", (int)why.length, (char *)why.data);
		return answer_text(result, AEROSPIKE_UDF_GO_FAILED, text);
	}
	return status;
}

static int say_why(aerospike_udf_go_result *result, int status, aerospike_udf_go_value *why)
{
	char text[256];

	snprintf(text, sizeof text, "%d %.*s", status, (int)why->length, (char *)why->data);
	return answer_text(result, 0, text);
}

/* Fenced, a set reaches the host with the next store, which reports its errors. */
static int set_and_update(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *bin, uint32_t type,
                          char *data, aerospike_udf_go_result *result)
{
	aerospike_udf_go_value why = {0};

	call->host->record_set(call, record, bin, strlen(bin), type, 5, (uint8_t *)data, strlen(data), &why);
	return say_why(result, call->host->record_update(call, record, &why), &why);
}

/* The record's metadata in one line. */
static int meta(aerospike_udf_go_call *call, aerospike_udf_go_record *record, aerospike_udf_go_result *result)
{
	aerospike_udf_go_metadata facts = {.size = sizeof facts};
	aerospike_udf_go_value names = {0}, bins[2];
	char text[256];
	int length;

	call->host->record_metadata(call, record, &facts);
	length = snprintf(text, sizeof text, "%u %u %s %s %.*s %02x ", facts.exists, facts.generation,
	                  facts.namespace_name, facts.set_name, (int)facts.key.length, (char *)facts.key.data,
	                  facts.digest ? facts.digest[0] : 0);
	call->host->record_bin_names(call, record, &names);
	for (size_t i = 0; i < names.length; i++)
		length += snprintf(text + length, sizeof text - length, "%c",
		                   names.data[i] ? names.data[i] : ',');
	call->host->record_get_many(call, record, "a\0zz\0", 5, 2, bins);
	snprintf(text + length, sizeof text - length, " %d:%d %d", (int)bins[0].type, (int)bins[0].integer,
	         (int)bins[1].type);
	return answer_text(result, 0, text);
}

/* Allocates until memory is exhausted, and prints the Go runtime's message. */
static int exhaust(void)
{
	for (size_t taken = 0; taken < (size_t)1 << 32; taken += 1 << 20) {
		char *more = malloc(1 << 20);

		if (more == NULL) {
			fprintf(stderr, "runtime: out of memory: cannot allocate 1048576-byte block\nfatal error: out of memory\n");
			_exit(2);
		}
		memset(more, 1, 1 << 20);
	}
	return 0;
}

/* Maps memory until that is refused, and uses what it did not get, silently. */
static int refused(void)
{
	char *more;

	do
		more = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	while (more != MAP_FAILED);
	return *(volatile char *)more;
}

int aerospike_udf_go_apply_single(char *name, aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                                  aerospike_udf_go_value *arguments, size_t count,
                                  aerospike_udf_go_result *result)
{
	aerospike_udf_go_value why = {0};

	if (strcmp(name, "add") == 0)
		return add(call, record, arguments, count, result);
	if (strcmp(name, "echo") == 0) {
		result->value = arguments[0];
		if (arguments[0].length > 0) {
			result->value.data = malloc(arguments[0].length);
			memcpy(result->value.data, arguments[0].data, arguments[0].length);
		} else
			result->value.data = NULL;
		return 0;
	}
	if (strcmp(name, "fail") == 0)
		return answer_text(result, AEROSPIKE_UDF_GO_FAILED, "no more tokens\nwait a while");
	if (strcmp(name, "panic") == 0)
		return answer_text(result, AEROSPIKE_UDF_GO_PANICKED,
		                   "index out of range [3] with length 2\nstats.go:12 stats.Add\nmore.go:9 stats.x");
	if (strcmp(name, "exit") == 0)
		exit(7);
	if (strcmp(name, "segv") == 0)
		return *(volatile int *)8;
	if (strcmp(name, "die") == 0) {
		fprintf(stderr, "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 17 [select]:\n"
		                "runtime.gopark()\n\t/usr/local/go/src/runtime/proc.go:5 +0x1\n"
		                "m.Wait()\n\t/home/me/m/wait.go:21 +0x99\n");
		_exit(2);
	}
	if (strcmp(name, "lines") == 0) {
		char line[1024];

		memset(line, 'x', sizeof line);
		for (int64_t i = 0; i < arguments[0].integer; i++)
			call->host->log(call, AEROSPIKE_UDF_GO_LOG_INFO, line, sizeof line, NULL, 0);
		return 0;
	}
	if (strcmp(name, "print") == 0) {
		for (int64_t i = 0; i < arguments[0].integer; i++)
			printf("line %d\n", (int)i);
		return 0;
	}
	if (strcmp(name, "exhaust") == 0)
		return exhaust();
	if (strcmp(name, "refused") == 0)
		return refused();
	if (strcmp(name, "pid") == 0) {
		result->value.type = AEROSPIKE_UDF_GO_INTEGER;
		result->value.integer = getpid();
		return 0;
	}
	if (strcmp(name, "nap") == 0) {
		printf("napping as %d\n", getpid());
		for (;;)
			pause();
	}
	if (strcmp(name, "hang") == 0)
		for (;;)
			pause();
	if (strcmp(name, "talk") == 0) {
		call->host->log(call, AEROSPIKE_UDF_GO_LOG_WARN, "careful", 7, "talk.go:4", 9);
		printf("on stdout\n");
		fprintf(stderr, "on stderr\n");
		return 0;
	}
	if (strcmp(name, "remove") == 0)
		return say_why(result, call->host->record_remove(call, record, &why), &why);
	if (strcmp(name, "create") == 0) {
		call->host->record_set(call, record, "n", 1, AEROSPIKE_UDF_GO_INTEGER, 5, NULL, 0, &why);
		return say_why(result, call->host->record_create(call, record, &why), &why);
	}
	if (strcmp(name, "longbin") == 0)
		return set_and_update(call, record, "sixteen-bytes-ab", AEROSPIKE_UDF_GO_INTEGER, "", result);
	if (strcmp(name, "badlist") == 0)
		return set_and_update(call, record, "l", AEROSPIKE_UDF_GO_LIST, "\x93\x01", result);
	if (strcmp(name, "ttl") == 0) {
		call->host->record_set_ttl(call, record, 90);
		return say_why(result, call->host->record_update(call, record, &why), &why);
	}
	if (strcmp(name, "meta") == 0)
		return meta(call, record, result);
	return AEROSPIKE_UDF_GO_NOT_FOUND;
}
