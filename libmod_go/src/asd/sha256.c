/* sha256.c - SHA-256, with the standard's names. */
#include "asd/sha256.h"

#include <stdio.h>
#include <string.h>

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t word, int by)
{
	return word >> by | word << (32 - by);
}

/* The 64 words that a block is expanded to. */
static void schedule(const uint8_t *block, uint32_t words[64])
{
	for (int t = 0; t < 16; t++)
		words[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
		           (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
	for (int t = 16; t < 64; t++) {
		uint32_t before = words[t - 15], last = words[t - 2];
		uint32_t sigma0 = rotate(before, 7) ^ rotate(before, 18) ^ before >> 3;
		uint32_t sigma1 = rotate(last, 17) ^ rotate(last, 19) ^ last >> 10;

		words[t] = words[t - 16] + sigma0 + words[t - 7] + sigma1;
	}
}

static void take_block(mod_go_sha256 *sha, const uint8_t *block)
{
	uint32_t words[64];
	uint32_t s[8]; /* a to h */

	schedule(block, words);
	memcpy(s, sha->state, sizeof(s));
	for (int t = 0; t < 64; t++) {
		uint32_t sum1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
		uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t first = s[7] + sum1 + choice + constants[t] + words[t];
		uint32_t sum0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
		uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += first;
		s[0] = first + sum0 + majority;
	}
	for (int i = 0; i < 8; i++)
		sha->state[i] += s[i];
}

void mod_go_sha256_begin(mod_go_sha256 *sha)
{
	*sha = (mod_go_sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
	                                 0x1f83d9ab, 0x5be0cd19}};
}

void mod_go_sha256_add(mod_go_sha256 *sha, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		size_t used = sha->length % sizeof(sha->block);
		size_t taken = sizeof(sha->block) - used < size ? sizeof(sha->block) - used : size;

		memcpy(sha->block + used, bytes, taken);
		sha->length += taken;
		bytes += taken;
		size -= taken;
		if (sha->length % sizeof(sha->block) == 0)
			take_block(sha, sha->block);
	}
}

mod_go_digest mod_go_sha256_end(mod_go_sha256 *sha)
{
	uint64_t bits = sha->length * 8;
	uint8_t one = 0x80, zero = 0, length[8];
	mod_go_digest digest;

	mod_go_sha256_add(sha, &one, 1);
	while (sha->length % sizeof(sha->block) != 56)
		mod_go_sha256_add(sha, &zero, 1);
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	mod_go_sha256_add(sha, length, sizeof(length));
	for (int i = 0; i < 8; i++)
		snprintf(digest.text + 8 * i, 9, "%08x", sha->state[i]);
	return digest;
}

mod_go_digest mod_go_sha256_of(const uint8_t *bytes, size_t size)
{
	mod_go_sha256 sha;

	mod_go_sha256_begin(&sha);
	mod_go_sha256_add(&sha, bytes, size);
	return mod_go_sha256_end(&sha);
}
