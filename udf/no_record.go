package udf

// The record of a call that has none.

import (
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// absent is the record of a call without one: everything but Exists fails.
type absent struct{}

func (absent) Get(string) (value.Raw, error)    { return value.Raw{}, errNoRecord }
func (absent) Set(string, value.Raw) error      { return errNoRecord }
func (absent) Unset(string) error               { return errNoRecord }
func (absent) BinNames() ([]string, error)      { return nil, errNoRecord }
func (absent) Metadata() (host.Metadata, error) { return host.Metadata{}, errNoRecord }
func (absent) SetTTL(uint32) error              { return errNoRecord }
func (absent) Create() error                    { return errNoRecord }
func (absent) Update() error                    { return errNoRecord }
func (absent) Remove() error                    { return errNoRecord }
func (absent) Exists() (bool, error)            { return false, nil }
