// Package host is what the SDK asks of whoever runs a UDF: the C host behind cgo, or udftest's memory.
// It holds no conversions and no policy.
package host

import "github.com/GeertJohan/aerospike-mod-go/udf/internal/value"

// Status is an answer of the ABI, numbered as aerospike_udf_go_status in the C header.
type Status int

// The answers of the apply functions and the host's functions.
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

// Metadata is what a host knows of a record; what it does not know is zero.
type Metadata struct {
	Exists      bool
	TTL         uint32 // seconds until it expires; TTLNever, or 0 for the namespace's default
	Generation  uint32
	LastUpdate  uint64 // milliseconds since 1970
	StorageSize uint64 // bytes
	Digest      []byte // a copy
	Namespace   string
	Set         string
	Key         value.Raw // borrowed until the next call
}

// Record is a record at its host. Values given are borrowed until the next call, values taken for the
// length of the call. Errors carry the host's own words.
type Record interface {
	Get(bin string) (value.Raw, error) // nil where there is no such bin
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

// NewRecord makes the *udf.Record of a host's record. Package udf sets it; package udftest, which may not
// see into udf, calls it.
var NewRecord func(Record) any

// Unreported gives what is remembered of a *udf.Record for its next Create or Update. Package udf sets it; package
// udftest calls it.
var Unreported func(record any) error

// Log levels, numbered as aerospike_udf_go_log_level in the C header.
const (
	LogError = iota
	LogWarning
	LogInfo
	LogDebug
)

// Sink takes log lines that no call takes. location is "file:line".
type Sink func(level int, message, location string)

// Capture makes s take the lines that no call takes, until restore is called. Package udf sets it; package
// udftest calls it.
var Capture func(s Sink) (restore func())

// Wants says whether a line of this udf.Level goes anywhere, and Log writes one: msg, the keys and values of args,
// and where it comes from, "file:line" or "". Package udf sets them; package udfslog calls them.
var (
	Wants func(level int) bool
	Log   func(level int, msg string, args []any, location string)
)

// Scope is the part of a stream UDF that is asked for, numbered as aerospike_udf_go_scope in the C header.
type Scope int

// The scopes: up to and with the local reduce, the final reduce, everything in one.
const (
	ScopeServer Scope = 1
	ScopeClient Scope = 2
	ScopeBoth   Scope = 3
)

// Input is what a stream UDF reads.
type Input interface {
	// Read gives the next element: a record, valid until the next Read, or a value, borrowed as long; at the
	// end no record and nil.
	Read() (Record, value.Raw, error)
}

// Output is what a stream UDF writes.
type Output interface {
	Write(v value.Raw) error
	Close() error // after the last Write, and only where all went well
}

// RunStream calls a stream UDF, call, with a *udf.Stream on in, and writes what the *udf.Stream that it gives
// comes to. Package udf sets it; package udftest calls it.
var RunStream func(in Input, out Output, scope Scope, call func(stream any) (any, error)) error
