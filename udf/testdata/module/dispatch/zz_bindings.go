package dispatch

// What modgo generates for "exported", written by hand: as for "registry", but for the symbols.

import (
	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
)

func init() {
	udf.Bind(udf.Binding{
		Name:       "getBin",
		Descriptor: `{"name":"getBin","kind":"record","params":[],"results":["int64"],"doc":"","location":"functions.go:19","symbol":"modgo_udf_getBin","bins":["a"]}`,
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
		Name:       "increase",
		Descriptor: `{"name":"increase","kind":"record","params":[{"name":"n","type":"int64"}],"results":["int64","error"],"doc":"","location":"functions.go:25","symbol":"modgo_udf_increase","bins":[]}`,
		Adapt: func(function any) udf.Apply {
			f, ok := function.(func(int64) (int64, error))
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
				v, err := f(a0)
				if err != nil {
					return err
				}
				return bind.ReturnInteger(c, v)
			}
		},
	})
	udf.Bind(udf.Binding{
		Name:       "count",
		Descriptor: `{"name":"count","kind":"stream","params":[],"results":["*udf.Stream"],"doc":"","location":"functions.go:37","symbol":"modgo_udf_count","bins":[]}`,
		AdaptStream: func(function any) udf.StreamApply {
			f, ok := function.(func(*udf.Stream) *udf.Stream)
			if !ok {
				return nil
			}
			return func(c *bind.Call, s *udf.Stream) (*udf.Stream, error) {
				if err := c.Arguments(0, false); err != nil {
					return nil, err
				}
				return f(s), nil
			}
		},
	})
}
