package udf

// Stream: a chain of stages on a source. Nothing is read until stream_run.go runs the chain that the UDF returned.

import (
	"iter"
	"reflect"
	"strconv"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Stream is the input and the result of a stream UDF. Its elements are records, and after [Map] or [Aggregate] any
// values. Nothing is read before the UDF has returned its stream, unless it loops over [Stream.Records] itself.
//
// In a cluster a stream UDF is called on each node and on the client. A node runs the stages up to the first [Reduce],
// inclusive, on its own records. The client runs that Reduce once more, on the results of the nodes, and then the
// stages after it. So state in a stage is per node, and on the client, which has no records, a loop over Records ends
// at once.
//
// A stream without stages passes on its input; a nil stream is empty. The elements of the result must be values: a
// record can't leave its node. A Stream must not be used after its call.
type Stream struct {
	from   *Stream // nil for the source
	stage  stage
	source iter.Seq[any] // nil if empty
}

// stage is one step of a stream.
type stage struct {
	number  int // from 1
	name    string
	reduces bool
	run     func(iter.Seq[any]) iter.Seq[any]
}

// String identifies the stage in an error.
func (s *stage) String() string { return "stage " + strconv.Itoa(s.number) + ", " + s.name }

// checkFunc panics if a function is nil: at the call of the user, not later when the stream runs.
func checkFunc(stage string, isNil bool) {
	if isNil {
		panic("udf." + stage + ": the function is nil")
	}
}

// then returns the stream with another stage. run is passed the stage, for its errors.
func (s *Stream) then(name string, run func(at *stage, in iter.Seq[any]) iter.Seq[any]) *Stream {
	if s == nil {
		s = &Stream{}
	}
	next := &Stream{from: s, stage: stage{number: s.stage.number + 1, name: name, reduces: name == "Reduce"}}
	next.stage.run = func(in iter.Seq[any]) iter.Seq[any] { return run(&next.stage, in) }
	return next
}

// hostValue is an element as the host returned it. The first stage converts it to the type that it takes.
type hostValue struct{ raw value.Raw }

// streamFailure is a panic that ends a stream. Only the SDK recovers it.
type streamFailure struct {
	status host.Status
	text   string
}

func (f *streamFailure) Error() string { return f.text }

// elements converts the elements of in to T, for the stage at.
func elements[T any](at *stage, in iter.Seq[any]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for e := range in {
			v, ok := e.(T)
			if a, raw := e.(*hostValue); raw {
				v = hostValueAs[T](at, a.raw)
			} else if !ok && (e != nil || reflect.TypeFor[T]().Kind() != reflect.Interface) {
				panic(at.refuse(reflect.TypeFor[T](), typeName(e)))
			}
			if !yield(v) {
				return
			}
		}
	}
}

// hostValueAs converts an element of the host to a T.
func hostValueAs[T any](at *stage, raw value.Raw) T {
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

// refuse returns the failure of a stage that gets an element of another type than it takes.
func (s *stage) refuse(takes reflect.Type, got string) *streamFailure {
	if got == recordType.String() {
		got = "a record"
	}
	return &streamFailure{host.Failed, s.String() + ", takes " + typeText(takes) + " but gets " + got}
}

func typeName(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}

// Records iterates over the records of a stream of records. Each is valid until the next one is read.
func (s *Stream) Records() iter.Seq[*Record] {
	read := s.then("Records", nil)
	return elements[*Record](&read.stage, read.from.all())
}

// StreamOf returns a stream of the elements that seq yields, for what Filter, Map and Aggregate can't do. Like all stages
// before the first [Reduce], it runs on the nodes.
//
//	udf.StreamOf(func(yield func(string) bool) {
//		for r := range s.Records() {
//			…
//		}
//	})
func StreamOf[T any](seq iter.Seq[T]) *Stream {
	checkFunc("StreamOf", seq == nil)
	return &Stream{source: func(yield func(any) bool) {
		for v := range seq {
			if !yield(v) {
				return
			}
		}
	}}
}

// Filter returns a stream of the elements for which keep returns true.
func Filter[T any](s *Stream, keep func(T) bool) *Stream {
	checkFunc("Filter", keep == nil)
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

// Map returns a stream of the results of f for each element.
func Map[T, U any](s *Stream, f func(T) U) *Stream {
	checkFunc("Map", f == nil)
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

// Aggregate returns a stream of one value: it calls f with the value so far, at first initial, and each element.
func Aggregate[T, A any](s *Stream, initial A, f func(A, T) A) *Stream {
	checkFunc("Aggregate", f == nil)
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

// Reduce returns a stream of one element, to which f combines all elements, or of none if there are none. It runs on
// each node and once more on the results of the nodes, so the order in which f combines elements must not matter.
func Reduce[T any](s *Stream, f func(T, T) T) *Stream {
	checkFunc("Reduce", f == nil)
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
