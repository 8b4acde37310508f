package udf

// The part of Record that stores it, and what is known about it beside its bins.

import (
	"errors"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Exists says whether the record is stored. Where not, only its key is known and Create stores it.
func (r *Record) Exists() bool {
	h, err := r.at()
	if err != nil {
		return false
	}
	exists, err := h.Exists()
	if err != nil {
		r.remember("asking whether the record exists", err)
	}
	return exists
}

// Create stores a record that does not exist yet. It gives what a Set before it failed with.
func (r *Record) Create() error { return r.store("creating", host.Record.Create, true) }

// Update stores the changes of a record that exists. It gives what a Set before it failed with.
func (r *Record) Update() error { return r.store("updating", host.Record.Update, true) }

// Remove removes the record.
func (r *Record) Remove() error { return r.store("removing", host.Record.Remove, false) }

// store does one operation, unless a failure is remembered that it must give instead.
func (r *Record) store(doing string, operation func(host.Record) error, writes bool) error {
	h, err := r.at()
	if err == nil && r.state.failed != nil {
		if writes {
			err = r.state.failed
		}
		r.state.failed = nil
	}
	if err == nil {
		err = operation(h)
	}
	if err != nil {
		return errors.New(doing + " the record: " + err.Error())
	}
	return nil
}

// metadata gives what the host knows of the record, nothing where it fails.
func (r *Record) metadata() host.Metadata {
	h, err := r.at()
	if err != nil {
		return host.Metadata{}
	}
	m, err := h.Metadata()
	if err != nil {
		r.remember("reading the metadata of the record", err)
		return host.Metadata{}
	}
	return m
}

// Key gives the record's key.
func (r *Record) Key() Key {
	m := r.metadata()
	v, err := value.ToAnyLenient(m.Key)
	if err != nil {
		v = nil
	}
	return Key{Namespace: m.Namespace, Set: m.Set, Value: v}
}

// Digest gives the 20 bytes that stand for set and key in Aerospike; nil where the host doesn't know them.
func (r *Record) Digest() []byte { return r.metadata().Digest }

// SetName gives the name of the record's set, "" where it is in none.
func (r *Record) SetName() string { return r.metadata().Set }

// TTL gives the time until the record expires, in whole seconds; [NeverExpires], or 0 where the namespace's default
// applies or the host doesn't know it.
func (r *Record) TTL() time.Duration {
	ttl := r.metadata().TTL
	if ttl == host.TTLNever {
		return NeverExpires
	}
	return time.Duration(ttl) * time.Second
}

// ttlMax is the longest time to live, ten years, as in the server.
const ttlMax = 3650 * 24 * time.Hour

// SetTTL sets the time to live from the next write on: up to ten years, [NeverExpires], or 0 for the namespace's
// default. Parts of a second count as a whole one. One that Aerospike doesn't have is remembered as a failed Set is.
func (r *Record) SetTTL(d time.Duration) {
	h, err := r.at()
	if err != nil {
		return
	}
	seconds := uint32(host.TTLNever)
	switch {
	case d == NeverExpires:
	case d < 0 || d > ttlMax:
		r.remember("setting the time to live to "+d.String(), errors.New("it is from 0 to ten years, or udf.NeverExpires"))
		return
	default:
		seconds = uint32((d + time.Second - 1) / time.Second)
	}
	if err := h.SetTTL(seconds); err != nil {
		r.remember("setting the time to live to "+d.String(), err)
	}
}

// Generation gives the count of the record's writes.
func (r *Record) Generation() int { return int(r.metadata().Generation) }

// LastUpdate gives the time of the record's last write, the zero time where the host doesn't know it.
func (r *Record) LastUpdate() time.Time {
	ms := r.metadata().LastUpdate
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms))
}

// Size gives the bytes that the record takes on its storage, 0 where the host doesn't know it.
func (r *Record) Size() int { return int(r.metadata().StorageSize) }
