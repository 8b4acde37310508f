/* call.c - the loop of a worker: receives a message of its host, runs the module, and answers. */
#include "worker/call.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "loader/module.h"
#include "loader/result.h"
#include "worker/memory_limit.h"
#include "worker/module_time.h"
#include "worker/record.h"
#include "worker/stream.h"

/* The call's memory: a list of blocks, of which the oldest is reused by the next call. */
typedef struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) uint8_t bytes[];
} block;

#define BLOCK_BYTES ((size_t)64 << 10)

static mod_go_channel *channel;
static mod_go_module *module;
static block *blocks;
static mod_go_buffer message_buffer; /* the host's message, where it is not in the lane */
static mod_go_buffer answer_buffer;  /* the host's last answer, likewise */
static aerospike_udf_go_record record;

void *call_memory(size_t size)
{
	size_t aligned = (size + 15) & ~(size_t)15;
	block *fresh;
	void *memory;

	if (aligned < size)
		return NULL;
	if (blocks == NULL || blocks->size - blocks->used < aligned) {
		size_t capacity = aligned > BLOCK_BYTES ? aligned : BLOCK_BYTES;

		fresh = malloc(sizeof(*fresh) + capacity);
		if (fresh == NULL)
			return NULL;
		*fresh = (block){.next = blocks, .size = capacity};
		blocks = fresh;
	}
	memory = blocks->bytes + blocks->used;
	blocks->used += aligned;
	return memory;
}

void *call_copy(const void *data, size_t length)
{
	void *copy = call_memory(length + 1);

	if (copy != NULL && length > 0)
		memcpy(copy, data, length);
	return copy;
}

call_mark call_mark_now(void)
{
	return (call_mark){blocks, blocks->used};
}

