//go:build cgo

package udf

// Bins in the memory of the call: those that the host prefetched, and writes that it applies later. Neither needs a
// call of the host.

/*
#include "entry.h"
*/
import "C"

import (
	"unsafe"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// callBins accesses the bins of a call. Its methods return false if the host must be called instead.
type callBins struct {
	call *C.aerospike_udf_go_call // nil if the host offers neither
}

// get returns the value of a bin that is prefetched or to be written.
func (b *callBins) get(name string) (bool, value.Raw) {
	c := b.call
	if c == nil {
		return false, value.Raw{}
	}
	if c.write_count > 0 {
		writes := unsafe.Slice(c.writes, int(c.write_count))
		for i := len(writes) - 1; i >= 0; i-- {
			if w := &writes[i]; writeName(w) == name {
				return true, raw(&w.value)
			}
		}
	}
	if bin := prefetched(c, name); bin != nil {
		return true, raw(&bin.value)
	}
	return false, value.Raw{}
}

// set adds a write of v, or of nil to unset the bin. The name must be valid for a bin.
func (b *callBins) set(name string, v value.Raw) bool {
	c := b.call
	if c == nil {
		return false
	}
	if bin := prefetched(c, name); bin != nil {
		bin.name_length = 0 // no bin has an empty name, so get no longer finds it
	}
	if c.write_count >= c.write_limit || v.Length > uintptr(c.write_capacity-c.write_used) {
		return false
	}
	w := (*C.aerospike_udf_go_write)(unsafe.Add(unsafe.Pointer(c.writes), uintptr(c.write_count)*unsafe.Sizeof(*c.writes)))
	w.name_length = C.size_t(copy(unsafe.Slice((*byte)(unsafe.Pointer(&w.name)), len(w.name)), name))
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

// discard drops the prefetched bins: storing or removing the record changes them.
func (b *callBins) discard() {
	if b.call != nil {
		b.call.bin_count = 0
	}
}

// prefetched returns the prefetched bin of that name, or nil.
func prefetched(c *C.aerospike_udf_go_call, name string) *C.aerospike_udf_go_bin {
	bins := unsafe.Slice(c.bins, int(c.bin_count))
	for i := range bins {
		if bin := &bins[i]; unsafe.String((*byte)(unsafe.Pointer(bin.name)), int(bin.name_length)) == name {
			return bin
		}
	}
	return nil
}

// writeName returns the name of a write, valid as long as w is.
func writeName(w *C.aerospike_udf_go_write) string {
	return unsafe.String((*byte)(unsafe.Pointer(&w.name)), int(w.name_length))
}
