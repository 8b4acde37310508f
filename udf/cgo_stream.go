//go:build cgo

package udf

// The streams of a C host. Values cross in batches if the host offers that.

/*
#include "entry.h"

typedef struct {
	int status;
	uintptr_t record;
	aerospike_udf_go_value value; // the element or the error
} modgo_element;

static inline modgo_element modgo_read(uintptr_t call, uintptr_t stream)
{
	modgo_element e = {MODGO_MISSING, 0, {0}};
	if (MODGO_HAS(MODGO_CALL, stream_read)) {
		aerospike_udf_go_record *record = NULL;
		e.status = MODGO_CALL->host->stream_read(MODGO_CALL, MODGO_STREAM, &record, &e.value);
		e.record = (uintptr_t)record;
	}
	return e;
}

static inline modgo_answer modgo_read_many(uintptr_t call, uintptr_t stream, uint32_t limit)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, stream_read_many)) {
		a.status = MODGO_CALL->host->stream_read_many(MODGO_CALL, MODGO_STREAM, limit, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_write(uintptr_t call, uintptr_t stream, uint32_t type, int64_t integer, uint8_t *data, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, stream_write)) {
		a.status = MODGO_CALL->host->stream_write(MODGO_CALL, MODGO_STREAM, type, integer, data, length, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_write_many(uintptr_t call, uintptr_t stream, uint8_t *data, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, stream_write_many)) {
		a.status = MODGO_CALL->host->stream_write_many(MODGO_CALL, MODGO_STREAM, data, length, &a.value);
	}
	return a;
}

static inline int modgo_streams(uintptr_t call)
{
	return MODGO_HAS(MODGO_CALL, stream_read) && MODGO_HAS(MODGO_CALL, stream_write);
}

static inline int modgo_writes_many(uintptr_t call)
{
	return MODGO_HAS(MODGO_CALL, stream_write_many);
}
*/
import "C"

