package value

// Decoding: an Aerospike value to an any, or to any supported type by reflection.

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// ToAny converts raw to the Go type of a udf.Value. Strings must be UTF-8.
func ToAny(raw Raw) (any, error) { return toAny(raw, false) }

// ToAnyLenient is like ToAny but accepts strings that are not UTF-8, as stored bins may be.
func ToAnyLenient(raw Raw) (any, error) { return toAny(raw, true) }

func toAny(raw Raw, lenient bool) (any, error) {
	r, it, err := open(raw, lenient)
	if err != nil {
		return nil, err
	}
	v, err := r.any(it, 0)
	if err != nil {
		return nil, err
	}
	return v, r.close()
}

// To converts raw to a T.
func To[T any](raw Raw) (T, error) {
	var v T
	err := toFast(raw, &v)
	if err == errNoFastPath {
		return toReflected[T](raw)
	}
	return v, err
}

// toFast decodes raw into *ptr. It returns errNoFastPath if ptr points to a type that needs reflection.
func toFast(raw Raw, ptr any) error {
	r, it, err := open(raw, false)
	if err != nil {
		return errNoFastPath // toReflected checks the type first, then returns err
	}
	if err = r.decodeFast(it, ptr, 0); err == nil {
		err = r.close()
	}
	return err
}

// toReflected is To by a codec or by reflection. A function of its own: its v escapes to the heap, that of To must not.
func toReflected[T any](raw Raw) (T, error) {
	if c := codecOf(reflect.TypeFor[T]()); c != nil {
		return toByCodec[T](raw, c)
	}
	var v T
	err := Decode(raw, reflect.ValueOf(&v).Elem())
	return v, err
}

// Decode decodes raw into v, which must be settable. On an error v may be partly set.
func Decode(raw Raw, v reflect.Value) error {
	if err := Supported(v.Type()); err != nil {
		return err
	}
	r, it, err := open(raw, false)
	if err != nil {
		return err
	}
	if err := r.decode(it, v, 0); err != nil {
		return err
	}
	return r.close()
}

// any decodes it, and the elements that follow it, as a udf.Value.
func (r *reader) any(it item, depth int) (any, error) {
	switch it.typ {
	case Nil:
		return nil, nil
	case List:
		return r.list(it, depth)
	case Map:
		return r.anyMap(it, depth)
	}
	return r.scalar(it)
}

// scalar decodes an item that is neither list nor map as a udf.Value.
func (r *reader) scalar(it item) (any, error) {
	switch it.typ {
	case Boolean:
		return it.integer != 0, nil
	case Integer:
		return it.integer, nil
	case Double:
		return math.Float64frombits(uint64(it.integer)), nil
	case String:
		s, err := r.text(it)
		if err != nil {
			return nil, err
		}
		return s, nil
	case Bytes:
		return append([]byte{}, it.data()...), nil
	case GeoJSON:
		if !r.lenient && !utf8.Valid(it.data()) {
			return nil, errUTF8
		}
		return declared.makeGeoJSON(it.data()), nil
	case HLL:
		return declared.makeHLL(it.data()), nil
	}
	return nil, nil
}

func (r *reader) list(it item, depth int) ([]any, error) {
	if depth >= DepthMax {
		return nil, errTooDeep
	}
	list := make([]any, it.count)
	for i := range list {
		next, err := r.next()
		if err != nil {
			return nil, err
		}
		if list[i], err = r.any(next, depth+1); err != nil {
			return nil, within(element(i), err)
		}
	}
	return list, nil
}

func (r *reader) anyMap(it item, depth int) (map[any]any, error) {
	if depth >= DepthMax {
		return nil, errTooDeep
	}
	m := make(map[any]any, it.count)
	for range it.count {
		head, err := r.next()
		if err != nil {
			return nil, err
		}
		key, err := r.anyKey(head)
		if err != nil {
			return nil, ofKey(head, err)
		}
		next, err := r.next()
		if err != nil {
			return nil, err
		}
		v, err := r.any(next, depth+1)
		if err != nil {
			return nil, within(keyName(head), err)
		}
		m[key] = v
	}
	return m, nil
}

