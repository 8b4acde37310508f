/* test_digests.c - SHA-256. */
#include <stdint.h>

#include "asd/package.h"
#include "check.h"

static mod_go_digest digest_of(const void *bytes, size_t size)
{
	mod_go_sha256 sha;

	mod_go_sha256_begin(&sha);
	mod_go_sha256_add(&sha, bytes, size);
	return mod_go_sha256_end(&sha);
}

/* The standard's own examples (FIPS 180-4, and the million of its predecessor). */
TEST(a_digest_is_the_standards)
{
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	mod_go_sha256 sha;

	CHECK_TEXT(digest_of("", 0).text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_TEXT(digest_of("abc", 3).text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_TEXT(digest_of(two_blocks, 56).text,
	           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	mod_go_sha256_begin(&sha);
	for (int i = 0; i < 15625; i++)
		mod_go_sha256_add(
			&sha, (const uint8_t *)"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 64);
	CHECK_TEXT(mod_go_sha256_end(&sha).text,
	           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(a_digest_does_not_depend_on_the_pieces)
{
	uint8_t bytes[300];
	mod_go_digest whole;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	whole = digest_of(bytes, sizeof(bytes));
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		mod_go_sha256 sha;

		mod_go_sha256_begin(&sha);
		mod_go_sha256_add(&sha, bytes, cut);
		mod_go_sha256_add(&sha, bytes + cut, sizeof(bytes) - cut);
		CHECK_TEXT(mod_go_sha256_end(&sha).text, whole.text);
	}
}
