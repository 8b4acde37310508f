package bind

import (
	"reflect"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Bool gives argument i, counted from 0, as a T.
func Bool[T ~bool](c *Call, i int) (T, error) {
	v, err := value.ToBoolean[T](c.raw(i))
	if err != nil {
		err = c.wrong(i, err)
	}
	return v, err
}

// Integer gives argument i as a T. An integer that T doesn't hold is an error, never a wrap.
func Integer[T value.Integers](c *Call, i int) (T, error) {
	v, err := value.ToInteger[T](c.raw(i))
	if err != nil {
		err = c.wrong(i, err)
	}
	return v, err
}

// Float gives argument i, a double or an exactly representable integer, as a T.
func Float[T value.Floats](c *Call, i int) (T, error) {
	v, err := value.ToFloat[T](c.raw(i))
	if err != nil {
		err = c.wrong(i, err)
	}
	return v, err
}

// String gives argument i as a T. Invalid UTF-8 is an error.
func String[T ~string](c *Call, i int) (T, error) {
	if value.IsDeclared(reflect.TypeFor[T]()) {
		return Any[T](c, i)
	}
	v, err := value.ToText[T](c.raw(i))
	if err != nil {
		err = c.wrong(i, err)
	}
	return v, err
}

// Bytes gives argument i as a T, a copy of the caller's bytes. Nil gives nil.
func Bytes[T ~[]E, E ~byte](c *Call, i int) (T, error) {
	if value.IsDeclared(reflect.TypeFor[T]()) {
		return Any[T](c, i)
	}
	v, err := value.ToBytes[T](c.raw(i))
	if err != nil {
		err = c.wrong(i, err)
	}
	return v, err
}

// Any gives argument i as a T of any supported type: lists, maps, structs, pointers, udf.Value, udf.GeoJSON.
func Any[T any](c *Call, i int) (T, error) {
	v, err := value.To[T](c.raw(i))
	if err != nil {
		err = c.wrong(i, err)
	}
	return v, err
}

// Variadic gives the arguments from index from on, nil where there are none.
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

// Reflected sets v to argument i. It serves functions without generated code.
func Reflected(c *Call, i int, v reflect.Value) error {
	if err := value.Decode(c.raw(i), v); err != nil {
		return c.wrong(i, err)
	}
	return nil
}

// Count gives the number of arguments.
func (c *Call) Count() int { return len(c.arguments) }