import (
	"unsafe"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

const (
	readAtOnce  = 64       // elements
	writeAtOnce = 64       // elements
	writeMax    = 16 << 10 // bytes
)

// input is an input stream of a C host.
type input struct {
	call, stream C.uintptr_t
	backend      *backend
	many         bool // read in batches: the last element was a value, and the host offers it
	batch        value.Elements
}

func (s *input) Read() (host.Record, value.Raw, error) {
	if raw, ok, err := s.batch.Next(); ok || err != nil {
		return nil, raw, err
	}
	if s.many {
		a := C.modgo_read_many(s.call, s.stream, readAtOnce)
		switch a.status {
		case C.AEROSPIKE_UDF_GO_OK:
			batch, err := value.OpenList(raw(&a.value))
			if err != nil {
				return nil, value.Raw{}, err
			}
			s.batch = batch
			first, _, err := s.batch.Next() // nil at the end, when the list is empty
			return nil, first, err
		case C.MODGO_MISSING, C.AEROSPIKE_UDF_GO_REFUSED:
			s.many = false
		default:
			return nil, value.Raw{}, hostError("stream_read_many", a.status, &a.value)
		}
	}
	e := C.modgo_read(s.call, s.stream)
	if e.status != C.AEROSPIKE_UDF_GO_OK {
		return nil, value.Raw{}, hostError("stream_read", e.status, &e.value)
	}
	if e.record != 0 {
		s.backend.record = e.record
		return s.backend, value.Raw{}, nil
	}
	s.many = true
	return nil, raw(&e.value), nil
}

// output is an output stream of a C host.
type output struct {
	call, stream C.uintptr_t
	batch        value.ListWriter
	single       bool // the host doesn't offer stream_write_many
}

func (s *output) Write(v value.Raw) error {
	if !s.single && s.batch.Add(v) {
		if s.batch.Count() < writeAtOnce && s.batch.Size() < writeMax {
			return nil
		}
		return s.flush()
	}
	// A value that can't be in a list, such as a string with a NUL, is written by itself, after those before it.
	if err := s.flush(); err != nil {
		return err
	}
	return check("stream_write", C.modgo_write(s.call, s.stream, C.uint32_t(v.Type), C.int64_t(v.Integer),
		(*C.uint8_t)(unsafe.Pointer(v.Data)), C.size_t(v.Length)))
}

// Close writes the rest of the elements.
func (s *output) Close() error {
	return s.flush()
}

// flush writes the elements that Write has gathered, if there are any.
func (s *output) flush() error {
	list := s.batch.List()
	if list.Type == value.Nil {
		return nil
	}
	defer s.batch.Reset()
	return check("stream_write_many", C.modgo_write_many(s.call, s.stream,
		(*C.uint8_t)(unsafe.Pointer(list.Data)), C.size_t(list.Length)))
}

//export modgo_apply_stream
func modgo_apply_stream(thread C.int, name *C.char, length C.size_t, late C.uint64_t, call *C.aerospike_udf_go_call, scope C.int,
	in, out *C.aerospike_udf_go_stream, arguments *C.aerospike_udf_go_value, count C.size_t,
	result *C.aerospike_udf_go_result) C.int {
	if !valid(result) {
		return C.int(host.Internal) // there is no result to put the error in
	}
	fn, status, text := streamUDF(find(name, length))
	if status != host.OK {
		return fail(result, status, text)
	}
	return stream(thread, fn, late, call, scope, in, out, arguments, count, result)
}

//export modgo_apply_stream_symbol
func modgo_apply_stream_symbol(thread, index C.int, late C.uint64_t, call *C.aerospike_udf_go_call, scope C.int,
	in, out *C.aerospike_udf_go_stream, arguments *C.aerospike_udf_go_value, count C.size_t,
	result *C.aerospike_udf_go_result) C.int {
	if !valid(result) {
		return C.int(host.Internal)
	}
	fn := loaded().symbol(int(index))
	if fn == nil || !fn.stream {
		_, status, text := streamUDF(loaded().findSymbol(int(index)))
		return fail(result, status, text)
	}
	return stream(thread, fn, late, call, scope, in, out, arguments, count, result)
}

// streamUDF passes on the result of find, but returns an error for a record UDF.
func streamUDF(fn *function, status host.Status, text string) (*function, host.Status, string) {
	if status == host.OK && !fn.stream {
		return nil, host.Refused, fn.name + " is a record UDF; apply it to a record"
	}
	return fn, status, text
}

// stream applies a stream UDF.
func stream(thread C.int, fn *function, late C.uint64_t, call *C.aerospike_udf_go_call, scope C.int,
	in, out *C.aerospike_udf_go_stream, arguments *C.aerospike_udf_go_value, count C.size_t,
	result *C.aerospike_udf_go_result) C.int {
	status, text := checkCall(late, call, arguments, count)
	if status == host.OK {
		status, text = checkStreams(C.uintptr_t(uintptr(unsafe.Pointer(call))), host.Scope(scope), in, out)
	}
	if status != host.OK {
		return fail(result, status, text)
	}
	f := frameOf(thread)
	f.backend.call = C.uintptr_t(uintptr(unsafe.Pointer(call)))
	f.call.Begin(fn.name, unsafe.Slice((*value.Raw)(unsafe.Pointer(arguments)), int(count)), uint64(call.deadline), clock)
	s := &streamCall{
		frame: f,
		input: &input{call: f.backend.call, stream: C.uintptr_t(uintptr(unsafe.Pointer(in))), backend: &f.backend},
		output: &output{
			call: f.backend.call, stream: C.uintptr_t(uintptr(unsafe.Pointer(out))),
			single: C.modgo_writes_many(f.backend.call) == 0,
		},
		scope: host.Scope(scope),
	}
	status, text = f.run(fn, nil, s)
	if status == host.OK {
		setResult(result, value.Raw{})
	} else {
		fail(result, status, text)
	}
	s.end()
	f.end(nil)
	return C.int(status)
}

// checkStreams checks the arguments of the host that only a stream UDF has.
func checkStreams(call C.uintptr_t, scope host.Scope, in, out *C.aerospike_udf_go_stream) (host.Status, string) {
	switch {
	case scope < host.ScopeServer || scope > host.ScopeBoth:
		return host.Internal, "the host asked for a scope that version 1.0 of the ABI doesn't have"
	case C.modgo_streams(call) == 0:
		return host.Refused, "the host doesn't offer streams (stream_read and stream_write)"
	case in == nil || out == nil:
		return host.Internal, "the host passed no input stream or no output stream"
	}
	return host.OK, ""
}
