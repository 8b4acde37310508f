package udf

// Calling functions without generated code, with the same results and errors.

import (
	"reflect"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
)

// reflected returns the Apply of a record UDF.
func reflected(fn reflect.Value, s signature) Apply {
	call := caller(fn, s)
	return func(c *bind.Call, r *Record) error {
		out, err := call(c, reflect.ValueOf(r))
		if err != nil {
			return err
		}
		return s.finish(c, out)
	}
}

// reflectedStream returns the StreamApply of a stream UDF.
func reflectedStream(fn reflect.Value, s signature) StreamApply {
	call := caller(fn, s)
	return func(c *bind.Call, stream *Stream) (*Stream, error) {
		out, err := call(c, reflect.ValueOf(stream))
		if err != nil {
			return nil, err
		}
		result, _ := out[0].Interface().(*Stream)
		return result, s.errorResult(out)
	}
}

// caller returns a function that calls fn with the arguments of a call, and with its record or stream.
func caller(fn reflect.Value, s signature) func(c *bind.Call, receiver reflect.Value) ([]reflect.Value, error) {
	fixed := len(s.params)
	if s.variadic {
		fixed--
	}
	return func(c *bind.Call, receiver reflect.Value) ([]reflect.Value, error) {
		if err := c.Arguments(fixed, s.variadic); err != nil {
			return nil, err
		}
		in := make([]reflect.Value, 0, len(s.params)+2)
		if s.context {
			in = append(in, reflect.ValueOf(c.Context()))
		}
		if s.receiver {
			in = append(in, receiver)
		}
		for i, t := range s.params[:fixed] {
			v := reflect.New(t).Elem()
			if err := bind.Reflected(c, i, v); err != nil {
				return nil, err
			}
			in = append(in, v)
		}
		if !s.variadic {
			return fn.Call(in), nil
		}
		rest, err := variadic(c, fixed, s.params[fixed])
		if err != nil {
			return nil, err
		}
		return fn.CallSlice(append(in, rest)), nil
	}
}

// variadic returns the arguments from index from on as a slice of type t, nil if there are none.
func variadic(c *bind.Call, from int, t reflect.Type) (reflect.Value, error) {
	if c.Count() <= from {
		return reflect.Zero(t), nil
	}
	list := reflect.MakeSlice(t, c.Count()-from, c.Count()-from)
	for i := range list.Len() {
		if err := bind.Reflected(c, from+i, list.Index(i)); err != nil {
			return list, err
		}
	}
	return list, nil
}

// finish handles the results of the function.
func (s *signature) finish(c *bind.Call, out []reflect.Value) error {
	if err := s.errorResult(out); err != nil {
		return err
	}
	if s.result == nil {
		return nil
	}
	return bind.ReturnReflected(c, out[0])
}

// errorResult returns the error that the function returned.
func (s *signature) errorResult(out []reflect.Value) error {
	if !s.hasError {
		return nil
	}
	err, _ := out[len(out)-1].Interface().(error)
	return err
}
