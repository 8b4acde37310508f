package udf

// Running a stream: the stages of the scope, from the host's input to its output.

import (
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// StreamApply calls one stream UDF: it converts the arguments of c and calls the function.
type StreamApply func(c *bind.Call, s *Stream) (*Stream, error)

// all returns the elements of the whole chain.
func (s *Stream) all() iter.Seq[any] { return pipe(s.root().source, s.chain()) }

// root returns the stream without stages that the chain begins with.
func (s *Stream) root() *Stream {
	if s == nil {
		return &Stream{}
	}
	for s.from != nil {
		s = s.from
	}
	return s
}

// chain returns the stages, first to last.
func (s *Stream) chain() []*stage {
	var list []*stage
	for ; s != nil && s.from != nil; s = s.from {
		list = append(list, &s.stage)
	}
	slices.Reverse(list)
	return list
}

// pipe runs the stages on a source.
func pipe(source iter.Seq[any], stages []*stage) iter.Seq[any] {
	if source == nil {
		source = func(func(any) bool) {}
	}
	for _, s := range stages {
		source = s.run(source)
	}
	return source
}

// plan returns the elements of the stream for a scope: nodes run the stages up to the first Reduce, the client runs that
// one and the rest on the results of the nodes. check is called before each element of a source other than input.
func (s *Stream) plan(scope host.Scope, input *Stream, check func()) iter.Seq[any] {
	stages := s.chain()
	source := s.root().source
	if s.root() != input {
		source = checked(source, check)
	}
	first := slices.IndexFunc(stages, func(s *stage) bool { return s.reduces })
	switch {
	case scope == host.ScopeServer && first >= 0:
		return pipe(source, stages[:first+1])
	case scope == host.ScopeClient && first >= 0:
		return pipe(input.source, stages[first:])
	case scope == host.ScopeClient:
		return pipe(input.source, nil)
	}
	return pipe(source, stages)
}

// checked calls check before each element of source.
func checked(source iter.Seq[any], check func()) iter.Seq[any] {
	if source == nil {
		return nil
	}
	return func(yield func(any) bool) {
		for e := range source {
			if check(); !yield(e) {
				return
			}
		}
	}
}

// streamCall is one call of a stream UDF.
type streamCall struct {
	frame  *frame
	input  host.Input
	output host.Output
	scope  host.Scope
	ends   time.Time // the deadline, zero if there is none
	record *Record   // the last one read
	value  hostValue // the last value read
	count  int       // of elements read
	state  streamState
}

// streamState is the state of the input.
type streamState int

const (
	reading   streamState = iota
	noRecords             // the UDF itself is running on the client, which has no records
	exhausted             // the host has returned the last element
	ended                 // the call has ended
)

// apply calls the UDF and runs the stream that it returns.
func (s *streamCall) apply(fn StreamApply) error {
	if left, limited := s.frame.call.Left(); limited {
		s.ends = time.Now().Add(left)
	}
	input := &Stream{source: s.elements}
	if s.scope == host.ScopeClient {
		s.state = noRecords
	}
	result, err := fn(&s.frame.call, input)
	if err != nil {
		return err
	}
	if s.state == noRecords {
		s.state = reading
	}
	for e := range result.plan(s.scope, input, s.checkDeadline) {
		if err := s.write(e); err != nil {
			return err
		}
	}
	s.endRecord() // in case the loop ended early
	return s.output.Close()
}

// elements yields the elements of the input: each is a *hostValue or a *Record, valid until the next.
func (s *streamCall) elements(yield func(any) bool) {
	for {
		switch s.state {
		case ended:
			panic(&streamFailure{host.Failed, "the stream was read after its call had ended; don't retain the *udf.Stream"})
		case noRecords:
			return
		}
		s.endRecord()
		s.checkDeadline()
		if s.state == exhausted {
			return
		}
		record, raw, err := s.input.Read()
		if err != nil {
			panic(&streamFailure{host.Failed, "reading element " + strconv.Itoa(s.count+1) + " of the stream: " + err.Error()})
		}
		var e any = &s.value
		switch {
		case record != nil:
			e = s.begin(record)
		case raw.Type == value.Nil:
			s.state = exhausted
			return
		default:
			s.value.raw = raw
		}
		s.count++
		if !yield(e) {
			return
		}
	}
}

// begin returns the Record for a record that was read.
func (s *streamCall) begin(h host.Record) *Record {
	state := &s.frame.record
	if b, ok := h.(*backend); ok {
		state.backend = b
	} else {
		state.backend, state.host = nil, h
	}
	s.record = s.frame.newRecord()
	return s.record
}

// endRecord closes the record that was read last. An error that was deferred on it fails the stream.
func (s *streamCall) endRecord() {
	if s.record == nil {
		return
	}
	s.record.state = nil
	s.record = nil
	state := &s.frame.record
	if err := state.pending; err != nil {
		state.pending = nil
		panic(&streamFailure{host.Failed, "record " + strconv.Itoa(s.count) + " of the stream: " + err.Error()})
	}
}

// checkDeadline fails the stream if its deadline has passed.
func (s *streamCall) checkDeadline() {
	if !s.ends.IsZero() && time.Until(s.ends) <= 0 {
		panic(&streamFailure{host.Deadline, "the deadline passed after " + strconv.Itoa(s.count) + " elements of the stream were read"})
	}
}

// end closes the stream and its record: the UDF may retain them.
func (s *streamCall) end() {
	s.state = ended
	if s.record != nil {
		s.record.state = nil
	}
}

// write writes one element of the result.
func (s *streamCall) write(e any) error {
	var raw value.Raw
	var err error
	switch e := e.(type) {
	case *hostValue:
		raw = e.raw
	case *Record:
		return &streamFailure{host.Failed, "the result is a stream of records, which can't leave their node; turn them into values with udf.Map or udf.Aggregate"}
	default:
		raw, s.frame.record.scratch, err = value.Encode(e, s.frame.record.scratch)
	}
	if err != nil {
		return &streamFailure{host.Failed, "an element of the resulting stream: " + err.Error()}
	}
	if raw.Type == value.Nil {
		return &streamFailure{host.Failed, "an element of the resulting stream is nil, which would end the stream; filter such elements out"}
	}
	return s.output.Write(raw)
}

func init() {
	host.RunStream = func(in host.Input, out host.Output, scope host.Scope, call func(stream any) (any, error)) (err error) {
		s := &streamCall{frame: new(frame), input: in, output: out, scope: scope}
		defer func() {
			s.end()
			if p := recover(); p != nil {
				failure, ours := p.(*streamFailure)
				if !ours {
					panic(p)
				}
				err = failure
			}
		}()
		return s.apply(func(_ *bind.Call, input *Stream) (*Stream, error) {
			result, err := call(input)
			stream, _ := result.(*Stream)
			return stream, err
		})
	}
}
