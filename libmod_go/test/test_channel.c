/* test_channel.c - messages of every length around each bound, and invalid messages. Both ends are in this process. */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fenced/channel.h"
#include "fenced/wire.h"

#define STEP 4u /* channel.c's: what a lane's word grows by with each message */

static mod_go_shared shared;
static atomic_bool gone;
static mod_go_channel host, worker;

static void connect_ends(void)
{
	memset(&shared, 0, offsetof(mod_go_shared, log));
	atomic_store(&gone, false);
	mod_go_channel_create(&host, &shared, &gone);
	CHECK(mod_go_channel_join(&worker, &shared));
}

static uint64_t in_seconds(unsigned seconds)
{
	return mod_go_now() + seconds * UINT64_C(1000000000);
}

/* The byte at each offset of a message, so that pieces in the wrong order are noticed. */
static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 31 + (at >> 13));
}

struct sending {
	mod_go_channel *from;
	const uint8_t *data;
	size_t length, offset;
	mod_go_arrival arrival;
};

static void *send_it(void *argument)
{
	struct sending *sending = argument;

	sending->arrival = mod_go_channel_send(sending->from, MOD_GO_MESSAGE_CONTINUE + 1, sending->data,
	                                       sending->length, sending->offset, in_seconds(20));
	return NULL;
}

static bool is_whole(const mod_go_message *message, size_t length)
{
	if (message->kind != MOD_GO_MESSAGE_CONTINUE + 1 || message->length != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (message->data[i] != byte_at(i))
			return false;
	return true;
}

/* Sends that many bytes from one end to the other. Returns how they arrive. */
static mod_go_arrival cross(mod_go_channel *from, mod_go_channel *to, size_t length, size_t offset)
{
	uint8_t *data = malloc(length > 0 ? length : 1);
	struct sending sending = {from, data, length, offset, MOD_GO_GONE};
	mod_go_buffer buffer = {NULL, 0};
	mod_go_message message = {0};
	mod_go_arrival arrival;
	pthread_t thread;

	for (size_t i = 0; i < length; i++)
		data[i] = byte_at(i);
	CHECK_NUMBER(pthread_create(&thread, NULL, send_it, &sending), 0);
	arrival = mod_go_channel_receive(to, in_seconds(20), &buffer, &message);
	if (arrival == MOD_GO_ARRIVED)
		CHECK(is_whole(&message, length));
	else
		mod_go_channel_send(to, MOD_GO_MESSAGE_CONTINUE + 2, NULL, 0, 0, 0); /* ends the sender's wait */
	pthread_join(thread, NULL);
	if (arrival == MOD_GO_ARRIVED)
		CHECK_NUMBER(sending.arrival, MOD_GO_ARRIVED);
	mod_go_buffer_free(&buffer);
	free(data);
	return arrival;
}

TEST(messages_of_each_length_around_a_bound_arrive_whole)
{
	static const size_t BOUNDS[] = {1, 4096, MOD_GO_IN_LANE_BYTES, MOD_GO_LANE_BYTES, 2 * MOD_GO_LANE_BYTES};

	connect_ends();
	for (size_t i = 0; i < sizeof(BOUNDS) / sizeof(*BOUNDS); i++) {
		for (size_t length = BOUNDS[i] - 1; length <= BOUNDS[i] + 1; length++) {
			CHECK_NUMBER(cross(&worker, &host, length, 0), MOD_GO_ARRIVED);
			CHECK_NUMBER(cross(&host, &worker, length, 0), MOD_GO_ARRIVED);
			CHECK_NUMBER(cross(&host, &worker, length, MOD_GO_IN_LANE_BYTES), MOD_GO_ARRIVED);
		}
	}
	for (size_t length = 9; length <= 11; length++)
		CHECK_NUMBER(cross(&worker, &host, length, MOD_GO_LANE_BYTES - 10), MOD_GO_ARRIVED);
}

TEST(the_longest_message_arrives_and_a_longer_one_does_not)
{
	connect_ends();
	CHECK_NUMBER(cross(&worker, &host, MOD_GO_MESSAGE_MAX - 1, 0), MOD_GO_ARRIVED);
	CHECK_NUMBER(cross(&worker, &host, MOD_GO_MESSAGE_MAX, 0), MOD_GO_ARRIVED);
	CHECK_NUMBER(cross(&worker, &host, MOD_GO_MESSAGE_MAX + 1, 0), MOD_GO_MANGLED);
}

/* A worker uses a short message in the lane and copies a longer one; the host copies every message. */
TEST(only_a_worker_reads_short_messages_in_the_lane)
{
	static const struct {
		size_t length;
		bool in_lane;
	} CASES[] = {{0, true}, {MOD_GO_IN_LANE_BYTES, true}, {MOD_GO_IN_LANE_BYTES + 1, false}};
	mod_go_buffer buffer = {NULL, 0};
	mod_go_message message;

	connect_ends();
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		shared.to_worker.head.taken = 1;
		mod_go_channel_send(&host, 9, shared.log, 0, 0, 0);
		CHECK(!mod_go_channel_was_taken(&host));
		CHECK_NUMBER(mod_go_channel_receive(&worker, 0, &buffer, &message), MOD_GO_ARRIVED);
		CHECK(mod_go_channel_was_taken(&host));
		mod_go_channel_send(&host, 9, shared.to_worker.data, CASES[i].length, 0, 0);
		CHECK_NUMBER(mod_go_channel_receive(&worker, 0, &buffer, &message), MOD_GO_ARRIVED);
		CHECK_NUMBER(message.data == shared.to_worker.data, CASES[i].in_lane);
		mod_go_channel_send(&worker, 9, shared.to_host.data, CASES[i].length, 0, 0);
		CHECK_NUMBER(mod_go_channel_receive(&host, 0, &buffer, &message), MOD_GO_ARRIVED);
		CHECK(message.data != shared.to_host.data);
	}
	host.spin = 77;
	mod_go_channel_send(&host, 9, NULL, 0, 0, 0);
	CHECK_NUMBER(mod_go_channel_receive(&worker, 0, &buffer, &message), MOD_GO_ARRIVED);
	CHECK_NUMBER(worker.spin, 77); /* the host says how long to spin; a worker can't */
	worker.spin = 78;
	mod_go_channel_send(&worker, 9, NULL, 0, 0, 0);
	CHECK_NUMBER(mod_go_channel_receive(&host, 0, &buffer, &message), MOD_GO_ARRIVED);
	CHECK_NUMBER(host.spin, 77);
	mod_go_buffer_free(&buffer);
}

