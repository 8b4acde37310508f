//go:build cgo

package udf

// The host's table of functions, called from Go. The shims return structs by value, so that C writes to no Go memory and
// nothing escapes to the heap.

/*
#include "entry.h"

aerospike_udf_go_call *modgo_current(void);
uint64_t modgo_clock(void);

typedef struct {
	int status;
	aerospike_udf_go_metadata metadata;
} modgo_metadata;

static inline modgo_answer modgo_get(uintptr_t call, uintptr_t record, char *name, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_get)) {
		a.status = MODGO_CALL->host->record_get(MODGO_CALL, MODGO_RECORD, name, length, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_set(uintptr_t call, uintptr_t record, char *name, size_t name_length,
                                     uint32_t type, int64_t integer, uint8_t *data, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_set)) {
		a.status = MODGO_CALL->host->record_set(MODGO_CALL, MODGO_RECORD, name, name_length, type, integer, data, length, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_unset(uintptr_t call, uintptr_t record, char *name, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_unset)) {
		a.status = MODGO_CALL->host->record_unset(MODGO_CALL, MODGO_RECORD, name, length, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_bin_names(uintptr_t call, uintptr_t record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_bin_names)) {
		a.status = MODGO_CALL->host->record_bin_names(MODGO_CALL, MODGO_RECORD, &a.value);
	}
	return a;
}

static inline modgo_metadata modgo_get_metadata(uintptr_t call, uintptr_t record)
{
	modgo_metadata m = {MODGO_MISSING, {0}};
	m.metadata.size = sizeof(m.metadata);
	if (MODGO_HAS(MODGO_CALL, record_metadata)) {
		m.status = MODGO_CALL->host->record_metadata(MODGO_CALL, MODGO_RECORD, &m.metadata);
	}
	return m;
}

static inline int modgo_set_ttl(uintptr_t call, uintptr_t record, uint32_t ttl)
{
	return MODGO_HAS(MODGO_CALL, record_set_ttl) ? MODGO_CALL->host->record_set_ttl(MODGO_CALL, MODGO_RECORD, ttl) : MODGO_MISSING;
}

static inline modgo_answer modgo_create(uintptr_t call, uintptr_t record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_create)) {
		a.status = MODGO_CALL->host->record_create(MODGO_CALL, MODGO_RECORD, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_update(uintptr_t call, uintptr_t record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_update)) {
		a.status = MODGO_CALL->host->record_update(MODGO_CALL, MODGO_RECORD, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_remove(uintptr_t call, uintptr_t record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_remove)) {
		a.status = MODGO_CALL->host->record_remove(MODGO_CALL, MODGO_RECORD, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_exists(uintptr_t call, uintptr_t record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(MODGO_CALL, record_exists)) {
		uint32_t exists = 0;
		a.status = MODGO_CALL->host->record_exists(MODGO_CALL, MODGO_RECORD, &exists);
		if (a.status == AEROSPIKE_UDF_GO_OK) {
			a.value.integer = exists != 0;
		}
	}
	return a;
}

static inline void modgo_log(uintptr_t call, int level, char *message, size_t message_length, char *location, size_t location_length)
{
	MODGO_CALL->host->log(MODGO_CALL, level, message, message_length, location, location_length);
}

static inline int modgo_has_log(uintptr_t call)
{
	return call != 0 && MODGO_HAS(MODGO_CALL, log);
}
*/
import "C"

import (
	"errors"
	"strconv"
	"strings"
	"unsafe"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// clock returns nanoseconds of CLOCK_MONOTONIC, the clock of deadlines.
func clock() uint64 { return uint64(C.modgo_clock()) }

// backend is a record of a C host.
type backend struct {
	call, record C.uintptr_t // pointers of the host, opaque here
	bins         callBins
}

// reset drops the pointers into the call.
func (b *backend) reset() { b.bins.call = nil }

// cString returns the bytes of s for a C function, valid during its call.
func cString(s string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s))), C.size_t(len(s))
}

// raw converts a C struct. It copies field by field: a copy of the whole would stall on what C has just stored.
func raw(v *C.aerospike_udf_go_value) value.Raw {
	return value.Raw{
		Type:    value.Type(v._type),
		Integer: int64(v.integer),
		Data:    (*byte)(unsafe.Pointer(v.data)),
		Length:  uintptr(v.length),
	}
}

