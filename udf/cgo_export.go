//go:build cgo

package udf

// The Go side of the exported C functions (entry.c).

/*
#include "entry.h"
*/
import "C"

import (
	"strconv"
	"time"
	"unsafe"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

//export modgo_get_property
func modgo_get_property(name *C.char) *C.char {
	if name == nil {
		return C.CString("")
	}
	return C.CString(property(C.GoString(name)))
}

//export modgo_setup
func modgo_setup() C.int {
	return C.int(loaded().status())
}

//export modgo_apply_single
func modgo_apply_single(thread C.int, name *C.char, length C.size_t, late C.uint64_t, call *C.aerospike_udf_go_call,
	record *C.aerospike_udf_go_record, arguments *C.aerospike_udf_go_value, count C.size_t,
	result *C.aerospike_udf_go_result) C.int {
	if !valid(result) {
		return C.int(host.Internal) // there is no result to put the error in
	}
	f := frameOf(thread)
	fn := f.last
	if fn == nil || fn.name != unsafe.String((*byte)(unsafe.Pointer(name)), int(length)) {
		var status host.Status
		var text string
		if fn, status, text = recordUDF(find(name, length)); status != host.OK {
			f.release()
			return fail(result, status, text)
		}
		f.last = fn
	}
	return f.single(fn, late, call, record, arguments, count, result)
}

//export modgo_apply_single_symbol
func modgo_apply_single_symbol(thread, index C.int, late C.uint64_t, call *C.aerospike_udf_go_call, record *C.aerospike_udf_go_record,
	arguments *C.aerospike_udf_go_value, count C.size_t, result *C.aerospike_udf_go_result) C.int {
	if !valid(result) {
		return C.int(host.Internal)
	}
	fn := loaded().symbol(int(index))
	if fn == nil || fn.stream {
		_, status, text := recordUDF(loaded().findSymbol(int(index)))
		return fail(result, status, text)
	}
	return frameOf(thread).single(fn, late, call, record, arguments, count, result)
}

// valid reports whether result is at least as large as in version 1.0 of the ABI.
func valid(result *C.aerospike_udf_go_result) bool {
	return result != nil && uintptr(result.size) >= unsafe.Offsetof(result.capacity)+unsafe.Sizeof(result.capacity)
}

// single applies a record UDF and releases the frame.
func (f *frame) single(fn *function, late C.uint64_t, call *C.aerospike_udf_go_call, record *C.aerospike_udf_go_record,
	arguments *C.aerospike_udf_go_value, count C.size_t, result *C.aerospike_udf_go_result) C.int {
	if status, text := checkCall(late, call, arguments, count); status != host.OK {
		f.release()
		return fail(result, status, text)
	}
	r := f.newRecord()
	f.backend.call = C.uintptr_t(uintptr(unsafe.Pointer(call)))
	f.backend.record = C.uintptr_t(uintptr(unsafe.Pointer(record)))
	f.record.backend = &f.backend
	if record == nil {
		f.record.backend, f.record.host = nil, noRecord{}
	} else if uintptr(call.size) >= unsafe.Offsetof(call.write_capacity)+unsafe.Sizeof(call.write_capacity) {
		f.backend.bins.call = call
	}
	list := unsafe.Slice((*value.Raw)(unsafe.Pointer(arguments)), int(count))
	f.call.Begin(fn.name, list, uint64(call.deadline), clock)
	status, text := f.run(fn, r, nil)
	if status == host.OK {
		setResult(result, f.call.Result())
	} else {
		fail(result, status, text)
	}
	f.end(r)
	return C.int(status)
}

// threadFrames are the frames of threads, by thread number. Each is used by its thread only, so needs no lock.
var threadFrames [C.MODGO_THREADS]*frame

// frameOf returns a frame for a call on the thread of that number: the thread's own if the number is positive.
func frameOf(thread C.int) *frame {
	if thread <= 0 || thread >= C.MODGO_THREADS {
		return frames.Get().(*frame)
	}
	f := threadFrames[thread]
	if f == nil {
		f = newFrame()
		f.perThread = true
		threadFrames[thread] = f
	}
	return f
}

// recordUDF passes on the result of find, but returns an error for a stream UDF.
func recordUDF(fn *function, status host.Status, text string) (*function, host.Status, string) {
	if status == host.OK && fn.stream {
		return nil, host.Refused, fn.name + " is a stream UDF; apply it to a stream"
	}
	return fn, status, text
}

// find returns the function of that name, or the error for the caller.
func find(name *C.char, length C.size_t) (*function, host.Status, string) {
	return loaded().find(unsafe.String((*byte)(unsafe.Pointer(name)), int(length)))
}

// checkCall checks the arguments of the host, and that the deadline has not passed.
func checkCall(late C.uint64_t, call *C.aerospike_udf_go_call, arguments *C.aerospike_udf_go_value, count C.size_t) (host.Status, string) {
	switch {
	case call == nil || uintptr(call.size) < unsafe.Offsetof(call.bins):
		return host.Internal, "the host's call is smaller than that of version 1.0 of the ABI; use a newer host"
	case arguments == nil && count > 0:
		return host.Internal, "the host passed no arguments, but a count of " + strconv.Itoa(int(count))
	case late != 0:
		return host.Deadline, "the deadline had passed " + time.Duration(late).String() + " before the call began"
	}
	return host.OK, ""
}

// setResult copies the UDF's result to the host's.
func setResult(result *C.aerospike_udf_go_result, raw value.Raw) {
	v := &result.value
	v._type = C.uint32_t(raw.Type)
	v.integer = C.int64_t(raw.Integer)
	if raw.Type >= value.String {
		setData(result, raw.Bytes())
	}
}

// fail sets the result to text and returns the status.
func fail(result *C.aerospike_udf_go_result, status host.Status, text string) C.int {
	result.value._type = C.uint32_t(value.String)
	result.value.integer = 0
	setData(result, unsafe.Slice(unsafe.StringData(text), len(text)))
	return C.int(status)
}

// setData copies b to the host's buffer, or if that is too small to memory from malloc, which the host frees.
func setData(result *C.aerospike_udf_go_result, b []byte) {
	v := &result.value
	v.length = C.size_t(len(b))
	switch {
	case len(b) == 0:
		v.data = nil
	case result.buffer != nil && len(b) <= int(result.capacity):
		v.data = result.buffer
		copy(unsafe.Slice((*byte)(unsafe.Pointer(result.buffer)), len(b)), b)
	default:
		v.data = (*C.uint8_t)(C.CBytes(b))
	}
}

// value.Raw has the layout of the C struct, else these arrays have negative lengths and don't compile.
var (
	_ [unsafe.Sizeof(value.Raw{}) - C.sizeof_aerospike_udf_go_value]byte
	_ [C.sizeof_aerospike_udf_go_value - unsafe.Sizeof(value.Raw{})]byte
	_ [unsafe.Offsetof(value.Raw{}.Integer) - unsafe.Offsetof(C.aerospike_udf_go_value{}.integer)]byte
	_ [unsafe.Offsetof(value.Raw{}.Data) - unsafe.Offsetof(C.aerospike_udf_go_value{}.data)]byte
	_ [unsafe.Offsetof(value.Raw{}.Length) - unsafe.Offsetof(C.aerospike_udf_go_value{}.length)]byte
)

// The Go constants have the numbers of the header, else these indexes are out of range and don't compile.
var (
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_NIL-value.Nil]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_STRING-value.String]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_MAP-value.Map]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_DEPTH_MAX-value.DepthMax]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_OK-host.OK]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_INTERNAL-host.Internal]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_LOG_ERROR-host.LogError]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_LOG_DEBUG-host.LogDebug]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_SCOPE_SERVER-host.ScopeServer]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_SCOPE_BOTH-host.ScopeBoth]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_NAME_MAX-nameMax]
	_ = [1]byte{}[C.AEROSPIKE_UDF_GO_BIN_NAME_MAX-binNameMax]
)