/* What a worker may write into the head of its lane. */
TEST(a_head_that_lies_is_found_out)
{
	static const uint32_t LANE = MOD_GO_LANE_BYTES;
	static const struct {
		uint32_t offset, length, more;
		mod_go_arrival arrival;
	} CASES[] = {
		{0, 0, 0, MOD_GO_ARRIVED},
		{LANE, 0, 0, MOD_GO_ARRIVED},
		{0, LANE, 0, MOD_GO_ARRIVED},
		{LANE - 1, 1, 0, MOD_GO_ARRIVED},
		{LANE, 1, 0, MOD_GO_MANGLED},
		{LANE - 1, 2, 0, MOD_GO_MANGLED},
		{LANE + 1, 0, 0, MOD_GO_MANGLED},
		{1, LANE, 0, MOD_GO_MANGLED},
		{0, LANE + 1, 0, MOD_GO_MANGLED},
		{UINT32_MAX, 2, 0, MOD_GO_MANGLED},
		{2, UINT32_MAX, 0, MOD_GO_MANGLED},
		{UINT32_MAX, UINT32_MAX, 0, MOD_GO_MANGLED},
		{0, 0, 1, MOD_GO_MANGLED},
		{0, 0, UINT32_MAX, MOD_GO_MANGLED},
		{0, 1, 1, MOD_GO_LATE},
	};
	mod_go_buffer buffer = {NULL, 0};
	mod_go_message message;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		connect_ends();
		shared.to_host.head.offset = CASES[i].offset;
		shared.to_host.head.length = CASES[i].length;
		shared.to_host.head.more = CASES[i].more;
		atomic_store(&shared.to_host.word, STEP);
		if (!CHECK_NUMBER(mod_go_channel_receive(&host, 1, &buffer, &message), CASES[i].arrival))
			printf("    case %zu\n", i);
	}
	mod_go_buffer_free(&buffer);
}

TEST(a_turn_that_was_skipped_is_no_message)
{
	static const uint32_t WORDS[] = {2 * STEP, 3 * STEP, (uint32_t)-STEP};
	mod_go_buffer buffer = {NULL, 0};
	mod_go_message message;

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++) {
		connect_ends();
		atomic_store(&shared.to_host.word, WORDS[i]);
		CHECK_NUMBER(mod_go_channel_receive(&host, in_seconds(5), &buffer, &message), MOD_GO_MANGLED);
		atomic_store(&gone, true);
		CHECK_NUMBER(mod_go_channel_receive(&host, in_seconds(5), &buffer, &message), MOD_GO_GONE);
	}
	connect_ends();
	CHECK_NUMBER(mod_go_channel_receive(&host, 1, &buffer, &message), MOD_GO_LATE);
	atomic_store(&gone, true);
	CHECK_NUMBER(mod_go_channel_receive(&host, 0, &buffer, &message), MOD_GO_GONE);
	/* What arrived before the worker ended is read. */
	mod_go_channel_send(&worker, 9, NULL, 0, 0, 0);
	CHECK_NUMBER(mod_go_channel_receive(&host, 0, &buffer, &message), MOD_GO_ARRIVED);
	CHECK_NUMBER(message.kind, 9);
}

