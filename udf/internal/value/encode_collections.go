package value

// Encoding of lists, maps and structs by reflection.

import (
	"bytes"
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// appendCollection appends a slice, map or struct that is not nil.
func appendCollection(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	if out, done, err := appendByCodec(dst, v, depth); done {
		return out, err
	}
	switch v.Kind() {
	case reflect.Slice:
		return appendSlice(dst, v, depth)
	case reflect.Map:
		return appendMap(dst, v, depth)
	}
	return appendStruct(dst, v, depth)
}

func appendSlice(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	dst = appendListHead(dst, v.Len())
	if v.Type().Elem().Kind() == reflect.Int64 {
		for i := range v.Len() {
			dst = appendInteger(dst, v.Index(i).Int())
		}
		return dst, nil
	}
	for i := range v.Len() {
		var err error
		if dst, err = appendElement(dst, v.Index(i), depth+1); err != nil {
			return dst, within(element(i), err)
		}
	}
	return dst, nil
}

// appendElement appends a list element or map value; an interface goes the faster way of appendAny.
func appendElement(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.Kind() == reflect.Interface && v.CanInterface() {
		return appendAny(dst, v.Interface(), depth)
	}
	return appendReflect(dst, v, depth)
}

// pair is one pair of a map.
type pair[V any] struct {
	key   Raw
	value V
}

// sortKey is the key of a pair and the pair's index. Maps of all types sort these: one instance of slices.SortFunc for
// each type of pair would make every module 150 kB larger.
type sortKey struct {
	key   Raw
	index int
}

func sortKeys(list []sortKey) {
	slices.SortFunc(list, func(a, b sortKey) int { return compareKeys(a.key, b.key) })
}

func appendMap(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	pairs := make([]pair[reflect.Value], 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		key, err := keyOf(it.Key())
		if err != nil {
			return dst, err
		}
		pairs = append(pairs, pair[reflect.Value]{key, it.Value()})
	}
	return appendPairs(dst, pairs, depth, func(dst []byte, v *reflect.Value, depth int) ([]byte, error) {
		return appendElement(dst, *v, depth)
	})
}

// appendAnyKeyed is appendMap for a map[any]any.
func appendAnyKeyed(dst []byte, m map[any]any, depth int) ([]byte, error) {
	if m == nil {
		return append(dst, 0xc0), nil
	}
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	pairs := make([]pair[any], 0, len(m))
	for k, v := range m {
		key, err := keyOfAny(k)
		if err != nil {
			return dst, err
		}
		pairs = append(pairs, pair[any]{key, v})
	}
	return appendPairs(dst, pairs, depth, EncodeValue)
}

func appendPairs[V any](dst []byte, pairs []pair[V], depth int, encode Encoder[V]) ([]byte, error) {
	var buf [maxOnStack]sortKey
	order := buf[:0]
	for i := range pairs {
		order = append(order, sortKey{pairs[i].key, i})
	}
	sortKeys(order)
	dst = appendMapHead(dst, len(pairs))
	for i, r := range order {
		var err error
		if i > 0 && compareKeys(order[i-1].key, r.key) == 0 {
			err = errors.New("two keys of the map are the same key in Aerospike")
		}
		if err == nil {
			dst, err = appendKey(dst, r.key)
		}
		if err == nil {
			dst, err = encode(dst, &pairs[r.index].value, depth+1)
		}
		if err != nil {
			return dst, within(keyName(scalarItem(r.key)), err)
		}
	}
	return dst, nil
}

// appendKey appends a map key that keyOf returned.
func appendKey(dst []byte, key Raw) ([]byte, error) {
	if key.Type == String && !utf8.Valid(key.Bytes()) {
		return dst, errUTF8
	}
	return appendRaw(dst, key)
}

// keyOfAny is keyOf without reflection for the usual keys.
func keyOfAny(k any) (Raw, error) {
	switch k := k.(type) {
	case int64:
		return OfInteger(k), nil
	case string:
		return OfString(String, k), nil
	}
	return keyOf(reflect.ValueOf(k))
}

// keyOf encodes a map key. appendKey checks that strings are UTF-8: it runs in the order of keys, so that of several
// wrong keys the same one is reported each time.
func keyOf(v reflect.Value) (Raw, error) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return Raw{}, errKey("nil")
	}
	if err := checkKey(v.Type()); err != nil {
		return Raw{}, err
	}
	if v.Kind() == reflect.String && v.Type() != declared.bytesKey {
		return OfString(String, v.String()), nil
	}
	if v.Kind() == reflect.Array {
		b := make([]byte, v.Len())
		for i := range b {
			b[i] = byte(v.Index(i).Uint())
		}
		return OfBytes(Bytes, b), nil
	}
	return fromKind(v)
}

// compareKeys compares keys in Aerospike's order: integers, strings, bytes, each ascending, as the Types are numbered.
func compareKeys(a, b Raw) int {
	if a.Type != b.Type {
		return cmp.Compare(a.Type, b.Type)
	}
	if a.Type == Integer {
		return cmp.Compare(a.Integer, b.Integer)
	}
	return bytes.Compare(a.Bytes(), b.Bytes())
}

func appendStruct(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	list := fieldsOf(v.Type()).list
	values := make([]reflect.Value, len(list)) // invalid where the field is left out
	count := 0
	for i := range list {
		f, ok := list[i].get(v)
		if !ok || list[i].omitEmpty && empty(f) {
			continue
		}
		values[i] = f
		count++
	}
	dst = appendMapHead(dst, count)
	for i, f := range values {
		if !f.IsValid() {
			continue
		}
		var err error
		if dst, err = appendText(dst, list[i].name); err != nil {
			return dst, err
		}
		if dst, err = appendElement(dst, f, depth+1); err != nil {
			return dst, within("field "+strconv.Quote(list[i].name), err)
		}
	}
	return dst, nil
}
