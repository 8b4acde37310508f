package value

// From a Go value to an Aerospike value. What the server could not store is an error here, before it gets
// there: the server's own path asserts.

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Encode converts v. The result borrows v's memory or scratch, which it may grow; the scratch to use again
// comes back too, on errors as well.
func Encode(v any, scratch []byte) (Raw, []byte, error) {
	switch v := v.(type) {
	case nil:
		return Raw{}, scratch, nil
	case bool:
		return OfBoolean(v), scratch, nil
	case int:
		return OfInteger(int64(v)), scratch, nil
	case int64:
		return OfInteger(v), scratch, nil
	case float64:
		return FromFloat(v), scratch, nil
	case string:
		raw, err := FromText(v)
		return raw, scratch, err
	case []byte:
		if v == nil {
			return Raw{}, scratch, nil
		}
		return OfBytes(Bytes, v), scratch, nil
	case []any:
		return encodeKnown(&v, scratch)
	case []string:
		return encodeKnown(&v, scratch)
	case []int64:
		return encodeKnown(&v, scratch)
	case map[string]any:
		return encodeKnown(&v, scratch)
	case map[string]int64:
		return encodeKnown(&v, scratch)
	case map[any]any:
		return encodeKnown(&v, scratch)
	}
	return EncodeReflect(reflect.ValueOf(v), scratch)
}

// EncodeReflect is Encode for a reflected value.
func EncodeReflect(v reflect.Value, scratch []byte) (Raw, []byte, error) {
	raw, v, err := flat(v)
	if err != nil || raw.Type < List {
		return raw, scratch, err
	}
	out, err := appendCollection(scratch[:0], v, 0)
	if err != nil {
		return Raw{}, scratch, err
	}
	return OfBytes(raw.Type, out), out, nil
}

// flat follows pointers and interfaces. A scalar comes back whole; of a list or map only the type, with the
// slice, map or struct that it is.
func flat(v reflect.Value) (Raw, reflect.Value, error) {
	if v.IsValid() {
		if err := Supported(v.Type()); err != nil {
			return Raw{}, v, err
		}
	}
	for range DepthMax {
		if !v.IsValid() {
			return Raw{}, v, nil
		}
		switch v.Kind() {
		case reflect.Pointer:
			v = v.Elem()
			continue
		case reflect.Interface:
			v = v.Elem()
			if v.IsValid() {
				if err := Supported(v.Type()); err != nil {
					return Raw{}, v, err
				}
			}
			continue
		}
		raw, err := fromKind(v)
		return raw, v, err
	}
	return Raw{}, v, errors.New("a chain of more than " + strconv.Itoa(DepthMax) + " pointers leads to no value")
}

// fromKind makes a value of what is neither pointer nor interface; of a list or map only the type.
func fromKind(v reflect.Value) (Raw, error) {
	t := v.Type()
	switch v.Kind() {
	case reflect.Bool:
		return OfBoolean(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return OfInteger(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return FromInteger(v.Uint())
	case reflect.Float32, reflect.Float64:
		return FromFloat(v.Float()), nil
	case reflect.String:
		if t == declared.bytesKey {
			return OfString(Bytes, v.String()), nil
		}
		raw, err := FromText(v.String())
		if t == declared.geoJSON {
			raw.Type = GeoJSON
		}
		return raw, err
	case reflect.Slice:
		switch {
		case v.IsNil():
			return Raw{}, nil
		case t == declared.hll:
			return OfBytes(HLL, v.Bytes()), nil
		case t.Elem().Kind() == reflect.Uint8:
			return OfBytes(Bytes, v.Bytes()), nil
		}
		return Raw{Type: List}, nil
	case reflect.Map:
		if v.IsNil() {
			return Raw{}, nil
		}
		return Raw{Type: Map}, nil
	case reflect.Struct:
		return Raw{Type: Map}, nil
	}
	return Raw{}, errors.New(t.String() + " has no Aerospike value" + remedy(t))
}

// encodeKnown is EncodeAt for what is known to be known.
func encodeKnown(place any, scratch []byte) (Raw, []byte, error) {
	raw, out, _, err := EncodeAt(place, scratch)
	return raw, out, err
}

// appendAny appends v as msgpack, with short ways for what a udf.Value holds.
func appendAny(dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, 0xc0), nil
	case int:
		return appendInteger(dst, int64(v)), nil
	case int64:
		return appendInteger(dst, v), nil
	case float64:
		return appendDouble(dst, v), nil
	case string:
		return appendText(dst, v)
	case []any:
		return appendList(dst, v, depth)
	case map[string]any:
		return appendKeyed(dst, v, depth)
	case map[any]any:
		return appendAnyKeyed(dst, v, depth)
	}
	return appendReflect(dst, reflect.ValueOf(v), depth)
}

// appendReflect appends any supported value as msgpack.
func appendReflect(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	raw, v, err := flat(v)
	if err != nil {
		return dst, err
	}
	if raw.Type >= List {
		return appendCollection(dst, v, depth)
	}
	return appendRaw(dst, raw)
}

