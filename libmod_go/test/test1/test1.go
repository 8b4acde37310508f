// Package test1 is the module that the test app is tried with: test record test1.record a b c d.
// It is as small as a module that writes can be, and no example of style for larger ones.
package test1

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("record", Record)
}

// Record returns its arguments as a list, and counts its calls in the bin "calls".
func Record(rec *udf.Record, args ...udf.Value) ([]udf.Value, error) {
	calls, _ := rec.Int("calls")
	rec.Set("calls", calls+1)
	store := rec.Create
	if rec.Exists() {
		store = rec.Update
	}
	if err := store(); err != nil {
		return nil, err
	}
	return append([]udf.Value{}, args...), nil
}
