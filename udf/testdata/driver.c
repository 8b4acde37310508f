/*
 * A host of UDF modules for the tests of the ABI: one record in memory, driven by lines on standard input. It checks
 * nothing and frees little.
 *
 *   bin NAME VALUE        sets a bin           reset              forgets bins and options
 *   option NAME N         see below            apply NAME VALUE…  prints "STATUS VALUE"
 *   property NAME         prints it            setup              prints its status
 *   elements VALUE…       the input of streams records N          the input: N records with the bin a: 1 … N
 *   stream NAME SCOPE VALUE…  prints what the UDF writes, then "STATUS VALUE"
 *   counts                prints how many batches the last stream read and wrote
 *   host calls            prints how often record_get and record_set were called since the last time
 *   bench NAME N          prints nanoseconds a call
 *   threads NAME N T      calls from T threads
 *   setups T              setup from T threads at once: prints each status
 *   floor N               nanoseconds of a call into Go that does nothing (setup, once it has run)
 *
 * NAME may be @SYMBOL, the C function of a UDF. VALUE is n (nil), b:1, i:5, d:1.5, s:text, x:hex (bytes),
 * l:hex and m:hex (msgpack), t:N:hex (any type N).
 * Options: record, host (0: none), functions (0: an empty table), exists, refuse (writes), buffer (bytes),
 * deadline (milliseconds from now, may be negative), level, nest (unset calls another UDF), many (0: streams have no
 * batches), streams (0: none), broken (the number of elements after which reading a stream fails), call_size,
 * result_size and table_size (the size that those structs state, if not 0).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aerospike_udf_go.h"

#define BINS 64

static struct {
	int (*major)(void);
	int (*minor)(void);
	char *(*property)(char *);
	int (*setup)(void);
	int (*single)(char *, aerospike_udf_go_call *, aerospike_udf_go_record *, aerospike_udf_go_value *,
	              size_t, aerospike_udf_go_result *);
	int (*stream)(char *, aerospike_udf_go_call *, int, aerospike_udf_go_stream *, aerospike_udf_go_stream *,
	              aerospike_udf_go_value *, size_t, aerospike_udf_go_result *);
} module;

static struct {
	char name[32];
	aerospike_udf_go_value value;
} bins[BINS];
static int bin_count;
static char bin_names[BINS * 32];

static struct {
	int record, host, functions, exists, refuse, buffer, deadline, level, nest, many, streams, broken;
	int call_size, result_size, table_size;
} option;

static void *library;

/* The C function of a UDF, for a name that begins with @: looked up once, as a host does. */
static void *symbol_of(const char *name)
{
	static char last[160];
	static void *found;

	if (strcmp(name + 1, last) != 0) {
		found = dlsym(library, name + 1);
		if (found == NULL) {
			printf("no symbol %s\n", name + 1);
			exit(1);
		}
		strncpy(last, name + 1, sizeof(last) - 1);
	}
	return found;
}

static const char *const types[] = {"nil",   "boolean", "integer", "double", "string",
                                    "bytes", "geojson", "hll",     "list",   "map"};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- the host ---- */

static int find(const char *name, size_t length)
{
	for (int i = 0; i < bin_count; i++) {
		if (strlen(bins[i].name) == length && memcmp(bins[i].name, name, length) == 0) {
			return i;
		}
	}
	return -1;
}

static int why_not(aerospike_udf_go_value *why)
{
	static char text[] = "the namespace is read-only";

	why->type = AEROSPIKE_UDF_GO_STRING;
	why->data = (uint8_t *)text;
	why->length = sizeof(text) - 1;
	return AEROSPIKE_UDF_GO_REFUSED;
}

/* ---- streams ---- */

#define ELEMENTS 512

static aerospike_udf_go_value elements[ELEMENTS]; /* of a stream of records, the values of bin a */
static int element_count, element_at, elements_are_records;
static int reads_many, writes_many;

static int is_element(aerospike_udf_go_record *record)
{
	return (uintptr_t)record >= (uintptr_t)elements && (uintptr_t)record < (uintptr_t)(elements + ELEMENTS);
}