// appendRaw appends a scalar as msgpack.
func appendRaw(dst []byte, raw Raw) ([]byte, error) {
	switch raw.Type {
	case Nil:
		return append(dst, 0xc0), nil
	case Boolean:
		return append(dst, 0xc2+byte(raw.Integer)), nil
	case Integer:
		return appendInteger(dst, raw.Integer), nil
	case Double:
		return appendDouble(dst, math.Float64frombits(uint64(raw.Integer))), nil
	case String:
		return appendBlob(dst, particleString, raw.Bytes(), true)
	case GeoJSON:
		return appendBlob(dst, particleGeoJSON, raw.Bytes(), true)
	case HLL:
		return appendBlob(dst, particleHLL, raw.Bytes(), false)
	}
	return appendBlob(dst, particleBytes, raw.Bytes(), false)
}

// appendCollection appends a slice, map or struct that is not nil.
func appendCollection(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth >= DepthMax {
		return dst, errTooDeep
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

// appendElement is appendReflect with appendAny's short ways for an interface.
func appendElement(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.Kind() == reflect.Interface && v.CanInterface() {
		return appendAny(dst, v.Interface(), depth)
	}
	return appendReflect(dst, v, depth)
}

// pair is one pair of a map on its way out.
type pair[V any] struct {
	key   Raw
	value V
}

// ranked is the key of a pair, and where that stands. These are sorted, whatever the pairs are of, for a sort of
// each type of pair would make every module 150 kB larger.
type ranked struct {
	key   Raw
	place int
}

func sortRanked(list []ranked) {
	slices.SortFunc(list, func(a, b ranked) int { return compareKeys(a.key, b.key) })
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
	return appendPairs(dst, pairs, depth, appendElement)
}

// appendAnyKeyed is appendMap for the map of a udf.Value.
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
	return appendPairs(dst, pairs, depth, appendAny)
}

func appendPairs[V any](dst []byte, pairs []pair[V], depth int, appendValue func([]byte, V, int) ([]byte, error)) ([]byte, error) {
	var room [sortedOnStack]ranked
	order := room[:0]
	for i := range pairs {
		order = append(order, ranked{pairs[i].key, i})
	}
	sortRanked(order)
	dst = appendMapHead(dst, len(pairs))
	for i, r := range order {
		var err error
		if i > 0 && compareKeys(order[i-1].key, r.key) == 0 {
			err = errors.New("two keys of the map are one and the same to Aerospike")
		}
		if err == nil {
			dst, err = appendKey(dst, r.key)
		}
		if err == nil {
			dst, err = appendValue(dst, pairs[r.place].value, depth+1)
		}
		if err != nil {
			return dst, within(at(scalarItem(r.key)), err)
		}
	}
	return dst, nil
}

// appendKey appends a key of a map, which keyOf has made.
func appendKey(dst []byte, key Raw) ([]byte, error) {
	if key.Type == String && !utf8.Valid(key.Bytes()) {
		return dst, errUTF8
	}
	return appendRaw(dst, key)
}

// keyOfAny converts a key of a udf.Value's map, with short ways for the usual ones.
func keyOfAny(k any) (Raw, error) {
	switch k := k.(type) {
	case int64:
		return OfInteger(k), nil
	case string:
		return OfString(String, k), nil
	}
	return keyOf(reflect.ValueOf(k))
}

// keyOf converts a map's key. Whether a string is UTF-8 is asked when it is written, in the order of keys: so what
// is told of several that are wrong depends neither on Go's order of maps nor on the way it is written.
func keyOf(v reflect.Value) (Raw, error) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return Raw{}, errKey("nil")
	}
	if err := judgeKey(v.Type()); err != nil {
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

// compareKeys is Aerospike's order: integers, strings, bytes, each ascending. Type's numbers have that order.
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
	kept := make([]reflect.Value, len(list)) // an invalid one is left out
	count := 0
	for i := range list {
		f, ok := list[i].get(v)
		if !ok || list[i].omitEmpty && empty(f) {
			continue
		}
		kept[i] = f
		count++
	}
	dst = appendMapHead(dst, count)
	for i, f := range kept {
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

// appendText appends a string as msgpack.
func appendText(dst []byte, s string) ([]byte, error) {
	if len(s) < 31 && plain(s) {
		dst = append(dst, 0xa0|byte(len(s)+1), particleString)
		return append(dst, s...), nil
	}
	if !utf8.ValidString(s) {
		return dst, errUTF8
	}
	return appendBlob(dst, particleString, OfString(String, s).Bytes(), true)
}

// plain says whether s is of ASCII characters without NUL, of which nothing needs to be checked.
func plain(s string) bool {
	for i := range len(s) {
		if s[i]-1 >= utf8.RuneSelf-1 {
			return false
		}
	}
	return true
}
