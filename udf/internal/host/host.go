// Package host defines what the SDK needs of the host that runs a UDF: a C host through cgo, or udftest.
package host

import "github.com/GeertJohan/aerospike-mod-go/udf/internal/value"

// Status is a return code of the ABI, numbered as aerospike_udf_go_status in the C header.
type Status int

// The return codes of the apply functions and the host's functions.
const (
	OK Status = iota
	NotFound
	BadArguments
	Failed
	Panicked
	Deadline
	Refused
	Internal
)

// TTLNever is the time to live of a record that never expires.
const TTLNever = 0xFFFFFFFF

// Metadata describes a record. Fields that the host doesn't know are zero.
type Metadata struct {
	Exists      bool
	TTL         uint32 // seconds until it expires, TTLNever, or 0 for the namespace's default
	Generation  uint32
	LastUpdate  uint64 // milliseconds since 1970
	StorageSize uint64 // bytes
	Digest      []byte // a copy
	Namespace   string
	Set         string
	Key         value.Raw // valid until the next call
}

// Record is a record of the host. Returned values are valid until the next call; values passed in need only be valid
// during the call. Errors have the host's text.
type Record interface {
	Get(bin string) (value.Raw, error) // nil if there is no such bin
	Set(bin string, v value.Raw) error
	Unset(bin string) error
	BinNames() ([]string, error)
	Metadata() (Metadata, error)
	SetTTL(seconds uint32) error
	Create() error
	Update() error
	Remove() error
	Exists() (bool, error)
}

// NewRecord returns the *udf.Record of a host's record. Package udf sets it; package udftest, which can't access the
// unexported fields, calls it.
var NewRecord func(Record) any

// PendingError returns the error that the next Create or Update of a *udf.Record will return. Package udf sets it; package
// udftest calls it.
var PendingError func(record any) error

// Log levels, numbered as aerospike_udf_go_log_level in the C header.
const (
	LogError = iota
	LogWarning
	LogInfo
	LogDebug
)

// Sink receives log lines. location is "file:line".
type Sink func(level int, message, location string)

// Capture sends log lines that don't belong to a call of a C host to s, until restore is called. Package udf sets it;
// package udftest calls it.
var Capture func(s Sink) (restore func())

// LogEnabled reports whether lines of this udf.Level are logged. Log logs msg with the keys and values of args;
// location is "file:line" or "". Package udf sets them; package udfslog calls them.
var (
	LogEnabled func(level int) bool
	Log        func(level int, msg string, args []any, location string)
)

// Scope is the part of a stream UDF to run, numbered as aerospike_udf_go_scope in the C header.
type Scope int

// The scopes: up to the local reduce, the final reduce, everything in one place.
const (
	ScopeServer Scope = 1
	ScopeClient Scope = 2
	ScopeBoth   Scope = 3
)

// Input is the input of a stream UDF.
type Input interface {
	// Read returns the next element, a record or a value, valid until the next Read. At the end it returns no
	// record and the value nil.
	Read() (Record, value.Raw, error)
}

// Output is the output of a stream UDF.
type Output interface {
	Write(v value.Raw) error
	Close() error // after the last Write, unless the UDF failed
}

// RunStream calls a stream UDF, call, with a *udf.Stream that reads in, and writes the elements of the *udf.Stream that
// it returns to out. Package udf sets it; package udftest calls it.
var RunStream func(in Input, out Output, scope Scope, call func(stream any) (any, error)) error

// SetupError returns the error of the module's setup, "" if there is none. Apply and ApplyStream call the registered UDF
// of that name, without a deadline. They don't recover from its panics, so that a debugger stops there. Package udf sets
// them; package udfdebug calls them.
var (
	SetupError  func() string
	Apply       func(name string, record Record, arguments []value.Raw) (value.Raw, Status, string)
	ApplyStream func(name string, in Input, out Output, scope Scope, arguments []value.Raw) (Status, string)
)
