// Package streams has a stream UDF of each signature, and a record UDF beside them.
package streams

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

type (
	bin    string
	bounds struct {
		Least int64 `udf:"least"`
		Most  int64 `udf:"most"`
	}
	flow = *udf.Stream
)

func numbers(s *udf.Stream, name bin) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) int64 {
		n, _ := r.Int(string(name))
		return n
	})
}

func add(a, b int64) int64 { return a + b }

// Count counts.
func Count(s *udf.Stream) *udf.Stream {
	return udf.Reduce(udf.Aggregate(s, int64(0), func(n int64, _ *udf.Record) int64 { return n + 1 }), add)
}

func within(ctx context.Context, s flow, name bin, b bounds) (flow, error) {
	if b.Least > b.Most {
		return nil, errors.New("least is more than most")
	}
	if _, limited := ctx.Deadline(); !limited {
		return nil, errors.New("there is no deadline")
	}
	inside := udf.Filter(numbers(s, name), func(n int64) bool { return b.Least <= n && n <= b.Most })
	return udf.Reduce(inside, add), nil
}

func join(s *udf.Stream, separator string, bins ...string) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) string {
		var texts []string
		for _, name := range bins {
			texts = append(texts, fmt.Sprint(r.Bin(name)))
		}
		return strings.Join(texts, separator)
	})
}

type scale struct{ by int64 }

func (f scale) sum(s *udf.Stream) *udf.Stream {
	return udf.Reduce(udf.Map(numbers(s, "a"), func(n int64) int64 { return n * f.by }), add)
}

func scaled[T int32 | int64](s *udf.Stream, by T) *udf.Stream {
	return udf.Map(numbers(s, "a"), func(n int64) int64 { return n * int64(by) })
}

func crash(s *udf.Stream, at int) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) int { return []int{1}[at] })
}

func number(r *udf.Record) int64 {
	n, _ := r.Int("a")
	return n
}

func init() {
	udf.Register("count", Count)
	udf.Register("within", within)
	udf.Register("join", join)
	udf.Register("tripled", scale{by: 3}.sum)
	udf.Register("scaled", scaled[int32])
	udf.Register("crash", crash)
	udf.Register("none", func(s *udf.Stream, _ udf.Value) *udf.Stream {
		return udf.Filter(s, func(*udf.Record) bool { return false })
	})
	udf.Register("number", number)
}