static int host_read(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream,
                     aerospike_udf_go_record **record, aerospike_udf_go_value *value)
{
	(void)call;
	(void)stream;
	if (option.broken && element_at == option.broken) {
		return why_not(value);
	}
	if (element_at == element_count) {
		return AEROSPIKE_UDF_GO_OK;
	}
	if (elements_are_records) {
		*record = (aerospike_udf_go_record *)&elements[element_at++];
	} else {
		*value = elements[element_at++];
	}
	return AEROSPIKE_UDF_GO_OK;
}

/* Only integers of one byte, at most seven at once. */
static int host_read_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t limit,
                          aerospike_udf_go_value *values)
{
	static uint8_t list[8];
	uint32_t n = 0;

	(void)call;
	(void)stream;
	reads_many++;
	while (n < 7 && n < limit && element_at < element_count) {
		if (elements[element_at].type != AEROSPIKE_UDF_GO_INTEGER) {
			if (n == 0) {
				return AEROSPIKE_UDF_GO_REFUSED;
			}
			break;
		}
		list[++n] = (uint8_t)elements[element_at++].integer;
	}
	list[0] = (uint8_t)(0x90 + n);
	*values = (aerospike_udf_go_value){AEROSPIKE_UDF_GO_LIST, 0, 0, list, n + 1};
	return AEROSPIKE_UDF_GO_OK;
}

static void print_value(const aerospike_udf_go_value *v);

static int host_stream_write(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint32_t type,
                             int64_t integer, uint8_t *data, size_t length, aerospike_udf_go_value *why)
{
	aerospike_udf_go_value value = {type, 0, integer, data, length};

	(void)call;
	(void)stream;
	if (option.refuse) {
		return why_not(why);
	}
	printf("write ");
	print_value(&value);
	printf("\n");
	return AEROSPIKE_UDF_GO_OK;
}

static int host_write_many(aerospike_udf_go_call *call, aerospike_udf_go_stream *stream, uint8_t *data,
                           size_t length, aerospike_udf_go_value *why)
{
	writes_many++;
	return host_stream_write(call, stream, AEROSPIKE_UDF_GO_LIST, 0, data, length, why);
}

/* ---- prefetched bins and buffered writes ---- */

#define WRITES 4

/* Offered only where the environment has PREFETCH: every answer is the same with and without. */
static _Thread_local aerospike_udf_go_bin prefetched[BINS];
static _Thread_local aerospike_udf_go_write writes[WRITES];
static _Thread_local uint8_t write_data[64];
static int gets, sets;

static void set(const char *name, size_t length, aerospike_udf_go_value value);
static void unset(const char *name, size_t length);

static void take_writes(aerospike_udf_go_call *call)
{
	for (uint32_t i = 0; i < call->write_count; i++) {
		if (writes[i].value.type == AEROSPIKE_UDF_GO_NIL) {
			unset(writes[i].name, writes[i].name_length);
		} else {
			set(writes[i].name, writes[i].name_length, writes[i].value);
		}
	}
	call->write_count = call->write_used = 0;
}

static void offer_prefetch(aerospike_udf_go_call *call)
{
	if (getenv("PREFETCH") == NULL || !option.record || !option.functions || !option.host || option.nest) {
		return;
	}
	call->bins = prefetched;
	for (int i = 0; i < bin_count; i++) {
		if (bins[i].value.type < AEROSPIKE_UDF_GO_LIST) {
			prefetched[call->bin_count++] =
				(aerospike_udf_go_bin){bins[i].name, strlen(bins[i].name), bins[i].value};
		}
	}
	call->writes = writes;
	call->write_limit = WRITES;
	call->write_data = write_data;
	call->write_capacity = sizeof(write_data);
}

static int host_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t length,
                    aerospike_udf_go_value *value)
{
	int i;

	gets++;
	take_writes(call);
	i = find(name, length);
	if (is_element(record)) {
		*value = *(aerospike_udf_go_value *)record;
		return AEROSPIKE_UDF_GO_OK;
	}
	if (i >= 0) {
		*value = bins[i].value;
	}
	return AEROSPIKE_UDF_GO_OK;
}

static void set(const char *name, size_t length, aerospike_udf_go_value value)
{
	int i = find(name, length);

	if (i < 0) {
		i = bin_count++;
		memcpy(bins[i].name, name, length);
		bins[i].name[length] = 0;
	}
	if (value.length > 0) {
		uint8_t *copy = malloc(value.length);

		memcpy(copy, value.data, value.length);
		value.data = copy;
	}
	bins[i].value = value;
}

