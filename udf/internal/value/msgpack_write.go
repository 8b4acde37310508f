package value

// The writer of the server's msgpack dialect: it writes the same bytes as the server's as_msgpack.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

func appendInteger(dst []byte, n int64) []byte {
	switch {
	case n >= 0:
		return appendUnsigned(dst, uint64(n))
	case n >= -32:
		return append(dst, byte(n))
	case n >= math.MinInt8:
		return append(dst, 0xd0, byte(n))
	case n >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(dst, 0xd1), uint16(n))
	case n >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(dst, 0xd2), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, 0xd3), uint64(n))
}

func appendUnsigned(dst []byte, n uint64) []byte {
	switch {
	case n < 0x80:
		return append(dst, byte(n))
	case n <= math.MaxUint8:
		return append(dst, 0xcc, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, 0xcd), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, 0xce), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, 0xcf), n)
}

func appendDouble(dst []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, 0xcb), math.Float64bits(f))
}

// appendBlob appends a str whose first byte is the particle type. A NUL in text is an error: the server reads text as a
// C string and would cut it there.
func appendBlob(dst []byte, particle byte, b []byte, text bool) ([]byte, error) {
	if text && bytes.IndexByte(b, 0) >= 0 {
		return dst, errors.New("a string inside a list or map holds a NUL byte, where Aerospike would cut it")
	}
	n := uint64(len(b)) + 1
	switch {
	case n < 32:
		dst = append(dst, 0xa0|byte(n))
	case n <= math.MaxUint8:
		dst = append(dst, 0xd9, byte(n))
	case n <= math.MaxUint16:
		dst = binary.BigEndian.AppendUint16(append(dst, 0xda), uint16(n))
	case n <= math.MaxUint32:
		dst = binary.BigEndian.AppendUint32(append(dst, 0xdb), uint32(n))
	default:
		return dst, errors.New("a string or bytes inside a list or map is larger than 4 GiB")
	}
	return append(append(dst, particle), b...), nil
}

// appendListHead appends the head of an unordered list of n elements.
func appendListHead(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, 0x90|byte(n))
	}
	return appendCount(dst, 0xdc, n)
}

// appendMapHead appends the head of a key-ordered map of n pairs, whose count includes the entry for the order.
func appendMapHead(dst []byte, n int) []byte {
	if n+1 < 16 {
		dst = append(dst, 0x80|byte(n+1))
	} else {
		dst = appendCount(dst, 0xde, n+1)
	}
	return append(dst, 0xc7, 0, 1, 0xc0)
}

// appendCount appends code and a count of 16 bits, or code+1 and a count of 32 bits.
func appendCount(dst []byte, code byte, n int) []byte {
	if n <= math.MaxUint16 {
		return binary.BigEndian.AppendUint16(append(dst, code), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, code+1), uint32(n))
}
