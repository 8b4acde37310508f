package udf

// The host.Record of a call without a record.

import (
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// noRecord is the record of a call without one: every method but Exists fails.
type noRecord struct{}

func (noRecord) Get(string) (value.Raw, error)    { return value.Raw{}, errNoRecord }
func (noRecord) Set(string, value.Raw) error      { return errNoRecord }
func (noRecord) Unset(string) error               { return errNoRecord }
func (noRecord) BinNames() ([]string, error)      { return nil, errNoRecord }
func (noRecord) Metadata() (host.Metadata, error) { return host.Metadata{}, errNoRecord }
func (noRecord) SetTTL(uint32) error              { return errNoRecord }
func (noRecord) Create() error                    { return errNoRecord }
func (noRecord) Update() error                    { return errNoRecord }
func (noRecord) Remove() error                    { return errNoRecord }
func (noRecord) Exists() (bool, error)            { return false, nil }
