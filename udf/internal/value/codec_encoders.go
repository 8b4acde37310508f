package value

// The parts of codecs that encode. For each of the shape Encoder, see codecs.go.

import "reflect"

// EncodeBoolean is an Encoder.
func EncodeBoolean[T ~bool](dst []byte, p *T, _ int) ([]byte, error) {
	if *p {
		return append(dst, 0xc3), nil
	}
	return append(dst, 0xc2), nil
}

// EncodeInteger is an Encoder.
func EncodeInteger[T Integers](dst []byte, p *T, _ int) ([]byte, error) {
	n := *p
	if n > 0 && int64(n) < 0 {
		return dst, tooLarge(uint64(n))
	}
	return appendInteger(dst, int64(n)), nil
}

// EncodeFloat is an Encoder.
func EncodeFloat[T Floats](dst []byte, p *T, _ int) ([]byte, error) {
	return appendDouble(dst, float64(*p)), nil
}

// EncodeString is an Encoder, of strings that are not GeoJSON or BytesKey.
func EncodeString[T ~string](dst []byte, p *T, _ int) ([]byte, error) {
	return appendText(dst, string(*p))
}

// EncodeBytes is an Encoder, of bytes that are not an HLL.
func EncodeBytes[T ~[]byte](dst []byte, p *T, _ int) ([]byte, error) {
	if *p == nil {
		return append(dst, 0xc0), nil
	}
	return appendBlob(dst, particleBytes, *p, false)
}

// EncodeValue is an Encoder.
func EncodeValue(dst []byte, p *any, depth int) ([]byte, error) { return appendAny(dst, *p, depth) }

// EncodeReflected is an Encoder of any supported type.
func EncodeReflected[T any](dst []byte, p *T, depth int) ([]byte, error) {
	return appendElement(dst, reflect.ValueOf(p).Elem(), depth)
}

// EncodePointer encodes nil or what encode does.
func EncodePointer[E any](dst []byte, p **E, depth int, encode Encoder[E]) ([]byte, error) {
	if *p == nil {
		return append(dst, 0xc0), nil
	}
	return encode(dst, *p, depth)
}

// EncodeList encodes a list whose elements encode encodes.
func EncodeList[T ~[]E, E any](dst []byte, p *T, depth int, encode Encoder[E]) ([]byte, error) {
	list := *p
	if list == nil {
		return append(dst, 0xc0), nil
	}
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	dst = appendListHead(dst, len(list))
	for i := range list {
		var err error
		if dst, err = encode(dst, &list[i], depth+1); err != nil {
			return dst, within(element(i), err)
		}
	}
	return dst, nil
}

// EncodeIntegers is an Encoder: EncodeList without a call for each element.
func EncodeIntegers[T ~[]E, E Integers](dst []byte, p *T, depth int) ([]byte, error) {
	list := *p
	if list == nil {
		return append(dst, 0xc0), nil
	}
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	dst = appendListHead(dst, len(list))
	for i, n := range list {
		if n > 0 && int64(n) < 0 {
			return dst, within(element(i), tooLarge(uint64(n)))
		}
		dst = appendInteger(dst, int64(n))
	}
	return dst, nil
}

// EncodeMap encodes a map whose keys key encodes, and whose values encode.
func EncodeMap[T ~map[K]V, K comparable, V any](dst []byte, p *T, depth int, key func(K) (Raw, error), encode Encoder[V]) ([]byte, error) {
	m := *p
	if m == nil {
		return append(dst, 0xc0), nil
	}
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	pairs := make([]pair[V], 0, len(m))
	for k, v := range m {
		raw, err := key(k)
		if err != nil {
			return dst, err
		}
		pairs = append(pairs, pair[V]{raw, v})
	}
	return appendPairs(dst, pairs, depth, encode)
}

// RawString encodes a map key that is a string. It is checked when it is appended, as keyOf says.
func RawString[K ~string](k K) (Raw, error) { return OfString(String, string(k)), nil }

// RawInteger encodes a map key that is an integer.
func RawInteger[K Integers](k K) (Raw, error) { return FromInteger(k) }