static void unset(const char *name, size_t length)
{
	int i = find(name, length);

	if (i >= 0) {
		bins[i] = bins[--bin_count];
	}
}

static int host_set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name,
                    size_t name_length, uint32_t type, int64_t integer, uint8_t *data, size_t length,
                    aerospike_udf_go_value *why)
{
	(void)record;
	(void)why;
	sets++;
	take_writes(call);
	set(name, name_length, (aerospike_udf_go_value){type, 0, integer, data, length});
	return AEROSPIKE_UDF_GO_OK;
}

static aerospike_udf_go_host host;

static int host_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t length,
                      aerospike_udf_go_value *why)
{
	(void)record;
	(void)why;
	take_writes(call);
	if (option.nest) {
		aerospike_udf_go_call inner = {
			.size = sizeof(inner), .log_level = AEROSPIKE_UDF_GO_LOG_INFO, .host = &host, .context = "inner"};
		aerospike_udf_go_value text = {AEROSPIKE_UDF_GO_STRING, 0, 0, (uint8_t *)"nested", 6};
		aerospike_udf_go_result result = {.size = sizeof(result)};

		module.single("say", &inner, NULL, &text, 1, &result);
	}
	unset(name, length);
	return AEROSPIKE_UDF_GO_OK;
}

static int host_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                          aerospike_udf_go_value *names)
{
	size_t at = 0;

	(void)record;
	take_writes(call);
	for (int i = 0; i < bin_count; i++) {
		strcpy(bin_names + at, bins[i].name);
		at += strlen(bins[i].name) + 1;
	}
	*names = (aerospike_udf_go_value){AEROSPIKE_UDF_GO_STRING, 0, 0, (uint8_t *)bin_names, at};
	return AEROSPIKE_UDF_GO_OK;
}

static int host_metadata(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                         aerospike_udf_go_metadata *m)
{
	static uint8_t digest[20];

	(void)call;
	(void)record;
	m->exists = (uint32_t)option.exists;
	m->ttl = 0xFFFFFFFF;
	m->generation = 3;
	m->last_update = 1700000000123;
	m->storage_size = 100;
	m->digest = digest;
	m->namespace_name = "test";
	m->set_name = "demo";
	m->key = (aerospike_udf_go_value){AEROSPIKE_UDF_GO_STRING, 0, 0, (uint8_t *)"k1", 2};
	return AEROSPIKE_UDF_GO_OK;
}

static int host_write(aerospike_udf_go_call *call, aerospike_udf_go_record *record,
                      aerospike_udf_go_value *why)
{
	(void)record;
	take_writes(call);
	return option.refuse ? why_not(why) : AEROSPIKE_UDF_GO_OK;
}

static int host_set_ttl(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl)
{
	(void)call;
	(void)record;
	printf("ttl %u\n", ttl);
	return AEROSPIKE_UDF_GO_OK;
}

static int host_exists(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t *exists)
{
	(void)call;
	(void)record;
	*exists = (uint32_t)option.exists;
	return AEROSPIKE_UDF_GO_OK;
}

static void host_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length,
                     char *location, size_t location_length)
{
	printf("log %s %d %.*s (%.*s)\n", (char *)call->context, level, (int)message_length, message,
	       (int)location_length, location);
}

/* ---- values ---- */

static size_t unhex(const char *hex, uint8_t **out)
{
	size_t n = strlen(hex) / 2;

	*out = malloc(n + 1);
	for (size_t i = 0; i < n; i++) {
		unsigned byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		(*out)[i] = (uint8_t)byte;
	}
	return n;
}

static aerospike_udf_go_value parse(char *text)
{
	aerospike_udf_go_value v = {0};
	char *rest = text + 2;
	double d;

	switch (text[0]) {
	case 'b':
		v.type = AEROSPIKE_UDF_GO_BOOLEAN;
		v.integer = atoll(rest);
		break;
	case 'i':
		v.type = AEROSPIKE_UDF_GO_INTEGER;
		v.integer = atoll(rest);
		break;
	case 'd':
		v.type = AEROSPIKE_UDF_GO_DOUBLE;
		d = atof(rest);
		memcpy(&v.integer, &d, sizeof(d));
		break;
	case 's':
		v.type = AEROSPIKE_UDF_GO_STRING;
		v.data = (uint8_t *)strdup(rest);
		v.length = strlen(rest);
		break;
	case 'x':
	case 'l':
	case 'm':
		v.type = text[0] == 'x'   ? AEROSPIKE_UDF_GO_BYTES
		         : text[0] == 'l' ? AEROSPIKE_UDF_GO_LIST
		                          : AEROSPIKE_UDF_GO_MAP;
		v.length = unhex(rest, &v.data);
		break;
	case 't':
		v.type = (uint32_t)strtol(rest, &rest, 10);
		v.length = unhex(rest + 1, &v.data);
		break;
	}
	if (text[0] != 's' && v.length == 0) {
		v.data = NULL; /* a host may pass either */
	}
	return v;
}

