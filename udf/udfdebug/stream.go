package udfdebug

import (
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// input is modgo's input stream of this call: a host.Input.
type input struct{ modgo *modgo }

func (i *input) Read() (host.Record, value.Raw, error) {
	a, err := i.modgo.ask(question{Op: "read"})
	if err != nil || !a.IsRecord {
		return nil, a.Value.raw(), err
	}
	return &record{i.modgo}, value.Raw{}, nil
}

// output is modgo's output stream of this call: a host.Output.
type output struct{ modgo *modgo }

func (o *output) Write(v value.Raw) error {
	_, err := o.modgo.ask(question{Op: "write", Value: flatOf(v)})
	return err
}

func (o *output) Close() error { return nil }
