/* msgpack.c - decodes msgpack, and never reads past the end of its bytes. */
#include "value/msgpack.h"

#include <string.h>

/* Reads a big-endian number of 1, 2, 4 or 8 bytes. */
static bool take_number(mod_go_msgpack *reader, size_t count, uint64_t *number)
{
	if (count > reader->length - reader->offset)
		return false;
	*number = 0;
	for (size_t i = 0; i < count; i++)
		*number = *number << 8 | reader->data[reader->offset++];
	return true;
}

static bool take_payload(mod_go_msgpack *reader, mod_go_item *item, mod_go_item_kind kind, uint64_t size)
{
	if (size > reader->length - reader->offset)
		return false;
	item->kind = kind;
	item->size = (uint32_t)size;
	item->data = reader->data + reader->offset;
	reader->offset += size;
	return true;
}

static bool take_unsigned(mod_go_msgpack *reader, mod_go_item *item, size_t bytes)
{
	uint64_t number;

	if (!take_number(reader, bytes, &number))
		return false;
	item->kind = number > INT64_MAX ? MOD_GO_ITEM_UNSIGNED : MOD_GO_ITEM_INTEGER;
	item->integer = (int64_t)number;
	return true;
}

static bool take_signed(mod_go_msgpack *reader, mod_go_item *item, size_t bytes)
{
	uint64_t number;

	if (!take_number(reader, bytes, &number))
		return false;
	item->kind = MOD_GO_ITEM_INTEGER;
	item->integer = bytes == 1   ? (int8_t)number
	                : bytes == 2 ? (int16_t)number
	                : bytes == 4 ? (int32_t)number
	                             : (int64_t)number;
	return true;
}

static bool take_float(mod_go_msgpack *reader, mod_go_item *item, size_t bytes)
{
	uint64_t bits;

	if (!take_number(reader, bytes, &bits))
		return false;
	item->kind = MOD_GO_ITEM_DOUBLE;
	if (bytes == 4) {
		uint32_t short_bits = (uint32_t)bits;
		float number;

		memcpy(&number, &short_bits, sizeof(number));
		item->number = number;
	} else {
		memcpy(&item->number, &bits, sizeof(item->number));
	}
	return true;
}

/* Reads a payload that is preceded by its size in `bytes` bytes. */
static bool take_sized(mod_go_msgpack *reader, mod_go_item *item, mod_go_item_kind kind, size_t bytes)
{
	uint64_t size;

	return take_number(reader, bytes, &size) && take_payload(reader, item, kind, size);
}

static bool take_extension(mod_go_msgpack *reader, mod_go_item *item, uint64_t size)
{
	uint64_t type;

	if (!take_number(reader, 1, &type))
		return false;
	item->integer = (int64_t)type;
	return take_payload(reader, item, MOD_GO_ITEM_EXTENSION, size);
}

static bool take_sized_extension(mod_go_msgpack *reader, mod_go_item *item, size_t bytes)
{
	uint64_t size;

	return take_number(reader, bytes, &size) && take_extension(reader, item, size);
}

static bool take_head(mod_go_msgpack *reader, mod_go_item *item, mod_go_item_kind kind, size_t bytes)
{
	uint64_t size;

	if (!take_number(reader, bytes, &size))
		return false;
	item->kind = kind;
	item->size = (uint32_t)size;
	return true;
}

/* Reads an item whose first byte (0xC0 to 0xDF) determines its kind. */
static bool take_long(mod_go_msgpack *reader, mod_go_item *item, uint8_t head)
{
	switch (head) {
	case 0xC0:
		item->kind = MOD_GO_ITEM_NIL;
		return true;
	case 0xC2:
	case 0xC3:
		item->kind = MOD_GO_ITEM_BOOLEAN;
		item->integer = head & 1;
		return true;
	case 0xC4:
	case 0xC5:
	case 0xC6:
		return take_sized(reader, item, MOD_GO_ITEM_BINARY, (size_t)1 << (head - 0xC4));
	case 0xC7:
	case 0xC8:
	case 0xC9:
		return take_sized_extension(reader, item, (size_t)1 << (head - 0xC7));
	case 0xCA:
	case 0xCB:
		return take_float(reader, item, (size_t)4 << (head - 0xCA));
	case 0xCC:
	case 0xCD:
	case 0xCE:
	case 0xCF:
		return take_unsigned(reader, item, (size_t)1 << (head - 0xCC));
	case 0xD0:
	case 0xD1:
	case 0xD2:
	case 0xD3:
		return take_signed(reader, item, (size_t)1 << (head - 0xD0));
	case 0xD4:
	case 0xD5:
	case 0xD6:
	case 0xD7:
	case 0xD8:
		return take_extension(reader, item, (uint64_t)1 << (head - 0xD4));
	case 0xD9:
	case 0xDA:
	case 0xDB:
		return take_sized(reader, item, MOD_GO_ITEM_STRING, (size_t)1 << (head - 0xD9));
	case 0xDC:
	case 0xDD:
		return take_head(reader, item, MOD_GO_ITEM_LIST, (size_t)2 << (head - 0xDC));
	case 0xDE:
	case 0xDF:
		return take_head(reader, item, MOD_GO_ITEM_MAP, (size_t)2 << (head - 0xDE));
	default: /* 0xC1 is unused */
		return false;
	}
}

static bool take_item(mod_go_msgpack *reader, mod_go_item *item)
{
	uint64_t head;

	if (!take_number(reader, 1, &head))
		return false;
	if (head < 0x80 || head >= 0xE0) {
		item->kind = MOD_GO_ITEM_INTEGER;
		item->integer = head < 0x80 ? (int64_t)head : (int64_t)head - 0x100;
		return true;
	}
	if (head < 0xA0) {
		item->kind = head < 0x90 ? MOD_GO_ITEM_MAP : MOD_GO_ITEM_LIST;
		item->size = (uint32_t)(head & 0x0F);
		return true;
	}
	if (head < 0xC0)
		return take_payload(reader, item, MOD_GO_ITEM_STRING, head & 0x1F);
	return take_long(reader, item, (uint8_t)head);
}

bool mod_go_msgpack_next(mod_go_msgpack *reader, mod_go_item *item)
{
	size_t start = reader->offset;

	memset(item, 0, sizeof(*item));
	if (take_item(reader, item))
		return true;
	reader->offset = start;
	return false;
}

bool mod_go_msgpack_skip(mod_go_msgpack *reader, mod_go_item *item)
{
	size_t start = reader->offset;
	uint64_t left = 1;
	mod_go_item inner;

	for (bool first = true; left > 0; first = false) {
		/* Each item takes at least a byte, so a false count cannot make this run long. */
		if (left > reader->length - reader->offset || !mod_go_msgpack_next(reader, &inner)) {
			reader->offset = start;
			return false;
		}
		if (first)
			*item = inner;
		left--;
		if (inner.kind == MOD_GO_ITEM_LIST)
			left += inner.size;
		else if (inner.kind == MOD_GO_ITEM_MAP)
			left += 2 * (uint64_t)inner.size;
	}
	return true;
}
