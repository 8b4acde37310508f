// Package udftest has records and streams in memory for go test, without a server, a module or cgo. Values are converted
// as in a server, so a value that Aerospike can't store fails here too.
package udftest

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Record is a record in memory. Pass its UDF() to the function under test, then check the outcome.
type Record struct {
	record *udf.Record
	memory *memory
}

// Option is an option of NewRecord.
type Option func(*memory)

// Absent makes a record that doesn't exist yet: it has a key, and Create stores it.
func Absent() Option {
	return func(m *memory) {
		m.clear()
		m.exists = false
	}
}

// WithKey sets the record's key.
func WithKey(k udf.Key) Option { return func(m *memory) { m.key = k } }

// WithDigest sets the digest, 20 bytes. By default the record has none.
func WithDigest(digest []byte) Option { return func(m *memory) { m.digest = slices.Clone(digest) } }

// WithSize sets the size of the record on its storage, in bytes.
func WithSize(bytes int) Option { return func(m *memory) { m.size = uint64(bytes) } }

// WithTTL sets the time to live, or udf.NeverExpires.
func WithTTL(d time.Duration) Option {
	return func(m *memory) {
		m.ttl = uint32(d / time.Second)
		if d == udf.NeverExpires {
			m.ttl = host.TTLNever
		}
	}
}

// WithGeneration sets the generation, which counts the writes of the record.
func WithGeneration(n int) Option { return func(m *memory) { m.generation = uint32(n) } }

// WithLastUpdate sets the time of the last write.
func WithLastUpdate(t time.Time) Option { return func(m *memory) { m.lastUpdate = t } }

// Refusing makes every Create, Update and Remove fail with err.
func Refusing(err error) Option { return func(m *memory) { m.refusal = err } }

// NewRecord returns a stored record with these bins. It panics if Aerospike can't store a bin, because that is a mistake
// in the test.
func NewRecord(bins map[string]udf.Value, options ...Option) *Record {
	m := &memory{bins: map[string]udf.Value{}, stored: map[string]udf.Value{}, exists: true, generation: 1}
	r := host.NewRecord(m).(*udf.Record)
	for _, name := range slices.Sorted(maps.Keys(bins)) {
		r.Set(name, bins[name])
	}
	if err := r.Update(); err != nil {
		panic("udftest.NewRecord: " + err.Error())
	}
	m.generation, m.operations = 1, nil
	for _, o := range options {
		o(m)
	}
	return &Record{r, m}
}

// UDF returns the record to call a UDF with.
func (r *Record) UDF() *udf.Record { return r.record }

// Stored returns the stored bins, without changes that no Create or Update has stored; nil if the record doesn't exist.
func (r *Record) Stored() map[string]udf.Value { return maps.Clone(r.memory.stored) }

// Err returns the error of a failed operation, such as a Set with a name that is too long, that no Create or Update has
// returned. In a server the call would fail with it.
func (r *Record) Err() error { return host.PendingError(r.record) }

// Operations returns the successful operations in order: "create", "update" or "remove".
func (r *Record) Operations() []string { return slices.Clone(r.memory.operations) }

// memory is a host.Record.
type memory struct {
	bins       map[string]udf.Value // with changes that are not stored
	stored     map[string]udf.Value // nil if the record is not stored
	exists     bool                 // it was stored when the test began, or was created
	operations []string
	key        udf.Key
	ttl        uint32
	generation uint32
	lastUpdate time.Time
	digest     []byte
	size       uint64
	refusal    error
	scratch    []byte
}

func (m *memory) Get(bin string) (raw value.Raw, err error) {
	raw, m.scratch, err = value.Encode(m.bins[bin], m.scratch)
	return raw, err
}

func (m *memory) Set(bin string, v value.Raw) error {
	decoded, err := value.ToAny(v)
	if err == nil {
		m.bins[bin] = decoded
	}
	return err
}

func (m *memory) Unset(bin string) error {
	delete(m.bins, bin)
	return nil
}

func (m *memory) BinNames() ([]string, error) { return slices.Sorted(maps.Keys(m.bins)), nil }

func (m *memory) Metadata() (host.Metadata, error) {
	key, _, err := value.Encode(m.key.Value, nil)
	metadata := host.Metadata{
		Exists: m.exists, TTL: m.ttl, Generation: m.generation,
		Namespace: m.key.Namespace, Set: m.key.Set, Key: key, Digest: slices.Clone(m.digest), StorageSize: m.size,
	}
	if !m.lastUpdate.IsZero() {
		metadata.LastUpdate = uint64(m.lastUpdate.UnixMilli())
	}
	return metadata, err
}

func (m *memory) SetTTL(seconds uint32) error {
	m.ttl = seconds
	return nil
}

func (m *memory) Create() error {
	if m.stored != nil {
		return errors.New("the record exists already; use Update")
	}
	return m.store("create")
}

func (m *memory) Update() error {
	if !m.exists {
		return errors.New("the record does not exist; use Create")
	}
	return m.store("update")
}

func (m *memory) store(operation string) error {
	if m.refusal != nil {
		return m.refusal
	}
	if removed := m.exists && m.stored == nil; !removed || len(m.bins) > 0 {
		m.stored = maps.Clone(m.bins)
	}
	m.exists = true
	m.generation++
	m.operations = append(m.operations, operation)
	return nil
}

func (m *memory) Remove() error {
	switch {
	case !m.exists:
		return errors.New("the record does not exist")
	case m.refusal != nil:
		return m.refusal
	}
	m.clear()
	m.operations = append(m.operations, "remove")
	return nil
}

// clear removes what is stored. As in a server, a record that was removed exists until the call ends.
func (m *memory) clear() { m.stored, m.bins, m.generation = nil, map[string]udf.Value{}, 0 }

func (m *memory) Exists() (bool, error) { return m.exists, nil }
