package value

// From an Aerospike value to a Go value: `any`, or any supported type by reflection.

import (
	"errors"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// ToAny converts raw to what a udf.Value holds. Strings must be UTF-8.
func ToAny(raw Raw) (any, error) { return toAny(raw, false) }

// ToAnyLenient is ToAny that takes strings as they are, for what is stored already.
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
	err := decodeKnown(raw, &v)
	if err == errUnknown {
		return toReflected[T](raw)
	}
	return v, err
}

// decodeKnown converts raw into *place where that is of a known type; otherwise errUnknown.
func decodeKnown(raw Raw, place any) error {
	r, it, err := open(raw, false)
	if err != nil {
		return errUnknown // reflection tells what is wrong, and whether the type is supported at all
	}
	if err = r.known(it, place, 0); err == nil {
		err = r.close()
	}
	return err
}

// toReflected is To for any type. It is apart from To, where nothing may keep a pointer to the value.
func toReflected[T any](raw Raw) (T, error) {
	var v T
	err := Decode(raw, reflect.ValueOf(&v).Elem())
	return v, err
}

// Decode converts raw into v, which can be set. On an error v may be partly set.
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

// any reads the rest of it as what a udf.Value holds.
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

// scalar gives an item that is no collection as what a udf.Value holds.
func (r *reader) scalar(it item) (any, error) {
	switch it.typ {
	case Boolean:
		return it.integer != 0, nil
	case Integer:
		return it.integer, nil
	case Double:
		f, err := toFloat(it, 64)
		return f, err
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
			return nil, within(at(head), err)
		}
		m[key] = v
	}
	return m, nil
}

// anyKey gives a map's key as what a udf.Value holds: int64, string or udf.BytesKey.
func (r *reader) anyKey(it item) (any, error) {
	switch it.typ {
	case Integer, String:
		return r.scalar(it)
	case Bytes:
		return declared.makeBytesKey(it.data()), nil
	}
	return nil, errNoKey
}

// errNoKey is of a value that no map may have as a key; ofKey finds the words.
var errNoKey = errors.New("not a map's key")

func errKey(what string) error {
	return errors.New("a map's key is an integer, a string or bytes, not " + what)
}

// ofKey is the error for a key that is not taken: what no map may have as a key, or what is wrong with this one.
func ofKey(key item, err error) error {
	if key.typ != Integer && key.typ != String && key.typ != Bytes {
		return errKey(describe(key))
	}
	return within(at(key), err)
}

func element(i int) string { return "element " + strconv.Itoa(i) }

// at names the place of a key in a map.
func at(key item) string {
	switch key.typ {
	case String:
		return "key " + quote(key.data())
	case Integer:
		return "key " + strconv.FormatInt(key.integer, 10)
	}
	return "a key of " + strconv.Itoa(len(key.data())) + " bytes"
}

// decode reads the rest of it into v, whose type is supported.
func (r *reader) decode(it item, v reflect.Value, depth int) error {
	t := v.Type()
	if want, ok := declaredType(t); ok {
		return r.decodeDeclared(it, v, want)
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

// declaredType is the Aerospike type of a type given to Declare.
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
