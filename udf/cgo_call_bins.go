//go:build cgo

package udf

// What needs no call of the host: bins that it read ahead of the call, and writes that it does later. Both are in
// the host's memory, in the call that it lends.

/*
#include "entry.h"
*/
import "C"

import (
	"unsafe"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// ahead is that part of a call. Its functions give false where the host itself must be asked.
type ahead struct {
	call *C.aerospike_udf_go_call // nil where the host offers nothing of the kind
}

// get gives the value of a bin that was read ahead, or is to be written.
func (a *ahead) get(bin string) (bool, value.Raw) {
	c := a.call
	if c == nil {
		return false, value.Raw{}
	}
	if c.write_count > 0 {
		writes := unsafe.Slice(c.writes, int(c.write_count))
		for i := len(writes) - 1; i >= 0; i-- {
			if w := &writes[i]; nameOf(w) == bin {
				return true, raw(&w.value)
			}
		}
	}
	if b := readAhead(c, bin); b != nil {
		return true, raw(&b.value)
	}
	return false, value.Raw{}
}

// set has the host write a bin later: v, or nil to unset it. The name is one that a bin can have.
func (a *ahead) set(bin string, v value.Raw) bool {
	c := a.call
	if c == nil {
		return false
	}
	if b := readAhead(c, bin); b != nil {
		b.name_length = 0 // no bin's name, so what was read is not found again
	}
	if c.write_count >= c.write_limit || v.Length > uintptr(c.write_capacity-c.write_used) {
		return false
	}
	w := (*C.aerospike_udf_go_write)(unsafe.Add(unsafe.Pointer(c.writes), uintptr(c.write_count)*unsafe.Sizeof(*c.writes)))
	w.name_length = C.size_t(copy(unsafe.Slice((*byte)(unsafe.Pointer(&w.name)), len(w.name)), bin))
	w.value._type = C.uint32_t(v.Type)
	w.value.integer = C.int64_t(v.Integer)
	w.value.data, w.value.length = nil, 0
	if v.Type >= value.String && v.Length > 0 {
		data := unsafe.Add(unsafe.Pointer(c.write_data), uintptr(c.write_used))
		copy(unsafe.Slice((*byte)(data), v.Length), v.Bytes())
		w.value.data, w.value.length = (*C.uint8_t)(data), C.size_t(v.Length)
		c.write_used += C.uint32_t(v.Length)
	}
	c.write_count++
	return true
}

// forget lets go of what was read: the record is about to be stored or removed.
func (a *ahead) forget() {
	if a.call != nil {
		a.call.bin_count = 0
	}
}

// readAhead gives the bin of that name that was read ahead.
func readAhead(c *C.aerospike_udf_go_call, bin string) *C.aerospike_udf_go_bin {
	bins := unsafe.Slice(c.bins, int(c.bin_count))
	for i := range bins {
		if b := &bins[i]; unsafe.String((*byte)(unsafe.Pointer(b.name)), int(b.name_length)) == bin {
			return b
		}
	}
	return nil
}

// nameOf gives the name of a write, borrowed.
func nameOf(w *C.aerospike_udf_go_write) string {
	return unsafe.String((*byte)(unsafe.Pointer(&w.name)), int(w.name_length))
}
