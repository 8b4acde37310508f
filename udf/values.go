// Package udf is the SDK for Aerospike UDFs in Go.
//
// A UDF module is an ordinary Go package that imports this package and registers functions. modgo builds it into a
// shared object, which the Aerospike server or modgo itself loads:
//
//	package counters
//
//	import "github.com/GeertJohan/aerospike-mod-go/udf"
//
//	func init() { udf.Register("add", Add) }
//
//	// Add adds n to the bin "count" and returns the new count.
//	func Add(r *udf.Record, n int64) (int64, error) {
//		count, _ := r.Int("count")
//		count += n
//		r.Set("count", count)
//		if !r.Exists() {
//			return count, r.Create()
//		}
//		return count, r.Update()
//	}
//
// # Signatures
//
// The parameters of a UDF are a context.Context and a *Record, both optional and in this order, then its arguments, of
// which the last may be variadic. It returns nothing, a value, an error, or a value and an error. The context has the
// deadline of the call, and is cancelled when the call ends.
//
// A stream UDF takes a *Stream instead of the record. It returns a *Stream, or a *Stream and an error:
//
//	// Total sums the bin "amount" of the records in which it is at least least.
//	func Total(s *udf.Stream, least int64) *udf.Stream {
//		amounts := udf.Map(s, func(r *udf.Record) int64 { n, _ := r.Int("amount"); return n })
//		large := udf.Filter(amounts, func(n int64) bool { return n >= least })
//		return udf.Reduce(large, func(a, b int64) int64 { return a + b })
//	}
//
// # Types
//
// The types of arguments, results and bins. A named type is treated as its underlying type:
//
//   - bool is a boolean;
//   - int, int8 … uint64 are integers; one that is out of range is an error;
//   - float32 and float64 are doubles, and accept an integer that they represent exactly;
//   - string is a string, which must be UTF-8; [GeoJSON] is GeoJSON;
//   - []byte is bytes, [HLL] a HyperLogLog;
//   - []T is a list, map[K]T a map; K is a string, an integer, [N]byte, [BytesKey] or any; nil is nil;
//   - [ListView] is a list, [MapView] a map, which are decoded only where they are read;
//   - *T is a T or nil;
//   - a struct is a map of its exported fields, selected and named as in encoding/json, with the tag
//     `udf:"name,omitempty"` or `udf:"-"`;
//   - any, or [Value], is any of them.
//
// Lists and maps nest at most 64 levels deep.
//
// # Errors
//
// If a UDF returns an error, the call fails with its text. If it panics, the call fails with the panic's text and the
// stack frames of the UDF's own code; the process goes on. What Go can't recover from, such as a fatal error, os.Exit or
// a panic in a goroutine that the UDF started, ends the process: if the module runs fenced, the worker of this one call.
//
// # Where it runs
//
// A module runs fenced, in worker processes that run one call at a time each, or unfenced, in the server process, with
// many calls at once. So use package variables only for caches, with a lock, and records for state.
//
// # Testing
//
// Package udftest has records and streams for go test. Package udfslog has a log/slog handler for the host's log.
package udf

import "github.com/GeertJohan/aerospike-mod-go/udf/internal/value"

// Version is the version of this SDK.
const Version = "v1.0.0"

// Value is any Aerospike value: nil, bool, int64, float64, string, []byte, [GeoJSON], [HLL], []Value or
// map[Value]Value, whose keys are int64, string or [BytesKey].
type Value = any

// GeoJSON is a GeoJSON text. It is not validated.
type GeoJSON string

// HLL is a HyperLogLog in the server's format, opaque here.
type HLL []byte

// BytesKey is a bytes key of a map[Value]Value, because a []byte can't be a map key in Go.
type BytesKey string

var _ = declare()

// declare passes the types above to package value, before any init function runs.
func declare() bool {
	value.Declare[GeoJSON, HLL, BytesKey]()
	value.DeclareViews[ListView, MapView]()
	return true
}