// hostError returns the error for a status that is not OK, with the host's text if why has one.
func hostError(operation string, status C.int, why *C.aerospike_udf_go_value) error {
	if status == C.MODGO_MISSING {
		return errors.New("the host doesn't offer " + operation)
	}
	if why != nil {
		if r := raw(why); r.Type == value.String && r.Length > 0 {
			return errors.New(strings.ToValidUTF8(string(r.Bytes()), "\uFFFD"))
		}
	}
	if status == C.AEROSPIKE_UDF_GO_REFUSED {
		return errors.New("the host refused " + operation)
	}
	return errors.New("the host's " + operation + " failed (status " + strconv.Itoa(int(status)) + ")")
}

func (b *backend) Get(bin string) (value.Raw, error) {
	if ok, raw := b.bins.get(bin); ok {
		return raw, nil
	}
	name, length := cString(bin)
	a := C.modgo_get(b.call, b.record, name, length)
	if a.status != C.AEROSPIKE_UDF_GO_OK {
		return value.Raw{}, hostError("record_get", a.status, &a.value)
	}
	return raw(&a.value), nil
}

func (b *backend) Set(bin string, v value.Raw) error {
	if b.bins.set(bin, v) {
		return nil
	}
	name, length := cString(bin)
	return check("record_set", C.modgo_set(b.call, b.record, name, length, C.uint32_t(v.Type), C.int64_t(v.Integer),
		(*C.uint8_t)(unsafe.Pointer(v.Data)), C.size_t(v.Length)))
}

func (b *backend) Unset(bin string) error {
	if b.bins.set(bin, value.Raw{}) {
		return nil
	}
	name, length := cString(bin)
	return check("record_unset", C.modgo_unset(b.call, b.record, name, length))
}

// check returns nil for an answer that is OK, else its error.
func check(operation string, a C.modgo_answer) error {
	if a.status == C.AEROSPIKE_UDF_GO_OK {
		return nil
	}
	return hostError(operation, a.status, &a.value)
}

func (b *backend) BinNames() ([]string, error) {
	a := C.modgo_bin_names(b.call, b.record)
	if err := check("record_bin_names", a); err != nil {
		return nil, err
	}
	names := string(raw(&a.value).Bytes())
	if names == "" {
		return nil, nil
	}
	return strings.Split(strings.TrimSuffix(names, "\x00"), "\x00"), nil
}

func (b *backend) Metadata() (host.Metadata, error) {
	a := C.modgo_get_metadata(b.call, b.record)
	if a.status != C.AEROSPIKE_UDF_GO_OK {
		return host.Metadata{}, hostError("record_metadata", a.status, nil)
	}
	m := &a.metadata
	out := host.Metadata{
		Exists:      m.exists != 0,
		TTL:         uint32(m.ttl),
		Generation:  uint32(m.generation),
		LastUpdate:  uint64(m.last_update),
		StorageSize: uint64(m.storage_size),
		Key:         raw(&m.key),
	}
	if m.digest != nil {
		out.Digest = C.GoBytes(unsafe.Pointer(m.digest), 20)
	}
	if m.namespace_name != nil {
		out.Namespace = C.GoString(m.namespace_name)
	}
	if m.set_name != nil {
		out.Set = C.GoString(m.set_name)
	}
	return out, nil
}

func (b *backend) SetTTL(seconds uint32) error {
	status := C.modgo_set_ttl(b.call, b.record, C.uint32_t(seconds))
	if status == C.AEROSPIKE_UDF_GO_OK {
		return nil
	}
	return hostError("record_set_ttl", status, nil)
}

func (b *backend) Create() error {
	b.bins.discard()
	return check("record_create", C.modgo_create(b.call, b.record))
}

func (b *backend) Update() error {
	b.bins.discard()
	return check("record_update", C.modgo_update(b.call, b.record))
}

func (b *backend) Remove() error {
	b.bins.discard()
	return check("record_remove", C.modgo_remove(b.call, b.record))
}

func (b *backend) Exists() (bool, error) {
	a := C.modgo_exists(b.call, b.record)
	return a.status == C.AEROSPIKE_UDF_GO_OK && a.value.integer != 0, check("record_exists", a)
}

func init() {
	callLogger = func() (logger, bool) {
		current := C.modgo_current()
		call := C.uintptr_t(uintptr(unsafe.Pointer(current)))
		if C.modgo_has_log(call) == 0 {
			return logger{}, false
		}
		return logger{int(current.log_level), func(level int, message, location string) {
			m, length := cString(message)
			l, locationLength := cString(location)
			if location == "" {
				l = nil
			}
			C.modgo_log(call, C.int(level), m, length, l, locationLength)
		}}, true
	}
}
