//go:build cgo

package udf

// The host's table of functions, called from Go. The shims return structs by value, so that no Go memory is
// written by C and nothing escapes to the heap.

/*
#include <string.h>
#include "aerospike_udf_go.h"

aerospike_udf_go_call *modgo_current(void);
uint64_t modgo_clock(void);

// A host that lacks a function leaves it NULL or has a smaller table.
#define MODGO_MISSING (-1)
#define MODGO_HAS(call, function) \
	((call)->host != NULL && \
	 (call)->host->size >= offsetof(aerospike_udf_go_host, function) + sizeof((call)->host->function) && \
	 (call)->host->function != NULL)

typedef struct {
	int status;
	aerospike_udf_go_value value; // the answer, or why there is none
} modgo_answer;

typedef struct {
	int status;
	aerospike_udf_go_metadata metadata;
} modgo_metadata;

static inline modgo_answer modgo_get(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_get)) {
		a.status = call->host->record_get(call, record, name, length, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_set(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t name_length,
                                     uint32_t type, int64_t integer, uint8_t *data, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_set)) {
		a.status = call->host->record_set(call, record, name, name_length, type, integer, data, length, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_unset(aerospike_udf_go_call *call, aerospike_udf_go_record *record, char *name, size_t length)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_unset)) {
		a.status = call->host->record_unset(call, record, name, length, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_bin_names(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_bin_names)) {
		a.status = call->host->record_bin_names(call, record, &a.value);
	}
	return a;
}

static inline modgo_metadata modgo_get_metadata(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	modgo_metadata m = {MODGO_MISSING, {0}};
	m.metadata.size = sizeof(m.metadata);
	if (MODGO_HAS(call, record_metadata)) {
		m.status = call->host->record_metadata(call, record, &m.metadata);
	}
	return m;
}

static inline int modgo_set_ttl(aerospike_udf_go_call *call, aerospike_udf_go_record *record, uint32_t ttl)
{
	return MODGO_HAS(call, record_set_ttl) ? call->host->record_set_ttl(call, record, ttl) : MODGO_MISSING;
}

static inline modgo_answer modgo_create(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_create)) {
		a.status = call->host->record_create(call, record, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_update(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_update)) {
		a.status = call->host->record_update(call, record, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_remove(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_remove)) {
		a.status = call->host->record_remove(call, record, &a.value);
	}
	return a;
}

static inline modgo_answer modgo_exists(aerospike_udf_go_call *call, aerospike_udf_go_record *record)
{
	modgo_answer a = {MODGO_MISSING, {0}};
	if (MODGO_HAS(call, record_exists)) {
		uint32_t exists = 0;
		a.status = call->host->record_exists(call, record, &exists);
		if (a.status == AEROSPIKE_UDF_GO_OK) {
			a.value.integer = exists != 0;
		}
	}
	return a;
}

static inline void modgo_log(aerospike_udf_go_call *call, int level, char *message, size_t message_length, char *location, size_t location_length)
{
	call->host->log(call, level, message, message_length, location, location_length);
}

static inline int modgo_has_log(aerospike_udf_go_call *call)
{
	return call != NULL && MODGO_HAS(call, log);
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

// clock gives nanoseconds of the clock that deadlines are told in.
func clock() uint64 { return uint64(C.modgo_clock()) }

// backend is a record of a C host.
type backend struct {
	call   *C.aerospike_udf_go_call
	record *C.aerospike_udf_go_record
}

// text gives a Go string to C for the length of a call.
func text(s string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s))), C.size_t(len(s))
}

// raw gives the value of a C struct of the same layout.
func raw(v *C.aerospike_udf_go_value) value.Raw { return *(*value.Raw)(unsafe.Pointer(v)) }

// failed makes an error of an answer that is not OK, with the host's own words where it gave some.
func failed(operation string, status C.int, why *C.aerospike_udf_go_value) error {
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
	return errors.New("the host failed at " + operation + " (status " + strconv.Itoa(int(status)) + ")")
}

func (b *backend) Get(bin string) (value.Raw, error) {
	name, length := text(bin)
	a := C.modgo_get(b.call, b.record, name, length)
	if a.status != C.AEROSPIKE_UDF_GO_OK {
		return value.Raw{}, failed("record_get", a.status, &a.value)
	}
	return raw(&a.value), nil
}

func (b *backend) Set(bin string, v value.Raw) error {
	name, length := text(bin)
	return done("record_set", C.modgo_set(b.call, b.record, name, length, C.uint32_t(v.Type), C.int64_t(v.Integer),
		(*C.uint8_t)(unsafe.Pointer(v.Data)), C.size_t(v.Length)))
}

func (b *backend) Unset(bin string) error {
	name, length := text(bin)
	return done("record_unset", C.modgo_unset(b.call, b.record, name, length))
}

// done is nil for an answer that is OK.
func done(operation string, a C.modgo_answer) error {
	if a.status == C.AEROSPIKE_UDF_GO_OK {
		return nil
	}
	return failed(operation, a.status, &a.value)
}

func (b *backend) BinNames() ([]string, error) {
	a := C.modgo_bin_names(b.call, b.record)
	if err := done("record_bin_names", a); err != nil {
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
		return host.Metadata{}, failed("record_metadata", a.status, nil)
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
	return failed("record_set_ttl", status, nil)
}

func (b *backend) Create() error { return done("record_create", C.modgo_create(b.call, b.record)) }
func (b *backend) Update() error { return done("record_update", C.modgo_update(b.call, b.record)) }
func (b *backend) Remove() error { return done("record_remove", C.modgo_remove(b.call, b.record)) }

func (b *backend) Exists() (bool, error) {
	a := C.modgo_exists(b.call, b.record)
	return a.status == C.AEROSPIKE_UDF_GO_OK && a.value.integer != 0, done("record_exists", a)
}

func init() {
	callLogger = func() (logger, bool) {
		call := C.modgo_current()
		if C.modgo_has_log(call) == 0 {
			return logger{}, false
		}
		return logger{int(call.log_level), func(level int, message, location string) {
			m, length := text(message)
			l, locationLength := text(location)
			if location == "" {
				l = nil
			}
			C.modgo_log(call, C.int(level), m, length, l, locationLength)
		}}, true
	}
}
