package udftest

import (
	"errors"
	"strconv"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Stream is a stream in memory, for [Run] and [RunOnNodes].
type Stream struct{ elements []element }

// element is a record, or an encoded value.
type element struct {
	record *Record
	raw    value.Raw
}

// NewStream makes a stream of values and of records made by [NewRecord]. A stream in a server is of records. It
// panics where a value is none of Aerospike's, or nil, for that is a mistake in the test.
func NewStream(elements ...any) *Stream {
	s := &Stream{}
	for i, e := range elements {
		if r, ok := e.(*Record); ok {
			s.elements = append(s.elements, element{record: r})
			continue
		}
		raw, _, err := value.Encode(e, nil)
		if err == nil && raw.Type == value.Nil {
			err = errors.New("a nil would end it")
		}
		if err != nil {
			panic("udftest.NewStream: element " + strconv.Itoa(i) + ": " + err.Error())
		}
		s.elements = append(s.elements, element{raw: raw})
	}
	return s
}

// UDF is a stream UDF without arguments. One with arguments becomes one in a function literal:
//
//	udftest.Run(stream, func(s *udf.Stream) *udf.Stream { return Top(s, 10) })
type UDF interface {
	func(*udf.Stream) *udf.Stream | func(*udf.Stream) (*udf.Stream, error)
}

// Run gives what the UDF gives of the whole stream, all its stages being run once.
func Run[F UDF](s *Stream, f F) ([]udf.Value, error) {
	out, err := run(s.elements, host.ScopeBoth, f)
	return out.values, err
}

// RunOnNodes gives what the UDF gives in a cluster of n nodes that hold the elements in turn: each node runs the
// stages up to and with the first udf.Reduce, and the client that one and the rest on what they give. What
// crosses from the nodes to the client is converted as it is there.
func RunOnNodes[F UDF](n int, s *Stream, f F) ([]udf.Value, error) {
	if n < 1 {
		panic("udftest.RunOnNodes: a cluster has a node at least, not " + strconv.Itoa(n))
	}
	var partial []element
	for node := range n {
		var held []element
		for i := node; i < len(s.elements); i += n {
			held = append(held, s.elements[i])
		}
		out, err := run(held, host.ScopeServer, f)
		if err != nil {
			return nil, errors.New("node " + strconv.Itoa(node+1) + ": " + err.Error())
		}
		partial = append(partial, out.elements...)
	}
	out, err := run(partial, host.ScopeClient, f)
	return out.values, err
}

func run[F UDF](elements []element, scope host.Scope, f F) (*memoryOutput, error) {
	out := &memoryOutput{}
	err := host.RunStream(&memoryInput{left: elements}, out, scope, func(stream any) (any, error) {
		s := stream.(*udf.Stream)
		if f, fails := any(f).(func(*udf.Stream) (*udf.Stream, error)); fails {
			return f(s)
		}
		return any(f).(func(*udf.Stream) *udf.Stream)(s), nil
	})
	return out, err
}

// memoryInput is a host's input.
type memoryInput struct{ left []element }

func (m *memoryInput) Read() (host.Record, value.Raw, error) {
	if len(m.left) == 0 {
		return nil, value.Raw{}, nil
	}
	e := m.left[0]
	m.left = m.left[1:]
	if e.record != nil {
		return e.record.memory, value.Raw{}, nil
	}
	return nil, e.raw, nil
}

// memoryOutput is a host's output.
type memoryOutput struct {
	elements []element
	values   []udf.Value
}

func (m *memoryOutput) Write(raw value.Raw) error {
	v, err := value.ToAny(raw)
	if err != nil {
		return err
	}
	kept, _, err := value.Encode(v, nil) // raw is borrowed
	m.elements = append(m.elements, element{raw: kept})
	m.values = append(m.values, v)
	return err
}

func (m *memoryOutput) Close() error { return nil }
