// Package dispatch is a UDF module whose functions can be called in each way: by name, by a symbol of their own,
// by reflection.
package dispatch

import (
	"errors"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("getBin", GetBin)
	udf.Register("getBinReflected", GetBin)
	udf.Register("increase", Increase)
	udf.Register("count", Count)
	udf.Register("elsewhere", Count)
}

func GetBin(r *udf.Record) int64 {
	n, _ := r.Int("a")
	return n
}

// Increase returns n + 1, and logs it.
func Increase(n int64) (int64, error) {
	udf.Log(udf.Info, "increasing", "n", n)
	if n < 0 {
		return 0, errors.New("too small")
	}
	if n > 100 {
		panic("too large")
	}
	return n + 1, nil
}

// Count counts the elements.
func Count(s *udf.Stream) *udf.Stream {
	counts := udf.Aggregate(s, int64(0), func(n int64, _ any) int64 { return n + 1 })
	return udf.Reduce(counts, func(a, b int64) int64 { return a + b })
}
