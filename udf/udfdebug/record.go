package udfdebug

import (
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// metadata is a host.Metadata.
type metadata struct {
	Exists      bool   `json:"exists"`
	TTL         uint32 `json:"ttl"`
	Generation  uint32 `json:"generation"`
	LastUpdate  uint64 `json:"last_update"`
	StorageSize uint64 `json:"storage_size"`
	Digest      []byte `json:"digest"`
	Namespace   string `json:"namespace"`
	Set         string `json:"set"`
	Key         flat   `json:"key"`
}

// record is modgo's record of this call: a host.Record.
type record struct{ modgo *modgo }

func (r *record) do(q question) error {
	_, err := r.modgo.ask(q)
	return err
}

func (r *record) Get(bin string) (value.Raw, error) {
	a, err := r.modgo.ask(question{Op: "get", Name: bin})
	return a.Value.raw(), err
}

func (r *record) Set(bin string, v value.Raw) error {
	return r.do(question{Op: "set", Name: bin, Value: flatOf(v)})
}

func (r *record) Unset(bin string) error { return r.do(question{Op: "unset", Name: bin}) }

func (r *record) BinNames() ([]string, error) {
	a, err := r.modgo.ask(question{Op: "bin_names"})
	return a.Names, err
}

func (r *record) Metadata() (host.Metadata, error) {
	a, err := r.modgo.ask(question{Op: "metadata"})
	if err != nil || a.Metadata == nil {
		return host.Metadata{}, err
	}
	m := a.Metadata
	return host.Metadata{
		Exists: m.Exists, TTL: m.TTL, Generation: m.Generation, LastUpdate: m.LastUpdate, StorageSize: m.StorageSize,
		Digest: m.Digest, Namespace: m.Namespace, Set: m.Set, Key: m.Key.raw(),
	}, nil
}

func (r *record) SetTTL(seconds uint32) error {
	return r.do(question{Op: "set_ttl", Number: int(seconds)})
}

func (r *record) Create() error { return r.do(question{Op: "create"}) }

func (r *record) Update() error { return r.do(question{Op: "update"}) }

func (r *record) Remove() error { return r.do(question{Op: "remove"}) }

func (r *record) Exists() (bool, error) {
	m, err := r.Metadata()
	return m.Exists, err
}
