/* sha256.h - SHA-256 (FIPS 180-4), for bytes that come piece by piece. There is no library that every server has and
 * that old systems have too; liblzma keeps its own to itself. */
#ifndef MOD_GO_SHA256_H
#define MOD_GO_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct mod_go_sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	uint8_t block[64];
} mod_go_sha256;

/* A digest as text: 64 hexadecimal digits in lower case and a NUL. */
typedef struct mod_go_digest {
	char text[65];
} mod_go_digest;

void mod_go_sha256_begin(mod_go_sha256 *sha);
void mod_go_sha256_add(mod_go_sha256 *sha, const uint8_t *bytes, size_t size);
mod_go_digest mod_go_sha256_end(mod_go_sha256 *sha);

#endif
