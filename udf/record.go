package udf

// Record: what a UDF sees of the record it is applied to. Not where the record comes from: that is a
// host.Record, the C host's or udftest's.

import (
	"errors"
	"iter"
	"reflect"
	"strconv"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// NeverExpires is the time to live of a record that stays.
const NeverExpires time.Duration = -1

// binNameMax is the longest bin name, in bytes.
const binNameMax = 15

// ErrNoBin is in the error of [Get] where the record has no such bin.
var ErrNoBin = errors.New("the record has no such bin")

// Record is the record that a UDF is applied to. It may be one that is not stored yet: see [Record.Exists].
//
// Set and Unset change the record in memory; Create, Update and Remove store the change. What fails in
// between is remembered and given by the next Create or Update, as bufio.Writer does. Where none follows, the
// call fails with it, unless the UDF gives an error of its own: nothing is lost silently.
//
// A Record belongs to its call and its goroutine: after the call every method fails. One of a stream is valid until the
// next one is read.
type Record struct {
	state *recordState
}

// recordState is the part of a Record that is used again for the next call, by another Record.
type recordState struct {
	backend *backend    // of a C host; apart from host, for no call through an interface is as quick
	host    host.Record // of another one, where backend is nil
	failed  error       // of a Set, Unset, SetTTL or a read, until Create or Update gives it
	scratch []byte      // holds an encoded list or map until the host has copied it
}

// Key is a record's key as far as the host knows it.
type Key struct {
	Namespace string
	Set       string
	Value     Value // int64, string or []byte; nil where the client didn't send its key
}

func init() {
	host.NewRecord = func(h host.Record) any { return &Record{&recordState{host: h}} }
	host.PendingError = func(record any) error { return record.(*Record).state.failed }
}

// errNoRecord is what every access to the record of a call without one gives.
var errNoRecord = errors.New("this call has no record")

// errCallEnded is what a record that was kept gives after its call.
var errCallEnded = errors.New("the record was used after its call had ended, or after the next one of its stream was read; copy what you need instead of keeping the *udf.Record")

// at gives the record's host, or an error.
func (r *Record) at() (host.Record, error) {
	if r == nil {
		return nil, errNoRecord
	}
	s := r.state
	if s == nil {
		return nil, errCallEnded
	}
	if s.backend != nil {
		return s.backend, nil
	}
	return s.host, nil
}

// remember keeps the first failure for the next Create or Update.
func (r *Record) remember(doing string, err error) {
	if r == nil || r.state == nil || r.state.failed != nil {
		return
	}
	r.state.failed = errors.New(doing + ": " + err.Error())
}

// get gives a bin as it is, borrowed until the next call to the host; nil where it can't be had.
func (r *Record) get(bin string) value.Raw {
	if r == nil || r.state == nil {
		return value.Raw{}
	}
	var raw value.Raw
	var err error
	if b := r.state.backend; b != nil {
		raw, err = b.Get(bin)
	} else {
		raw, err = r.state.host.Get(bin)
	}
	if err != nil {
		r.remember("reading the bin "+strconv.Quote(bin), err)
		return value.Raw{}
	}
	return raw
}

// Bin gives a bin's value, nil where the record has no such bin.
func (r *Record) Bin(name string) Value {
	v, err := value.ToAnyLenient(r.get(name))
	if err != nil {
		r.remember("reading the bin "+strconv.Quote(name), err)
		return nil
	}
	return v
}

// Bool gives a bin that is a boolean; false where it is not there or of another type.
func (r *Record) Bool(name string) (bool, bool) {
	raw := r.get(name)
	return raw.Type == value.Boolean && raw.Integer != 0, raw.Type == value.Boolean
}

// Int gives a bin that is an integer; false where it is not there or of another type.
func (r *Record) Int(name string) (int64, bool) {
	raw := r.get(name)
	if raw.Type != value.Integer {
		return 0, false
	}
	return raw.Integer, true
}

// Float gives a bin that is a double, or an integer that a float64 represents exactly; false where it is not
// there or of another type.
func (r *Record) Float(name string) (float64, bool) {
	f, err := value.ToFloat[float64](r.get(name))
	return f, err == nil
}

// String gives a bin that is a string, as it is stored; false where it is not there or of another type.
func (r *Record) String(name string) (string, bool) {
	raw := r.get(name)
	if raw.Type != value.String {
		return "", false
	}
	return string(raw.Bytes()), true
}

// Bytes gives a bin that is bytes; false where it is not there or of another type.
func (r *Record) Bytes(name string) ([]byte, bool) {
	raw := r.get(name)
	if raw.Type != value.Bytes {
		return nil, false
	}
	return append([]byte{}, raw.Bytes()...), true
}

// List gives a bin that is a list; false where it is not there or of another type.
func (r *Record) List(name string) ([]Value, bool) {
	list, ok := r.Bin(name).([]Value)
	return list, ok
}

// Map gives a bin that is a map; false where it is not there or of another type.
func (r *Record) Map(name string) (map[Value]Value, bool) {
	m, ok := r.Bin(name).(map[Value]Value)
	return m, ok
}

// GeoJSON gives a bin that is GeoJSON; false where it is not there or of another type.
func (r *Record) GeoJSON(name string) (GeoJSON, bool) {
	raw := r.get(name)
	if raw.Type != value.GeoJSON {
		return "", false
	}
	return GeoJSON(raw.Bytes()), true
}

// Get gives a bin as a T of any supported type, structs too. A bin that is not there is nil: an error that
// is [ErrNoBin], or, where T can be nil, no error and nil.
func Get[T any](r *Record, bin string) (T, error) {
	var none T
	h, err := r.at()
	var raw value.Raw
	if err == nil {
		raw, err = h.Get(bin)
	}
	var v T
	if err == nil {
		v, err = value.To[T](raw)
		if err != nil && raw.Type == value.Nil && value.Supported(reflect.TypeFor[T]()) == nil {
			err = ErrNoBin
		}
	}
	if err != nil {
		return none, &binError{bin, err}
	}
	return v, nil
}

// binError says which bin an error is about.
type binError struct {
	bin string
	err error
}

func (e *binError) Error() string { return "bin " + strconv.Quote(e.bin) + ": " + e.err.Error() }
func (e *binError) Unwrap() error { return e.err }

// Set sets a bin in memory to v, of any supported type; nil removes it, as Unset does. That a name has more than 15
// bytes, or that Aerospike can't store the value, is remembered and given by the next Create or Update.
func (r *Record) Set(name string, v any) {
	if err := r.set(name, v); err != nil {
		r.remember("setting the bin "+strconv.Quote(name), err)
	}
}

func (r *Record) set(name string, v any) error {
	h, err := r.at()
	if err != nil {
		return err
	}
	if err := checkBinName(name); err != nil {
		return err
	}
	s := r.state
	var raw value.Raw
	raw, s.scratch, err = value.Encode(v, s.scratch)
	switch {
	case err != nil:
		return err
	case raw.Type == value.Nil:
		return h.Unset(name)
	}
	return h.Set(name, raw)
}

func checkBinName(name string) error {
	switch {
	case name == "":
		return errors.New("a bin's name can't be empty")
	case len(name) > binNameMax:
		return errors.New("a bin's name has at most " + strconv.Itoa(binNameMax) + " bytes, this one has " + strconv.Itoa(len(name)))
	}
	for i := range len(name) {
		if name[i] == 0 {
			return errors.New("a bin's name can't hold a NUL byte")
		}
	}
	return nil
}

// Unset removes a bin in memory.
func (r *Record) Unset(name string) {
	h, err := r.at()
	if err == nil {
		err = checkBinName(name)
	}
	if err == nil {
		err = h.Unset(name)
	}
	if err != nil {
		r.remember("unsetting the bin "+strconv.Quote(name), err)
	}
}

// Bins gives the bins that the record has when the loop begins, in the order of the host: names, and the values as they
// are when their turn comes, nil for one that was unset meanwhile.
func (r *Record) Bins() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		h, err := r.at()
		var names []string
		if err == nil {
			names, err = h.BinNames()
		}
		if err != nil {
			r.remember("listing the bins of the record", err)
			return
		}
		for _, name := range names {
			if !yield(name, r.Bin(name)) {
				return
			}
		}
	}
}