void call_free_to(call_mark mark)
{
	while (blocks != mark.block) {
		block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
	blocks->used = mark.used;
}

/* Exits: the host is gone, or breaks the protocol. */
static _Noreturn void exit_worker(void)
{
	_exit(70);
}

void call_request(mod_go_writer *writer)
{
	mod_go_write_begin(writer, channel, 0, MOD_GO_LANE_BYTES);
}

static void send_to_host(mod_go_writer *writer, uint32_t kind)
{
	mod_go_arrival sent = mod_go_write_send(writer, channel, kind, 0);
	static const char text[] = "the worker has no memory for what it must send; raise its memory limit\n";

	if (sent == MOD_GO_ARRIVED)
		return;
	if (sent == MOD_GO_OUT_OF_MEMORY && write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(71);
	exit_worker();
}

mod_go_reader call_ask(mod_go_writer *writer, uint32_t kind)
{
	mod_go_message message;

	send_to_host(writer, kind);
	if (mod_go_channel_receive(channel, 0, &answer_buffer, &message) != MOD_GO_ARRIVED ||
	    message.kind != MOD_GO_MESSAGE_ANSWER)
		exit_worker();
	return mod_go_read_begin(&message);
}

/* ---- logs ---------------------------------------------------------------------------------------- */

/* The length of a text that is cut to `most` bytes, at a whole UTF-8 character. */
static uint32_t cut(const char *text, size_t length, size_t most)
{
	if (text == NULL)
		return 0;
	if (length <= most)
		return (uint32_t)length;
	while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
		most--;
	return (uint32_t)most;
}

static void host_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length,
                     char *location, size_t location_length)
{
	uint32_t head[3] = {(uint32_t)level, cut(message, message_length, MOD_GO_LOG_BYTES / 2),
	                    cut(location, location_length, MOD_GO_LOG_BYTES / 4)};
	size_t needed = sizeof(head) + head[1] + head[2];
	mod_go_lane *lane = channel->out;
	uint8_t *to;

	if (level < 0 || (uint32_t)level > call->log_level)
		return;
	if (needed > MOD_GO_LOG_BYTES - lane->head.used) {
		mod_go_writer writer;

		call_request(&writer);
		call_ask(&writer, MOD_GO_MESSAGE_LOGS);
	}
	to = channel->shared->log + lane->head.used;
	memcpy(to, head, sizeof(head));
	if (head[1] > 0)
		memcpy(to + sizeof(head), message, head[1]);
	if (head[2] > 0)
		memcpy(to + sizeof(head) + head[1], location, head[2]);
	/* The host also reads the log of a worker that has crashed, and must find whole lines: see channel.c. */
	atomic_thread_fence(memory_order_release);
	lane->head.used += (uint32_t)needed;
}

/* ---- messages ------------------------------------------------------------------------------------ */

static void done(const mod_go_error *error)
{
	mod_go_writer writer;
	int major = 0, minor = 0;

	if (module != NULL)
		mod_go_api_version(module, &major, &minor);
	call_request(&writer);
	mod_go_write_number(&writer, error->status);
	mod_go_write_text(&writer, error->message, strlen(error->message));
	mod_go_write_number(&writer, (uint32_t)major);
	mod_go_write_number(&writer, (uint32_t)minor);
	send_to_host(&writer, MOD_GO_MESSAGE_DONE);
}

static char *text_of(mod_go_reader *reader)
{
	size_t length;
	const char *text = mod_go_read_text(reader, &length);
	char *copy = call_copy(text, length);

	if (copy == NULL)
		exit_worker();
	copy[length] = '\0';
	return copy;
}

static void open_module(mod_go_reader *reader)
{
	mod_go_private_copy copy = {.descriptor = MOD_GO_MODULE_DESCRIPTOR, .name = "/proc/self/fd/5"};
	mod_go_error error;

	_Static_assert(MOD_GO_MODULE_DESCRIPTOR == 5, "the name above has the descriptor");
	if (module != NULL)
		exit_worker();
	mod_go_open_copy(text_of(reader), &copy, &module, &error);
	done(&error);
}

static void set_up(void)
{
	mod_go_error error;

	if (module == NULL)
		exit_worker();
	mod_go_setup(module, &error);
	done(&error);
}

static void give_property(mod_go_reader *reader)
{
	char *value = module != NULL ? mod_go_property(module, text_of(reader)) : NULL;
	mod_go_writer writer;

	call_request(&writer);
	mod_go_write_text(&writer, value != NULL ? value : "", value != NULL ? strlen(value) : 0);
	free(value);
	send_to_host(&writer, MOD_GO_MESSAGE_TEXT);
}

static void give_result(int status, aerospike_udf_go_record *handle, bool stream,
                        const aerospike_udf_go_value *value)
{
	bool again = handle != NULL && handle->again;
	mod_go_writer writer;

	call_request(&writer);
	if (!again) {
		record_flush(handle, &writer);
		mod_go_write_number(&writer, handle != NULL ? handle->deferred : 0);
		mod_go_write_number(&writer, (uint32_t)status);
		mod_go_write_value(&writer, value);
		if (stream)
			stream_write_rest(&writer);
	}
	send_to_host(&writer, again ? MOD_GO_MESSAGE_AGAIN : MOD_GO_MESSAGE_RESULT);
}

/* The host table with these functions. Most calls have those of the call before. */
static aerospike_udf_go_host *host_table(uint32_t functions)
{
	static aerospike_udf_go_host host;
	static uint32_t current = ~0u;

	if (functions != current) {
		record_functions(&host, functions);
		stream_functions(&host, functions);
		host.log = (functions & MOD_GO_HAS_LOG) != 0 ? host_log : NULL;
		current = functions;
	}
	return &host;
}

static int apply_stream(const char *name, aerospike_udf_go_call *call, const mod_go_call_head *head,
                        mod_go_reader *reader, aerospike_udf_go_value *arguments,
                        aerospike_udf_go_result *result)
{
	aerospike_udf_go_stream *in, *out;
	aerospike_udf_go_value why;
	int status, end;

	stream_begin(head, reader, &in, &out);
	status =
		mod_go_apply_stream(module, name, call, head->scope, in, out, arguments, head->arguments, result);
	end = stream_end(status, &why);
	if (end != status)
		mod_go_result_refuse(result, end, "%.*s", (int)why.length, (const char *)why.data);
	return end;
}

/* The host enforces the deadline, so a function that does not use it gets none. */
static int apply_single(const char *name, aerospike_udf_go_call *call, aerospike_udf_go_record *handle,
                        aerospike_udf_go_value *arguments, size_t count, aerospike_udf_go_result *result)
{
	const mod_go_function *function = mod_go_find_function(module, name);

	if (function == NULL)
		return mod_go_apply_single(module, name, call, handle, arguments, count, result);
	if (!mod_go_function_has_deadline(function))
		call->deadline = 0;
	return mod_go_apply_function(function, call, handle, arguments, count, result);
}

static void apply(mod_go_reader *reader)
{
	static uint8_t buffer[4096];
	aerospike_udf_go_value *arguments = NULL;
	aerospike_udf_go_record *handle = NULL;
	aerospike_udf_go_result result;
	aerospike_udf_go_call call;
	mod_go_call_head head;
	const char *name;
	size_t length;
	int status;

	mod_go_read_bytes(reader, &head, sizeof(head));
	name = mod_go_read_text(reader, &length); /* ends in NUL */
	/* A value takes at least four bytes, so a false count cannot allocate much. */
	if (module == NULL || length == 0 || name[length - 1] != '\0' || head.arguments > reader->length / 4)
		exit_worker();
	arguments = call_memory(head.arguments * sizeof(*arguments));
	if (arguments == NULL)
		exit_worker();
	for (uint32_t i = 0; i < head.arguments; i++)
		mod_go_read_value(reader, &arguments[i]);
	if (head.record != 0) {
		record_begin(&record, reader, head.bins, head.complete != 0);
		record.may_defer = head.defers != 0;
		handle = &record;
	}
	if (reader->failed)
		exit_worker();
	call = (aerospike_udf_go_call){.size = sizeof(call),
	                               .log_level = head.log_level,
	                               .host = host_table(head.functions),
	                               .deadline = head.deadline};
	module_time_set(head.now);
	if (handle != NULL)
		record_prefetch(handle, &call, head.functions);
	mod_go_result_init(&result, buffer, sizeof(buffer));
	status = head.stream != 0 ? apply_stream(name, &call, &head, reader, arguments, &result)
	                          : apply_single(name, &call, handle, arguments, head.arguments, &result);
	record_take_writes(handle, &call);
	give_result(status, handle, head.stream != 0, &result.value);
	mod_go_result_clear(&result);
}

_Noreturn void serve(mod_go_channel *to_host)
{
	mod_go_message message;
	call_mark nothing;

	channel = to_host;
	if (call_memory(0) == NULL)
		exit_worker();
	nothing = call_mark_now();
	for (;;) {
		mod_go_reader reader;

		if (mod_go_channel_receive(channel, 0, &message_buffer, &message) != MOD_GO_ARRIVED)
			exit_worker();
		memory_limit_forget();
		reader = mod_go_read_begin(&message);
		switch (message.kind) {
		case MOD_GO_MESSAGE_OPEN:
			open_module(&reader);
			break;
		case MOD_GO_MESSAGE_SETUP:
			set_up();
			break;
		case MOD_GO_MESSAGE_PROPERTY:
			give_property(&reader);
			break;
		case MOD_GO_MESSAGE_CALL:
			apply(&reader);
			break;
		default:
			exit_worker();
		}
		call_free_to(nothing);
		mod_go_buffer_trim(&message_buffer);
		mod_go_buffer_trim(&answer_buffer);
	}
}

_Noreturn void serve_refusal(mod_go_channel *to_host, const char *path, const mod_go_error *why)
{
	mod_go_message message;
	mod_go_error error;

	channel = to_host;
	mod_go_fail(&error, why->status, "%s: %s", path, why->message);
	while (mod_go_channel_receive(channel, 0, &message_buffer, &message) == MOD_GO_ARRIVED)
		done(&error);
	exit_worker();
}