static void print_value(const aerospike_udf_go_value *v)
{
	double d;

	printf("%s", v->type < 10 ? types[v->type] : "?");
	switch (v->type) {
	case AEROSPIKE_UDF_GO_BOOLEAN:
	case AEROSPIKE_UDF_GO_INTEGER:
		printf(" %" PRId64, v->integer);
		break;
	case AEROSPIKE_UDF_GO_DOUBLE:
		memcpy(&d, &v->integer, sizeof(d));
		printf(" %.17g", d);
		break;
	case AEROSPIKE_UDF_GO_STRING:
	case AEROSPIKE_UDF_GO_GEOJSON:
		putchar(' ');
		for (size_t i = 0; i < v->length; i++) {
			if (v->data[i] == '\n') {
				printf("\\n");
			} else {
				putchar(v->data[i]);
			}
		}
		break;
	case AEROSPIKE_UDF_GO_NIL:
		break;
	default:
		putchar(' ');
		for (size_t i = 0; i < v->length; i++) {
			printf("%02x", v->data[i]);
		}
	}
}

/* ---- calls ---- */

static int apply(char *name, aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	static aerospike_udf_go_host none = {.size = sizeof(none)};
	aerospike_udf_go_call call = {
		.size = sizeof(call), .log_level = (uint32_t)option.level, .host = &host, .context = "outer"};
	int status;

	if (!option.functions) {
		call.host = &none;
	}
	if (!option.host) {
		call.host = NULL;
	}
	if (option.deadline) {
		call.deadline = now() + (uint64_t)((int64_t)option.deadline * 1000000);
	}
	if (option.call_size) {
		call.size = (uint32_t)option.call_size;
	}
	host.size = option.table_size ? (uint32_t)option.table_size : sizeof(host);
	offer_prefetch(&call);
	if (name[0] == '@') {
		int (*symbol)(aerospike_udf_go_call *, aerospike_udf_go_record *, aerospike_udf_go_value *, size_t,
		              aerospike_udf_go_result *);

		*(void **)&symbol = symbol_of(name);
		status =
			symbol(&call, option.record ? (aerospike_udf_go_record *)&bins : NULL, arguments, count, result);
	} else {
		status = module.single(name, &call, option.record ? (aerospike_udf_go_record *)&bins : NULL,
		                       arguments, count, result);
	}
	take_writes(&call);
	return status;
}

/* scope is 0 for a record UDF. */
static void apply_and_print(char *name, int scope, aerospike_udf_go_value *arguments, size_t count)
{
	uint8_t buffer[4096];
	aerospike_udf_go_result result = {
		.size = sizeof(result), .buffer = buffer, .capacity = (size_t)option.buffer};
	int status;

	memset(buffer, 0xee, sizeof(buffer));
	if (option.result_size) {
		result.size = (uint32_t)option.result_size;
	}
	if (scope != 0) {
		static char in, out; /* for the stream handles */
		aerospike_udf_go_call call = {
			.size = sizeof(call), .log_level = 2, .host = &host, .context = "outer"};

		if (option.deadline) {
			call.deadline = now() + (uint64_t)((int64_t)option.deadline * 1000000);
		}
		host.stream_read = option.streams ? host_read : NULL;
		host.stream_write = option.streams ? host_stream_write : NULL;
		host.stream_read_many = option.many ? host_read_many : NULL;
		host.stream_write_many = option.many ? host_write_many : NULL;
		element_at = reads_many = writes_many = 0;
		if (name[0] == '@') {
			int (*symbol)(aerospike_udf_go_call *, int, aerospike_udf_go_stream *, aerospike_udf_go_stream *,
			              aerospike_udf_go_value *, size_t, aerospike_udf_go_result *);

			*(void **)&symbol = symbol_of(name);
			status = symbol(&call, scope, (aerospike_udf_go_stream *)&in, (aerospike_udf_go_stream *)&out,
			                arguments, count, &result);
		} else
			status = module.stream(name, &call, scope, (aerospike_udf_go_stream *)&in,
			                       (aerospike_udf_go_stream *)&out, arguments, count, &result);
	} else {
		status = apply(name, arguments, count, &result);
	}
	printf("%d ", status);
	print_value(&result.value);
	printf("\n");
	for (size_t i = (size_t)option.buffer; i < sizeof(buffer); i++) {
		if (buffer[i] != 0xee) {
			printf("wrote past the buffer at %zu\n", i);
			break;
		}
	}
	if (result.value.data != buffer) {
		free(result.value.data);
	}
}

