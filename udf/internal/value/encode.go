package value

// Encoding: a Go value to an Aerospike value. What the server can't store is an error here, because the server
// itself would fail an assertion.

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// Encode encodes v. The result points into v or into scratch, which Encode may replace by a larger one. It returns
// the scratch to pass to the next call, on errors too.
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
		return encodeFast(&v, scratch)
	case []string:
		return encodeFast(&v, scratch)
	case []int64:
		return encodeFast(&v, scratch)
	case []int:
		return encodeFast(&v, scratch)
	case []float64:
		return encodeFast(&v, scratch)
	case []bool:
		return encodeFast(&v, scratch)
	case [][]byte:
		return encodeFast(&v, scratch)
	case []map[string]any:
		return encodeFast(&v, scratch)
	case map[string]any:
		return encodeFast(&v, scratch)
	case map[string]int64:
		return encodeFast(&v, scratch)
	case map[string]int:
		return encodeFast(&v, scratch)
	case map[string]float64:
		return encodeFast(&v, scratch)
	case map[string]bool:
		return encodeFast(&v, scratch)
	case map[string]string:
		return encodeFast(&v, scratch)
	case map[int64]int64:
		return encodeFast(&v, scratch)
	case map[int64]string:
		return encodeFast(&v, scratch)
	case map[int64]any:
		return encodeFast(&v, scratch)
	case map[any]any:
		return encodeFast(&v, scratch)
	}
	if c := codecOf(reflect.TypeOf(v)); c != nil {
		return encodeByCodec(v, c, scratch)
	}
	return EncodeReflect(reflect.ValueOf(v), scratch)
}

// EncodeReflect is Encode for a reflected value.
func EncodeReflect(v reflect.Value, scratch []byte) (Raw, []byte, error) {
	raw, v, err := flat(v)
	if err != nil || raw.Type < List || raw.Data != nil {
		return raw, scratch, err
	}
	out, err := appendCollection(scratch[:0], v, 0)
	if err != nil {
		return Raw{}, scratch, err
	}
	return OfBytes(raw.Type, out), out, nil
}

// flat follows pointers and interfaces. It returns a scalar or a view as a Raw; of another list or map it returns a Raw
// with only the type, and the slice, map or struct.
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

// fromKind encodes a value that is neither pointer nor interface; of a list or map only the type.
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
		if view, ok := viewType(t); ok {
			return ofView(v, view), nil
		}
		return Raw{Type: Map}, nil
	}
	return Raw{}, errors.New(t.String() + " has no Aerospike value" + remedy(t))
}

// encodeFast is EncodeFast for a type that has a fast path.
func encodeFast(ptr any, scratch []byte) (Raw, []byte, error) {
	raw, out, _, err := EncodeFast(ptr, scratch)
	return raw, out, err
}

// appendAny appends v as msgpack, without reflection for the types of a udf.Value.
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
	switch {
	case raw.Type < List:
		return appendRaw(dst, raw)
	case raw.Data != nil:
		return appendView(dst, raw, depth)
	}
	return appendCollection(dst, v, depth)
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

// appendText appends a string as msgpack.
func appendText(dst []byte, s string) ([]byte, error) {
	if len(s) < 31 && isPlainASCII(s) {
		dst = append(dst, 0xa0|byte(len(s)+1), particleString)
		return append(dst, s...), nil
	}
	if !utf8.ValidString(s) {
		return dst, errUTF8
	}
	return appendBlob(dst, particleString, OfString(String, s).Bytes(), true)
}

// isPlainASCII reports whether s is ASCII without NUL, and so needs no other check.
func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i]-1 >= utf8.RuneSelf-1 {
			return false
		}
	}
	return true
}
