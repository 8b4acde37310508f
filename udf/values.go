// Package udf is the SDK for Aerospike UDFs written in Go: register functions, work on the record, log.
//
// A UDF module is an ordinary Go package that imports this one and registers functions. modgo builds it into
// a shared object that Aerospike's server (or modgo itself) loads:
//
//	package counters
//
//	import "github.com/GeertJohan/aerospike-mod-go/udf"
//
//	func init() { udf.Register("add", Add) }
//
//	// Add adds n to the bin "count" and gives the new count.
//	func Add(r *udf.Record, n int64) (int64, error) {
//		count, _ := r.Int("count")
//		count += n
//		r.Set("count", count)
//		return count, r.Update()
//	}
//
// # Signatures
//
// A UDF takes, in this order, a context.Context and a *Record, each if it wants it, then its arguments. It
// gives nothing, a value, an error, or a value and an error. The last argument may be variadic.
//
// A stream UDF takes a *Stream in place of the record and gives one, with an error beside it if it wants:
//
//	// Total sums the bin "amount" of the records where it is at least least.
//	func Total(s *udf.Stream, least int64) *udf.Stream {
//		amounts := udf.Map(s, func(r *udf.Record) int64 { n, _ := r.Int("amount"); return n })
//		large := udf.Filter(amounts, func(n int64) bool { return n >= least })
//		return udf.Reduce(large, func(a, b int64) int64 { return a + b })
//	}
//
// # Types
//
// bool is a boolean; the integer types are integers, out of range is an error and never a wrap; float32 and
// float64 are doubles; string is a string, []byte is bytes; slices are lists, maps with keys of strings,
// integers, [N]byte or any are maps; a pointer is its value or nil; a struct is a map of its exported fields,
// named as encoding/json would, with the tag `udf:"name,omitempty"`; [Value] is any of them, [GeoJSON] and
// [HLL] are themselves.
//
// Package udftest makes records and streams for plain go test; package udfslog takes log/slog to the host's log.
package udf

import "github.com/GeertJohan/aerospike-mod-go/udf/internal/value"

// Version is the version of this SDK.
const Version = "v1.0.0"

// Value is any Aerospike value: nil, bool, int64, float64, string, []byte, [GeoJSON], [HLL], []Value or
// map[Value]Value, whose keys are int64, string or [BytesKey].
type Value = any

// GeoJSON is a GeoJSON text.
type GeoJSON string

// HLL is a HyperLogLog in the server's own form, opaque here.
type HLL []byte

// BytesKey is a key of bytes in a map[Value]Value; a []byte can't be a key in Go.
type BytesKey string

var _ = declare()

// declare tells the conversions about the types above before any init function runs.
func declare() bool {
	value.Declare[GeoJSON, HLL, BytesKey]()
	return true
}
