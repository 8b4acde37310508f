package module

// What modgo generates, written by hand: one wrapper a function.

import (
	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
)

func init() {
	udf.Bind(udf.Binding{
		Name:       "empty",
		Descriptor: `{"name":"empty","kind":"record","params":[],"results":[],"doc":"","location":"functions.go:32","symbol":"","bins":[]}`,
		Adapt: func(function any) udf.Apply {
			f, ok := function.(func())
			if !ok {
				return nil
			}
			return func(c *bind.Call, r *udf.Record) error {
				if err := c.Arguments(0, false); err != nil {
					return err
				}
				f()
				return nil
			}
		},
	})
	udf.Bind(udf.Binding{
		Name:       "getBin",
		Descriptor: `{"name":"getBin","kind":"record","params":[],"results":["int64"],"doc":"","location":"functions.go:34","symbol":"","bins":["a"]}`,
		Adapt: func(function any) udf.Apply {
			f, ok := function.(func(*udf.Record) int64)
			if !ok {
				return nil
			}
			return func(c *bind.Call, r *udf.Record) error {
				if err := c.Arguments(0, false); err != nil {
					return err
				}
				return bind.ReturnInteger(c, f(r))
			}
		},
	})
	udf.Bind(udf.Binding{
		Name:       "add",
		Descriptor: `{"name":"add","kind":"record","params":[{"name":"n","type":"int64"}],"results":["int64","error"],"doc":"Add adds n to the bin a.","location":"functions.go:40","symbol":"","bins":["a"]}`,
		Adapt: func(function any) udf.Apply {
			f, ok := function.(func(*udf.Record, int64) (int64, error))
			if !ok {
				return nil
			}
			return func(c *bind.Call, r *udf.Record) error {
				if err := c.Arguments(1, false); err != nil {
					return err
				}
				a0, err := bind.Integer[int64](c, 0)
				if err != nil {
					return err
				}
				v, err := f(r, a0)
				if err != nil {
					return err
				}
				return bind.ReturnInteger(c, v)
			}
		},
	})
	udf.Bind(udf.Binding{
		Name:       "greet",
		Descriptor: `{"name":"greet","kind":"record","params":[{"name":"name","type":"string"}],"results":["string"],"doc":"","location":"functions.go:49","symbol":"","bins":[]}`,
		Adapt: func(function any) udf.Apply {
			f, ok := function.(func(string) string)
			if !ok {
				return nil
			}
			return func(c *bind.Call, r *udf.Record) error {
				if err := c.Arguments(1, false); err != nil {
					return err
				}
				a0, err := bind.String[string](c, 0)
				if err != nil {
					return err
				}
				return bind.ReturnString(c, f(a0))
			}
		},
	})
	udf.Bind(udf.Binding{
		Name:       "crash",
		Descriptor: `{"name":"crash","kind":"record","params":[{"name":"i","type":"int"}],"results":["int"],"doc":"","location":"functions.go:62","symbol":"","bins":[]}`,
		Adapt: func(function any) udf.Apply {
			f, ok := function.(func(int) int)
			if !ok {
				return nil
			}
			return func(c *bind.Call, r *udf.Record) error {
				if err := c.Arguments(1, false); err != nil {
					return err
				}
				a0, err := bind.Integer[int](c, 0)
				if err != nil {
					return err
				}
				return bind.ReturnInteger(c, f(a0))
			}
		},
	})
	udf.Bind(udf.Binding{
		Name:       "total",
		Descriptor: `{"name":"total","kind":"stream","params":[{"name":"least","type":"int64"}],"results":["*udf.Stream"],"doc":"","location":"streams.go:21","symbol":"","bins":["a"]}`,
		AdaptStream: func(function any) udf.StreamApply {
			f, ok := function.(func(*udf.Stream, int64) *udf.Stream)
			if !ok {
				return nil
			}
			return func(c *bind.Call, s *udf.Stream) (*udf.Stream, error) {
				if err := c.Arguments(1, false); err != nil {
					return nil, err
				}
				a0, err := bind.Integer[int64](c, 0)
				if err != nil {
					return nil, err
				}
				return f(s, a0), nil
			}
		},
	})
}
