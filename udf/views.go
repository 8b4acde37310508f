package udf

// Lists and maps that are decoded only where they are read.

import (
	"errors"
	"iter"
	"reflect"
	"strconv"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// ListView is a list that is not decoded: an argument or bin that a UDF only stores, returns, or reads in part. Its
// elements are decoded each time they are read, so a UDF that reads all of them several times is faster with a slice.
//
// A view is a copy and can't change. It is valid after the call, and equal to another one if both have the same bytes.
// Setting a bin to it or returning it stores the list as it is, with its order. The zero value is nil: it has no
// elements, and is stored as nil.
type ListView struct {
	msgpack string // "" is nil
}

// IsNil reports whether the value is nil instead of a list.
func (l ListView) IsNil() bool { return l.msgpack == "" }

// Len returns the number of elements.
func (l ListView) Len() int { return value.ViewLen(l.msgpack) }

// At returns element i, counted from 0. It reads past the elements before it. Like a slice, it panics if there is no
// such element.
func (l ListView) At(i int) Value {
	if n := l.Len(); i < 0 || i >= n {
		panic("udf: element " + strconv.Itoa(i) + " is not in a list of " + strconv.Itoa(n))
	}
	return value.ViewElement(l.msgpack, i)
}

// All iterates over the elements with their indices.
func (l ListView) All() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) { value.ViewElements(l.msgpack, yield) }
}

// String returns the elements as text, for logs.
func (l ListView) String() string { return formatReflect(reflect.ValueOf(value.ViewAll(l.msgpack)), 0) }

// At returns element i of a list as a T of any supported type. A list that lacks it is an error.
func At[T any](l ListView, i int) (T, error) { return value.ViewElementTo[T](l.msgpack, i) }

// Elements iterates over the elements of a list as a T of any supported type. An element of another type has an error.
func Elements[T any](l ListView) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { value.ViewElementsTo(l.msgpack, yield) }
}

// MapView is a map that is not decoded, as [ListView] is a list.
type MapView struct {
	msgpack string // "" is nil
}

// ErrNoKey is wrapped by the error of [Lookup] if the map has no such key.
var ErrNoKey = errors.New("the map has no such key")

// IsNil reports whether the value is nil instead of a map.
func (m MapView) IsNil() bool { return m.msgpack == "" }

// Len returns the number of pairs.
func (m MapView) Len() int { return value.ViewLen(m.msgpack) }

// Get returns the value of a key; false if the map lacks it. It compares with one key after another.
func (m MapView) Get(key any) (Value, bool) { return value.ViewValue(m.msgpack, key) }

// All iterates over the pairs, in the order in which they are stored.
func (m MapView) All() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) { value.ViewPairs(m.msgpack, yield) }
}

// String returns the pairs as text, for logs.
func (m MapView) String() string { return formatReflect(reflect.ValueOf(value.ViewAll(m.msgpack)), 0) }

// Lookup returns the value of a map's key as a T of any supported type. If the map has no such key, it returns nil if T
// can be nil, else an error that wraps [ErrNoKey].
func Lookup[T any](m MapView, key any) (T, error) {
	v, ok, err := value.ViewValueTo[T](m.msgpack, key)
	if err == nil && !ok {
		v, err = value.To[T](value.Raw{})
		if err != nil && value.Supported(reflect.TypeFor[T]()) == nil {
			err = ErrNoKey
		}
	}
	return v, err
}
