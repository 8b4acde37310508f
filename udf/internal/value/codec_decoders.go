package value

// The parts of codecs that decode. For each of the shape Decoder, see codecs.go.

import (
	"reflect"
	"unsafe"
)

// DecodeBoolean is a Decoder.
func DecodeBoolean[T ~bool](_ *Reader, it Item, p *T, _ int) error {
	if it.typ != Boolean {
		return mismatchOf[T](it)
	}
	*p = it.integer != 0
	return nil
}

// DecodeInteger is a Decoder.
func DecodeInteger[T Integers](_ *Reader, it Item, p *T, _ int) error {
	n := T(it.integer)
	if it.typ != Integer || int64(n) != it.integer || (n < 0) != (it.integer < 0) {
		return mismatchOf[T](it)
	}
	*p = n
	return nil
}

// DecodeFloat is a Decoder.
func DecodeFloat[T Floats](_ *Reader, it Item, p *T, _ int) error {
	f, err := toFloat(it, int(unsafe.Sizeof(*p))*8)
	if err == errNotFloat {
		return mismatchOf[T](it)
	}
	*p = T(f)
	return err
}

// DecodeString is a Decoder, of strings that are not GeoJSON or BytesKey.
func DecodeString[T ~string](r *Reader, it Item, p *T, _ int) error {
	if it.typ != String {
		return mismatchOf[T](it)
	}
	s, err := r.text(it)
	*p = T(s)
	return err
}

// DecodeBytes is a Decoder, of bytes that are not an HLL.
func DecodeBytes[T ~[]byte](_ *Reader, it Item, p *T, _ int) error {
	switch it.typ {
	case Nil:
		*p = nil
		return nil
	case Bytes:
		*p = append(T{}, it.data()...)
		return nil
	}
	return mismatchOf[T](it)
}

// DecodeValue is a Decoder.
func DecodeValue(r *Reader, it Item, p *any, depth int) (err error) {
	*p, err = r.any(it, depth)
	return err
}

// DecodeReflected is a Decoder of any supported type.
func DecodeReflected[T any](r *Reader, it Item, p *T, depth int) error {
	return r.decode(it, reflect.ValueOf(p).Elem(), depth)
}

// DecodePointer decodes nil or what decode does.
func DecodePointer[E any](r *Reader, it Item, p **E, depth int, decode Decoder[E]) error {
	if it.typ == Nil {
		*p = nil
		return nil
	}
	*p = new(E)
	return decode(r, it, *p, depth)
}

// DecodeList decodes a list whose elements decode decodes.
func DecodeList[T ~[]E, E any](r *Reader, it Item, p *T, depth int, decode Decoder[E]) error {
	*p = nil
	if ready, err := collection[T](it, List, depth); !ready {
		return err
	}
	list := make([]E, 0, min(it.count, maxPrealloc))
	for i := range it.count {
		next, err := r.next()
		if err != nil {
			return err
		}
		var zero E
		list = append(list, zero)
		if err := decode(r, next, &list[i], depth+1); err != nil {
			return within(element(i), err)
		}
	}
	*p = list
	return nil
}

// DecodeIntegers is a Decoder: DecodeList without a call for each element.
func DecodeIntegers[T ~[]E, E Integers](r *Reader, it Item, p *T, depth int) error {
	*p = nil
	if ready, err := collection[T](it, List, depth); !ready {
		return err
	}
	list := make([]E, 0, min(it.count, maxPrealloc))
	for i := range it.count {
		if r.off < len(r.b) && r.b[r.off] < 0x80 {
			list = append(list, E(r.b[r.off]))
			r.off++
			continue
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		var n E
		if err := DecodeInteger(r, next, &n, 0); err != nil {
			return within(element(i), err)
		}
		list = append(list, n)
	}
	*p = list
	return nil
}

// DecodeMap decodes a map whose keys key decodes, and whose values decode.
func DecodeMap[T ~map[K]V, K comparable, V any](r *Reader, it Item, p *T, depth int, key func(*Reader, *K) error, decode Decoder[V]) error {
	*p = nil
	if ready, err := collection[T](it, Map, depth); !ready {
		return err
	}
	m := make(T, min(it.count, maxPrealloc))
	var pair struct { // one allocation for all pairs
		key          K
		value, empty V
	}
	for range it.count {
		start := r.off
		if err := key(r, &pair.key); err != nil {
			return err
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		pair.value = pair.empty
		if err := decode(r, next, &pair.value, depth+1); err != nil {
			r.off = start
			head, _ := r.next()
			return within(keyName(head), err)
		}
		m[pair.key] = pair.value
	}
	*p = m
	return nil
}

// KeyString decodes a map key that is a string.
func KeyString[K ~string](r *Reader, p *K) error {
	if s, ok := r.shortText(); ok {
		*p = K(s)
		return nil
	}
	return decodeKey(r, p, DecodeString)
}

// KeyInteger decodes a map key that is an integer.
func KeyInteger[K Integers](r *Reader, p *K) error { return decodeKey(r, p, DecodeInteger) }

func decodeKey[K any](r *Reader, p *K, decode Decoder[K]) error {
	head, err := r.next()
	if err != nil {
		return err
	}
	if err = decode(r, head, p, 0); err != nil {
		err = ofKey(head, err)
	}
	return err
}

// mismatchOf is mismatch for a T. A function of its own, so that its callers can be inlined.
//
//go:noinline
func mismatchOf[T any](it item) error { return mismatch(reflect.TypeFor[T](), it) }