// anyKey decodes a map key as a udf.Value: int64, string or udf.BytesKey.
func (r *reader) anyKey(it item) (any, error) {
	switch it.typ {
	case Integer, String:
		return r.scalar(it)
	case Bytes:
		return declared.makeBytesKey(it.data()), nil
	}
	return nil, errNoKey
}

// errNoKey reports a type that can't be a map key; ofKey replaces it by the error for the caller.
var errNoKey = errors.New("not a map's key")

func errKey(what string) error {
	return errors.New("a map's key is an integer, a string or bytes, not " + what)
}

// ofKey returns the error for a key that can't be decoded: that its type is no map key, or else err.
func ofKey(key item, err error) error {
	if key.typ != Integer && key.typ != String && key.typ != Bytes {
		return errKey(describe(key))
	}
	return within(keyName(key), err)
}

func element(i int) string { return "element " + strconv.Itoa(i) }

// keyName names a map key in an error.
func keyName(key item) string {
	switch key.typ {
	case String:
		return "key " + quote(key.data())
	case Integer:
		return "key " + strconv.FormatInt(key.integer, 10)
	}
	return "a key of " + strconv.Itoa(len(key.data())) + " bytes"
}

// decode decodes it, and the elements that follow it, into v, whose type is supported.
func (r *reader) decode(it item, v reflect.Value, depth int) error {
	t := v.Type()
	if want, ok := declaredType(t); ok {
		return r.decodeDeclared(it, v, want)
	}
	if want, ok := viewType(t); ok {
		return r.decodeView(it, v, want, depth)
	}
	if done, err := r.decodeByCodec(it, v, depth); done {
		return err
	}
	switch t.Kind() {
	case reflect.Slice:
		return r.decodeSlice(it, v, depth)
	case reflect.Map:
		return r.decodeMap(it, v, depth)
	case reflect.Struct:
		return r.decodeStruct(it, v, depth)
	case reflect.Pointer:
		if it.typ == Nil {
			v.SetZero()
			return nil
		}
		p := reflect.New(t.Elem())
		v.Set(p)
		return r.decode(it, p.Elem(), depth)
	case reflect.Interface:
		a, err := r.any(it, depth)
		if err != nil || a == nil {
			v.SetZero()
			return err
		}
		v.Set(reflect.ValueOf(a))
		return nil
	}
	return r.decodeScalar(it, v)
}

// declaredType returns the Aerospike type of a type passed to Declare.
func declaredType(t reflect.Type) (Type, bool) {
	switch t {
	case declared.geoJSON:
		return GeoJSON, true
	case declared.hll:
		return HLL, true
	case declared.bytesKey:
		return Bytes, true
	}
	return Nil, false
}

func (r *reader) decodeDeclared(it item, v reflect.Value, want Type) error {
	if v.Kind() == reflect.Slice && it.typ == Nil {
		v.SetZero()
		return nil
	}
	if it.typ != want {
		return mismatch(v.Type(), it)
	}
	if want == GeoJSON && !r.lenient && !utf8.Valid(it.data()) {
		return errUTF8
	}
	if v.Kind() == reflect.Slice {
		v.SetBytes(append([]byte{}, it.data()...))
	} else {
		v.SetString(string(it.data()))
	}
	return nil
}

func (r *reader) decodeScalar(it item, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Bool:
		if it.typ == Boolean {
			v.SetBool(it.integer != 0)
			return nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if it.typ == Integer && !v.OverflowInt(it.integer) {
			v.SetInt(it.integer)
			return nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if it.typ == Integer && it.integer >= 0 && !v.OverflowUint(uint64(it.integer)) {
			v.SetUint(uint64(it.integer))
			return nil
		}
	case reflect.Float32, reflect.Float64:
		f, err := toFloat(it, v.Type().Bits())
		if err != errNotFloat {
			v.SetFloat(f)
			return err
		}
	case reflect.String:
		if it.typ == String {
			s, err := r.text(it)
			v.SetString(s)
			return err
		}
	}
	return mismatch(v.Type(), it)
}
