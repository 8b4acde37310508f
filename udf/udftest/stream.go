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

// NewStream returns a stream of the elements: values, and records made by [NewRecord]. In a server the elements are
// records. It panics if Aerospike can't store a value, or if it is nil, because that is a mistake in the test.
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

// UDF is a stream UDF without arguments. Wrap one with arguments in a function literal:
//
//	udftest.Run(stream, func(s *udf.Stream) *udf.Stream { return Top(s, 10) })
type UDF interface {
	func(*udf.Stream) *udf.Stream | func(*udf.Stream) (*udf.Stream, error)
}

// Run runs all stages of the UDF once, on the whole stream, and returns the elements of the result.
func Run[F UDF](s *Stream, f F) ([]udf.Value, error) {
	out, err := run(s.elements, host.ScopeBoth, f)
	return out.values, err
}

// RunOnNodes runs the UDF as a cluster of n nodes does, with the elements distributed in turn, and returns the elements
// of the result. Each node runs the stages up to the first udf.Reduce; the client runs that one and the stages after it
// on the results of the nodes, which are encoded and decoded in between.
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

// memoryInput is a host.Input.
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

// memoryOutput is a host.Output.
type memoryOutput struct {
	elements []element
	values   []udf.Value
}

func (m *memoryOutput) Write(raw value.Raw) error {
	v, err := value.ToAny(raw)
	if err != nil {
		return err
	}
	encoded, _, err := value.Encode(v, nil) // a copy: raw is valid only during the call
	m.elements = append(m.elements, element{raw: encoded})
	m.values = append(m.values, v)
	return err
}

func (m *memoryOutput) Close() error { return nil }
