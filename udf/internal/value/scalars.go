package value

// Conversions of scalars without reflection or allocation, with the same errors as Decode.

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Integers are the types that hold an Aerospike integer.
type Integers interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Floats are the types that hold an Aerospike double.
type Floats interface{ ~float32 | ~float64 }

// ToBoolean converts a boolean.
func ToBoolean[T ~bool](raw Raw) (T, error) {
	if raw.Type != Boolean {
		return false, Mismatch(reflect.TypeFor[T](), raw)
	}
	return raw.Integer != 0, nil
}

// ToInteger converts an integer. One that overflows T is an error.
func ToInteger[T Integers](raw Raw) (T, error) {
	n := T(raw.Integer)
	if raw.Type != Integer || int64(n) != raw.Integer || (n < 0) != (raw.Integer < 0) {
		return 0, Mismatch(reflect.TypeFor[T](), raw)
	}
	return n, nil
}

// ToFloat converts a double, or an integer that T represents exactly. A double is rounded to a float32; one that
// overflows it is an error.
func ToFloat[T Floats](raw Raw) (T, error) {
	f, err := toFloat(item{typ: raw.Type, integer: raw.Integer}, int(unsafe.Sizeof(T(0)))*8)
	if err == errNotFloat {
		err = Mismatch(reflect.TypeFor[T](), raw)
	}
	return T(f), err
}

var errNotFloat = errors.New("not a double")

// toFloat converts to a float of 32 or 64 bits. If it is neither double nor integer, it returns errNotFloat.
func toFloat(it item, bits int) (float64, error) {
	switch it.typ {
	case Double:
		f := math.Float64frombits(uint64(it.integer))
		if bits == 32 && math.IsInf(float64(float32(f)), 0) && !math.IsInf(f, 0) {
			return 0, errors.New("expected a double that a float32 holds, got " + describe(it))
		}
		return f, nil
	case Integer:
		f := float64(it.integer)
		if bits == 32 {
			f = float64(float32(it.integer))
		}
		if f >= 1<<63 || int64(f) != it.integer {
			return 0, errors.New("expected a double, got " + describe(it) + ", which a float" +
				strconv.Itoa(bits) + " can't represent exactly")
		}
		return f, nil
	}
	return 0, errNotFloat
}

// ToText converts a string. It must be UTF-8.
func ToText[T ~string](raw Raw) (T, error) {
	if raw.Type != String {
		return "", Mismatch(reflect.TypeFor[T](), raw)
	}
	b := raw.Bytes()
	if !utf8.Valid(b) {
		return "", errUTF8
	}
	return T(b), nil
}

// ToBytes copies bytes. It converts nil to nil.
func ToBytes[T ~[]E, E ~byte](raw Raw) (T, error) {
	switch raw.Type {
	case Nil:
		return nil, nil
	case Bytes:
		b := raw.Bytes()
		return append(T{}, unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(b))), len(b))...), nil
	}
	return nil, Mismatch(reflect.TypeFor[T](), raw)
}

// FromInteger encodes an integer. One that overflows an int64 is an error.
func FromInteger[T Integers](n T) (Raw, error) {
	if n > 0 && int64(n) < 0 {
		return Raw{}, tooLarge(uint64(n))
	}
	return Raw{Type: Integer, Integer: int64(n)}, nil
}

func tooLarge(n uint64) error {
	return errors.New("the integer " + strconv.FormatUint(n, 10) +
		" is beyond Aerospike's 64 signed bits (at most 9223372036854775807)")
}

// FromFloat encodes a double.
func FromFloat[T Floats](f T) Raw {
	return Raw{Type: Double, Integer: int64(math.Float64bits(float64(f)))}
}

// FromText encodes a string, which must be UTF-8. The result points into s.
func FromText(s string) (Raw, error) {
	if !utf8.ValidString(s) {
		return Raw{}, errUTF8
	}
	return OfString(String, s), nil
}
