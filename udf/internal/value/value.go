// Package value is the one place that knows how a Go value and an Aerospike value turn into each other:
// the flat form that crosses the C ABI, the server's msgpack dialect inside lists and maps, and which Go
// types are supported at all. It knows neither records nor calls, and nothing of cgo.
package value

import (
	"reflect"
	"unsafe"
)

// Type is the type of a value, numbered as aerospike_udf_go_type in the C header.
type Type uint32

// The types of Aerospike.
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

// DepthMax is how deep lists and maps may nest; a value without collections has depth 0.
const DepthMax = 64

// Raw is a value as it crosses the ABI. Its layout is that of the C struct aerospike_udf_go_value (asserted
// where cgo is at hand). Scalars are in Integer, everything else is Length bytes at Data: C memory that is
// borrowed for the call, or Go memory on the way out. The C struct's reserved field is padding here: of more
// than four fields the compiler keeps a struct in memory instead of in registers.
type Raw struct {
	Type    Type
	Integer int64
	Data    *byte
	Length  uintptr
}

// Bytes gives the borrowed bytes of r; they must not be kept or written to.
func (r Raw) Bytes() []byte {
	if r.Data == nil || r.Length == 0 {
		return nil
	}
	return unsafe.Slice(r.Data, r.Length)
}

// OfBytes makes a value of type t that borrows b.
func OfBytes(t Type, b []byte) Raw {
	return Raw{Type: t, Data: unsafe.SliceData(b), Length: uintptr(len(b))}
}

// OfString makes a value of type t that borrows s.
func OfString(t Type, s string) Raw {
	return Raw{Type: t, Data: unsafe.StringData(s), Length: uintptr(len(s))}
}

// OfBoolean makes a boolean.
func OfBoolean(b bool) Raw {
	r := Raw{Type: Boolean}
	if b {
		r.Integer = 1
	}
	return r
}

// OfInteger makes an integer.
func OfInteger(n int64) Raw { return Raw{Type: Integer, Integer: n} }

// declared are the types of package udf that mean more than their underlying type. Package udf imports
// this one, so it hands them in.
var declared struct {
	geoJSON, hll, bytesKey             reflect.Type
	makeGeoJSON, makeHLL, makeBytesKey func([]byte) any
}

// Declare tells which Go types are GeoJSON, HLL and a map key of bytes. Package udf calls it once, while its
// variables are initialised, so before any user's code runs.
func Declare[G ~string, H ~[]byte, K ~string]() {
	declared.geoJSON = reflect.TypeFor[G]()
	declared.hll = reflect.TypeFor[H]()
	declared.bytesKey = reflect.TypeFor[K]()
	declared.makeGeoJSON = func(b []byte) any { return G(b) }
	declared.makeHLL = func(b []byte) any { return H(append([]byte{}, b...)) }
	declared.makeBytesKey = func(b []byte) any { return K(b) }
}

// IsDeclared says whether t is one of the types given to Declare, whose meaning is not that of its
// underlying type.
func IsDeclared(t reflect.Type) bool {
	return t == declared.geoJSON || t == declared.hll || t == declared.bytesKey
}
