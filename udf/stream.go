package udf

// Stream: what stream UDFs are written with. A stream is a chain of stages on a source; nothing is read before
// the chain is run, which stream_run.go does once the UDF has given it.

import (
	"iter"
	"reflect"
	"strconv"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Stream is what a stream UDF reads and gives: records first, and after [Map] or [Aggregate] any values.
// Nothing is read before the UDF has returned its stream, unless it loops over [Stream.Records] itself.
//
// In a cluster a stream UDF is called in two places. Each node runs its stages on the node's own records, up to
// and with the first [Reduce]. The client gathers what the nodes give and runs the first Reduce once more, on
// that, and whatever follows it. What a stage keeps to itself is therefore seen on one node alone; and at the
// client, where no records are, a loop of the UDF's own over Records sees none.
//
// A stream of no stages gives what it reads; a nil one gives nothing. The last stage must give values: a record
// can't leave its node. A Stream belongs to its call: one that is kept fails afterwards.
type Stream struct {
	from   *Stream // nil at the source
	stage  stage
	source iter.Seq[any] // nil is empty
}

// stage is one step of a stream.
type stage struct {
	number  int // from 1
	name    string
	reduces bool
	run     func(iter.Seq[any]) iter.Seq[any]
}

// String names the stage in an error.
func (s *stage) String() string { return "stage " + strconv.Itoa(s.number) + ", " + s.name }

// must refuses a nil function where it is handed in, not where the stream is run and nobody knows whose it is.
func must(stage string, isNil bool) {
	if isNil {
		panic("udf." + stage + ": the function is nil")
	}
}

// then gives the stream with one stage more; run gets the stage itself for its errors.
func (s *Stream) then(name string, run func(at *stage, in iter.Seq[any]) iter.Seq[any]) *Stream {
	if s == nil {
		s = &Stream{}
	}
	next := &Stream{from: s, stage: stage{number: s.stage.number + 1, name: name, reduces: name == "Reduce"}}
	next.stage.run = func(in iter.Seq[any]) iter.Seq[any] { return run(&next.stage, in) }
	return next
}

// arrived is an element as the host gave it, which becomes what its first stage takes.
type arrived struct{ raw value.Raw }

// streamFailure ends a stream, as a panic that only the SDK recovers.
type streamFailure struct {
	status host.Status
	text   string
}

func (f *streamFailure) Error() string { return f.text }

// elements gives the elements of in as T, for the stage at. before is the stage that gave them.
func elements[T any](at *stage, in iter.Seq[any]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for e := range in {
			v, ok := e.(T)
			if a, raw := e.(*arrived); raw {
				v = arrivedAs[T](at, a.raw)
			} else if !ok && (e != nil || reflect.TypeFor[T]().Kind() != reflect.Interface) {
				panic(at.refuse(reflect.TypeFor[T](), typeName(e)))
			}
			if !yield(v) {
				return
			}
		}
	}
}

// arrivedAs converts an element that the host gave.
func arrivedAs[T any](at *stage, raw value.Raw) T {
	t := reflect.TypeFor[T]()
	if t == recordType {
		panic(at.refuse(t, value.Describe(raw)))
	}
	v, err := value.To[T](raw)
	if err != nil {
		panic(&streamFailure{host.Failed, at.String() + " of " + typeText(t) + ": " + err.Error()})
	}
	return v
}

// refuse is the failure of a stage that gets what it doesn't take.
func (s *stage) refuse(takes reflect.Type, got string) *streamFailure {
	if got == recordType.String() {
		got = "a record"
	}
	return &streamFailure{host.Failed, s.String() + ", takes " + typeText(takes) + ", and what comes before it gives " + got}
}

func typeName(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}

// Records gives the records of a stream of records, one at a time as they are read. Each is valid until the
// next one is read.
func (s *Stream) Records() iter.Seq[*Record] {
	read := s.then("Records", nil)
	return elements[*Record](&read.stage, read.from.all())
}

// StreamOf gives a stream of what a loop yields: a stage that Filter, Map and Aggregate don't make. As the
// stages before the first [Reduce], it runs on the nodes.
//
//	udf.StreamOf(func(yield func(string) bool) {
//		for r := range s.Records() {
//			…
//		}
//	})
func StreamOf[T any](seq iter.Seq[T]) *Stream {
	must("StreamOf", seq == nil)
	return &Stream{source: func(yield func(any) bool) {
		for v := range seq {
			if !yield(v) {
				return
			}
		}
	}}
}

// Filter gives the elements for which keep is true.
func Filter[T any](s *Stream, keep func(T) bool) *Stream {
	must("Filter", keep == nil)
	return s.then("Filter", func(at *stage, in iter.Seq[any]) iter.Seq[any] {
		return func(yield func(any) bool) {
			for v := range elements[T](at, in) {
				if keep(v) && !yield(v) {
					return
				}
			}
		}
	})
}

// Map gives f of each element.
func Map[T, U any](s *Stream, f func(T) U) *Stream {
	must("Map", f == nil)
	return s.then("Map", func(at *stage, in iter.Seq[any]) iter.Seq[any] {
		return func(yield func(any) bool) {
			for v := range elements[T](at, in) {
				if !yield(f(v)) {
					return
				}
			}
		}
	})
}

// Aggregate folds all elements into one value, beginning with initial. It gives initial of no elements.
func Aggregate[T, A any](s *Stream, initial A, f func(A, T) A) *Stream {
	must("Aggregate", f == nil)
	return s.then("Aggregate", func(at *stage, in iter.Seq[any]) iter.Seq[any] {
		return func(yield func(any) bool) {
			sum := initial
			for v := range elements[T](at, in) {
				sum = f(sum, v)
			}
			yield(sum)
		}
	})
}

// Reduce combines all elements into one of their type; of no elements it gives none. It runs on each node and
// once more on what the nodes give, so the order in which f combines must not matter.
func Reduce[T any](s *Stream, f func(T, T) T) *Stream {
	must("Reduce", f == nil)
	return s.then("Reduce", func(at *stage, in iter.Seq[any]) iter.Seq[any] {
		return func(yield func(any) bool) {
			var sum T
			some := false
			for v := range elements[T](at, in) {
				if some {
					v = f(sum, v)
				}
				sum, some = v, true
			}
			if some {
				yield(sum)
			}
		}
	})
}
