/* sha256.h - SHA-256 (FIPS 180-4). No library with it is on every server, old ones included; liblzma does not
 * export its own. */
#ifndef MOD_GO_SHA256_H
#define MOD_GO_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct mod_go_sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	uint8_t block[64];
} mod_go_sha256;

/* A digest as text: 64 lower-case hexadecimal digits and a NUL. */
typedef struct mod_go_digest {
	char text[65];
} mod_go_digest;

/* The digest of bytes that come piece by piece; of all bytes at once. */
void mod_go_sha256_begin(mod_go_sha256 *sha);
void mod_go_sha256_add(mod_go_sha256 *sha, const uint8_t *bytes, size_t size);
mod_go_digest mod_go_sha256_end(mod_go_sha256 *sha);
mod_go_digest mod_go_sha256_of(const uint8_t *bytes, size_t size);

#endif
