package module

import (
	"context"
	"strings"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("total", Total)
	udf.Register("numbers", Numbers)
	udf.Register("break", Break)
	udf.Register("slow", Slow)
}

// Stream returns its input.
func Stream(s *udf.Stream) *udf.Stream { return s }

// Total sums the bin a of the records, or of those where it is at least least.
func Total(s *udf.Stream, least int64) *udf.Stream {
	numbers := udf.Map(s, func(r *udf.Record) int64 {
		n, _ := r.Int("a")
		return n
	})
	filtered := udf.Filter(numbers, func(n int64) bool { return n >= least })
	return udf.Reduce(filtered, func(a, b int64) int64 { return a + b })
}

// Numbers returns the bin a of each record as text, with a NUL in that of 2.
func Numbers(ctx context.Context, s *udf.Stream) (*udf.Stream, error) {
	return udf.Map(s, func(r *udf.Record) string {
		n, _ := r.Int("a")
		if n == 2 {
			return "two\x00"
		}
		return strings.Repeat("x", int(n))
	}), ctx.Err()
}

// Break panics at the first element.
func Break(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(n int64) int64 {
		var none []int64
		return none[n]
	})
}

func Slow(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(n int64) int64 {
		time.Sleep(5 * time.Millisecond)
		return n
	})
}
