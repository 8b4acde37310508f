package udf

// Record: storing it, and its metadata.

import (
	"errors"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Exists reports whether the record existed when the call began, or was created by it. If not, it has only a key, and
// Create stores it. As in Lua, a record that the call has removed still exists, without bins, until the call ends.
func (r *Record) Exists() bool {
	h, err := r.host()
	if err != nil {
		return false
	}
	exists, err := h.Exists()
	if err != nil {
		r.deferError("checking whether the record exists", err)
	}
	return exists
}

// Create stores a record that doesn't exist yet, or that this call has removed. If a Set before it failed, it stores nothing and returns that error.
func (r *Record) Create() error { return r.store("creating", host.Record.Create, true) }

// Update stores the changes of a record that exists. If a Set before it failed, it stores nothing and returns that
// error.
func (r *Record) Update() error { return r.store("updating", host.Record.Update, true) }

// Remove removes the record.
func (r *Record) Remove() error { return r.store("removing", host.Record.Remove, false) }

// store runs one operation. If writes is true and an error was deferred, it returns that instead.
func (r *Record) store(doing string, operation func(host.Record) error, writes bool) error {
	h, err := r.host()
	if err == nil && r.state.pending != nil {
		if writes {
			err = r.state.pending
		}
		r.state.pending = nil
	}
	if err == nil {
		err = operation(h)
	}
	if err != nil {
		return errors.New(doing + " the record: " + err.Error())
	}
	return nil
}

// metadata returns the record's metadata, zero on errors.
func (r *Record) metadata() host.Metadata {
	h, err := r.host()
	if err != nil {
		return host.Metadata{}
	}
	m, err := h.Metadata()
	if err != nil {
		r.deferError("reading the metadata of the record", err)
		return host.Metadata{}
	}
	return m
}

// Key returns the record's key.
func (r *Record) Key() Key {
	m := r.metadata()
	v, err := value.ToAnyLenient(m.Key)
	if err != nil {
		v = nil
	}
	return Key{Namespace: m.Namespace, Set: m.Set, Value: v}
}

// Digest returns the record's digest, 20 bytes; nil if the host doesn't know it.
func (r *Record) Digest() []byte { return r.metadata().Digest }

// SetName returns the name of the record's set, "" if it is in none.
func (r *Record) SetName() string { return r.metadata().Set }

// TTL returns the time until the record expires, in whole seconds; [NeverExpires]; or 0 if the namespace's default
// applies or the host doesn't know it.
func (r *Record) TTL() time.Duration {
	ttl := r.metadata().TTL
	if ttl == host.TTLNever {
		return NeverExpires
	}
	return time.Duration(ttl) * time.Second
}

// ttlMax is the server's longest time to live: ten years.
const ttlMax = 3650 * 24 * time.Hour

// SetTTL sets the time to live from the next write on: up to ten years, [NeverExpires], or 0 for the namespace's
// default. It is rounded up to seconds. For an invalid d the next Create or Update returns an error, as after Set.
func (r *Record) SetTTL(d time.Duration) {
	h, err := r.host()
	if err != nil {
		return
	}
	seconds := uint32(host.TTLNever)
	switch {
	case d == NeverExpires:
	case d < 0 || d > ttlMax:
		r.deferError("setting the time to live to "+d.String(), errors.New("it is from 0 to ten years, or udf.NeverExpires"))
		return
	default:
		seconds = uint32((d + time.Second - 1) / time.Second)
	}
	if err := h.SetTTL(seconds); err != nil {
		r.deferError("setting the time to live to "+d.String(), err)
	}
}

// Generation returns the record's generation, which counts its writes.
func (r *Record) Generation() int { return int(r.metadata().Generation) }

// LastUpdate returns the time of the record's last write, the zero time if the host doesn't know it.
func (r *Record) LastUpdate() time.Time {
	ms := r.metadata().LastUpdate
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms))
}

// Size returns the size of the record on its storage in bytes, 0 if the host doesn't know it.
func (r *Record) Size() int { return int(r.metadata().StorageSize) }
