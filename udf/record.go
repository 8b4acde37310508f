package udf

// Record: reading and changing bins.

import (
	"errors"
	"iter"
	"reflect"
	"strconv"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// NeverExpires is the time to live of a record that never expires.
const NeverExpires time.Duration = -1

// binNameMax is the longest bin name, in bytes.
const binNameMax = 15

// ErrNoBin is wrapped by the error of [Get] if the record has no such bin.
var ErrNoBin = errors.New("the record has no such bin")

// Record is the record that a UDF is applied to. It need not exist in the database yet: see [Record.Exists].
//
// Set and Unset change the record in memory; Create, Update and Remove store the change. Like a bufio.Writer, a Record
// defers errors: the first one is returned by the next Create or Update. If none follows, the call fails with it,
// unless the UDF returns an error itself.
//
// A Record must be used by the goroutine of its call. After the call every method fails. A record of a stream is valid
// until the next one is read.
type Record struct {
	state *recordState
}

// recordState is the part of a Record that the Record of the next call uses again.
type recordState struct {
	backend *backend    // of a C host; not in host, because calls through an interface are slower
	host    host.Record // of another host; backend is nil then
	pending error       // first error of a Set, Unset, SetTTL or a read, until Create or Update returns it
	scratch []byte      // an encoded list or map, until the host has copied it
}

// Key is a record's key. Parts that the host doesn't know are zero.
type Key struct {
	Namespace string
	Set       string
	Value     Value // int64, string or []byte; nil if the client didn't send the key
}

func init() {
	host.NewRecord = func(h host.Record) any { return &Record{&recordState{host: h}} }
	host.PendingError = func(record any) error { return record.(*Record).state.pending }
}

// errNoRecord is the error of every access to the record in a call without one.
var errNoRecord = errors.New("this call has no record")

// errCallEnded is the error of a Record that is used after its call.
var errCallEnded = errors.New("the record was used after its call had ended, or after the next one of its stream was read; copy what you need instead of retaining the *udf.Record")

// host returns the record's host, or an error.
func (r *Record) host() (host.Record, error) {
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

// deferError stores an error for the next Create or Update, unless there is one already.
func (r *Record) deferError(doing string, err error) {
	if r == nil || r.state == nil || r.state.pending != nil {
		return
	}
	r.state.pending = errors.New(doing + ": " + err.Error())
}

// get returns a bin, valid until the next call of the host; nil on errors.
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
		r.deferError("reading the bin "+strconv.Quote(bin), err)
		return value.Raw{}
	}
	return raw
}

// Bin returns a bin's value, nil if the record has no such bin.
func (r *Record) Bin(name string) Value {
	v, err := value.ToAnyLenient(r.get(name))
	if err != nil {
		r.deferError("reading the bin "+strconv.Quote(name), err)
		return nil
	}
	return v
}

// Bool returns a boolean bin; false if it doesn't exist or has another type.
func (r *Record) Bool(name string) (bool, bool) {
	raw := r.get(name)
	return raw.Type == value.Boolean && raw.Integer != 0, raw.Type == value.Boolean
}

// Int returns an integer bin; false if it doesn't exist or has another type.
func (r *Record) Int(name string) (int64, bool) {
	raw := r.get(name)
	if raw.Type != value.Integer {
		return 0, false
	}
	return raw.Integer, true
}

// Float returns a bin that is a double, or an integer that a float64 represents exactly; false if it doesn't exist or
// has another type.
func (r *Record) Float(name string) (float64, bool) {
	f, err := value.ToFloat[float64](r.get(name))
	return f, err == nil
}

// String returns a string bin as it is stored; false if it doesn't exist or has another type.
func (r *Record) String(name string) (string, bool) {
	raw := r.get(name)
	if raw.Type != value.String {
		return "", false
	}
	return string(raw.Bytes()), true
}

// Bytes returns a bytes bin; false if it doesn't exist or has another type.
func (r *Record) Bytes(name string) ([]byte, bool) {
	raw := r.get(name)
	if raw.Type != value.Bytes {
		return nil, false
	}
	return append([]byte{}, raw.Bytes()...), true
}

// List returns a list bin; false if it doesn't exist or has another type.
func (r *Record) List(name string) ([]Value, bool) {
	list, ok := r.Bin(name).([]Value)
	return list, ok
}

// Map returns a map bin; false if it doesn't exist or has another type.
func (r *Record) Map(name string) (map[Value]Value, bool) {
	m, ok := r.Bin(name).(map[Value]Value)
	return m, ok
}

// GeoJSON returns a GeoJSON bin; false if it doesn't exist or has another type.
func (r *Record) GeoJSON(name string) (GeoJSON, bool) {
	raw := r.get(name)
	if raw.Type != value.GeoJSON {
		return "", false
	}
	return GeoJSON(raw.Bytes()), true
}

// Get returns a bin as a T of any supported type, structs too. If the record has no such bin, it returns nil if T can be
// nil, else an error that wraps [ErrNoBin].
func Get[T any](r *Record, bin string) (T, error) {
	var none T
	h, err := r.host()
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

// binError adds the bin to an error.
type binError struct {
	bin string
	err error
}

func (e *binError) Error() string { return "bin " + strconv.Quote(e.bin) + ": " + e.err.Error() }
func (e *binError) Unwrap() error { return e.err }

// Set sets a bin in memory to v, of any supported type; nil removes the bin, as Unset does. If the name has more than 15
// bytes, or Aerospike can't store the value, the next Create or Update returns the error.
func (r *Record) Set(name string, v any) {
	if err := r.set(name, v); err != nil {
		r.deferError("setting the bin "+strconv.Quote(name), err)
	}
}

func (r *Record) set(name string, v any) error {
	h, err := r.host()
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
	h, err := r.host()
	if err == nil {
		err = checkBinName(name)
	}
	if err == nil {
		err = h.Unset(name)
	}
	if err != nil {
		r.deferError("unsetting the bin "+strconv.Quote(name), err)
	}
}

// Bins iterates over the bins that the record has when the loop begins, in the order of the host. A value is read when
// its turn comes; it is nil if the bin was unset in the meantime.
func (r *Record) Bins() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		h, err := r.host()
		var names []string
		if err == nil {
			names, err = h.BinNames()
		}
		if err != nil {
			r.deferError("listing the bins of the record", err)
			return
		}
		for _, name := range names {
			if !yield(name, r.Bin(name)) {
				return
			}
		}
	}
}
