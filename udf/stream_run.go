package udf

// Running a stream: which of its stages the scope asks for, from the host's input to its output.

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

// all gives the elements of the whole chain.
func (s *Stream) all() iter.Seq[any] { return through(s.root().source, s.chain()) }

// root gives the stream without stages that the chain begins with.
func (s *Stream) root() *Stream {
	if s == nil {
		return &Stream{}
	}
	for s.from != nil {
		s = s.from
	}
	return s
}

// chain gives the stages, first to last.
func (s *Stream) chain() []*stage {
	var list []*stage
	for ; s != nil && s.from != nil; s = s.from {
		list = append(list, &s.stage)
	}
	slices.Reverse(list)
	return list
}

// through runs the stages on a source.
func through(source iter.Seq[any], stages []*stage) iter.Seq[any] {
	if source == nil {
		source = func(func(any) bool) {}
	}
	for _, s := range stages {
		source = s.run(source)
	}
	return source
}

// plan gives what of the stream a scope runs: the nodes up to and with the first Reduce, the client from there
// on what the nodes gave. check is called between the elements of a source that is not input.
func (s *Stream) plan(scope host.Scope, input *Stream, check func()) iter.Seq[any] {
	stages := s.chain()
	source := s.root().source
	if s.root() != input {
		source = guarded(source, check)
	}
	first := slices.IndexFunc(stages, func(s *stage) bool { return s.reduces })
	switch {
	case scope == host.ScopeServer && first >= 0:
		return through(source, stages[:first+1])
	case scope == host.ScopeClient && first >= 0:
		return through(input.source, stages[first:])
	case scope == host.ScopeClient:
		return through(input.source, nil)
	}
	return through(source, stages)
}

// guarded gives the elements of a source that the UDF made, with a check before each.
func guarded(source iter.Seq[any], check func()) iter.Seq[any] {
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

// streaming is one call of a stream UDF.
type streaming struct {
	frame  *frame
	input  host.Input
	output host.Output
	scope  host.Scope
	ends   time.Time // zero where there is no deadline
	record *Record   // the last one read
	value  arrived   // the last value read
	count  int       // of elements read
	state  streamState
}

// streamState says whether the input can be read.
type streamState int

const (
	reading  streamState = iota
	atClient             // the UDF itself is running, at the client: the records are on the nodes
	atEnd                // the host isn't asked again
	over                 // the call has ended
)

// apply calls the UDF and runs what it gives.
func (s *streaming) apply(fn StreamApply) error {
	if left, limited := s.frame.call.Left(); limited {
		s.ends = time.Now().Add(left)
	}
	input := &Stream{source: s.elements}
	if s.scope == host.ScopeClient {
		s.state = atClient
	}
	given, err := fn(&s.frame.call, input)
	if err != nil {
		return err
	}
	if s.state == atClient {
		s.state = reading
	}
	for e := range given.plan(s.scope, input, s.checkDeadline) {
		if err := s.give(e); err != nil {
			return err
		}
	}
	s.endRecord() // of a loop that ended early
	return s.output.Close()
}

// elements gives the elements of the input: an *arrived or a *Record, each valid until the next.
func (s *streaming) elements(yield func(any) bool) {
	for {
		switch s.state {
		case over:
			panic(&streamFailure{host.Failed, "the stream was read after its call had ended; don't keep the *udf.Stream"})
		case atClient:
			return
		}
		s.endRecord()
		s.checkDeadline()
		if s.state == atEnd {
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
			s.state = atEnd
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

// begin makes the Record of a record that was read.
func (s *streaming) begin(h host.Record) *Record {
	state := &s.frame.record
	if b, ok := h.(*backend); ok {
		state.backend = b
	} else {
		state.backend, state.host = nil, h
	}
	s.record = s.frame.handle()
	return s.record
}

// endRecord ends the record that was read last. What failed on it and nobody asked for fails the stream.
func (s *streaming) endRecord() {
	if s.record == nil {
		return
	}
	s.record.state = nil
	s.record = nil
	state := &s.frame.record
	if err := state.failed; err != nil {
		state.failed = nil
		panic(&streamFailure{host.Failed, "record " + strconv.Itoa(s.count) + " of the stream: " + err.Error()})
	}
}

// checkDeadline fails the stream where its deadline has passed.
func (s *streaming) checkDeadline() {
	if !s.ends.IsZero() && time.Until(s.ends) <= 0 {
		panic(&streamFailure{host.Deadline, "the deadline passed when " + strconv.Itoa(s.count) + " of the stream's elements were read"})
	}
}

// end closes what the UDF may have kept.
func (s *streaming) end() {
	s.state = over
	if s.record != nil {
		s.record.state = nil
	}
}

// give writes one element of the result.
func (s *streaming) give(e any) error {
	var raw value.Raw
	var err error
	switch e := e.(type) {
	case *arrived:
		raw = e.raw
	case *Record:
		return &streamFailure{host.Failed, "the stream gives records, which can't leave their node; make values of them with udf.Map or udf.Aggregate"}
	default:
		raw, s.frame.record.scratch, err = value.Encode(e, s.frame.record.scratch)
	}
	if err != nil {
		return &streamFailure{host.Failed, "an element that the stream gives: " + err.Error()}
	}
	if raw.Type == value.Nil {
		return &streamFailure{host.Failed, "the stream gives a nil, which would end it; filter such elements out"}
	}
	return s.output.Write(raw)
}

func init() {
	host.RunStream = func(in host.Input, out host.Output, scope host.Scope, call func(stream any) (any, error)) (err error) {
		s := &streaming{frame: new(frame), input: in, output: out, scope: scope}
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
			given, err := call(input)
			stream, _ := given.(*Stream)
			return stream, err
		})
	}
}
