package udf

// Stream: what stream UDFs are written with. The stages work on whatever source a stream has; no host of
// this version gives one, so applying a stream UDF is refused before it is called.

import (
	"iter"
	"reflect"
)

// Stream is what a stream UDF reads and gives: records first, and after [Map] or [Aggregate] any values.
// Nothing is read before the last stage is.
//
// Stream UDFs compile and register, but no host of this version runs them: applying one fails with a clear
// message.
type Stream struct {
	source iter.Seq[any] // nil is empty
}

// elements gives the elements of s as T. One of another type is a defect of the stages before: a panic that
// the caller sees as the UDF's failure.
func elements[T any](s *Stream) iter.Seq[T] {
	return func(yield func(T) bool) {
		if s == nil || s.source == nil {
			return
		}
		for e := range s.source {
			v, ok := e.(T)
			if !ok && (e != nil || reflect.TypeFor[T]().Kind() != reflect.Interface) {
				panic("a stage of the stream takes " + reflect.TypeFor[T]().String() + ", the one before it gives " + typeName(e))
			}
			if !yield(v) {
				return
			}
		}
	}
}

func typeName(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}

// Records gives the records of a stream of records.
func (s *Stream) Records() iter.Seq[*Record] { return elements[*Record](s) }

// Filter gives the elements for which keep is true.
func Filter[T any](s *Stream, keep func(T) bool) *Stream {
	return &Stream{func(yield func(any) bool) {
		for v := range elements[T](s) {
			if keep(v) && !yield(v) {
				return
			}
		}
	}}
}

// Map gives f of each element.
func Map[T, U any](s *Stream, f func(T) U) *Stream {
	return &Stream{func(yield func(any) bool) {
		for v := range elements[T](s) {
			if !yield(f(v)) {
				return
			}
		}
	}}
}

// Aggregate folds all elements into one value, beginning with initial.
func Aggregate[T, A any](s *Stream, initial A, f func(A, T) A) *Stream {
	return &Stream{func(yield func(any) bool) {
		sum := initial
		for v := range elements[T](s) {
			sum = f(sum, v)
		}
		yield(sum)
	}}
}

// Reduce combines all elements into one of their type; of no elements it gives none.
func Reduce[T any](s *Stream, f func(T, T) T) *Stream {
	return &Stream{func(yield func(any) bool) {
		var sum T
		some := false
		for v := range elements[T](s) {
			if some {
				v = f(sum, v)
			}
			sum, some = v, true
		}
		if some {
			yield(sum)
		}
	}}
}
