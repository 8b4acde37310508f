package bind

import (
	"reflect"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Bool returns argument i, counted from 0, as a T.
func Bool[T ~bool](c *Call, i int) (T, error) {
	v, err := value.ToBoolean[T](c.raw(i))
	if err != nil {
		err = c.argumentError(i, err)
	}
	return v, err
}

// Integer returns argument i as a T. An integer that overflows T is an error.
func Integer[T value.Integers](c *Call, i int) (T, error) {
	v, err := value.ToInteger[T](c.raw(i))
	if err != nil {
		err = c.argumentError(i, err)
	}
	return v, err
}

// Float returns argument i, a double or an integer that T represents exactly, as a T.
func Float[T value.Floats](c *Call, i int) (T, error) {
	v, err := value.ToFloat[T](c.raw(i))
	if err != nil {
		err = c.argumentError(i, err)
	}
	return v, err
}

// String returns argument i as a T. Invalid UTF-8 is an error.
func String[T ~string](c *Call, i int) (T, error) {
	if value.IsDeclared(reflect.TypeFor[T]()) {
		return Any[T](c, i)
	}
	v, err := value.ToText[T](c.raw(i))
	if err != nil {
		err = c.argumentError(i, err)
	}
	return v, err
}

// Bytes returns a copy of argument i as a T; nil for nil.
func Bytes[T ~[]E, E ~byte](c *Call, i int) (T, error) {
	if value.IsDeclared(reflect.TypeFor[T]()) {
		return Any[T](c, i)
	}
	v, err := value.ToBytes[T](c.raw(i))
	if err != nil {
		err = c.argumentError(i, err)
	}
	return v, err
}

// Any returns argument i as a T of any supported type: lists, maps, structs, pointers, udf.Value, udf.GeoJSON.
func Any[T any](c *Call, i int) (T, error) {
	v, err := value.To[T](c.raw(i))
	if err != nil {
		err = c.argumentError(i, err)
	}
	return v, err
}

// Variadic returns the arguments from index from on, nil if there are none.
func Variadic[T any](c *Call, from int) ([]T, error) {
	if from >= len(c.arguments) {
		return nil, nil
	}
	list := make([]T, len(c.arguments)-from)
	for i := range list {
		var err error
		if list[i], err = Any[T](c, from+i); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Reflected sets v to argument i. It is for functions without generated code.
func Reflected(c *Call, i int, v reflect.Value) error {
	if err := value.Decode(c.raw(i), v); err != nil {
		return c.argumentError(i, err)
	}
	return nil
}

// Count returns the number of arguments.
func (c *Call) Count() int { return len(c.arguments) }