static aerospike_udf_go_value bench_arguments[8];
static size_t bench_count;

static double nanoseconds(char *name, long n)
{
	uint8_t buffer[256];
	uint64_t start = now();

	for (long i = 0; i < n; i++) {
		aerospike_udf_go_result result = {
			.size = sizeof(result), .buffer = buffer, .capacity = sizeof(buffer)};

		if (apply(name, bench_arguments, bench_count, &result) != 0) {
			printf("bench: the call failed\n");
			return 0;
		}
		if (result.value.data != NULL && result.value.data != buffer) {
			free(result.value.data);
		}
	}
	return (double)(now() - start) / (double)n;
}

struct work {
	char *name;
	long n;
	double took;
};

/* All threads of a test begin together and end together. */
static pthread_barrier_t together;

static void *thread(void *arg)
{
	struct work *w = arg;

	pthread_barrier_wait(&together);
	w->took = nanoseconds(w->name, w->n);
	pthread_barrier_wait(&together);
	return NULL;
}

static void *set_up(void *arg)
{
	pthread_barrier_wait(&together);
	*(int *)arg = module.setup();
	return NULL;
}

static void setups(int count)
{
	pthread_t id[64];
	int answer[64];

	pthread_barrier_init(&together, NULL, (unsigned)count);
	for (int i = 0; i < count; i++) {
		pthread_create(&id[i], NULL, set_up, &answer[i]);
	}
	for (int i = 0; i < count; i++) {
		pthread_join(id[i], NULL);
		printf("%d%s", answer[i], i + 1 < count ? " " : "\n");
	}
	pthread_barrier_destroy(&together);
}

static void threads(char *name, long n, int count)
{
	pthread_t id[512];
	struct work work[512];
	uint64_t start = now();

	pthread_barrier_init(&together, NULL, (unsigned)count);
	for (int i = 0; i < count; i++) {
		work[i] = (struct work){name, n, 0};
		pthread_create(&id[i], NULL, thread, &work[i]);
	}
	for (int i = 0; i < count; i++) {
		pthread_join(id[i], NULL);
	}
	pthread_barrier_destroy(&together);
	printf("%d threads: %.1f ns a call\n", count, (double)(now() - start) / ((double)n * count));
}

static void set_option(const char *name, int n)
{
	struct {
		const char *name;
		int *place;
	} all[] = {{"record", &option.record},
	           {"host", &option.host},
	           {"functions", &option.functions},
	           {"exists", &option.exists},
	           {"refuse", &option.refuse},
	           {"buffer", &option.buffer},
	           {"deadline", &option.deadline},
	           {"level", &option.level},
	           {"nest", &option.nest},
	           {"many", &option.many},
	           {"streams", &option.streams},
	           {"broken", &option.broken},
	           {"call_size", &option.call_size},
	           {"result_size", &option.result_size},
	           {"table_size", &option.table_size}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i].name, name) == 0) {
			*all[i].place = n;
			return;
		}
	}
	printf("no option %s\n", name);
}

static void reset(void)
{
	bin_count = 0;
	memset(&option, 0, sizeof(option));
	option.record = option.host = option.functions = option.exists = option.many = option.streams = 1;
	option.buffer = 64;
	option.level = AEROSPIKE_UDF_GO_LOG_INFO;
}

