package bind

import (
	"errors"
	"reflect"
	"unsafe"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// ReturnBool makes v the call's result.
func ReturnBool[T ~bool](c *Call, v T) error {
	c.result = value.OfBoolean(bool(v))
	return nil
}

// ReturnInteger makes v the call's result. An integer that overflows an int64 is an error.
func ReturnInteger[T value.Integers](c *Call, v T) error {
	var err error
	if c.result, err = value.FromInteger(v); err != nil {
		return c.resultError(err)
	}
	return nil
}

// ReturnFloat makes v the call's result.
func ReturnFloat[T value.Floats](c *Call, v T) error {
	c.result = value.FromFloat(v)
	return nil
}

// ReturnString makes v the call's result. Invalid UTF-8 is an error.
func ReturnString[T ~string](c *Call, v T) error {
	if value.IsDeclared(reflect.TypeFor[T]()) {
		return ReturnAny(c, v)
	}
	var err error
	if c.result, err = value.FromText(string(v)); err != nil {
		return c.resultError(err)
	}
	return nil
}

// ReturnBytes makes v the call's result; nil is nil.
func ReturnBytes[T ~[]E, E ~byte](c *Call, v T) error {
	if value.IsDeclared(reflect.TypeFor[T]()) {
		return ReturnAny(c, v)
	}
	c.result = value.Raw{}
	if v != nil {
		c.result = value.OfBytes(value.Bytes, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)))
	}
	return nil
}

// ReturnAny makes v, of any supported type, the call's result.
func ReturnAny[T any](c *Call, v T) error {
	result, scratch, known, err := value.EncodeFast(&v, c.scratch)
	if !known {
		result, scratch, err = value.Encode(v, c.scratch)
	}
	if c.result, c.scratch = result, scratch; err != nil {
		return c.resultError(err)
	}
	return nil
}

// ReturnReflected makes v the call's result. It is for functions without generated code.
func ReturnReflected(c *Call, v reflect.Value) error {
	var err error
	if c.result, c.scratch, err = value.EncodeReflect(v, c.scratch); err != nil {
		return c.resultError(err)
	}
	return nil
}

// resultError returns the error for a result that has no Aerospike value.
func (c *Call) resultError(err error) error {
	return errors.New("the result of " + c.function + ": " + err.Error())
}
