package faults

import (
	"errors"
	"fmt"
	"os"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("squares", Squares)
	udf.Register("total", Total)
	udf.Register("per_key", PerKey)
	udf.Register("stop_after", StopAfter)
	udf.Register("stream_panics", StreamPanics)
	udf.Register("stream_exits", StreamExits)
	udf.Register("stream_hangs", StreamHangs)
	udf.Register("stream_fails", StreamFails)
	udf.Register("writes_record", WritesRecord)
}

// Squares has one stage, and nothing to reduce.
func Squares(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(n int64) int64 { return n * n })
}

// Total adds up a bin that the argument names, on each node and then of all.
func Total(s *udf.Stream, bin string) *udf.Stream {
	numbers := udf.Map(s, func(r *udf.Record) int64 {
		n, _ := r.Int(bin)
		return n
	})
	return udf.Reduce(numbers, func(a, b int64) int64 { return a + b })
}

// PerKey counts the records by the last digit of a bin.
func PerKey(s *udf.Stream) *udf.Stream {
	counts := udf.Aggregate(s, map[int64]int64{}, func(m map[int64]int64, r *udf.Record) map[int64]int64 {
		n, _ := r.Int("n")
		m[n%10]++
		return m
	})
	return udf.Reduce(counts, func(a, b map[int64]int64) map[int64]int64 {
		for k, n := range b {
			a[k] += n
		}
		return a
	})
}

// at does something at an element, and passes the others on.
func at(s *udf.Stream, place int, do func()) *udf.Stream {
	count := 0
	return udf.Map(s, func(n int64) int64 {
		if count++; count == place {
			do()
		}
		return n
	})
}

// StopAfter fails by its own error, before all is read.
func StopAfter(s *udf.Stream, limit int) (*udf.Stream, error) {
	count := 0
	for range s.Records() {
		if count++; count == limit {
			break
		}
	}
	return nil, fmt.Errorf("read %d", count)
}

// StreamPanics panics at an element.
func StreamPanics(s *udf.Stream, place int) *udf.Stream {
	return at(s, place, func() { panic(errors.New("in the middle")) })
}

// StreamExits ends its process at an element.
func StreamExits(s *udf.Stream, place int) *udf.Stream {
	return at(s, place, func() { os.Exit(7) })
}

// StreamHangs stays at an element.
func StreamHangs(s *udf.Stream, place int) *udf.Stream {
	return at(s, place, func() {
		for n := 0; ; n++ {
			_ = n
		}
	})
}

// StreamFails gives an error instead of a stream.
func StreamFails(s *udf.Stream) (*udf.Stream, error) { return nil, errors.New("no stream today") }

// WritesRecord sets a bin of a record that can only be read.
func WritesRecord(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) int64 {
		r.Set("n", 1)
		n, _ := r.Int("n")
		return n
	})
}