/* Whoever sends in pieces waits for the other end to ask for the next one. */
TEST(a_message_in_pieces_ends_where_the_other_end_does_not_ask_for_more)
{
	static uint8_t data[MOD_GO_LANE_BYTES + 1];
	mod_go_buffer buffer = {NULL, 0};
	mod_go_message message;

	connect_ends();
	mod_go_channel_send(&worker, MOD_GO_MESSAGE_CONTINUE + 1, NULL, 0, 0, 0);
	CHECK_NUMBER(mod_go_channel_send(&host, 9, data, sizeof(data), 0, in_seconds(5)), MOD_GO_MANGLED);
	connect_ends();
	mod_go_channel_send(&worker, MOD_GO_MESSAGE_CONTINUE, NULL, 0, 0, 0);
	CHECK_NUMBER(mod_go_channel_send(&host, 9, data, sizeof(data), 0, in_seconds(5)), MOD_GO_ARRIVED);
	connect_ends();
	CHECK_NUMBER(mod_go_channel_send(&host, 9, data, sizeof(data), 0, 1), MOD_GO_LATE);
	connect_ends();
	atomic_store(&gone, true);
	CHECK_NUMBER(mod_go_channel_send(&host, 9, data, sizeof(data), 0, 0), MOD_GO_GONE);
	/* A message that fits needs no answer, wherever in the lane it begins. */
	CHECK_NUMBER(mod_go_channel_send(&host, 9, data, MOD_GO_LANE_BYTES, 0, 1), MOD_GO_ARRIVED);
	CHECK_NUMBER(mod_go_channel_send(&host, 9, data, 100, MOD_GO_LANE_BYTES - 100, 1), MOD_GO_ARRIVED);
	CHECK_NUMBER(mod_go_channel_send(&host, 9, data, 101, MOD_GO_LANE_BYTES - 100, 1), MOD_GO_GONE);
	/* The end that receives in pieces stops at its deadline. */
	connect_ends();
	shared.to_host.head = (mod_go_message_head){.kind = 9, .length = 10, .more = 1};
	atomic_store(&shared.to_host.word, STEP);
	CHECK_NUMBER(mod_go_channel_receive(&host, 1, &buffer, &message), MOD_GO_LATE);
	mod_go_buffer_free(&buffer);
}

/* The waiting end sleeps; a message wakes it, and so does the end of the other side. */
static void *send_soon(void *argument)
{
	usleep(30000);
	mod_go_channel_send(argument, 9, NULL, 0, 0, 0);
	return NULL;
}

static void *hang_up_soon(void *argument)
{
	(void)argument;
	usleep(30000);
	atomic_store(&gone, true);
	mod_go_channel_hang_up(&host);
	return NULL;
}

TEST(who_sleeps_is_woken)
{
	mod_go_buffer buffer = {NULL, 0};
	mod_go_message message;
	pthread_t thread;

	connect_ends();
	host.spin = worker.spin = 0;
	CHECK_NUMBER(pthread_create(&thread, NULL, send_soon, &host), 0);
	CHECK_NUMBER(mod_go_channel_receive(&worker, 0, &buffer, &message), MOD_GO_ARRIVED);
	pthread_join(thread, NULL);
	CHECK_NUMBER(pthread_create(&thread, NULL, send_soon, &worker), 0);
	CHECK_NUMBER(mod_go_channel_receive(&host, 0, &buffer, &message), MOD_GO_ARRIVED);
	pthread_join(thread, NULL);
	CHECK_NUMBER(pthread_create(&thread, NULL, hang_up_soon, NULL), 0);
	CHECK_NUMBER(mod_go_channel_receive(&host, 0, &buffer, &message), MOD_GO_GONE);
	pthread_join(thread, NULL);
}

TEST(an_end_of_another_build_does_not_join)
{
	connect_ends();
	shared.magic++;
	CHECK(!mod_go_channel_join(&worker, &shared));
	connect_ends();
	shared.version--;
	CHECK(!mod_go_channel_join(&worker, &shared));
	connect_ends();
	shared.size--;
	CHECK(!mod_go_channel_join(&worker, &shared));
	shared.size += 2;
	CHECK(!mod_go_channel_join(&worker, &shared));
}

TEST(a_buffer_has_what_was_asked_for_and_is_trimmed_when_it_is_long)
{
	static const size_t LENGTHS[] = {0, 1, 4095, 4096, 4097, 8192, 8193, MOD_GO_LANE_BYTES};
	mod_go_buffer buffer = {NULL, 0};

	for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++) {
		CHECK(mod_go_buffer_reserve(&buffer, LENGTHS[i]));
		CHECK(buffer.capacity >= LENGTHS[i] && buffer.capacity < (LENGTHS[i] > 4096 ? 2 * LENGTHS[i]
		                                                          : LENGTHS[i] > 0  ? 4097
		                                                                            : 1));
		if (LENGTHS[i] > 0)
			memset(buffer.data, 1, LENGTHS[i]);
	}
	mod_go_buffer_trim(&buffer);
	CHECK_NUMBER(buffer.capacity, MOD_GO_LANE_BYTES);
	CHECK(mod_go_buffer_reserve(&buffer, MOD_GO_LANE_BYTES + 1));
	mod_go_buffer_trim(&buffer);
	CHECK_NUMBER(buffer.capacity, 0);
	CHECK(buffer.data == NULL);
}
