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
//		if !r.Exists() {
//			return count, r.Create()
//		}
//		return count, r.Update()
//	}
//
// # Signatures
//
// A UDF takes, in this order, a context.Context and a *Record, each if it wants it, then its arguments. It
// gives nothing, a value, an error, or a value and an error. The last argument may be variadic. The context carries
// the deadline of the call, and is cancelled when the call ends.
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
// What arguments, results and bins can be; named types count as what they are made of:
//
//   - bool is a boolean;
//   - int, int8 … uint64 are integers: one that is out of range is an error, never a wrap;
//   - float32 and float64 are doubles, and take an integer that they represent exactly;
//   - string is a string, which must be UTF-8; [GeoJSON] is GeoJSON;
//   - []byte is bytes, [HLL] a HyperLogLog;
//   - []T is a list, map[K]T a map; K is a string, an integer, [N]byte, [BytesKey] or any; a nil one is nil;
//   - *T is a T or nil;
//   - a struct is a map of its exported fields: which ones count, and under which names, is as in encoding/json, with the
//     tag `udf:"name,omitempty"` or `udf:"-"`;
//   - any, or [Value], is any of them.
//
// Lists and maps nest 64 levels at most.
//
// # Errors
//
// The error that a UDF gives is the failure of the call, with its text. A panic is one too, with the lines of the UDF's
// own code that led to it; the process lives on. What Go can't recover from, such as a fatal error, os.Exit or a
// panic in a goroutine of the UDF's own, ends the process: where the module runs fenced, that of this one call.
//
// # Where it runs
//
// A module runs fenced, in worker processes of which each runs one call at a time, or unfenced, in the server, many
// calls at once. So package variables are good for caches, which need a lock, and not for state: that is in records.
//
// # Testing
//
// Package udftest makes records and streams for plain go test. Package udfslog takes log/slog to the host's log.
package udf

import "github.com/GeertJohan/aerospike-mod-go/udf/internal/value"

// Version is the version of this SDK.
const Version = "v1.0.0"

// Value is any Aerospike value: nil, bool, int64, float64, string, []byte, [GeoJSON], [HLL], []Value or
// map[Value]Value, whose keys are int64, string or [BytesKey].
type Value = any

// GeoJSON is a GeoJSON text. Whether it is valid GeoJSON is not looked at.
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