static void run(char *line)
{
	char *word[64] = {0};
	int n = 0;
	aerospike_udf_go_value values[64];

	for (char *w = strtok(line, " \n"); w != NULL && n < 64; w = strtok(NULL, " \n")) {
		word[n++] = w;
	}
	if (n == 0) {
		return;
	}
	for (int i = 2; i < n; i++) {
		values[i - 2] = parse(word[i]);
	}
	if (strcmp(word[0], "apply") == 0) {
		apply_and_print(word[1], 0, values, (size_t)(n - 2));
	} else if (strcmp(word[0], "stream") == 0) {
		apply_and_print(word[1], atoi(word[2]), values + 1, (size_t)(n - 3));
	} else if (strcmp(word[0], "elements") == 0) {
		elements_are_records = 0;
		element_count = n - 1;
		for (int i = 1; i < n; i++) {
			elements[i - 1] = parse(word[i]);
		}
	} else if (strcmp(word[0], "records") == 0) {
		elements_are_records = 1;
		element_count = atoi(word[1]);
		for (int i = 0; i < element_count; i++) {
			elements[i] = (aerospike_udf_go_value){AEROSPIKE_UDF_GO_INTEGER, 0, i + 1, NULL, 0};
		}
	} else if (strcmp(word[0], "counts") == 0) {
		printf("read many %d, wrote many %d\n", reads_many, writes_many);
	} else if (strcmp(word[0], "host") == 0) {
		printf("get %d, set %d\n", gets, sets);
		gets = sets = 0;
	} else if (strcmp(word[0], "bin") == 0) {
		set(word[1], strlen(word[1]), values[0]);
	} else if (strcmp(word[0], "reset") == 0) {
		reset();
	} else if (strcmp(word[0], "option") == 0) {
		set_option(word[1], atoi(word[2]));
	} else if (strcmp(word[0], "property") == 0) {
		char *p = module.property(word[1]);

		printf("%s\n", p);
		free(p);
	} else if (strcmp(word[0], "setup") == 0) {
		printf("%d\n", module.setup());
	} else if (strcmp(word[0], "version") == 0) {
		printf("%d.%d\n", module.major(), module.minor());
	} else if (strcmp(word[0], "bench") == 0) {
		bench_count = (size_t)(n - 3);
		memcpy(bench_arguments, values + 1, bench_count * sizeof(values[0]));
		nanoseconds(word[1], atol(word[2]) / 10);
		printf("%s %.1f ns\n", word[1], nanoseconds(word[1], atol(word[2])));
	} else if (strcmp(word[0], "floor") == 0) {
		uint64_t start = now();
		long calls = atol(word[1]);

		for (long i = 0; i < calls; i++) {
			module.setup();
		}
		printf("floor %.1f ns\n", (double)(now() - start) / (double)calls);
	} else if (strcmp(word[0], "threads") == 0) {
		bench_count = 0;
		threads(word[1], atol(word[2]), atoi(word[3]));
	} else if (strcmp(word[0], "setups") == 0) {
		setups(atoi(word[1]));
	} else {
		printf("no command %s\n", word[0]);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char line[65536];
	void *handle = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;

	if (handle == NULL) {
		fprintf(stderr, "driver: %s\n", argc == 2 ? dlerror() : "usage: driver MODULE.so");
		return 1;
	}
	library = handle;
	*(void **)&module.major = dlsym(handle, "aerospike_udf_go_get_api_version_major");
	*(void **)&module.minor = dlsym(handle, "aerospike_udf_go_get_api_version_minor");
	*(void **)&module.property = dlsym(handle, "aerospike_udf_go_get_property");
	*(void **)&module.setup = dlsym(handle, "aerospike_udf_go_setup");
	*(void **)&module.single = dlsym(handle, "aerospike_udf_go_apply_single");
	*(void **)&module.stream = dlsym(handle, "aerospike_udf_go_apply_stream");
	host = (aerospike_udf_go_host){.size = sizeof(host),
	                               .record_get = host_get,
	                               .record_set = host_set,
	                               .record_unset = host_unset,
	                               .record_bin_names = host_bin_names,
	                               .record_metadata = host_metadata,
	                               .record_set_ttl = host_set_ttl,
	                               .record_create = host_write,
	                               .record_update = host_write,
	                               .record_remove = host_write,
	                               .record_exists = host_exists,
	                               .log = host_log};
	reset();
	while (fgets(line, sizeof(line), stdin) != NULL) {
		run(line);
	}
	return 0;
}
