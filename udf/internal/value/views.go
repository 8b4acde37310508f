package value

// Views: lists and maps that package udf holds as their msgpack. They are checked when they are made, so reading them
// can't fail, but elements are decoded only when they are read.

import (
	"bytes"
	"errors"
	"reflect"
	"strconv"
	"unsafe"
)

// DeclareViews sets the Go types of views, structs of one string: the msgpack, "" for nil. Package udf calls it with
// Declare.
func DeclareViews[L, M any]() {
	declared.listView, declared.mapView = reflect.TypeFor[L](), reflect.TypeFor[M]()
}

// viewType returns whether t is that of views of lists or maps.
func viewType(t reflect.Type) (Type, bool) {
	switch t {
	case declared.listView:
		return List, true
	case declared.mapView:
		return Map, true
	}
	return Nil, false
}

// decodeView decodes it into v, a view.
func (r *reader) decodeView(it item, v reflect.Value, want Type, depth int) error {
	p := (*string)(v.Addr().UnsafePointer())
	*p = ""
	if it.typ == Nil {
		return nil
	}
	if it.typ != want {
		return mismatch(v.Type(), it)
	}
	from := r.head
	if err := r.check(it, depth); err != nil {
		return err
	}
	*p = string(r.b[from:r.off])
	return nil
}

// check reads past the elements of it, as skip does, and checks the keys of maps as well.
func (r *reader) check(it item, depth int) error {
	if it.typ < List {
		return nil
	}
	if depth >= DepthMax {
		return errTooDeep
	}
	for range it.count {
		if it.typ == Map {
			key, err := r.next()
			if err != nil {
				return err
			}
			if key.typ != Integer && key.typ != String && key.typ != Bytes {
				return errKey(describe(key))
			}
		}
		if r.skipScalar() {
			continue
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		if err := r.check(next, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// ofView returns v, a view, as it is encoded.
func ofView(v reflect.Value, t Type) Raw {
	msgpack := v.Field(0).String()
	if msgpack == "" {
		return Raw{}
	}
	return OfString(t, msgpack)
}

// appendView appends what ofView returned.
func appendView(dst []byte, raw Raw, depth int) ([]byte, error) {
	r, it, err := open(raw, true)
	if err == nil {
		err = r.skip(it, depth)
	}
	if err != nil {
		return dst, err
	}
	return append(dst, raw.Bytes()...), nil
}

// openView starts to read a view. Strings are read as they are stored.
func openView(msgpack string) (reader, item) {
	if msgpack == "" {
		return reader{}, item{}
	}
	r := reader{b: unsafe.Slice(unsafe.StringData(msgpack), len(msgpack)), lenient: true}
	if len(msgpack) <= maxShared {
		r.shared = msgpack
	}
	it, _ := r.next()
	return r, it
}

// ViewLen returns the number of elements or pairs.
func ViewLen(msgpack string) int {
	_, it := openView(msgpack)
	return it.count
}

// ViewAll decodes a view.
func ViewAll(msgpack string) any {
	r, it := openView(msgpack)
	v, _ := r.any(it, 0)
	return v
}

// ViewElement returns element i of a list, which must have it.
func ViewElement(msgpack string, i int) any {
	r, it := viewElement(msgpack, i)
	v, _ := r.any(it, 1)
	return v
}

// ViewElementTo is ViewElement for a T.
func ViewElementTo[T any](msgpack string, i int) (T, error) {
	if n := ViewLen(msgpack); i < 0 || i >= n {
		var none T
		return none, errors.New("element " + strconv.Itoa(i) + " is not in a list of " + strconv.Itoa(n))
	}
	r, it := viewElement(msgpack, i)
	v, err := itemTo[T](&r, it)
	if err != nil {
		err = within(element(i), err)
	}
	return v, err
}

// viewElement returns the reader after element i of a list, or after its head.
func viewElement(msgpack string, i int) (reader, item) {
	r, _ := openView(msgpack)
	for range i {
		r.pass()
	}
	it, _ := r.next()
	return r, it
}

// pass reads past an element of a view.
func (r *reader) pass() {
	if !r.skipScalar() {
		next, _ := r.next()
		_ = r.skip(next, 1)
	}
}

// ViewElements calls yield with the elements of a list, until it returns false.
func ViewElements(msgpack string, yield func(int, any) bool) {
	r, it := openView(msgpack)
	for i := range it.count {
		next, _ := r.next()
		v, _ := r.any(next, 1)
		if !yield(i, v) {
			return
		}
	}
}

// ViewElementsTo is ViewElements for a T.
func ViewElementsTo[T any](msgpack string, yield func(T, error) bool) {
	r, it := openView(msgpack)
	for i := range it.count {
		next, _ := r.next()
		from := r
		v, err := itemTo[T](&r, next)
		if err != nil {
			err = within(element(i), err)
			r = from
			_ = r.skip(next, 1)
		}
		if !yield(v, err) {
			return
		}
	}
}

// ViewPairs calls yield with the pairs of a map, until it returns false.
func ViewPairs(msgpack string, yield func(any, any) bool) {
	r, it := openView(msgpack)
	for range it.count {
		head, _ := r.next()
		key, _ := r.anyKey(head)
		next, _ := r.next()
		v, _ := r.any(next, 1)
		if !yield(key, v) {
			return
		}
	}
}

// ViewValue returns the value of a map's key; false if the map lacks it.
func ViewValue(msgpack string, key any) (any, bool) {
	r, it, ok, err := viewValue(msgpack, key)
	if !ok || err != nil {
		return nil, false
	}
	v, _ := r.any(it, 1)
	return v, true
}

// ViewValueTo is ViewValue for a T.
func ViewValueTo[T any](msgpack string, key any) (v T, ok bool, err error) {
	r, it, ok, err := viewValue(msgpack, key)
	if !ok || err != nil {
		return v, false, err
	}
	if v, err = itemTo[T](&r, it); err != nil {
		raw, _ := keyOfAny(key)
		err = within(keyName(scalarItem(raw)), err)
	}
	return v, true, err
}

// viewValue returns the reader after the value of a key, or after its head.
func viewValue(msgpack string, key any) (reader, item, bool, error) {
	want, err := keyOfAny(key)
	if err != nil {
		return reader{}, item{}, false, err
	}
	r, it := openView(msgpack)
	for range it.count {
		head, _ := r.next()
		if head.typ == want.Type && head.integer == want.Integer && bytes.Equal(head.data(), want.Bytes()) {
			next, _ := r.next()
			return r, next, true, nil
		}
		r.pass()
	}
	return r, item{}, false, nil
}

// itemTo decodes it, and the elements that follow it, as a T.
func itemTo[T any](r *reader, it item) (T, error) {
	var v T
	r.lenient = false
	err := r.decodeFast(it, &v, 1)
	if err == errNoFastPath {
		return itemToReflected[T](r, it)
	}
	return v, err
}

// itemToReflected is itemTo by reflection. A function of its own, as toReflected.
func itemToReflected[T any](r *reader, it item) (T, error) {
	var v T
	if err := Supported(reflect.TypeFor[T]()); err != nil {
		return v, err
	}
	err := r.decode(it, reflect.ValueOf(&v).Elem(), 1)
	return v, err
}
