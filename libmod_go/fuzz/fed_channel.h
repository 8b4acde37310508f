/*
 * fed_channel.h - a channel whose other side is the fuzzer's input: each message that is received is the next piece
 * of it (a byte of kind, two of length, the bytes), and what is sent goes nowhere. When the input ends the other
 * side is gone. It stands in for channel.c's sending and receiving; how bytes cross shared memory is tested
 * elsewhere.
 */
#ifndef FUZZ_FED_CHANNEL_H
#define FUZZ_FED_CHANNEL_H

#include "fenced/channel.h"

/* Begins with this input, for the host's end or the worker's. */
void fed_begin(mod_go_channel *channel, const uint8_t *data, size_t size, bool host);

/* Frees what was received. */
void fed_end(void);

#endif
