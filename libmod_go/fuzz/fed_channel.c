/* fed_channel.c - messages out of the fuzzer's input, see fed_channel.h. */
#include "fed_channel.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGES_MAX = 64 };

static const uint8_t *rest;
static size_t left;
static uint8_t *given[MESSAGES_MAX]; /* each in memory of exactly its size */
static size_t given_count;
static mod_go_shared shared;

void fed_begin(mod_go_channel *channel, const uint8_t *data, size_t size, bool host)
{
	static atomic_bool gone = true;

	if (host)
		mod_go_channel_create(channel, &shared, &gone);
	else
		mod_go_channel_join(channel, &shared);
	shared.to_host.head.used = 0;
	rest = data;
	left = size;
	/* The log area, and how much of it the worker claims to use. */
	if (host && left > 4) {
		size_t length = rest[0] % 64 < left - 4 ? rest[0] % 64 : left - 4;

		memcpy(shared.log, rest + 4, length);
		memcpy(&shared.to_host.head.used, rest, 4);
		shared.to_host.head.used >>= 8 * (rest[1] % 4);
		rest += 4 + length;
		left -= 4 + length;
	}
}

void fed_end(void)
{
	while (given_count > 0)
		free(given[--given_count]);
}

mod_go_arrival mod_go_channel_send(mod_go_channel *channel, uint32_t kind, const uint8_t *data, size_t length,
                                   size_t offset, uint64_t until)
{
	volatile uint8_t sum = 0;

	(void)channel, (void)kind, (void)offset, (void)until;
	for (size_t i = 0; i < length; i += 64) /* what is sent must be readable */
		sum = (uint8_t)(sum + data[i]);
	return MOD_GO_ARRIVED;
}

mod_go_arrival mod_go_channel_receive(mod_go_channel *channel, uint64_t until, mod_go_buffer *buffer,
                                      mod_go_message *message)
{
	size_t length;
	uint8_t *data;

	(void)channel, (void)until, (void)buffer;
	if (left < 3 || given_count == MESSAGES_MAX)
		return MOD_GO_GONE;
	length = (size_t)(rest[1] | rest[2] << 8);
	if (length > left - 3)
		length = left - 3;
	data = malloc(length > 0 ? length : 1);
	if (data == NULL)
		abort();
	memcpy(data, rest + 3, length);
	*message = (mod_go_message){.kind = rest[0], .data = data, .length = length};
	given[given_count++] = data;
	rest += 3 + length;
	left -= 3 + length;
	return MOD_GO_ARRIVED;
}
