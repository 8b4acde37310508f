// Package value converts between Go values and Aerospike values: the flat form that crosses the C ABI, the server's
// msgpack dialect inside lists and maps, and which Go types are supported. It depends on neither records, calls nor cgo.
package value

import (
	"reflect"
	"unsafe"
)

// Type is the type of a value, numbered as aerospike_udf_go_type in the C header.
type Type uint32

// Aerospike's types.
const (
	Nil Type = iota
	Boolean
	Integer
	Double
	String
	Bytes
	GeoJSON
	HLL
	List
	Map
)

// DepthMax is how deep lists and maps may nest. A scalar has depth 0.
const DepthMax = 64

// Raw is a value as it crosses the ABI, with the layout of the C struct aerospike_udf_go_value (cgo_export.go asserts
// that). Scalars are in Integer; other values are Length bytes at Data. In an argument Data is C memory that is valid
// during the call; in a result it is Go memory. The C struct's reserved field is padding here: the compiler passes
// structs of more than four fields in memory instead of registers.
type Raw struct {
	Type    Type
	Integer int64
	Data    *byte
	Length  uintptr
}

// Bytes returns the bytes at r.Data. They must not be retained or modified.
func (r Raw) Bytes() []byte {
	if r.Data == nil || r.Length == 0 {
		return nil
	}
	return unsafe.Slice(r.Data, r.Length)
}

// OfBytes returns a value of type t that points into b.
func OfBytes(t Type, b []byte) Raw {
	return Raw{Type: t, Data: unsafe.SliceData(b), Length: uintptr(len(b))}
}

// OfString returns a value of type t that points into s.
func OfString(t Type, s string) Raw {
	return Raw{Type: t, Data: unsafe.StringData(s), Length: uintptr(len(s))}
}

// OfBoolean returns a boolean.
func OfBoolean(b bool) Raw {
	r := Raw{Type: Boolean}
	if b {
		r.Integer = 1
	}
	return r
}

// OfInteger returns an integer.
func OfInteger(n int64) Raw { return Raw{Type: Integer, Integer: n} }

// declared are the types of package udf whose Aerospike type is not that of their underlying type. Package udf imports
// this package, so it passes them to Declare.
var declared struct {
	geoJSON, hll, bytesKey             reflect.Type
	listView, mapView                  reflect.Type
	makeGeoJSON, makeHLL, makeBytesKey func([]byte) any
}

// Declare sets the Go types of GeoJSON, HLL and map keys of bytes. Package udf calls it once to initialise a variable,
// so before any user code runs.
func Declare[G ~string, H ~[]byte, K ~string]() {
	declared.geoJSON = reflect.TypeFor[G]()
	declared.hll = reflect.TypeFor[H]()
	declared.bytesKey = reflect.TypeFor[K]()
	declared.makeGeoJSON = func(b []byte) any { return G(b) }
	declared.makeHLL = func(b []byte) any { return H(append([]byte{}, b...)) }
	declared.makeBytesKey = func(b []byte) any { return K(b) }
}

// IsDeclared reports whether t is one of the types passed to Declare or DeclareViews.
func IsDeclared(t reflect.Type) bool {
	_, view := viewType(t)
	return view || t == declared.geoJSON || t == declared.hll || t == declared.bytesKey
}
